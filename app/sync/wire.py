"""The wire API's records as JSON objects, turned into ours.

The fields are those of LinkedIn's RSC API (atsCandidates, atsApplications and what is below them,
simpleJobPostings), with a few more that it cannot say. Unknown fields are left out (`unknown_fields` names
them), a field of the wrong type refuses the record. Times are epoch milliseconds or ISO 8601 with offset.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, Final, cast

from app.sync.moments import from_epoch_ms
from app.sync.records import (
    Address,
    ApplicationRecord,
    ApplicationStatus,
    CandidateRecord,
    Evaluation,
    FeedbackRecord,
    HiringTeamMember,
    JobAvailability,
    JobRecord,
    JobState,
    NoteRecord,
    PhoneNumber,
    Record,
    RecordEntity,
    RecordRefusedError,
    StageRecord,
)
from app.sync.validate import Path
from app.sync.wire_names import camel_case, wire_name

Reader = Callable[[Any, Path], Any]
_RECORDS: Final[Mapping[RecordEntity, type[Any]]] = MappingProxyType(
    {
        RecordEntity.JOB: JobRecord,
        RecordEntity.CANDIDATE: CandidateRecord,
        RecordEntity.APPLICATION: ApplicationRecord,
        RecordEntity.STAGE: StageRecord,
        RecordEntity.NOTE: NoteRecord,
        RecordEntity.INTERVIEW_FEEDBACK: FeedbackRecord,
    }
)


def _text(value: Any, path: Path) -> str:
    if not isinstance(value, str):
        raise RecordRefusedError("must be text", path)
    return value


def _identifier(value: Any, path: Path) -> str:
    """ATS ids are text; many ATS write numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value, path)


def _time(value: Any, path: Path) -> datetime:
    if isinstance(value, datetime):
        return value  # GraphQL has read it already.
    if isinstance(value, int) and not isinstance(value, bool):
        return from_epoch_ms(value, path)
    unreadable = RecordRefusedError("must be epoch milliseconds or ISO 8601 with offset", path)
    # Python reads on past a NUL at the end.
    if not isinstance(value, str) or not value.isprintable():
        raise unreadable
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise unreadable from None


def _flag(value: Any, path: Path) -> bool:
    if not isinstance(value, bool):
        raise RecordRefusedError("must be true or false", path)
    return value


def _integer(value: Any, path: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RecordRefusedError("must be a whole number", path)
    return value


def _choice(kind: type[StrEnum], value: Any, path: Path) -> StrEnum:
    try:
        return kind(_text(value, path))
    except ValueError:
        raise RecordRefusedError(f"must be one of {', '.join(kind)}", path) from None


def _object(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RecordRefusedError("must be an object", path)
    return value


def _name(value: Any, path: Path) -> str | None:
    """A person as text, or as firstName and lastName."""
    if isinstance(value, dict):
        parts = [
            _text(value[key], (*path, key)) for key in ("firstName", "lastName") if value.get(key) is not None
        ]
        return " ".join(part for part in parts if part.strip()) or None
    if not isinstance(value, str):
        raise RecordRefusedError("must be text, or an object with firstName and lastName", path)
    return value


def _list_of(read: Reader, value: Any, path: Path) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise RecordRefusedError("must be a list", path)
    return tuple(read(one, (*path, str(index))) for index, one in enumerate(value))


def _part(kind: type[Any], value: Any, path: Path) -> Any:
    """A part of a record all of whose fields are text: a phone number, an address, an evaluation."""
    said = _object(value, path)
    texts = {}
    for field in fields(kind):
        name = camel_case(field.name)
        if said.get(name) is not None:
            texts[field.name] = _text(said[name], (*path, name))
        elif field.default is MISSING:
            raise RecordRefusedError("is required", (*path, name))
    return kind(**texts)


def _phone(value: Any, path: Path) -> PhoneNumber:
    if isinstance(value, str):
        return PhoneNumber(number=value)
    return cast("PhoneNumber", _part(PhoneNumber, value, path))


# How a field is read where it is not plain text.
_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "external_id": _identifier,
        "candidate_external_id": _identifier,
        "application_external_id": _identifier,
        "job_external_id": _identifier,
        "state": partial(_choice, JobState),
        "availability": partial(_choice, JobAvailability),
        "status": partial(_choice, ApplicationStatus),
        "posted_through_rsc": _flag,
        "is_private": _flag,
        "do_not_contact": _flag,
        "rank": _integer,
        "author_name": _name,
        "interviewer_name": _name,
        "custom_fields": _object,
        "tags": partial(_list_of, _text),
        "email_addresses": partial(_list_of, _text),
        "phone_numbers": partial(_list_of, _phone),
        "addresses": partial(_list_of, partial(_part, Address)),
        "hiring_team": partial(_list_of, partial(_part, HiringTeamMember)),
        "evaluations": partial(_list_of, partial(_part, Evaluation)),
        "entered_at": _time,
        "listed_at": _time,
        "expires_at": _time,
        "closed_at": _time,
        "rejected_at": _time,
        "ats_created_at": _time,
        "ats_last_modified_at": _time,
    }
)
# What tells the kind of a record that does not name its entity; the first that fits.
_TELLING: Final = (
    ("externalJobPostingId", RecordEntity.JOB),
    ("atsStageId", RecordEntity.STAGE),
    ("atsNoteId", RecordEntity.NOTE),
    ("atsInterviewFeedbackId", RecordEntity.INTERVIEW_FEEDBACK),
    ("atsJobApplicationId", RecordEntity.APPLICATION),
    ("atsCandidateId", RecordEntity.CANDIDATE),
)
_ENVELOPE: Final = frozenset({"entity", "dataProvider", "integrationContext"})
# Fields that are known and kept elsewhere: an application's person is its candidate, and matches are made by
# hand or by us, so a record that was read may be sent back as it is.
_KEPT_ELSEWHERE: Final[Mapping[RecordEntity, frozenset[str]]] = MappingProxyType(
    {
        RecordEntity.APPLICATION: frozenset({"firstName", "lastName", "stage"}),
        RecordEntity.CANDIDATE: frozenset({"matchedMembers", "manualMatchedMember"}),
    }
)


def wire_entity(said: Mapping[str, Any]) -> RecordEntity | None:
    """The kind of a wire record, by its `entity` or else by its ids; None if it is no wire record.

    Raises: RecordRefusedError for an entity that there is not.
    """
    if "entity" in said:
        return cast("RecordEntity", _choice(RecordEntity, said["entity"], ("entity",)))
    return next((entity for name, entity in _TELLING if name in said), None)


def record_from_wire(entity: RecordEntity, said: Mapping[str, Any]) -> Record:
    """The record that a JSON object says. Null counts as left out.

    Raises: RecordRefusedError with the path of the field.
    """
    kind = _RECORDS[entity]
    values: dict[str, Any] = {}
    for field in fields(kind):
        name = wire_name(entity, field.name)
        value = said.get(name)
        if value is not None:
            read: Reader = _READERS.get(field.name, _text)
            values[field.name] = read(value, (name,))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise RecordRefusedError("is required", (name,))
    return cast("Record", kind(**values))


def unknown_fields(entity: RecordEntity, said: Mapping[str, Any]) -> list[str]:
    """The names in a JSON object that no field has."""
    known = {wire_name(entity, field.name) for field in fields(_RECORDS[entity])}
    known |= _ENVELOPE | _KEPT_ELSEWHERE.get(entity, frozenset())
    return [name for name in said if name not in known]
