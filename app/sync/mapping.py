"""Mapping files: what the columns of CSV files mean, said by a person in TOML.

    entity = "candidate"            # job, application, stage, note, interviewFeedback; guessed if left out
    encoding = "cp1250"             # guessed if left out
    delimiter = ";"                 # guessed if left out
    day_first = true                # 09/12/2017 is in December; without it, in September
    time_zone = "Europe/Berlin"     # of times that do not say theirs; without it UTC

    [columns]
    "Bewerber-Nr." = "atsCandidateId"
    "Vorname" = "firstName"
    "Handy" = "phoneNumbers"        # e-mails, phones and tags may have several columns
    "Wohnort" = "addresses.city"
    "Gehalt" = "customFields.salary"
    "Interne Notiz" = ""            # left out

    [constants]
    source = "Old ATS"              # the same in each row

    [values.status]                 # what this file calls the values of a field
    "eingestellt" = "HIRED"

Fields have their names of the wire format. Columns that are not named are guessed; what cannot be guessed is
a candidate's custom field, and left out elsewhere. For files of several kinds, all of this stands in
tables `[[files]]`, each with `match = "jobs*.csv"`; the first that matches a file's name counts.
"""

import codecs
import difflib
import fnmatch
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.errors import CallerError, ErrorCode
from app.sync.cells import TARGETS, is_target
from app.sync.records import RecordEntity

_KEYS: Final = frozenset(
    {"entity", "encoding", "delimiter", "day_first", "time_zone", "columns", "constants", "values"}
)
_SIZE_BYTES_MAX: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """What a person said of a CSV file; of everything that is None or missing a guess is made.

    `where` names the place in the mapping file, for messages. `columns`: target by heading, empty for a
    column that is left out.
    """

    where: str = ""
    entity: RecordEntity | None = None
    encoding: str | None = None
    delimiter: str | None = None
    day_first: bool = False
    time_zone: tzinfo = UTC
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mappings:
    """A mapping file. `content` is its SHA-256, empty if there is none."""

    content: bytes = b""
    by_pattern: Sequence[tuple[str, FileMapping]] = ()

    def of(self, file: str) -> FileMapping:
        """What is said of a file of this name."""
        for pattern, mapping in self.by_pattern:
            if fnmatch.fnmatchcase(file, pattern):
                return mapping
        return FileMapping()


def read_mappings(path: Path) -> Mappings:
    """Read a mapping file.

    Raises: CallerError (BAD_USER_INPUT) that names the place for whatever cannot be understood.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_SIZE_BYTES_MAX + 1)
    except OSError as error:
        raise _refused(path.name, f"cannot be read: {error.strerror or type(error).__name__}") from error
    if len(content) > _SIZE_BYTES_MAX:
        raise _refused(path.name, "is longer than 1 MB, so it is no mapping file")
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _refused(path.name, "is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _refused(path.name, f"is not TOML: {error}") from error
    digest = hashlib.sha256(content).digest()
    if "files" not in said:
        return Mappings(digest, [("*", _file_mapping(path.name, said))])
    for key in said.keys() - {"files"}:
        raise _refused(f"{path.name}: {key}", "stands beside [[files]]; move it into one of them")
    tables = said["files"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _refused(f"{path.name}: files", "must be tables, each headed [[files]]")
    by_pattern = []
    for number, table in enumerate(tables):
        where = f"{path.name}: files[{number}]"
        pattern = table.get("match")
        if not isinstance(pattern, str) or not pattern:
            raise _refused(f"{where}.match", 'must be a file\'s name, or a pattern like "jobs*.csv"')
        rest = {key: value for key, value in table.items() if key != "match"}
        by_pattern.append((pattern, _file_mapping(where, rest)))
    return Mappings(digest, by_pattern)


def _file_mapping(where: str, said: Mapping[str, Any]) -> FileMapping:
    for key in said.keys() - _KEYS:
        raise _refused(_at(where, key), f"is not known{_meant(key, sorted(_KEYS))}")
    entity = None
    if "entity" in said:
        known = [one.value for one in RecordEntity]
        if said["entity"] not in known:
            raise _refused(_at(where, "entity"), f"must be one of {', '.join(known)}")
        entity = RecordEntity(said["entity"])
    columns = _texts(where, "columns", said)
    for heading, target in columns.items():
        if target:
            _check_target(_at(where, f'columns."{heading}"'), entity, target)
    constants = _table(where, "constants", said)
    for target, value in constants.items():
        _check_target(_at(where, f"constants.{target}"), entity, target)
        if isinstance(value, dict | list):
            raise _refused(_at(where, f"constants.{target}"), "must be one value")
    values = _table(where, "values", said)
    for target in values:
        _check_target(_at(where, f"values.{target}"), entity, target)
        _table(_at(where, "values"), target, values)
    day_first = said.get("day_first", False)
    if not isinstance(day_first, bool):
        raise _refused(_at(where, "day_first"), "must be true or false")
    return FileMapping(
        where=where,
        entity=entity,
        encoding=_encoding(where, said),
        delimiter=_delimiter(where, said),
        day_first=day_first,
        time_zone=_time_zone(where, said),
        columns=columns,
        constants=constants,
        values=values,
    )


def _check_target(where: str, entity: RecordEntity | None, target: str) -> None:
    entities = [entity] if entity is not None else list(RecordEntity)
    if any(is_target(one, target) for one in entities):
        return
    names = sorted({name for one in entities for name in TARGETS[one]})
    of = f"{entity} records have" if entity is not None else "any record has"
    raise _refused(where, f'"{target}" is no field that {of}{_meant(target, names)}')


def check_headings(mapping: FileMapping, file: str, headings: Sequence[str]) -> None:
    """Raises: CallerError for a column of the mapping that the file does not have."""
    there = [heading.strip() for heading in headings]
    for heading in mapping.columns:
        if heading.strip() not in there:
            listed = ", ".join(there[:40])
            raise _refused(
                _at(mapping.where, f'columns."{heading}"'),
                f"is no heading of {file}{_meant(heading, there)}; it has: {listed}",
            )


def _table(where: str, key: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
    table = said.get(key, {})
    if not isinstance(table, dict):
        raise _refused(_at(where, key), f"must be a table, headed [{key}]")
    return table


def _texts(where: str, key: str, said: Mapping[str, Any]) -> Mapping[str, str]:
    table = _table(where, key, said)
    for name, value in table.items():
        if not isinstance(value, str):
            raise _refused(
                _at(where, f'{key}."{name}"'), 'must be the name of a field, or "" to leave it out'
            )
    return table


def _encoding(where: str, said: Mapping[str, Any]) -> str | None:
    name = said.get("encoding")
    if name is None:
        return None
    try:
        return codecs.lookup(str(name)).name
    except LookupError:
        raise _refused(
            _at(where, "encoding"), 'is not known; usual are "utf-8", "cp1252", "latin-1", "cp1250"'
        ) from None


def _delimiter(where: str, said: Mapping[str, Any]) -> str | None:
    delimiter = said.get("delimiter")
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise _refused(_at(where, "delimiter"), "must be one character")
    return delimiter


def _time_zone(where: str, said: Mapping[str, Any]) -> tzinfo:
    name = said.get("time_zone")
    if name is None:
        return UTC
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise _refused(_at(where, "time_zone"), 'is not known; write it as "Europe/Berlin"') from None


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if ": " in where else f"{where}: {key}"


def _meant(said: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(said, known, n=1)
    return f' (is "{close[0]}" meant?)' if close else ""


def _refused(where: str, message: str) -> CallerError:
    return CallerError(ErrorCode.BAD_USER_INPUT, f"{where} {message}.")
