"""Records as rows of the tables: the columns' names, JSON in the schema's spelling, and our keys."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.ids import CompanyId, uuid7
from app.sync.records import (
    ApplicationRecord,
    ApplicationStatus,
    CandidateRecord,
    FeedbackRecord,
    JobRecord,
    NoteRecord,
    RecordEntity,
    StageRecord,
)
from app.sync.wire_names import camel_case

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose records these are, and when they are taken."""

    company: CompanyId
    partner: str
    now: datetime

    def key(self, entity: RecordEntity, *names: str, at: datetime) -> UUID:
        """Our key of what the ATS calls `names`: the same whenever the same record comes as new.

        So a demo, a test and a load that was interrupted and begun anew have the same ids.
        """
        said = "\x00".join((str(self.company), self.partner, entity.value, *names))
        noise = hashlib.sha256(said.encode()).digest()[:10]
        return uuid7(at_ms=max(0, int(at.timestamp() * 1000)), random=noise)

    def created(self, *said: datetime | None) -> datetime:
        """The earliest of the times that the record does say, and never later than now."""
        return min([self.now, *(time for time in said if time is not None)])


def job_row(record: JobRecord, origin: Origin) -> Row:
    created = record.ats_created_at or origin.created(record.listed_at, record.ats_last_modified_at)
    return {
        "id": origin.key(record.entity, record.external_id, at=created),
        "partner_name": origin.partner,
        "external_id": record.external_id,
        "requisition_code": record.requisition_code,
        "title": record.title,
        "description": record.description,
        "location": record.location,
        "department": record.department,
        "state": record.state.value,
        "availability": record.availability.value,
        "posted_through_rsc": record.posted_through_rsc,
        "apply_url": record.company_apply_url,
        "listed_at": record.listed_at,
        "expires_at": record.expires_at,
        "closed_at": record.closed_at,
        "hiring_team": _objects(record.hiring_team),
        "created_at": record.ats_created_at,
        "default_created": created,
        "last_modified_at": record.ats_last_modified_at,
        "default_modified": origin.now,
    }


def candidate_row(record: CandidateRecord, origin: Origin) -> Row:
    created = record.ats_created_at or origin.created(record.ats_last_modified_at)
    return {
        "id": origin.key(record.entity, record.external_id, at=created),
        "partner_name": origin.partner,
        "external_id": record.external_id,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "middle_initial": record.middle_initial,
        "prefix": record.prefix,
        "suffix": record.suffix,
        "email_addresses": record.email_addresses,
        "phone_numbers": _objects(record.phone_numbers),
        "addresses": _objects(record.addresses),
        "current_company_name": record.current_company_name,
        "current_job_title": record.current_job_title,
        "source": record.source,
        "ats_profile_url": record.external_profile_url,
        "linkedin_profile_url": record.linkedin_profile_url,
        "custom_fields": _plain(record.custom_fields or {}),
        "is_private": record.is_private,
        "own_do_not_contact": record.do_not_contact,
        "created_at": record.ats_created_at,
        "default_created": created,
        "last_modified_at": record.ats_last_modified_at,
        "default_modified": origin.now,
    }


def application_row(
    record: ApplicationRecord, origin: Origin, candidates: Mapping[str, UUID], jobs: Mapping[str, UUID]
) -> Row:
    applied = record.ats_created_at or origin.created(record.rejected_at, record.ats_last_modified_at)
    rejected = record.rejected_at is not None or record.disposition_reason is not None
    status = record.status or (ApplicationStatus.REJECTED if rejected else ApplicationStatus.ACTIVE)
    return {
        "id": origin.key(record.entity, record.external_id, at=applied),
        "partner_name": origin.partner,
        "external_id": record.external_id,
        "candidate_external_id": record.candidate_external_id,
        "candidate_id": candidates.get(record.candidate_external_id),
        "job_external_id": record.job_external_id,
        "job_id": jobs.get(record.job_external_id or ""),
        "job_name": record.job_name,
        "candidate_email": record.candidate_email,
        "source": record.source,
        "rejected_at": record.rejected_at,
        "status": status.value,
        "disposition_reason": record.disposition_reason,
        "applied_at": record.ats_created_at,
        "default_created": applied,
        "last_modified_at": record.ats_last_modified_at,
        "default_modified": origin.now,
    }


def stage_row(record: StageRecord, origin: Origin, application: UUID) -> Row:
    names = (record.application_external_id, record.external_id)
    return {
        "id": origin.key(record.entity, *names, at=record.entered_at),
        "application_id": application,
        "external_id": record.external_id,
        "name": record.name,
        "rank": record.rank,
        "entered_at": record.entered_at,
        "default_created": record.entered_at,
    }


def note_row(record: NoteRecord, origin: Origin, parent: UUID) -> Row:
    on_candidate = record.candidate_external_id is not None
    names = ("candidate" if on_candidate else "application", str(parent), record.external_id)
    return {
        "id": origin.key(record.entity, *names, at=record.ats_created_at),
        "candidate_id" if on_candidate else "application_id": parent,
        "external_id": record.external_id,
        "body": record.body,
        "author_name": record.author_name,
        "is_private": record.is_private,
        "created_at": record.ats_created_at,
        "default_created": record.ats_created_at,
        "last_modified_at": record.ats_last_modified_at,
        "default_modified": record.ats_created_at,
    }


def feedback_row(record: FeedbackRecord, origin: Origin, application: UUID) -> Row:
    names = (record.application_external_id, record.external_id)
    return {
        "id": origin.key(record.entity, *names, at=record.ats_created_at),
        "application_id": application,
        "external_id": record.external_id,
        "interviewer_name": record.interviewer_name,
        "feedback": record.feedback,
        "evaluations": _objects(record.evaluations),
        "created_at": record.ats_created_at,
        "default_created": record.ats_created_at,
    }


def _objects(parts: Iterable[Any]) -> list[dict[str, Any]]:
    """Dataclasses as JSON objects in camelCase, without their nulls."""
    return [
        {camel_case(name): value for name, value in dataclasses.asdict(part).items() if value is not None}
        for part in parts
    ]


def _plain(value: Any) -> Any:
    """Mappings and tuples of any kind as what the JSON writer knows."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
