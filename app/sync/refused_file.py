"""The file of what a load refused: JSON Lines that can be mended and imported as they are.

Each line is the record as it was said, with the reason in `refused`, which is not read. A text that is no
JSON stands on a line of its own below one that has nothing but the reason. What was written is on the disk
before the database says so, and a load that goes on cuts off what had not been said yet.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from app.errors import CallerError, ErrorCode
from app.sync.findings import Place
from app.sync.reading import REASON

_SUFFIX: Final = re.compile(r"\.refused(-\d+)?$")
# Names and addresses of people stand in it.
_OWNER_ONLY: Final = 0o600


class RefusedFile:
    """Made when the first record is refused; `length` is what is certain to be on the disk after `settle`."""

    def __init__(self, path: Path, *, certain_bytes: int | None = None) -> None:
        """`certain_bytes`: what stays of a file that an earlier part of the load wrote, None for a new one.

        Raises: CallerError for a path that cannot be written, or that is a file of something else.
        """
        self.path = path
        self.length = certain_bytes or 0
        self._file: BinaryIO | None = None
        if certain_bytes is not None and path.exists():
            self._file = _opened(path, os.O_RDWR)
            self._file.truncate(certain_bytes)
            self._file.seek(certain_bytes)
        elif path.exists() and (path.is_dir() or path.stat().st_size):
            raise _refused(path, "is there already; name another file with --refused")
        elif not os.access(path.absolute().parent, os.W_OK):
            raise _refused(path, "cannot be written; name another file with --refused")

    def write(self, place: Place, message: str, said: Mapping[str, Any] | str) -> None:
        """Add one; `settle` makes it last."""
        if self._file is None:
            self._file = _opened(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        reason = {REASON: f"{place}: {message}"}
        if isinstance(said, str):
            lines = [orjson.dumps(reason), " ".join(said.splitlines()).encode("utf-8", "replace")]
        else:
            lines = [orjson.dumps({**reason, **said}, default=str)]
        self._file.write(b"".join(line + b"\n" for line in lines if line))

    def settle(self) -> None:
        """What was written is on the disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self.length = self._file.tell()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def can_go_on(path: Path, certain_bytes: int) -> bool:
    """Whether a file of refused records is still there, with all that is certain."""
    try:
        return certain_bytes == 0 or path.stat().st_size >= certain_bytes
    except OSError:
        return False


def default_path(first: Path, folder: Path) -> Path:
    """`people.refused.jsonl` in this folder for `people.csv`; with a number if that is there."""
    stem = _SUFFIX.sub("", first.stem)
    number = 1
    while True:
        path = folder / (f"{stem}.refused.jsonl" if number == 1 else f"{stem}.refused-{number}.jsonl")
        if not path.exists():
            return path
        number += 1


def _opened(path: Path, flags: int) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, flags, _OWNER_ONLY), "r+b")
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror or type(error).__name__}") from error


def _refused(path: Path, message: str) -> CallerError:
    return CallerError(ErrorCode.BAD_USER_INPUT, f"{path} {message}.")
