"""CSV files, one record a row: the kind of record and the columns are guessed, or a mapping file says them.

Comma, semicolon, tab or bar between the columns; UTF-8, UTF-16 with a byte order mark, or Windows-1252. A
column whose heading means nothing here is kept as a candidate's custom field under that heading. What has no
id gets one that the same row always gets: a candidate its e-mail address, an application its candidate and
job, what belongs to these its content. Times without a zone are UTC; in 09/12/2017 the month comes first.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

import orjson

from app.sync.cells import Cell, Manner, read_cells, several
from app.sync.findings import Finding, Found, Mark, NotTaken, Place, Portion
from app.sync.headings import FULL_NAME, STAGE, STAGE_ENTERED, Column, guess_columns, guess_entity
from app.sync.mapping import FileMapping, check_headings
from app.sync.records import RecordEntity, RecordRefusedError
from app.sync.sources import Source
from app.sync.wire import record_from_wire
from app.sync.wire_names import wire_name

DELIMITERS: Final = ",;\t|"
LINE_CHARACTERS_MAX: Final = 1 << 20
_QUOTED: Final = re.compile(r'"[^"]*"')


class _Lines:
    """The lines of a text file from a byte on, and the byte behind the last one."""

    def __init__(self, file: BinaryIO, encoding: str, offset: int) -> None:
        file.seek(offset)
        self._text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        self._encoding = encoding
        self.offset = offset

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._line()
        if not line:
            raise StopIteration
        if len(line) >= LINE_CHARACTERS_MAX and not line.endswith(("\n", "\r")):
            while (rest := self._line()) and not rest.endswith(("\n", "\r")):
                pass
            raise csv.Error(f"the line is longer than {LINE_CHARACTERS_MAX} characters")
        return line

    def _line(self) -> str:
        line = self._text.readline(LINE_CHARACTERS_MAX)
        self.offset += len(line.encode(self._encoding, "replace"))
        return line

    def let_go(self) -> None:
        """Leave the file open for whoever opened it."""
        self._text.detach()


class _Rows:
    """The rows behind a mark, each with the number of its last line; an error instead of one that is none."""

    def __init__(self, lines: _Lines, delimiter: str, number: int) -> None:
        self._lines = lines
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self._before = number

    def __iter__(self) -> Iterator[tuple[Mark, list[str] | str]]:
        while True:
            try:
                row: list[str] | str = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = f"cannot be read: {error}"
            yield Mark(self._lines.offset, self._before + self._reader.line_num), row


def read_spreadsheet(file: BinaryIO, source: Source, mapping: FileMapping, mark: Mark) -> Iterator[Portion]:
    """The records of a CSV file behind a mark, row by row. The heading row is read in any case.

    Raises: CallerError (BAD_USER_INPUT) for a mapping that does not fit the file.
    """
    encoding = mapping.encoding or source.encoding
    lines = _Lines(file, encoding, source.start)
    delimiter = mapping.delimiter or _delimiter(lines)
    lines.let_go()
    lines = _Lines(file, encoding, source.start)
    try:
        heading = next(iter(_Rows(lines, delimiter, 0)), None)
        if heading is None:
            return
        behind, row = heading
        place = Place(file=source.name, position=f"line {behind.number}")
        table = None if isinstance(row, str) else _table(source.name, mapping, row)
        if table is None:
            if mark.offset < behind.offset:
                yield Portion([_no_heading(place, row)], behind)
            return
    finally:
        lines.let_go()
    at = max(mark, behind, key=lambda one: one.offset)
    lines = _Lines(file, encoding, at.offset)
    remarks = table.remarks
    try:
        for here, row in _Rows(lines, delimiter, at.number):
            place = Place(file=source.name, position=f"line {here.number}")
            if isinstance(row, str):
                yield Portion([_not_taken(place, table.entity, "", row, {"entity": table.entity})], here)
            elif any(cell.strip() for cell in row):
                findings = list(table.read(place, row, remarks))
                remarks = ()
                yield Portion(findings, here)
    finally:
        lines.let_go()


def _delimiter(lines: _Lines) -> str:
    """What stands most often in the first line, outside quotes."""
    try:
        first = _QUOTED.sub("", next(lines, ""))
    except csv.Error:
        return DELIMITERS[0]
    return max(DELIMITERS, key=first.count)


def _table(file: str, mapping: FileMapping, headings: Sequence[str]) -> "_Table | None":
    """What the columns of a file are; None if the kind of record cannot be told."""
    check_headings(mapping, file, headings)
    entity = mapping.entity or guess_entity(headings) or _entity_of(mapping)
    if entity is None:
        return None
    said = {heading.strip(): target for heading, target in mapping.columns.items()}
    taken = {*said.values(), *mapping.constants}
    columns = []
    for column in guess_columns(entity, headings):
        target = said.get(column.heading, None if column.target in taken else column.target)
        columns.append(Column(column.heading, target))
    return _Table(entity, columns, mapping)


def _entity_of(mapping: FileMapping) -> RecordEntity | None:
    """The kind of record whose own id the mapping names; the most particular one first."""
    targets = {*mapping.columns.values(), *mapping.constants}
    for entity in (RecordEntity.STAGE, RecordEntity.NOTE, RecordEntity.INTERVIEW_FEEDBACK):
        if wire_name(entity, "external_id") in targets:
            return entity
    if "atsJobApplicationId" in targets:
        return RecordEntity.APPLICATION
    if "externalJobPostingId" in targets:
        return RecordEntity.JOB
    known = {"atsCandidateId", "firstName", FULL_NAME}
    return RecordEntity.CANDIDATE if targets & known else None


class _Table:
    """A CSV file's columns, and its rows as records."""

    def __init__(self, entity: RecordEntity, columns: Sequence[Column], mapping: FileMapping) -> None:
        self.entity = entity
        self._columns = columns
        self._mapping = mapping
        self._manner = Manner(mapping.day_first, mapping.time_zone)
        self._id = wire_name(entity, "external_id")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What becomes of columns that nobody knows."""
        kept = "is kept as a custom field" if self.entity is RecordEntity.CANDIDATE else "was left out"
        return tuple(
            f'The column "{column.heading}" means nothing known for {self.entity} records and {kept}.'
            for column in self._columns
            if column.target is None and column.heading
        )

    def read(self, place: Place, row: Sequence[str], remarks: tuple[str, ...]) -> Iterator[Finding]:
        """The records of a row: one, or an application and the stage that it is in."""
        fields, refusal = read_cells(self.entity, self._cells(row), self._manner)
        said: dict[str, Any] = {"entity": self.entity, **_completed(self.entity, fields)}
        stage = _stage_apart(said) if self.entity is RecordEntity.APPLICATION else None
        name = said.get(self._id, "")
        if len(row) > len(self._columns):
            message = "has more cells than there are headings"
            yield _not_taken(place, self.entity, name, message, {**said, "cells": list(row), self._id: None})
            return
        if not name:
            yield _not_taken(place, self.entity, "", _UNNAMED[self.entity], said)
            return
        if refusal is not None:
            yield _not_taken(place, self.entity, name, refusal.message, said, refusal.path)
            return
        yield _found(place, said, name, remarks)
        if stage is not None:
            yield _found(place, stage, name, ())

    def _cells(self, row: Sequence[str]) -> Mapping[str, Sequence[Cell]]:
        cells: dict[str, list[Cell]] = {}
        for column, cell in zip(self._columns, row, strict=False):
            text = cell.strip()
            target = column.target
            if not text or target == "":
                continue
            if target is None:
                if self.entity is not RecordEntity.CANDIDATE:
                    continue
                target = f"customFields.{column.heading or '(no heading)'}"
            words = self._mapping.values.get(target)
            if words is not None and text in words:
                text = _as_text(words[text])
            if text:
                cells.setdefault(target, []).append(Cell(column.heading, text))
        for target, value in self._mapping.constants.items():
            cells.setdefault(target, []).append(Cell(f"constants.{target}", _as_text(value)))
        return cells


_UNNAMED: Final[Mapping[RecordEntity, str]] = {
    RecordEntity.CANDIDATE: "has neither an id nor an e-mail address to know the candidate by",
    RecordEntity.JOB: "has neither an id nor a requisition code to know the job by",
    RecordEntity.APPLICATION: "has neither an id nor a candidate and a job to know the application by",
    RecordEntity.STAGE: "has no application that it belongs to",
    RecordEntity.NOTE: "has neither a candidate nor an application that it belongs to",
    RecordEntity.INTERVIEW_FEEDBACK: "has no application that it belongs to",
}


def _completed(entity: RecordEntity, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with what follows from them: divided names, ids of what has none."""
    name = wire_name(entity, "external_id")
    if entity is RecordEntity.CANDIDATE:
        emails = fields.get("emailAddresses") or [""]
        own = emails[0].casefold()
        if FULL_NAME in fields:
            first, last = _divided(fields.pop(FULL_NAME))
            if "firstName" not in fields:
                fields |= {"firstName": first, "lastName": fields.get("lastName") or last}
    elif entity is RecordEntity.JOB:
        own = fields.get("requisitionCode", "")
    elif entity is RecordEntity.APPLICATION:
        # Candidates without an id are known by their e-mail address, so that is what names them here too.
        email = several([Cell("", fields.get("candidateEmail", ""))])
        if email and "atsCandidateId" not in fields:
            fields["atsCandidateId"] = email[0].casefold()
        parts = fields.get("atsCandidateId"), fields.get("atsJobPostingId") or fields.get("atsJobPostingName")
        own = ":".join(map(str, parts)) if all(parts) else ""
    elif fields.get("atsJobApplicationId") or fields.get("atsCandidateId"):
        text = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
        own = f"row-{hashlib.sha256(text).hexdigest()[:24]}"
    else:
        own = ""
    return {name: fields.get(name) or own, **{key: fields[key] for key in fields if key != name}}


