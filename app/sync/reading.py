"""Files to records: every record in a file, or why it cannot be taken, portion by portion.

The formats, told by the content (see `app.sync.sources`):

- Greenhouse Harvest answers: a JSON array of objects, or one object.
- JSON Lines of the wire format: one object a line, `{"entity": "candidate", "atsCandidateId": "7", …}`.
  Without `entity` the ids tell what it is. An array of such objects is taken too, and so are Greenhouse's
  objects one a line. What a load refused comes in the same form, with the reason in `refused`.
- CSV of any kind of record, with a heading row (see `app.sync.spreadsheet`).

No more than one value is held at a time. A file may be read from any mark that a portion of it had.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Final

from app.sync import greenhouse
from app.sync.findings import Feed, Finding, Found, Mark, NotTaken, Place, Portion
from app.sync.greenhouse import GreenhouseKind, greenhouse_kind
from app.sync.json_values import Value, read_array, read_documents, read_lines
from app.sync.mapping import FileMapping
from app.sync.records import Record, RecordEntity, RecordRefusedError
from app.sync.said import Said
from app.sync.sources import FileFormat, Source, open_source
from app.sync.spreadsheet import read_spreadsheet
from app.sync.wire import record_from_wire, unknown_fields, wire_entity

REASON: Final = "refused"
"""The field of an object in a file of refused records that tells the reason; it is not read."""
FEED_OWNER: Final = "candidate_id"
"""What an activity feed does not have in Greenhouse's answers, and has in a file of refused records."""

_NOT_SYNCED: Final = "is not taken: of an activity feed only notes are synced, not {kind}"
# An object that belongs to another names that too, so the most particular id comes first.
_ID_NAMES: Final = (
    *("id", "atsNoteId", "atsStageId", "atsInterviewFeedbackId"),
    *("atsJobApplicationId", "externalJobPostingId", "atsCandidateId"),
)
_ENTITY: Final[Mapping[GreenhouseKind, RecordEntity]] = {
    GreenhouseKind.JOB: RecordEntity.JOB,
    GreenhouseKind.CANDIDATE: RecordEntity.CANDIDATE,
    GreenhouseKind.APPLICATION: RecordEntity.APPLICATION,
    GreenhouseKind.SCORECARD: RecordEntity.INTERVIEW_FEEDBACK,
    GreenhouseKind.ACTIVITY_FEED: RecordEntity.NOTE,
}


def read_portions(
    source: Source, mapping: FileMapping, mark: Mark, *, company: str
) -> Generator[Portion, None, None]:
    """What is in a file behind a mark, in its order; an activity feed comes as it is.

    `company` is the organization's URN: a wire record that names another one is refused.
    Raises: CallerError (BAD_USER_INPUT) for a file that cannot be opened.
    """
    with open_source(source.path) as file:
        if source.format is FileFormat.CSV:
            yield from read_spreadsheet(file, source, mapping, mark)
            return
        if source.format is FileFormat.ARRAY:
            values = read_array(file, mark, start=source.start)
        elif source.format is FileFormat.DOCUMENTS:
            values = read_documents(file, mark, start=source.start)
        else:
            at = mark if mark.offset else Mark(source.start, 0)
            values = read_lines(file, at)
        for value in values:
            yield Portion(list(_read_value(source.name, value, company)), value.mark)


def _read_value(file: str, value: Value, company: str) -> Iterator[Finding | Feed]:
    place, said = Place(file=file, position=value.position), value.said
    if value.broken is not None:
        yield _refused(place, value.broken, said)
    elif not isinstance(said, dict):
        yield _refused(place, "is not a JSON object", {"value": said})
    elif said.keys() != {REASON}:
        yield from read_object(place, {name: said[name] for name in said if name != REASON}, company)


def read_object(place: Place, said: Mapping[str, Any], company: str) -> Iterator[Finding | Feed]:
    """The records that a JSON object says, in the wire format or in Greenhouse's."""
    try:
        entity = wire_entity(said)
    except RecordRefusedError as refusal:
        yield _refused(place, refusal.message, said, path=refusal.path)
        return
    if entity is not None:
        if said.get("integrationContext") not in (None, company):
            yield _refused(
                place, "names another company than this load's", said, entity, path=("integrationContext",)
            )
            return
        yield _read_wire(place, entity, said)
    elif (kind := greenhouse_kind(said)) is GreenhouseKind.ACTIVITY_FEED:
        yield Feed(place=place, said=said)
    elif kind is not None:
        yield from _read_greenhouse(place, kind, said)
    else:
        message = 'is of no known kind: neither the wire format (say its "entity") nor Greenhouse\'s'
        yield _refused(place, message, said)


