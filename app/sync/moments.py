"""Reading times as ATS files write them: several forms, some without a time zone, which then is UTC."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, Final

from app.sync.records import RecordRefusedError
from app.sync.validate import EPOCH, Path

_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](.+))?")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,? (.+))?")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2}(?::\d{2})?) ?(?:([ap])\.?m\.?)?", re.IGNORECASE)
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


def read_moment(
    value: Any, path: Path, *, day_first: bool = False, time_zone: tzinfo = UTC
) -> datetime | None:
    """A time in any of the known forms; None for null and empty text.

    2017-09-29T12:56:05.244Z, 2017-09-29, 2017-09-29 12:56:05 UTC, 09/29/2017 (month first unless that cannot
    be, or with `day_first`), 29.09.2017, Fri, 29 Sep 2017 12:56:05 GMT, and epoch seconds or milliseconds.
    `time_zone` is that of times which do not say theirs.

    Raises: RecordRefusedError for anything else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = value.strip()
        if _DIGITS.fullmatch(text):
            value = int(text)
        else:
            return _from_text(text, path, day_first, time_zone)
    if isinstance(value, int) and not isinstance(value, bool):
        return from_epoch_ms(value * 1000 if abs(value) < _SECONDS_MAX else value, path)
    raise RecordRefusedError("is not a time", path)


def _from_text(text: str, path: Path, day_first: bool, time_zone: tzinfo) -> datetime:
    unreadable = RecordRefusedError(f"is not a time that can be read: {text[:_LENGTH_MAX]}", path)
    if len(text) > _LENGTH_MAX:
        raise unreadable
    plain = _NAMED_UTC.sub("Z", text)
    if slashed := _SLASHED.fullmatch(text):
        first, second, year, rest = slashed.groups()
        is_day = day_first if int(first) <= 12 and int(second) <= 12 else int(first) > 12
        month, day = (second, first) if is_day else (first, second)
        plain = f"{year}-{month:0>2}-{day:0>2}" + _clock(rest)
    elif dotted := _DOTTED.fullmatch(text):
        day, month, year, rest = dotted.groups()
        plain = f"{year}-{month:0>2}-{day:0>2}" + _clock(rest)
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            raise unreadable from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=time_zone)


def _clock(rest: str | None) -> str:
    """What follows a date: `9:30 PM` as `T21:30`."""
    if rest is None:
        return ""
    clock = _CLOCK.fullmatch(rest.strip())
    if clock is None:
        return f"T{rest}"
    hour, minutes, half = int(clock[1]), clock[2], (clock[3] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"T{hour:02}:{minutes}"