def _stage_apart(said: dict[str, Any]) -> dict[str, Any] | None:
    """The stage that an application's row names, as a record of its own: it is known by its name."""
    stage, entered = said.pop(STAGE, None), said.pop(STAGE_ENTERED, None)
    entered = entered or said.get("atsLastModifiedAt") or said.get("atsCreatedAt")
    if stage is None or entered is None:
        return None
    return {
        "entity": RecordEntity.STAGE,
        "atsStageId": stage,
        "atsJobApplicationId": said["atsJobApplicationId"],
        "stage": stage,
        "atsCreatedAt": entered,
    }


def _divided(name: str) -> tuple[str, str | None]:
    """A full name as given and family name: `Locke, John` and `John Locke` are the same."""
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return given.strip(), family.strip() or None
    given, _, family = name.rpartition(" ")
    return (given, family) if given else (name, None)


def _as_text(value: Any) -> str:
    """A value of a mapping file as a cell would have it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if hasattr(value, "isoformat") else str(value).strip()


def _found(place: Place, said: Mapping[str, Any], name: str, remarks: tuple[str, ...]) -> Finding:
    entity = said["entity"]
    try:
        return Found(place=place, record=record_from_wire(entity, said), said=said, remarks=remarks)
    except RecordRefusedError as refusal:
        return _not_taken(place, entity, name, refusal.message, said, refusal.path)


def _no_heading(place: Place, row: Sequence[str] | str) -> NotTaken:
    if isinstance(row, str):
        return _not_taken(place, None, "", row, "")
    there = ", ".join(cell.strip()[:60] for cell in row[:40])
    message = (
        "is no heading row that says what the records are: no columns for a candidate's name, a job's title, "
        f"or the ids of what belongs to them; a mapping file can say it. There is: {there}"
    )
    return _not_taken(place, None, "", message, "")


def _not_taken(
    place: Place,
    entity: RecordEntity | None,
    external_id: str,
    message: str,
    said: Mapping[str, Any] | str,
    path: tuple[str, ...] = (),
) -> NotTaken:
    return NotTaken(
        place=place, entity=entity, external_id=external_id, path=path, message=message, said=said
    )
