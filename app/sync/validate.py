"""What a record must be before it is stored: domain.md's rules, and nothing that PostgreSQL cannot hold.

A record that passes comes back normalised: text trimmed, empty optional text None, times in UTC. Text
with NUL or a lone surrogate, numbers beyond 64 bits and times that JSON clients cannot say are refused
here, with their path, so that nothing fails later inside a batch.
"""

import dataclasses
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar

from app.sync.records import NoteRecord, Record, RecordEntity, RecordKey, RecordRefusedError, StageRecord
from app.sync.wire_names import camel_case, wire_name

TEXT_LENGTH_MAX: Final = 300
"""Characters of any text field that `LENGTH_MAX` does not name."""
LENGTH_MAX: Final[Mapping[str, int]] = {
    "title": 200,
    "tags": 200,
    "email_addresses": 320,
    "candidate_email": 320,
    "external_profile_url": 2_000,
    "linkedin_profile_url": 2_000,
    "company_apply_url": 2_000,
    "description": 100_000,
    "body": 100_000,
    "feedback": 100_000,
    "result": 10_000,
    "disposition_reason": 2_000,
    "line1": 1_000,
}
ITEMS_MAX: Final = 200
"""Entries of any list in a record."""
JSON_NODES_MAX: Final = 2_000
JSON_TEXT_MAX: Final = 10_000
JSON_DEPTH_MAX: Final = 20
RANK_MAX: Final = 2**31 - 1
INTEGER_MAX: Final = 2**63 - 1

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_REQUIRED: Final = frozenset({"external_id", "first_name", "title", "attribute", "result", "number", "role"})
_URLS: Final = frozenset({"external_profile_url", "linkedin_profile_url", "company_apply_url"})
_EMAILS: Final = frozenset({"email_addresses", "candidate_email"})
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_UNSAYABLE: Final = re.compile("[\x00\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x00-\x20\x7f]")
# `localhost:8080/x` has a port there, not a scheme.
_FOREIGN_SCHEME: Final = re.compile(r"(?!(?i:https?):)[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")

# Whether a key names a candidate and an application.
_PARENTS: Final[Mapping[RecordEntity, tuple[tuple[bool, bool], ...]]] = {
    RecordEntity.STAGE: ((False, True),),
    RecordEntity.INTERVIEW_FEEDBACK: ((False, True),),
    RecordEntity.NOTE: ((True, False), (False, True)),
}

Path = tuple[str, ...]
_R = TypeVar("_R", bound=Record)


def normalise(record: _R) -> _R:
    """The record as it will be stored.

    Raises: RecordRefusedError with the path of the first field that cannot be taken.
    """
    fields = _normal_fields(record, lambda name: wire_name(record.entity, name))
    _check_order_of_times(record, fields)
    if isinstance(record, StageRecord):
        _check_stage_name(fields["name"])
    if isinstance(record, NoteRecord):
        _check_note(fields)
    # `candidate_external_id` and `application_external_id` are optional on a note only.
    for parent in ("candidate_external_id", "application_external_id"):
        if parent in fields and fields[parent] is None and not isinstance(record, NoteRecord):
            raise RecordRefusedError("is required", (wire_name(record.entity, parent),))
    return dataclasses.replace(record, **fields)


def normalise_key(key: RecordKey) -> RecordKey:
    """The key of a record, trimmed like the record's own.

    Raises: RecordRefusedError with the path of the part that no record can have.
    """

    def said(field: str) -> str | None:
        value = getattr(key, field)
        return None if value is None else _text(field, value, (wire_name(key.entity, field),))

    candidate, application = said("candidate_external_id"), said("application_external_id")
    parents = (candidate is not None, application is not None)
    if parents not in _PARENTS.get(key.entity, ((False, False),)):
        raise RecordRefusedError(
            "must be named with what it belongs to, and with nothing else",
            (wire_name(key.entity, "application_external_id"),),
        )
    return RecordKey(
        entity=key.entity,
        external_id=said("external_id") or "",
        candidate_external_id=candidate,
        application_external_id=application,
    )


def _normal_fields(part: Any, spell: Any) -> dict[str, Any]:
    """Every field of a record or of a part of one, normalised; `spell` gives its name on the wire."""
    return {
        field.name: _normal(field.name, getattr(part, field.name), (spell(field.name),))
        for field in dataclasses.fields(part)
    }


def _normal(name: str, value: Any, path: Path) -> Any:
    if isinstance(value, Enum | bool):
        return value
    if isinstance(value, str):
        return _text(name, value, path)
    if isinstance(value, datetime):
        return _time(value, path)
    if isinstance(value, Mapping):
        return _json_object(value, path)
    if isinstance(value, tuple):
        return _items(name, value, path)
    if isinstance(value, int):
        if not -RANK_MAX <= value <= RANK_MAX:
            raise RecordRefusedError("must fit 32 bits", path)
        return value
    if value is None and name in _REQUIRED:
        raise RecordRefusedError("is required", path)
    return value


