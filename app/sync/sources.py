"""Files that records are read from: their format, encoding and identity, told before anything is taken.

The format is told by the content and not by the file's name. The identity is the content's, so that a load
that was broken off goes on although a file was renamed or moved meanwhile.
"""

import codecs
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from app.errors import CallerError, ErrorCode
from app.sync.json_values import framed

SAMPLE_BYTES: Final = 1 << 20
"""What the format is told by."""
_CHUNK_BYTES: Final = 1 << 20
_UTF8_MARK: Final = codecs.BOM_UTF8
_UTF16_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_FOREIGN: Final = (
    (b"PK\x03\x04", "is an Excel workbook or a zip archive; save it as CSV, or unpack it first"),
    (b"\xd0\xcf\x11\xe0", "is a document of an old Office program; save it as CSV"),
    (b"\x1f\x8b", "is compressed; unpack it first"),
    (b"%PDF", "is a PDF document; records cannot be read from it"),
    (b"\x28\xb5\x2f\xfd", "is compressed; unpack it first"),
)


class FileFormat(StrEnum):
    """LINES: a JSON object on each line. ARRAY: one JSON array. DOCUMENTS: objects that span lines."""

    LINES = "JSON Lines"
    ARRAY = "a JSON array"
    DOCUMENTS = "JSON"
    CSV = "CSV"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as it was looked at. `content`: the SHA-256 of all its bytes; `start`: where its text begins."""

    path: Path
    format: FileFormat
    encoding: str
    start: int
    size_bytes: int
    content: bytes
    changed_at_ns: int

    @property
    def name(self) -> str:
        return self.path.name


def open_source(path: Path) -> BinaryIO:
    """The file, to be read from its beginning.

    Raises: CallerError (BAD_USER_INPUT) for one that cannot be opened.
    """
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _refused(path, f"cannot be read: {reason}") from error


def look_at(path: Path) -> Source:
    """Read a file once, in constant memory, and tell what it is.

    Raises: CallerError (BAD_USER_INPUT) for what cannot be opened, is no regular file, or holds no text.
    """
    if path.is_dir():
        raise _refused(path, "is a folder; name the files in it")
    with open_source(path) as file:
        if not path.is_file():
            raise _refused(path, "is no regular file; a load that is broken off could not go on in it")
        sample = file.read(SAMPLE_BYTES)
        file.seek(0)
        is_utf8, has_nul, digest, size = _read_through(file)
    for magic, message in _FOREIGN:
        if sample.startswith(magic):
            raise _refused(path, message)
    start, encoding = _encoding(sample, is_utf8)
    if has_nul and not encoding.startswith("utf-16"):
        # Text in JSON may say NUL by an escape; as a byte it stands in UTF-16 and in what is no text.
        raise _refused(path, "is no text in UTF-8 (it has zero bytes); save it as UTF-8")
    text = sample[start:]
    first = text.decode(encoding, "replace").lstrip()[:1]
    if first in ("{", "[") and encoding.startswith("utf-16"):
        raise _refused(path, "is JSON in UTF-16; save it as UTF-8")
    return Source(
        path=path,
        format=_format(text.lstrip(), first),
        encoding=encoding,
        start=start,
        size_bytes=size,
        content=digest,
        changed_at_ns=path.stat().st_mtime_ns,
    )


def check_unchanged(source: Source) -> None:
    """Raises: CallerError if the file is not what it was when it was looked at."""
    try:
        now = source.path.stat()
        same = (now.st_size, now.st_mtime_ns) == (source.size_bytes, source.changed_at_ns)
    except OSError:
        same = False
    if not same:
        raise _refused(source.path, "was changed while it was read; import it again once it is complete")


def _read_through(file: BinaryIO) -> tuple[bool, bool, bytes, int]:
    """Whether all of it is UTF-8, whether there is a zero byte, the digest, the size."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    digest, size, is_utf8, has_nul = hashlib.sha256(), 0, True, False
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        has_nul = has_nul or b"\x00" in chunk
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return is_utf8, has_nul, digest.digest(), size


def _encoding(sample: bytes, is_utf8: bool) -> tuple[int, str]:
    """How many bytes mark the encoding, and which it is."""
    for mark, encoding in _UTF16_MARKS.items():
        if sample.startswith(mark):
            return len(mark), encoding
    start = len(_UTF8_MARK) if sample.startswith(_UTF8_MARK) else 0
    return start, "utf-8" if is_utf8 else "cp1252"


def _format(text: bytes, first: str) -> FileFormat:
    if first == "[":
        return FileFormat.ARRAY
    if first != "{":
        return FileFormat.CSV
    lines = [line for line in re.split(rb"\r?\n", text) if line.strip()]
    if _is_json(lines[0]):
        return FileFormat.LINES
    whole = framed(text)
    if whole is not None and _is_json(whole):
        return FileFormat.DOCUMENTS
    # A file none of whose lines can be read alone is one broken document, not many broken lines.
    # The lines inside a document are indented, as a rule.
    begun = [line for line in lines if line.startswith(b"{")]
    return FileFormat.LINES if any(map(_is_json, begun)) else FileFormat.DOCUMENTS


def _is_json(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _refused(path: Path, message: str) -> CallerError:
    return CallerError(ErrorCode.BAD_USER_INPUT, f"{path.name} {message}.")
