"""JSON files value by value: each with its place and the byte behind it, in constant memory.

A streaming parser from elsewhere would not tell at which byte a value ends, which is what a load that was
broken off goes on by; and it would make the values slower than orjson. So only the brackets are found here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import orjson

from app.sync.findings import Mark

VALUE_BYTES_MAX: Final = 32 << 20
"""A value that is longer is refused; in an array, so is everything behind it."""
_CHUNK_BYTES: Final = 1 << 18
_KEPT_TEXT_MAX: Final = 1 << 20
"""Of what cannot be read, more than that is not kept for mending."""

_BETWEEN: Final = re.compile(rb"[\s,]*+")
# Up to the next bracket that does not stand in a text; it stops before a text whose end has not come yet.
_UP_TO_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_SCALAR: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^\s,\[\]{}"]++', re.DOTALL)
_OPENING: Final = frozenset(b"{[")
_CLOSING: Final = frozenset(b"}]")


@dataclass(frozen=True, slots=True)
class Value:
    """A value, or why there is none (`broken`) and the text that stands there."""

    position: str
    mark: Mark
    said: Any
    broken: str | None = None


def read_lines(file: BinaryIO, mark: Mark) -> Iterator[Value]:
    """JSON Lines from a mark on: `number` counts lines. Empty lines are passed over."""
    file.seek(mark.offset)
    offset, number = mark.offset, mark.number
    while line := file.readline(VALUE_BYTES_MAX + 1):
        offset += len(line)
        number += 1
        is_too_long = len(line) > VALUE_BYTES_MAX
        rest = line
        while is_too_long and rest and not rest.endswith(b"\n"):
            rest = file.readline(VALUE_BYTES_MAX)
            offset += len(rest)
        here = f"line {number}", Mark(offset, number)
        if is_too_long:
            yield Value(*here, "", f"is longer than {VALUE_BYTES_MAX >> 20} MB")
        elif line.strip():
            yield _parsed(*here, line.strip())


def read_array(file: BinaryIO, mark: Mark, *, start: int) -> Iterator[Value]:
    """The elements of an array that begins at byte `start`: `number` counts elements."""
    frames = _Frames(file, max(mark.offset, start))
    if mark.offset <= start:
        frames.pass_over(b"[")
    number = mark.number
    while (frame := frames.next()) is not None:
        if frame == b"]":
            rest = frames.next()
            if rest is not None:
                yield Value("end", Mark(frames.offset, number), _kept(rest), "is behind the end of the array")
            return
        here = f"[{number}]", Mark(frames.offset, number + 1)
        if frames.is_broken:
            yield Value(*here, _kept(frame), _why(frame, frames.broken))
            return
        number += 1
        yield _parsed(*here, frame)
    yield Value(f"[{number}]", Mark(frames.offset, number), "", "is not JSON: the array does not end")


def read_documents(file: BinaryIO, mark: Mark, *, start: int) -> Iterator[Value]:
    """Objects that may span lines, one behind the other: `number` counts line breaks."""
    frames = _Frames(file, max(mark.offset, start), lines=mark.number)
    while (frame := frames.next()) is not None:
        here = f"line {frames.line}", Mark(frames.offset, frames.lines)
        if frames.is_broken:
            yield Value(*here, _kept(frame), _why(frame, frames.broken))
            return
        yield _parsed(*here, frame)


def framed(text: bytes) -> bytes | None:
    """The first value of the text up to its closing bracket; None if that does not come."""
    depth = scan = 0
    while True:
        end = _UP_TO_BRACKET.match(text, scan).end()  # type: ignore[union-attr]
        if end >= len(text) or text[end] not in _OPENING | _CLOSING:
            return None
        depth += 1 if text[end] in _OPENING else -1
        scan = end + 1
        if depth <= 0:
            return text[:scan]


class _Frames:
    """Cuts a file into values by their brackets, reading a chunk at a time."""

    def __init__(self, file: BinaryIO, offset: int, *, lines: int = 0) -> None:
        file.seek(offset)
        self._file = file
        self._buffer = b""
        self._at = 0
        self._ended = False
        self.offset = offset
        self.lines = lines
        self.line = lines + 1
        self.broken: str | None = None

    @property
    def is_broken(self) -> bool:
        """Whether what `next` answered last has no end; nothing can be read behind it."""
        return self.broken is not None

    def pass_over(self, text: bytes) -> None:
        """Pass over white space and this text, which comes next."""
        self._pass_between()
        self._take(self._at + len(text))

    def next(self) -> bytes | None:
        """The next value as it stands, a closing bracket alone, or None at the end."""
        self._pass_between()
        if self._at == len(self._buffer):
            return None
        self.line = self.lines + 1
        first = self._buffer[self._at]
        if first in _CLOSING:
            return self._take(self._at + 1)
        end = self._end_of_brackets() if first in _OPENING else self._end_of_scalar()
        return self._take(end)

    def _pass_between(self) -> None:
        while True:
            self._take(_BETWEEN.match(self._buffer, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._buffer) or not self._more():
                return

    def _end_of_brackets(self) -> int:
        depth, scan = 0, self._at
        while True:
            end = _UP_TO_BRACKET.match(self._buffer, scan).end()  # type: ignore[union-attr]
            if end < len(self._buffer) and self._buffer[end] in _OPENING | _CLOSING:
                depth += 1 if self._buffer[end] in _OPENING else -1
                scan = end + 1
                if depth == 0:
                    return scan
                continue
            begun = self._at
            if len(self._buffer) - begun > VALUE_BYTES_MAX:
                self.broken = f"is longer than {VALUE_BYTES_MAX >> 20} MB, or its brackets do not match"
                return len(self._buffer)
            if not self._more():
                self.broken = "is not JSON: it does not end"
                return len(self._buffer)
            scan = end - (begun - self._at)

    def _end_of_scalar(self) -> int:
        while True:
            found = _SCALAR.match(self._buffer, self._at)
            if found is not None and found.end() < len(self._buffer):
                return found.end()
            if len(self._buffer) - self._at > VALUE_BYTES_MAX or not self._more():
                if found is not None:
                    return found.end()
                self.broken = "is not JSON: a text does not end"
                return len(self._buffer)

    def _more(self) -> bool:
        """Read on; what was taken before is dropped from the buffer, so `_at` is 0 afterwards."""
        chunk = b"" if self._ended else self._file.read(_CHUNK_BYTES)
        self._ended = not chunk
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _take(self, end: int) -> bytes:
        taken = self._buffer[self._at : end]
        self.offset += len(taken)
        self.lines += taken.count(b"\n")
        self._at = end
        return taken


def _parsed(position: str, mark: Mark, text: bytes) -> Value:
    try:
        return Value(position, mark, orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return Value(position, mark, _kept(text), _unreadable(error))


def _why(text: bytes, broken: str | None) -> str:
    """Where the parser stops in a text that has no end says more than that there is none."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if len(text) <= VALUE_BYTES_MAX:
            return _unreadable(error)
    return str(broken)


def _unreadable(error: orjson.JSONDecodeError) -> str:
    line = f"line {error.lineno}, " if error.lineno > 1 else ""
    return f"is not JSON: {error.msg} at {line}column {error.colno}"


def _kept(text: bytes) -> str:
    return text.decode("utf-8", "replace") if len(text) <= _KEPT_TEXT_MAX else ""