def _items(name: str, values: tuple[Any, ...], path: Path) -> tuple[Any, ...]:
    if len(values) > ITEMS_MAX:
        raise RecordRefusedError(f"has more than {ITEMS_MAX} entries", path)
    normal: list[Any] = []
    for index, value in enumerate(values):
        here = (*path, str(index))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {
                field.name: _normal(field.name, getattr(value, field.name), (*here, camel_case(field.name)))
                for field in dataclasses.fields(value)
            }
            if fields.get("name", "") is None:
                raise RecordRefusedError("is required", (*here, "name"))
            normal.append(dataclasses.replace(value, **fields))
        elif (text := _text(name, value, here)) is not None:
            normal.append(text)
    if name == "tags":
        return tuple(dict.fromkeys(normal))
    return tuple(normal)


def _text(name: str, value: str, path: Path) -> str | None:
    if _UNSAYABLE.search(value):
        raise RecordRefusedError("has a character that cannot be stored (NUL or half a surrogate pair)", path)
    text = value.strip()
    if not text:
        if name in _REQUIRED:
            raise RecordRefusedError("must not be empty", path)
        return None
    longest = LENGTH_MAX.get(name, TEXT_LENGTH_MAX)
    if len(text) > longest:
        raise RecordRefusedError(f"has more than {longest} characters", path)
    if name in _EMAILS and not _EMAIL.fullmatch(text):
        raise RecordRefusedError("does not look like an e-mail address (x@x.x)", path)
    if name in _URLS and (_CONTROL.search(text) or _FOREIGN_SCHEME.match(text)):
        raise RecordRefusedError("is not a web address (https://…)", path)
    return text


def _time(value: datetime, path: Path) -> datetime:
    if value.tzinfo is None:
        raise RecordRefusedError("has no time zone", path)
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise RecordRefusedError("is beyond the year 9999", path) from None
    if moment <= EPOCH:
        raise RecordRefusedError("must be after 1970-01-01T00:00:00Z", path)
    return moment


def _json_object(value: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Refuse what JSON or jsonb cannot hold, and more than `JSON_NODES_MAX` values."""
    open_nodes: list[tuple[Any, Path]] = [(value, path)]
    seen = 0
    while open_nodes:
        node, here = open_nodes.pop()
        seen += 1
        if seen > JSON_NODES_MAX or len(here) - len(path) > JSON_DEPTH_MAX:
            raise RecordRefusedError("is too large", path)
        if isinstance(node, Mapping):
            for key, inner in node.items():
                if not isinstance(key, str) or _UNSAYABLE.search(key) or len(key) > TEXT_LENGTH_MAX:
                    raise RecordRefusedError("has a key that cannot be stored", here)
                open_nodes.append((inner, (*here, key)))
        elif isinstance(node, list | tuple):
            open_nodes.extend((inner, (*here, str(index))) for index, inner in enumerate(node))
        else:
            _json_scalar(node, here)
    return value


def _json_scalar(node: Any, path: Path) -> None:
    if isinstance(node, str):
        if _UNSAYABLE.search(node) or len(node) > JSON_TEXT_MAX:
            raise RecordRefusedError("is text that cannot be stored", path)
    elif isinstance(node, bool) or node is None:
        return
    elif isinstance(node, int):
        if abs(node) > INTEGER_MAX:
            raise RecordRefusedError("must fit 64 bits", path)
    elif not isinstance(node, float) or not math.isfinite(node):
        raise RecordRefusedError("is not a JSON value", path)


def _check_order_of_times(record: Record, fields: Mapping[str, Any]) -> None:
    created, modified = fields.get("ats_created_at"), fields.get("ats_last_modified_at")
    if created is not None and modified is not None and modified < created:
        raise RecordRefusedError(
            "is earlier than the record was created", (wire_name(record.entity, "ats_last_modified_at"),)
        )


def _check_stage_name(name: str | None) -> None:
    if name is None:
        raise RecordRefusedError("must not be empty", ("stage",))
    if name.casefold() == "not available":
        raise RecordRefusedError('must not be "Not Available"', ("stage",))


def _check_note(fields: Mapping[str, Any]) -> None:
    if fields["body"] is None:
        raise RecordRefusedError("must not be empty", ("note",))
    parents = (fields["candidate_external_id"], fields["application_external_id"])
    if (parents[0] is None) == (parents[1] is None):
        raise RecordRefusedError("must name either a candidate or an application", ("atsCandidateId",))
