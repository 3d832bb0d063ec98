"""What reading a file yields: records, and what could not be taken, each with the place where it stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.sync.records import Record, RecordEntity


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: a file's name and a place in it for a person, as `line 3` or `[0].notes[1]`."""

    file: str
    position: str

    def __str__(self) -> str:
        return f"{self.file}, {self.position}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where reading can go on: the byte behind what was read, and how many lines or elements that was."""

    offset: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record that was read. `remarks` say what of it has no place in our records.

    `said` is a JSON object that says the same when it stands alone on a line: what is written down for
    mending if the record is refused.
    """

    place: Place
    record: Record
    said: Mapping[str, Any]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Something in a file that cannot be taken: `path` is the field's in the file's own spelling.

    `said` as of `Found`, or the text as it stood where that is no JSON object.
    """

    place: Place
    entity: RecordEntity | None
    external_id: str
    path: tuple[str, ...]
    message: str
    said: Mapping[str, Any] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An activity feed. It does not say whose it is, so that is looked up once all candidates are known."""

    place: Place
    said: Mapping[str, Any]


Finding = Found | NotTaken


@dataclass(frozen=True, slots=True)
class Portion:
    """Everything in one value of a file (an object, an element, a row), and the mark behind it."""

    findings: Sequence[Finding | Feed]
    mark: Mark
