"""People in the company's ATS."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature
from app.engine.mapping import Order
from loaders.access import READS_ATS_RECORDS
from loaders.tables import (
    APPLICATION,
    CANDIDATE,
    INMAIL,
    MEMBER,
    NOTE,
    RECRUITER_NOTE,
    STUB_PROFILE,
    TAG,
)
from resolvers.application import APPLICATION_ARGUMENTS, APPLICATION_FILTERS, Application
from resolvers.arguments import argument, optional_field
from resolvers.candidate_match import CandidateMatch
from resolvers.connection import Connection
from resolvers.enums import CandidateOrderField, MatchState, OrderDirection
from resolvers.federation import BY_EXTERNAL_ID, BY_ID
from resolvers.fields import column, embedded, entity, item, many, one, own_id, page, same_row
from resolvers.inmail import InMail
from resolvers.member import Member
from resolvers.node import Node
from resolvers.note import Note
from resolvers.orders import newest_first
from resolvers.recruiter_note import RecruiterNote
from resolvers.stub_profile import StubProfile
from resolvers.tag import Tag


@strawberry.input(description="Which candidates to list; every condition that is given must hold.")
class CandidateFilter:
    """The argument `filter` of lists of candidates."""

    tag: str | None = optional_field("Labelled with the tag of this name, spelled as in the ATS.")
    do_not_contact: bool | None = optional_field("Whether the person must not be contacted.")
    match_state: list[MatchState] | None = optional_field("How the match stands: one of these.")
    job_id: strawberry.ID | None = optional_field("Applied for this job; nobody has for an unknown one.")
    name_contains: str | None = optional_field("A part of given and family name, without regard to case.")
    modified_since: datetime | None = optional_field("Last changed in the ATS at this moment or later.")


@strawberry.input(description="In which order to list candidates.")
class CandidateOrder:
    """The argument `orderBy` of lists of candidates."""

    field: CandidateOrderField = strawberry.field(description="What to order by; ids decide among equals.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")


CANDIDATE_FILTERS = {
    "tag": (
        "exists (select from candidate_tag tagging "
        "join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id "
        "where tagging.company_id = {company} and tagged.company_id = {company} "
        "and tagging.candidate_id = {t}.id and tagged.name = {v:text})"
    ),
    "doNotContact": "{t}.do_not_contact = {v:boolean}",
    "matchState": "{t}.match_state = any({v:text[]})",
    "jobId": (
        "exists (select from application applied where applied.company_id = {company} "
        "and applied.candidate_id = {t}.id and applied.job_id = {v:id:job} "
        "and {sees_application:applied} and {sees_job_of:applied})"
    ),
    "nameContains": "{t}.full_name_key like lower({v:like})",
    "modifiedSince": "{t}.last_modified_at >= {v:timestamptz}",
}
CANDIDATE_ORDERS = {
    "CREATED_AT": Order("{t}.created_at", "timestamptz"),
    "LAST_MODIFIED_AT": Order("{t}.last_modified_at", "timestamptz"),
    "LAST_NAME": Order('{t}.last_name_key collate "C"', "text"),
}
CANDIDATE_ARGUMENTS = {
    "filter": argument(CandidateFilter | None, "Which candidates to list."),
    "orderBy": argument(CandidateOrder | None, "In which order; the last created first if left out."),
}


@entity()
class PhoneNumber:
    """A phone number of a candidate."""

    number: str = item("number", says="The number as the ATS has it.")
    extension: str | None = item("extension", says="What to dial behind it.")


@entity()
class Address:
    """A postal address of a candidate; the ATS may leave any part of it out."""

    line1: str | None = item("line1", says="Street and house number.")
    city: str | None = item("city", says="City or town.")
    geographic_area: str | None = item("geographicArea", says="State, province or region.")
    postal_code: str | None = item("postalCode", says="The code for post, as the ATS spells it.")
    country: str | None = item("country", says="Country, as the ATS spells or abbreviates it.")


@entity(table=CANDIDATE, guards=(READS_ATS_RECORDS,), keys=(BY_ID, BY_EXTERNAL_ID))
class Candidate(Node):
    """A person in the company's ATS, joined with the LinkedIn member that the person is."""

    id: strawberry.ID = own_id("candidate")
    external_id: str = column(says="The ATS's own id of the candidate.")
    first_name: str = column(says="Given name, as the ATS has it.")
    last_name: str | None = column(says="Family name, as the ATS has it.")
    email_addresses: list[str] = column(says="All e-mail addresses that the ATS has, in its order.")
    phone_numbers: list[PhoneNumber] = embedded(
        "{t}.phone_numbers", says="All phone numbers that the ATS has, in its order."
    )
    addresses: list[Address] = embedded("{t}.addresses", says="All postal addresses, in the ATS's order.")
    current_company_name: str | None = column(says="Where the person works, as the ATS has it.")
    current_job_title: str | None = column(says="What the person works as, as the ATS has it.")
    source: str | None = column(says="How the person came into the ATS.")
    ats_profile_url: str | None = column(says="The candidate's page in the ATS.")
    linked_in_profile_url: str | None = column(
        "{t}.linkedin_profile_url", says="The LinkedIn profile that the ATS's record names."
    )
    do_not_contact: bool = column(
        says="Whether the person must not be contacted nor exported: by the ATS's own flag or by any tag."
    )
    is_private: bool = column(says="Whether the ATS marks the candidate as private.")
    created_at: datetime = column(says="When the ATS created the candidate.")
    last_modified_at: datetime = column(says="When the ATS last changed the candidate.")
    synced_at: datetime = column(says="When the ATS's record last arrived here.")
    tags: list[Tag] = many(
        TAG,
        key="tagging.candidate_id",
        parent="{p}.id",
        source="candidate_tag tagging "
        "join tag {t} on {t}.company_id = tagging.company_id and {t}.id = tagging.tag_id",
        where="tagging.company_id = {company}",
        order=(Order("{t}.name", "text"), Order("{t}.id", "uuid")),
        says="The ATS's labels on this person, by name.",
    )
    applications: Connection[Application] = page(
        APPLICATION,
        key="{t}.candidate_id",
        parent="{p}.id",
        order=newest_first("applied_at"),
        filters=APPLICATION_FILTERS,
        arguments=APPLICATION_ARGUMENTS,
        says="What this person applied for, the latest application first.",
    )
    notes: Connection[Note] = page(
        NOTE,
        key="{t}.candidate_id",
        parent="{p}.id",
        order=newest_first("created_at"),
        says="Notes of the ATS on this person, newest first. Those on an application are there.",
    )
    match: CandidateMatch = same_row(says="Which LinkedIn member this person is, and how that is known.")
    member: Member | None = one(
        MEMBER,
        "{p}.match_member_urn",
        says="The LinkedIn profile that this person was matched to; null if there is none or it was closed.",
        guards=(requires(Feature.PROFILE_WIDGET),),
    )
    in_mails: Connection[InMail] | None = page(
        INMAIL,
        key="{t}.member_urn",
        key_type="text",
        parent="{p}.match_member_urn",
        order=newest_first("sent_at"),
        says="InMails with the matched member, newest first, of contracts that the viewer may read.",
        guards=(requires(Feature.INMAIL_HISTORY),),
    )
    recruiter_notes: Connection[RecruiterNote] | None = page(
        RECRUITER_NOTE,
        key="{t}.member_urn",
        key_type="text",
        parent="{p}.match_member_urn",
        order=newest_first("created_at"),
        says="Recruiters' notes on the matched member, newest first, of contracts that the viewer may read.",
        guards=(requires(Feature.NOTES_HISTORY),),
    )
    stub_profile: StubProfile | None = one(
        STUB_PROFILE,
        "(select newest.id from stub_profile newest "
        "where newest.company_id = {company} and newest.member_urn = {p}.match_member_urn "
        "and newest.contract_id = any({stub_contracts}) "
        "order by newest.created_at desc, newest.id desc limit 1)",
        says="What the matched member shared when answering an InMail; the newest one.",
        guards=(requires(Feature.INMAIL_STUB_PROFILE),),
    )
