"""The schema's own scalars: points in time and calendar days."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_MIN: Final = 1900


def write_moment(value: datetime | str) -> str:
    """ISO 8601 in UTC as PostgreSQL's `to_json` prints it: no trailing zeros in fractions, `+00:00`.

    A text is PostgreSQL's own already.
    """
    if isinstance(value, str):
        return value
    moment = value.astimezone(UTC)
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    # strftime writes years below 1000 without zeros on some systems; isoformat never does.
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}{fraction}+00:00"


def read_moment(value: Any) -> datetime:
    """A point in time in UTC, to the microsecond; finer digits are cut off.

    Raises: GraphQLError saying what is missing.
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise GraphQLError(
            "A DateTime is ISO 8601 with an offset: 2026-01-31T09:30:00Z, 2026-01-31T10:30:00+01:00."
        )
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("This DateTime is on no calendar or clock.") from None
    if moment.year < _YEAR_MIN:
        raise GraphQLError("A DateTime lies in the years 1900 to 9999, UTC.")
    return moment


def write_day(value: date | str) -> str:
    """ISO 8601, `2026-01-31`."""
    return value if isinstance(value, str) else value.isoformat()


def read_day(value: Any) -> date:
    """A calendar day.

    Raises: GraphQLError saying what is missing.
    """
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise GraphQLError("A Date is a day in ISO 8601, such as 2026-01-31.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise GraphQLError("This Date is on no calendar.") from None
    if day.year < _YEAR_MIN:
        raise GraphQLError("A Date lies in the years 1900 to 9999.")
    return day


SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "A point in time, ISO 8601 with offset, years 1900 to 9999. Answers are in UTC, such as "
            "`2026-01-31T09:30:00+00:00` or `2026-01-31T09:30:00.25+00:00`; arguments may have any offset."
        ),
        serialize=write_moment,
        parse_value=read_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, ISO 8601, such as `2026-01-31`. It has no time zone.",
        serialize=write_day,
        parse_value=read_day,
    ),
}
