"""What reading a file yields: records, and what could not be taken, each with the place where it stood."""

from dataclasses import dataclass

from app.sync.records import Record, RecordEntity


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: a file's name and a place in it for a person, as `line 3` or `[0].notes[1]`."""

    file: str
    position: str

    def __str__(self) -> str:
        return f"{self.file}, {self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record that was read. `remarks` say what of it has no place in our records."""

    place: Place
    record: Record
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Something in a file that cannot be taken: `path` is the field's in the file's own spelling."""

    place: Place
    entity: RecordEntity | None
    external_id: str
    path: tuple[str, ...]
    message: str


Finding = Found | NotTaken
