"""The tables that the schema's types are made of, with the rules that every row of them must pass.

A rule holds on whichever way a row is reached. Where a type belongs to a contract, its rule names the
contracts whose rows this viewer may read: what is shared on a contract is visible there and nowhere else.
"""

from typing import Final

from app.engine.mapping import Table

# ---- who recruits

COMPANY: Final = Table(
    name="company",
    source="company {t}",
    key="company_id",
    id_kind="li:organization",
    id_column="urn",
    id_type="text",
)
CONTRACT: Final = Table(
    name="contract",
    source="contract {t}",
    id_kind="li:contract",
    id_column="urn",
    id_type="text",
    # A seat holder names its own contract only; those who act for the whole company name any of it.
    rows_by_id="({for_whole_company} or {t}.id = {contract_id})",
)
SEAT: Final = Table(
    name="seat",
    source="seat {t}",
    id_kind="li:seat",
    id_column="urn",
    id_type="text",
    # A seat leads to its contract, so it is named by those who may name that.
    rows_by_id="({for_whole_company} or {t}.contract_id = {contract_id})",
)
PARTNER: Final = Table(name="partner", source="partner {t}", key="name", key_type="text", tenant=False)
INTEGRATION: Final = Table(
    name="integration", source="integration {t}", id_kind="integration", rows="{t}.state <> 'ERASED'"
)
SYNC_RUN: Final = Table(name="sync_run", source="sync_run {t}", id_kind="sync-run")
RECORD_RESULT: Final = Table(
    name="record_result",
    source="record_result {t}",
    # The ATS's ids of people and jobs: for those who read the records, or look after the integration.
    rows="{reads_record_results}",
)
AUDIT_ENTRY: Final = Table(name="audit_entry", source="audit_entry {t}")
ERASURE_RECEIPT: Final = Table(
    name="erasure_receipt", source="erasure_receipt {t}", id_kind="erasure-receipt"
)

# ---- what the ATS sent

CANDIDATE: Final = Table(name="candidate", source="candidate {t}", id_kind="candidate")
# Which jobs and applications a recruiter sees is the ATS's to say: see `loaders.sight`. What hangs below an
# application is reached through it alone, but for its notes, which have ids.
JOB: Final = Table(name="job", source="job {t}", id_kind="job", rows="{sees_job:t}")
APPLICATION: Final = Table(
    name="application", source="application {t}", id_kind="application", rows="{sees_application:t}"
)
STAGE: Final = Table(name="application_stage", source="application_stage {t}")
FEEDBACK: Final = Table(name="interview_feedback", source="interview_feedback {t}")
TAG: Final = Table(
    name="tag",
    source="tag {t}",
    id_kind="tag",
    # Fields lead to tags from what only their readers get; by its id it is the same people's.
    rows_by_id="{reads_ats_records}",
)
NOTE: Final = Table(
    name="note",
    source="note {t}",
    id_kind="note",
    # What the ATS keeps private stays with the ATS's own people.
    rows="(not {t}.is_private or {acts_for_ats})",
    rows_by_id="{sees_note:t}",
)

# ---- LinkedIn

MEMBER: Final = Table(
    name="member",
    source="member {t}",
    key="urn",
    key_type="text",
    id_kind="li:person",
    id_column="urn",
    id_type="text",
    tenant=False,
    # A member who closed the account is gone for everybody.
    rows="not {t}.is_closed",
)
READS_INMAIL_TEXT: Final = "({reads_inmail_text} or coalesce({t}.seat_id = {seat_id}, false))"
"""Who may know what an InMail says: the partner's backend, and the seat that it was sent from or to."""

INMAIL: Final = Table(
    name="inmail", source="inmail {t}", id_kind="inmail", rows="{t}.contract_id = any({inmail_contracts})"
)
RECRUITER_NOTE: Final = Table(
    name="recruiter_note",
    source="recruiter_note {t}",
    id_kind="recruiter-note",
    # A private note is its author's alone; whoever has no seat has written none.
    rows=(
        "{t}.contract_id = any({note_contracts}) and ({t}.visibility = 'SHARED' or {t}.seat_id = {seat_id})"
    ),
)
STUB_PROFILE: Final = Table(
    name="stub_profile",
    source="stub_profile {t}",
    id_kind="stub-profile",
    rows="{t}.contract_id = any({stub_contracts})",
)

# ---- ours

EXPORT: Final = Table(
    name="export",
    source="export {t}",
    id_kind="export",
    # The same people by id as by the list of exports.
    rows_by_id="{reads_exports}",
)
EXPORTED_PROFILE: Final = Table(
    name="member",
    source="member {t}",
    key="urn",
    key_type="text",
    tenant=False,
    rows="not {t}.is_closed",
)
"""A member as the ATS gets it with an export; it has no id of its own to be asked for."""
NOTIFICATION: Final = Table(
    name="outbox",
    source="outbox {t}",
    id_kind="event",
    # What was meant for an ATS that the company used before is not this one's to read.
    rows="({t}.partner_name = {partner_name} or not {acts_for_ats})",
    rows_by_id="{reads_notifications}",
)
RECOMMENDED_MATCH: Final = Table(
    name="recommended_match",
    source="recommended_match {t}",
    key="member_urn",
    key_type="text",
    # Its member is promised not to be null, so the match goes when the member does. Whom a recruiter is not
    # interested in leaves the job's list, for everybody in the company; so does, without a new ranking,
    # whoever is in the job by now or is not to be contacted any more.
    rows="exists (select from member fit where fit.urn = {t}.member_urn and not fit.is_closed) "
    "and not exists (select from recommended_match_decision decided where decided.company_id = {company} "
    "and decided.job_id = {t}.job_id and decided.member_urn = {t}.member_urn "
    "and decided.decision = 'NOT_INTERESTED') "
    "and not exists (select from candidate known where known.company_id = {company} "
    "and known.match_member_urn = {t}.member_urn and (known.do_not_contact or exists ("
    "select from application applied where applied.company_id = {company} "
    "and applied.candidate_id = known.id and applied.job_id = {t}.job_id)))",
)
VIEWER: Final = Table(
    name="viewer", source="(select 1 as one) {t}", key="one", key_type="integer", tenant=False
)
"""One row for whoever asks; its values come from the request's context."""
