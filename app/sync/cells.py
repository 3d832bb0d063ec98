"""Cells of a CSV file as fields of the wire format: which fields there are, and how text becomes a value."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Any, Final

from app.sync.headings import FULL_NAME, STAGE, STAGE_ENTERED
from app.sync.moments import read_moment
from app.sync.records import (
    Address,
    ApplicationRecord,
    ApplicationStatus,
    CandidateRecord,
    FeedbackRecord,
    JobAvailability,
    JobRecord,
    JobState,
    NoteRecord,
    Record,
    RecordEntity,
    RecordRefusedError,
    StageRecord,
)
from app.sync.wire_names import camel_case, wire_name

TRUE: Final = frozenset({"1", "true", "yes", "y", "x", "ja", "oui", "si"})
FALSE: Final = frozenset({"", "0", "false", "no", "n", "nein", "non"})
_SEVERAL: Final = re.compile(r"[;,|\n]")
# What people call a state; the words of the wire format stand for themselves.
_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "state": {
            **dict.fromkeys(("open", "active", "published", "posted", "offen"), JobState.LISTED.value),
            **dict.fromkeys(
                ("filled", "cancelled", "canceled", "archived", "geschlossen"), JobState.CLOSED.value
            ),
        },
        "availability": {
            **dict.fromkeys(("external", "yes"), JobAvailability.PUBLIC.value),
            **dict.fromkeys(
                ("private", "internal", "confidential"), JobAvailability.PRIVATE_TO_ATS_INTEGRATION.value
            ),
        },
        "status": {
            **dict.fromkeys(("open", "new", "in progress", "in process"), ApplicationStatus.ACTIVE.value),
            **dict.fromkeys(("declined", "disqualified", "not hired"), ApplicationStatus.REJECTED.value),
            **dict.fromkeys(("offer accepted", "filled"), ApplicationStatus.HIRED.value),
            **dict.fromkeys(("withdrew", "candidate withdrew"), ApplicationStatus.WITHDRAWN.value),
        },
    }
)
_CHOICES: Final = MappingProxyType(
    {"state": JobState, "availability": JobAvailability, "status": ApplicationStatus}
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, trimmed and not empty, under its heading."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How this file writes times."""

    day_first: bool = False
    time_zone: tzinfo = UTC


Read = Callable[[Sequence[Cell], Manner], Any]


def several(cells: Sequence[Cell]) -> list[str]:
    """All parts of all cells: between semicolons, commas, bars or line breaks."""
    return [part.strip() for cell in cells for part in _SEVERAL.split(cell.text) if part.strip()]


def _text(cells: Sequence[Cell], manner: Manner) -> str:  # noqa: ARG001
    return cells[0].text


def _texts(cells: Sequence[Cell], manner: Manner) -> list[str]:  # noqa: ARG001
    return several(cells)


def _phones(cells: Sequence[Cell], manner: Manner) -> list[dict[str, str]]:  # noqa: ARG001
    return [{"number": number} for number in several(cells)]


def _moment(cells: Sequence[Cell], manner: Manner) -> Any:
    return read_moment(
        cells[0].text, (cells[0].heading,), day_first=manner.day_first, time_zone=manner.time_zone
    )


def _flag(cells: Sequence[Cell], manner: Manner) -> bool:  # noqa: ARG001
    word = cells[0].text.casefold()
    if word not in TRUE | FALSE:
        raise RecordRefusedError("must be yes or no", (cells[0].heading,))
    return word in TRUE


def _whole_number(cells: Sequence[Cell], manner: Manner) -> int:  # noqa: ARG001
    try:
        return int(cells[0].text)
    except ValueError:
        raise RecordRefusedError("must be a whole number", (cells[0].heading,)) from None


def _choice(name: str) -> Read:
    known: dict[str, str] = {str(one).casefold(): str(one) for one in _CHOICES[name]}
    known.update(_WORDS[name])

    def read(cells: Sequence[Cell], manner: Manner) -> str:  # noqa: ARG001
        word = cells[0].text.casefold()
        if word not in known:
            listed = ", ".join(_CHOICES[name])
            raise RecordRefusedError(
                f"must be one of {listed}, or a mapping file says in [values.{name}] what it means",
                (cells[0].heading,),
            )
        return known[word]

    return read


