"""What an ATS sends, in the terms of LinkedIn's wire API, and what becomes of each record.

Every way in (the wire API, the sync mutations, the import, the demo) makes these records and hands them
to `app.sync.ingest.ingest`. A record is the whole truth about its entity as the ATS has it: a field that
is left out is null afterwards. The fields where None means "this caller cannot say" are named as such.

Times are aware datetimes. Ids are the ATS's own, at most 300 characters, unique per company and partner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NewType
from uuid import UUID

TagName = NewType("TagName", str)
SyncRunId = NewType("SyncRunId", UUID)


class RecordEntity(StrEnum):
    """The kinds of records, spelled as in `record_result.entity` and in JSON Lines' `entity`."""

    JOB = "job"
    CANDIDATE = "candidate"
    APPLICATION = "application"
    STAGE = "stage"
    NOTE = "note"
    INTERVIEW_FEEDBACK = "interviewFeedback"


class RecordOutcome(StrEnum):
    """What became of one record.

    STALE: we know a later state, or that it was deleted since: this one was not taken. WAITING: stored, but
    what it names has not arrived; it is joined when that arrives. REFUSED: not stored; message and path say
    why. DELETED: it is not there (any more).
    """

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    STALE = "STALE"
    WAITING = "WAITING"
    REFUSED = "REFUSED"
    DELETED = "DELETED"


class JobState(StrEnum):
    LISTED = "LISTED"
    CLOSED = "CLOSED"


class JobAvailability(StrEnum):
    PUBLIC = "PUBLIC"
    PRIVATE_TO_ATS_INTEGRATION = "PRIVATE_TO_ATS_INTEGRATION"


class ApplicationStatus(StrEnum):
    ACTIVE = "ACTIVE"
    REJECTED = "REJECTED"
    HIRED = "HIRED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    number: str
    extension: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address. `geographic_area` is a state or province; `geographic_area_type` says which."""

    line1: str | None = None
    city: str | None = None
    geographic_area: str | None = None
    geographic_area_type: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringTeamMember:
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    attribute: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job posting (wire: simpleJobPostings). `title` has at most 200 characters.

    The wire API sends neither created nor modified: without `ats_created_at` a new job counts from
    `listed_at`, or from now; without `ats_last_modified_at` the record is the newest there is.
    """

    entity: ClassVar[RecordEntity] = RecordEntity.JOB

    external_id: str
    title: str
    description: str | None = None
    location: str | None = None
    department: str | None = None
    requisition_code: str | None = None
    state: JobState = JobState.LISTED
    availability: JobAvailability = JobAvailability.PUBLIC
    posted_through_rsc: bool = False
    company_apply_url: str | None = None
    listed_at: datetime | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    hiring_team: tuple[HiringTeamMember, ...] = ()
    ats_created_at: datetime | None = None
    ats_last_modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRecord:
    """A person in the ATS (wire: atsCandidates).

    `tags` and `do_not_contact` are not in the wire API: None leaves them as they are, a value replaces.
    `custom_fields` holds JSON values. Without `ats_created_at` a new candidate counts from now.
    """

    entity: ClassVar[RecordEntity] = RecordEntity.CANDIDATE

    external_id: str
    first_name: str
    last_name: str | None = None
    middle_initial: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    email_addresses: tuple[str, ...] = ()
    phone_numbers: tuple[PhoneNumber, ...] = ()
    addresses: tuple[Address, ...] = ()
    current_company_name: str | None = None
    current_job_title: str | None = None
    external_profile_url: str | None = None
    linkedin_profile_url: str | None = None
    source: str | None = None
    is_private: bool = False
    custom_fields: Mapping[str, Any] | None = None
    tags: tuple[TagName, ...] | None = None
    do_not_contact: bool | None = None
    ats_created_at: datetime | None = None
    ats_last_modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """A candidate's application for a job (wire: atsApplications); `ats_created_at` is when they applied.

    Candidate and job may arrive later: the application waits. The wire API sends no status: without
    one, an application with a rejection time or a disposition reason is REJECTED, any other ACTIVE.
    The stage is not part of it: it follows the newest StageRecord.
    """

    entity: ClassVar[RecordEntity] = RecordEntity.APPLICATION

    external_id: str
    candidate_external_id: str
    job_external_id: str | None = None
    job_name: str | None = None
    candidate_email: str | None = None
    source: str | None = None
    status: ApplicationStatus | None = None
    rejected_at: datetime | None = None
    disposition_reason: str | None = None
    ats_created_at: datetime | None = None
    ats_last_modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """A stage that an application entered. `rank` orders stages that were entered at the same time.

    Waits if the application has not arrived. `name` is never empty and never "Not Available".
    """

    entity: ClassVar[RecordEntity] = RecordEntity.STAGE

    external_id: str
    application_external_id: str
    name: str
    entered_at: datetime
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecord:
    """A note on a candidate or on an application: exactly one of the two is named. Waits for it if need be.

    Without `ats_last_modified_at` the note was last modified when it was created.
    """

    entity: ClassVar[RecordEntity] = RecordEntity.NOTE

    external_id: str
    candidate_external_id: str | None = None
    application_external_id: str | None = None
    body: str
    author_name: str | None = None
    is_private: bool = False
    ats_created_at: datetime
    ats_last_modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRecord:
    """What an interviewer said of an application, which it waits for (wire: interviewFeedback)."""

    entity: ClassVar[RecordEntity] = RecordEntity.INTERVIEW_FEEDBACK

    external_id: str
    application_external_id: str
    interviewer_name: str | None = None
    feedback: str | None = None
    evaluations: tuple[Evaluation, ...] = ()
    ats_created_at: datetime


Record = JobRecord | CandidateRecord | ApplicationRecord | StageRecord | NoteRecord | FeedbackRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKey:
    """Which record is meant: a stage or feedback names its application, a note that or its candidate."""

    entity: RecordEntity
    external_id: str
    candidate_external_id: str | None = None
    application_external_id: str | None = None

    @property
    def parent(self) -> tuple[RecordEntity, str] | None:
        """What the record belongs to, as kind and the ATS's id."""
        if self.candidate_external_id is not None:
            return RecordEntity.CANDIDATE, self.candidate_external_id
        if self.application_external_id is not None:
            return RecordEntity.APPLICATION, self.application_external_id
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """The outcome of one record. `path` names the field, in the wire API's spelling; `id` is our key."""

    external_id: str
    entity: RecordEntity
    outcome: RecordOutcome
    message: str | None = None
    path: tuple[str, ...] | None = None
    id: UUID | None = None


class RecordRefusedError(Exception):
    """A record that cannot be taken; only this record fails. `path` is in the wire API's spelling."""

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
