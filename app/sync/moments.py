"""Reading times as ATS files write them: several forms, some without a time zone, which then is UTC."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from app.sync.records import RecordRefusedError
from app.sync.validate import EPOCH, Path

_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](.+))?")
_NAMED_UTC: Final = re.compile(r"\s*(?:UTC|GMT)$")
_DIGITS: Final = re.compile(r"\d{9,15}")
_SECONDS_MAX: Final = 10**11
"""Epoch numbers below this are seconds (until the year 5138), above it milliseconds (since 1973)."""
_LENGTH_MAX: Final = 60


def from_epoch_ms(value: int, path: Path) -> datetime:
    """The wire API's form of a time."""
    try:
        return EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        raise RecordRefusedError("is beyond the year 9999", path) from None


def read_moment(value: Any, path: Path) -> datetime | None:
    """A time in any of the known forms; None for null and empty text.

    2017-09-29T12:56:05.244Z, 2017-09-29, 2017-09-29 12:56:05 UTC, 09/29/2017 (month first unless that cannot
    be), Fri, 29 Sep 2017 12:56:05 GMT, and epoch seconds or milliseconds.

    Raises: RecordRefusedError for anything else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = value.strip()
        if _DIGITS.fullmatch(text):
            value = int(text)
        else:
            return _from_text(text, path)
    if isinstance(value, int) and not isinstance(value, bool):
        return from_epoch_ms(value * 1000 if abs(value) < _SECONDS_MAX else value, path)
    raise RecordRefusedError("is not a time", path)


def _from_text(text: str, path: Path) -> datetime:
    unreadable = RecordRefusedError(f"is not a time that can be read: {text[:_LENGTH_MAX]}", path)
    if len(text) > _LENGTH_MAX:
        raise unreadable
    plain = _NAMED_UTC.sub("Z", text)
    if slashed := _SLASHED.fullmatch(text):
        first, second, year, rest = slashed.groups()
        month, day = (second, first) if int(first) > 12 else (first, second)
        plain = f"{year}-{month:0>2}-{day:0>2}" + (f"T{rest}" if rest else "")
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            raise unreadable from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
