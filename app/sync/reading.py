"""Files to records: which format a file has, and every record in it, or why it cannot be taken.

Three formats, told by the content and not by the file's name:

- Greenhouse Harvest answers: a JSON array of objects, or one object.
- JSON Lines of the wire format: one object a line, `{"entity": "candidate", "atsCandidateId": "7", …}`.
  Without `entity` the ids tell what it is. An array of such objects is taken too, and so are Greenhouse's
  objects one a line.
- CSV of candidates, with a heading row.

Files are read whole into memory.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from app.errors import CallerError, ErrorCode
from app.sync import greenhouse
from app.sync.findings import Finding, Found, NotTaken, Place
from app.sync.greenhouse import GreenhouseKind, greenhouse_kind
from app.sync.records import CandidateRecord, Record, RecordEntity, RecordRefusedError
from app.sync.said import Said
from app.sync.spreadsheet import read_spreadsheet
from app.sync.wire import record_from_wire, unknown_fields, wire_entity

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_NO_OWNER: Final = (
    "belongs to a candidate whom the feed does not name: none of its e-mails went to or came from exactly "
    "one candidate of these files, and neither the file's name nor the caller says the candidate's id"
)
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


@dataclass(frozen=True, slots=True)
class _Feed:
    """An activity feed, kept until all candidates are known."""

    place: Place
    said: Mapping[str, Any]


def read_files(files: Sequence[Path], *, candidate: str | None = None) -> list[Finding]:
    """Everything in these files, in their order; activity feeds come last.

    `candidate` is the ATS's id of the person whose activity feeds these are.

    Raises: CallerError (BAD_USER_INPUT) for a file that cannot be opened.
    """
    findings: list[Finding] = []
    feeds: list[_Feed] = []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CallerError(ErrorCode.BAD_USER_INPUT, f"{file.name} cannot be read: {reason}.") from error
        for place, said in _values(file.name, content, findings):
            if isinstance(said, dict) and greenhouse_kind(said) is GreenhouseKind.ACTIVITY_FEED:
                feeds.append(_Feed(place, said))
            else:
                findings.extend(_read_value(place, said))
    owners = _owners(findings)
    for feed in feeds:
        findings.extend(_read_feed(feed, candidate or _named_by_file(feed.place.file, owners), owners))
    return findings


def _values(file: str, content: bytes, findings: list[Finding]) -> Iterator[tuple[Place, Any]]:
    """The JSON values of a file with their places. What is no JSON goes to `findings`."""
    text = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text[:1] not in (b"{", b"["):
        findings.extend(read_spreadsheet(file, content))
        return
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines, unreadable = _lines(file, content) if text[:1] == b"{" else ([], [])
        # A file none of whose lines can be read alone is one broken document, not many broken lines.
        findings.extend(unreadable if lines else [_unreadable(file, f"line {error.lineno}", error)])
        yield from lines
        return
    if isinstance(whole, list):
        for index, said in enumerate(whole):
            yield Place(file=file, position=f"[{index}]"), said
    else:
        yield Place(file=file, position="line 1"), whole


def _lines(file: str, content: bytes) -> tuple[list[tuple[Place, Any]], list[NotTaken]]:
    """JSON Lines: the values of the lines that can be read, and the lines that cannot."""
    values: list[tuple[Place, Any]] = []
    unreadable: list[NotTaken] = []
    for number, line in enumerate(content.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append((Place(file=file, position=f"line {number}"), orjson.loads(line)))
        except orjson.JSONDecodeError as error:
            unreadable.append(_unreadable(file, f"line {number}", error))
    return values, unreadable


def _unreadable(file: str, position: str, error: orjson.JSONDecodeError) -> NotTaken:
    return NotTaken(
        place=Place(file=file, position=position),
        entity=None,
        external_id="",
        path=(),
        message=f"is not JSON: {error.msg} at column {error.colno}",
    )


def _read_value(place: Place, said: Any) -> Iterator[Finding]:
    if not isinstance(said, dict):
        yield NotTaken(place=place, entity=None, external_id="", path=(), message="is not a JSON object")
        return
    try:
        entity = wire_entity(said)
    except RecordRefusedError as refusal:
        yield NotTaken(place=place, entity=None, external_id="", path=refusal.path, message=refusal.message)
        return
    if entity is not None:
        yield _read_wire(place, entity, said)
    elif (kind := greenhouse_kind(said)) is not None:
        yield from _read_greenhouse(place, kind, said)
    else:
        yield NotTaken(
            place=place,
            entity=None,
            external_id=_id_of(said),
            path=(),
            message='is of no known kind: neither the wire format (say its "entity") nor Greenhouse\'s',
        )


def _read_wire(place: Place, entity: RecordEntity, said: Mapping[str, Any]) -> Finding:
    remarks = tuple(
        f"The field {name} of {entity} records is not known and was left out."
        for name in unknown_fields(entity, said)
    )
    return _attempt(place, entity, said, lambda: record_from_wire(entity, said), remarks)


def _read_greenhouse(place: Place, kind: GreenhouseKind, said: Mapping[str, Any]) -> Iterator[Finding]:
    here = Said(said)
    if kind is GreenhouseKind.JOB:
        yield _attempt(place, _ENTITY[kind], said, lambda: greenhouse.job(here))
    elif kind is GreenhouseKind.SCORECARD:
        yield _attempt(place, _ENTITY[kind], said, lambda: greenhouse.scorecard(here))
    elif kind is GreenhouseKind.APPLICATION:
        yield from _read_application(place, said)
    else:
        yield _attempt(place, _ENTITY[kind], said, lambda: greenhouse.candidate(here))
        embedded = said.get("applications")
        for index, one in enumerate(embedded if isinstance(embedded, list) else []):
            if isinstance(one, dict):
                inner = Place(file=place.file, position=f"{place.position}.applications[{index}]")
                yield from _read_application(inner, {"candidate_id": said.get("id"), **one})


def _read_application(place: Place, said: Mapping[str, Any]) -> Iterator[Finding]:
    here = Said(said)
    found = _attempt(place, RecordEntity.APPLICATION, said, lambda: greenhouse.application(here))
    if isinstance(found, Found):
        found = Found(place=place, record=found.record, remarks=greenhouse.application_remarks(here))
    yield found
    if said.get("current_stage") is not None:
        inside = Place(file=place.file, position=f"{place.position}.current_stage")
        yield from _optional(inside, RecordEntity.STAGE, said, lambda: greenhouse.current_stage(here))


def _read_feed(feed: _Feed, owner: str | None, owners: Mapping[str, set[str]]) -> Iterator[Finding]:
    here = Said(feed.said)
    if owner is None:
        try:
            addresses = {address.casefold() for address in greenhouse.feed_addresses(here)}
        except RecordRefusedError:
            addresses = set()
        of_feed = {one for address in addresses for one in owners.get(address, ())}
        owner = of_feed.pop() if len(of_feed) == 1 else None
    for kind in ("notes", "emails", "activities"):
        entries = feed.said.get(kind)
        for index, one in enumerate(entries if isinstance(entries, list) else []):
            place = Place(file=feed.place.file, position=f"{feed.place.position}.{kind}[{index}]")
            said = one if isinstance(one, dict) else {}
            if kind == "notes" and owner is not None:
                yield _attempt(place, RecordEntity.NOTE, said, _note_reader(said, owner))
                continue
            message = _NO_OWNER if kind == "notes" else _NOT_SYNCED.format(kind=kind)
            yield NotTaken(
                place=place, entity=RecordEntity.NOTE, external_id=_id_of(said), path=(), message=message
            )


def _note_reader(said: Mapping[str, Any], owner: str) -> Callable[[], Record]:
    return lambda: greenhouse.feed_note(Said(said), owner)


def _attempt(
    place: Place,
    entity: RecordEntity,
    said: Mapping[str, Any],
    read: Callable[[], Record],
    remarks: tuple[str, ...] = (),
) -> Finding:
    try:
        return Found(place=place, record=read(), remarks=remarks)
    except RecordRefusedError as refusal:
        return NotTaken(
            place=place,
            entity=entity,
            external_id=_id_of(said),
            path=refusal.path,
            message=refusal.message,
        )


def _optional(
    place: Place, entity: RecordEntity, said: Mapping[str, Any], read: Callable[[], Record | None]
) -> Iterator[Finding]:
    try:
        record = read()
    except RecordRefusedError as refusal:
        yield NotTaken(
            place=place, entity=entity, external_id=_id_of(said), path=refusal.path, message=refusal.message
        )
    else:
        if record is not None:
            yield Found(place=place, record=record)


def _owners(findings: Sequence[Finding]) -> Mapping[str, set[str]]:
    """The candidates of these files by e-mail address, and by their own id."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for one in findings:
        if isinstance(one, Found) and isinstance(one.record, CandidateRecord):
            owners[one.record.external_id].add(one.record.external_id)
            for address in one.record.email_addresses:
                owners[address.casefold()].add(one.record.external_id)
    return owners


def _named_by_file(file: str, owners: Mapping[str, set[str]]) -> str | None:
    """The candidate's id in a name like `activity_feed_53883394.json`, if these files have that candidate."""
    named = {number for number in re.findall(r"\d+", file) if number in owners}
    return named.pop() if len(named) == 1 else None


def _id_of(said: Mapping[str, Any]) -> str:
    """The best name for something that was not taken; empty if it has none."""
    values = [said.get(name) for name in _ID_NAMES]
    return next((str(value) for value in values if isinstance(value, int | str) and value != ""), "")
