"""What a partner sends through GraphQL: the wire API's records, with GraphQL's types.

Only the ATS's own id is required of a record, since its outcome is told by that. Whatever else a record
must have is checked record by record, so that a bad one fails alone.
"""

from datetime import datetime

import strawberry

from resolvers.arguments import optional_field
from resolvers.enums import ApplicationStatus, JobAvailability, JobState


def _required(says: str) -> str:
    """A required text of an input object."""
    field: str = strawberry.field(description=says)
    return field


@strawberry.input(description="A person of the company who works on filling a job.")
class HiringTeamMemberInput:
    """A part of `JobRecordInput`."""

    name: str = _required("The person's full name.")
    role: str = _required("What the person does in the hiring.")


@strawberry.input(description="A job of the ATS, whole: what is left out is null afterwards.")
class JobRecordInput:
    """The wire API's simpleJobPostings."""

    external_job_posting_id: str = _required("The ATS's own id of the job, at most 300 characters.")
    title: str | None = optional_field("Required, 1 to 200 characters.")
    description: str | None = optional_field("What the job is about; may have HTML in it.")
    location: str | None = optional_field("Where the work is done.")
    department: str | None = optional_field("Where in the company the job is.")
    requisition_code: str | None = optional_field("The code by which the company approved the opening.")
    state: JobState | None = optional_field("Whether it takes applications; LISTED if left out.")
    availability: JobAvailability | None = optional_field("Who may find it; PUBLIC if left out.")
    posted_through_rsc: bool | None = optional_field("Whether RSC posts it; false if left out.")
    company_apply_url: str | None = optional_field("Where candidates apply.")
    listed_at: datetime | None = optional_field("When it was listed.")
    expires_at: datetime | None = optional_field("When its posting ends by itself.")
    closed_at: datetime | None = optional_field("When it was closed.")
    hiring_team: list[HiringTeamMemberInput] | None = optional_field("Who works on filling it.")
    ats_created_at: datetime | None = optional_field("When the ATS created it; listedAt if left out.")
    ats_last_modified_at: datetime | None = optional_field(
        "When the ATS last changed it. An older record than the known one is STALE; without it, it is new."
    )


@strawberry.input(description="A phone number of a candidate.")
class PhoneNumberInput:
    """A part of `CandidateRecordInput`."""

    number: str = _required("The number as the ATS has it.")
    extension: str | None = optional_field("What to dial behind it.")


@strawberry.input(description="A postal address of a candidate; any part may be left out.")
class AddressInput:
    """A part of `CandidateRecordInput`."""

    line1: str | None = optional_field("Street and house number.")
    city: str | None = optional_field("City or town.")
    geographic_area: str | None = optional_field("State, province or region.")
    geographic_area_type: str | None = optional_field("What kind of area that is.")
    postal_code: str | None = optional_field("The code for post.")
    country: str | None = optional_field("Country, as the ATS spells or abbreviates it.")


@strawberry.input(description="A field of the ATS's own on a candidate.")
class CustomFieldInput:
    """A part of `CandidateRecordInput`."""

    name: str = _required("The field's name in the ATS.")
    value: str | None = optional_field("What the field holds, as text.")


@strawberry.input(description="A person in the ATS, whole: what is left out is null afterwards.")
class CandidateRecordInput:
    """The wire API's atsCandidates."""

    ats_candidate_id: str = _required("The ATS's own id of the candidate, at most 300 characters.")
    first_name: str | None = optional_field("Given name; required.")
    last_name: str | None = optional_field("Family name.")
    middle_initial: str | None = optional_field("First letter of a middle name.")
    prefix: str | None = optional_field("What stands before the name, Dr. for example.")
    suffix: str | None = optional_field("What stands behind the name, Jr. for example.")
    email_addresses: list[str] | None = optional_field("E-mail addresses, each of the form x@x.x.")
    phone_numbers: list[PhoneNumberInput] | None = optional_field("Phone numbers, the preferred one first.")
    addresses: list[AddressInput] | None = optional_field("Postal addresses, the preferred one first.")
    current_company_name: str | None = optional_field("Where the person works.")
    current_job_title: str | None = optional_field("What the person works as.")
    external_profile_url: str | None = optional_field("The candidate's page in the ATS.")
    linked_in_profile_url: str | None = optional_field(
        "The person's LinkedIn profile; the strongest evidence to match by."
    )
    source: str | None = optional_field("How the person came into the ATS.")
    is_private: bool | None = optional_field("Whether the ATS marks the candidate as private.")
    custom_fields: list[CustomFieldInput] | None = optional_field("The ATS's own fields, each name once.")
    tags: list[str] | None = optional_field("All labels on the person; left out, they stay as they are.")
    do_not_contact: bool | None = optional_field(
        "The ATS's own flag beside its tags; left out, it stays as it is."
    )
    ats_created_at: datetime | None = optional_field("When the ATS created it; now if left out.")
    ats_last_modified_at: datetime | None = optional_field(
        "When the ATS last changed it. An older record than the known one is STALE; without it, it is new."
    )


@strawberry.input(description="An application for a job, whole: what is left out is null afterwards.")
class ApplicationRecordInput:
    """The wire API's atsApplications."""

    ats_job_application_id: str = _required("The ATS's own id of the application, at most 300 characters.")
    ats_candidate_id: str | None = optional_field("Who applied; required, and may arrive later.")
    ats_job_posting_id: str | None = optional_field("For which job; may arrive later.")
    ats_job_posting_name: str | None = optional_field("What that job is called.")
    candidate_email: str | None = optional_field("The address that the person applied with.")
    source: str | None = optional_field("How the application came in.")
    status: ApplicationStatus | None = optional_field(
        "How it stands; left out, REJECTED with a rejection time or disposition reason, else ACTIVE."
    )
    rejected_at: datetime | None = optional_field("When it was turned down.")
    disposition_reason: str | None = optional_field("Why it was turned down.")
    ats_created_at: datetime | None = optional_field("When the person applied; now if left out.")
    ats_last_modified_at: datetime | None = optional_field(
        "When the ATS last changed it. An older record than the known one is STALE; without it, it is new."
    )


_RUN = "The run that these records belong to; left out, the call is a run of its own."


@strawberry.input(description="At most 100 jobs, and the run that they belong to.")
class SyncJobsInput:
    """The argument of `syncJobs`."""

    records: list[JobRecordInput] = strawberry.field(description="The jobs, in any order.")
    run_id: strawberry.ID | None = optional_field(_RUN)


@strawberry.input(description="At most 100 candidates, and the run that they belong to.")
class SyncCandidatesInput:
    """The argument of `syncCandidates`."""

    records: list[CandidateRecordInput] = strawberry.field(description="The candidates, in any order.")
    run_id: strawberry.ID | None = optional_field(_RUN)


@strawberry.input(description="At most 100 applications, and the run that they belong to.")
class SyncApplicationsInput:
    """The argument of `syncApplications`."""

    records: list[ApplicationRecordInput] = strawberry.field(description="The applications, in any order.")
    run_id: strawberry.ID | None = optional_field(_RUN)