def _read_wire(place: Place, entity: RecordEntity, said: Mapping[str, Any]) -> Finding:
    remarks = tuple(
        f"The field {name} of {entity} records is not known and was left out."
        for name in unknown_fields(entity, said)
    )
    return attempt(place, entity, {"entity": entity, **said}, lambda: record_from_wire(entity, said), remarks)


def _read_greenhouse(place: Place, kind: GreenhouseKind, said: Mapping[str, Any]) -> Iterator[Finding]:
    here = Said(said)
    if kind is GreenhouseKind.JOB:
        yield attempt(place, _ENTITY[kind], said, lambda: greenhouse.job(here))
    elif kind is GreenhouseKind.SCORECARD:
        yield attempt(place, _ENTITY[kind], said, lambda: greenhouse.scorecard(here))
    elif kind is GreenhouseKind.APPLICATION:
        yield from _read_application(place, said)
    else:
        embedded = said.get("applications")
        # They are refused and mended on their own; the candidate keeps the field, which tells what it is.
        alone = {**said, "applications": []} if isinstance(embedded, list) else said
        yield attempt(place, _ENTITY[kind], alone, lambda: greenhouse.candidate(here))
        for index, one in enumerate(embedded if isinstance(embedded, list) else []):
            if isinstance(one, dict):
                inner = Place(file=place.file, position=f"{place.position}.applications[{index}]")
                yield from _read_application(inner, {"candidate_id": said.get("id"), **one})


def _read_application(place: Place, said: Mapping[str, Any]) -> Iterator[Finding]:
    here = Said(said)
    application = attempt(
        place,
        RecordEntity.APPLICATION,
        said,
        lambda: greenhouse.application(here),
        lambda: greenhouse.application_remarks(here),
    )
    yield application
    # The stage of one that is refused comes with it again once it is mended.
    if isinstance(application, Found) and said.get("current_stage") is not None:
        inside = Place(file=place.file, position=f"{place.position}.current_stage")
        try:
            record = greenhouse.current_stage(here)
        except RecordRefusedError as refusal:
            yield _refused(inside, refusal.message, said, RecordEntity.STAGE, path=refusal.path)
        else:
            if record is not None:
                yield Found(place=inside, record=record, said=said)


def read_feed(feed: Feed, owner: str | None, no_owner: str) -> Iterator[Finding]:
    """The notes of an activity feed for the candidate `owner`; `no_owner` says why there is none."""
    for kind in ("notes", "emails", "activities"):
        entries = feed.said.get(kind)
        for index, one in enumerate(entries if isinstance(entries, list) else []):
            place = Place(file=feed.place.file, position=f"{feed.place.position}.{kind}[{index}]")
            said = one if isinstance(one, dict) else {}
            alone: dict[str, Any] = {FEED_OWNER: owner, "notes": [], "emails": [], "activities": []} | {
                kind: [one]
            }
            if kind == "notes" and owner is not None:
                found = attempt(place, RecordEntity.NOTE, said, _note_reader(said, owner))
                yield _alone(found, alone)
                continue
            message = no_owner if kind == "notes" else _NOT_SYNCED.format(kind=kind)
            yield NotTaken(
                place=place,
                entity=RecordEntity.NOTE,
                external_id=id_of(said),
                path=(),
                message=message,
                said=alone,
            )


def _note_reader(said: Mapping[str, Any], owner: str) -> Callable[[], Record]:
    return lambda: greenhouse.feed_note(Said(said), owner)


def _alone(finding: Finding, said: Mapping[str, Any]) -> Finding:
    if isinstance(finding, Found):
        return Found(place=finding.place, record=finding.record, said=said)
    return NotTaken(
        place=finding.place,
        entity=finding.entity,
        external_id=finding.external_id,
        path=finding.path,
        message=finding.message,
        said=said,
    )


def attempt(
    place: Place,
    entity: RecordEntity,
    said: Mapping[str, Any],
    read: Callable[[], Record],
    remarks: tuple[str, ...] | Callable[[], tuple[str, ...]] = (),
) -> Finding:
    """The record that `read` makes of what is said, or its refusal."""
    try:
        record = read()
        return Found(
            place=place, record=record, said=said, remarks=remarks() if callable(remarks) else remarks
        )
    except RecordRefusedError as refusal:
        return _refused(place, refusal.message, said, entity, path=refusal.path)


def _refused(
    place: Place,
    message: str,
    said: Mapping[str, Any] | str,
    entity: RecordEntity | None = None,
    *,
    path: tuple[str, ...] = (),
) -> NotTaken:
    return NotTaken(
        place=place,
        entity=entity,
        external_id=id_of(said) if isinstance(said, Mapping) else "",
        path=path,
        message=message,
        said=said,
    )


def id_of(said: Mapping[str, Any]) -> str:
    """The best name for something that was not taken; empty if it has none."""
    values = [said.get(name) for name in _ID_NAMES]
    return next((str(value) for value in values if isinstance(value, int | str) and value != ""), "")