_TIMES: Final = frozenset(
    {
        *("entered_at", "listed_at", "expires_at", "closed_at", "rejected_at"),
        *("ats_created_at", "ats_last_modified_at"),
    }
)
_READS: Final[Mapping[str, Read]] = MappingProxyType(
    {
        "email_addresses": _texts,
        "tags": _texts,
        "phone_numbers": _phones,
        "posted_through_rsc": _flag,
        "is_private": _flag,
        "do_not_contact": _flag,
        "rank": _whole_number,
        **{name: _choice(name) for name in _CHOICES},
        **dict.fromkeys(_TIMES, _moment),
    }
)
_ADDRESS_PARTS: Final = frozenset(camel_case(part.name) for part in dataclasses.fields(Address))
# Fields that columns lead into: `addresses.city`, and those whose part is a name of the file's own.
_WITH_PARTS: Final = frozenset({"addresses", "custom_fields", "hiring_team", "evaluations"})
_RECORDS: Final[Mapping[RecordEntity, type[Record]]] = MappingProxyType(
    {
        kind.entity: kind
        for kind in (JobRecord, CandidateRecord, ApplicationRecord, StageRecord, NoteRecord, FeedbackRecord)
    }
)


def _targets(entity: RecordEntity) -> Mapping[str, Read]:
    targets: dict[str, Read] = {}
    for field in dataclasses.fields(_RECORDS[entity]):
        if field.name not in _WITH_PARTS:
            targets[wire_name(entity, field.name)] = _READS.get(field.name, _text)
        elif field.name == "addresses":
            targets |= {f"addresses.{part}": _text for part in sorted(_ADDRESS_PARTS)}
    if entity is RecordEntity.CANDIDATE:
        targets[FULL_NAME] = _text
    if entity is RecordEntity.APPLICATION:
        targets |= {STAGE: _text, STAGE_ENTERED: _moment}
    return MappingProxyType(targets)


TARGETS: Final[Mapping[RecordEntity, Mapping[str, Read]]] = MappingProxyType(
    {entity: _targets(entity) for entity in RecordEntity if entity in _RECORDS}
)
"""What a column can be, by the kind of record; beside these, the parts that `is_target` takes."""
_NAMED_PARTS: Final[Mapping[RecordEntity, str]] = MappingProxyType(
    {
        RecordEntity.CANDIDATE: "customFields",
        RecordEntity.JOB: "hiringTeam",
        RecordEntity.INTERVIEW_FEEDBACK: "evaluations",
    }
)


def is_target(entity: RecordEntity, target: str) -> bool:
    """Whether a column of such records can be this: `firstName`, `addresses.city`, `customFields.salary`."""
    field, dot, part = target.partition(".")
    return target in TARGETS[entity] or bool(dot and part and _NAMED_PARTS.get(entity) == field)


def read_cells(
    entity: RecordEntity, cells: Mapping[str, Sequence[Cell]], manner: Manner
) -> tuple[dict[str, Any], RecordRefusedError | None]:
    """The fields that the cells say, by target, and the first refusal.

    A cell that cannot be read stands in its field as it is.
    """
    fields: dict[str, Any] = {}
    refusal: RecordRefusedError | None = None
    parts: dict[str, dict[str, str]] = {}
    for target, of_target in cells.items():
        field, dot, part = target.partition(".")
        if dot:
            parts.setdefault(field, {})[part] = of_target[0].text
            continue
        try:
            fields[target] = TARGETS[entity][target](of_target, manner)
        except RecordRefusedError as error:
            refusal = refusal or error
            fields[target] = of_target[0].text
    if "addresses" in parts:
        fields["addresses"] = [parts["addresses"]]
    if "customFields" in parts:
        fields["customFields"] = parts["customFields"]
    if "hiringTeam" in parts:
        fields["hiringTeam"] = [{"name": name, "role": role} for role, name in parts["hiringTeam"].items()]
    if "evaluations" in parts:
        said = parts["evaluations"].items()
        fields["evaluations"] = [{"attribute": attribute, "result": result} for attribute, result in said]
    return fields, refusal
