"""What erasing a company's ATS data takes away, and what stays, table by table.

Every table that has rows of companies is in one of the three; tests hold them against the database, so that
a new table must be decided on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedTable:
    """A table whose rows of the company go; `where` limits it to some of them.

    `entity` is what the receipt calls them; None for notes of our own, which say nothing to a customer.
    `key` is the primary key behind company_id. `tombstone`: each row leaves one, by the partner's name and
    the ATS's id.
    """

    table: str
    entity: str | None
    key: tuple[str, ...] = ("id",)
    where: str = "true"
    tombstone: bool = False


ERASED: Final = (
    # What refers to others stands before them.
    ErasedTable(table="record_result", entity="recordResult", key=("sync_run_id", "id")),
    ErasedTable(
        table="waiting_record",
        entity="waitingRecord",
        key=("partner_name", "parent_entity", "parent_external_id", "entity", "external_id"),
    ),
    ErasedTable(table="import_position", entity="importPosition", key=("content_hash",)),
    # Tasks and answers name records by the ATS's ids.
    ErasedTable(table="job_posting_task", entity="jobPostingTask"),
    ErasedTable(table="idempotent_answer", entity="rememberedAnswer", key=("key_hash",)),
    ErasedTable(table="outbox", entity="event", where="type = 'EXPORT_CANDIDATE_PROFILE'"),
    ErasedTable(table="export", entity="export"),
    ErasedTable(table="recommended_match_decision", entity="matchDecision", key=("job_id", "member_urn")),
    ErasedTable(table="recommended_match", entity="recommendedMatch", key=("job_id", "member_urn")),
    ErasedTable(table="refused_match", entity="refusedMatch", key=("candidate_id", "member_urn")),
    ErasedTable(table="candidate_to_match", entity=None),
    ErasedTable(table="candidate_alternative", entity="matchAlternative", key=("candidate_id", "member_urn")),
    ErasedTable(table="candidate_tag", entity="tagging", key=("candidate_id", "tag_id")),
    ErasedTable(table="tag", entity="tag"),
    ErasedTable(table="note", entity="note"),
    ErasedTable(table="interview_feedback", entity="interviewFeedback"),
    ErasedTable(table="application_stage", entity="stage"),
    ErasedTable(table="application", entity="application", tombstone=True),
    ErasedTable(table="candidate", entity="candidate", tombstone=True),
    ErasedTable(table="job", entity="job", tombstone=True),
    # Who sees what, and who is who in the ATS, is the ATS's to say.
    ErasedTable(table="entity_acl", entity="acl", key=("partner_name", "entity_type", "entity_id", "acl_id")),
    ErasedTable(
        table="entity_acl_assignee",
        entity="aclAssignee",
        key=("partner_name", "entity_type", "acl_id", "member_urn"),
    ),
    ErasedTable(table="seat_connection", entity="seatConnection", key=("partner_name", "ats_user_id")),
)

GONE_WITH: Final[Mapping[str, str]] = MappingProxyType(
    {"candidate_search": "candidate", "candidate_clue": "candidate", "job_ranking": "job"}
)
"""What is written beside a table, for searching, matching and ranking: rows go with those of the table."""

KEPT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "company": "the customer itself, as LinkedIn has it",
        "company_urn": "the history of the customer's id at LinkedIn",
        "company_key": "the secret by which tombstones and the audit trail are recognised",
        "contract": "the customer's contracts with LinkedIn; contract access is switched off",
        "seat": "LinkedIn's seats",
        "integration": "that there was one, with which partner, and when",
        "consent": "the ground on which data had been held",
        "sync_run": "when records were synced and how many, not which",
        "registered_origin": "the customer's set-up: which pages may call",
        "ats_integration": "the customer's set-up: what the partner calls the integration's parts",
        "widget_token_exchange": "random numbers of widgets' tokens, kept for minutes; they name nobody",
        "wire_usage": "how many calls and records came in, not which",
        "callback": "the customer's set-up: where its ATS is called; it is told of the erasure there",
        "inmail": "LinkedIn's records: what recruiters wrote in Recruiter",
        "recruiter_note": "LinkedIn's records",
        "stub_profile": "LinkedIn's records",
        "audit_entry": "who did what, without personal data",
        "audit_head": "the end of the audit trail",
        "erasure_receipt": "what was erased, and when",
        "tombstone": "keyed hashes, which keep late records out",
        "deleted_record": "keyed hashes, which keep out what the ATS deleted",
    }
)
"""Tables of companies whose rows stay, each with the reason."""
