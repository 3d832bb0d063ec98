"""DateTime and Date, held against PostgreSQL's own printing."""

from datetime import UTC, date, datetime, timedelta, timezone

import asyncpg
import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from resolvers.scalars import read_day, read_moment, write_day, write_moment

MOMENTS = (
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
    datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC),
    datetime(2026, 1, 31, 9, 30, 0, 1, tzinfo=UTC),
    datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=-7))),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_moments_are_written_as_postgresql_writes_them(
    owner: asyncpg.Connection, moment: datetime
) -> None:
    assert await owner.fetchval("select to_json($1::timestamptz) #>> '{}'", moment) == write_moment(moment)


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_what_is_written_can_be_read_again(moment: datetime) -> None:
    assert read_moment(write_moment(moment)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31t09:30:00z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31T10:30:00+01:00", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-30T23:30:00.5-10:00", datetime(2026, 1, 31, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T09:30:00.123456789Z", datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_with_an_offset_is_read(text: str, moment: datetime) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T09:30:00",
        "2026-01-31 09:30:00Z",
        "2026-01-31T09:30Z",
        "2026-02-30T09:30:00Z",
        "2026-01-31T24:01:00Z",
        "2026-01-31T09:30:60Z",
        "2026-01-31T09:30:00+25:00",
        "2026-W05-6T09:30:00Z",
        "٢٠٢٦-01-31T09:30:00Z",
        "2026-01-31T09:30:00Z\n",
        "1899-12-31T23:59:59Z",
        "1900-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        1769851800,
        True,
        None,
        ["2026-01-31T09:30:00Z"],
    ],
    ids=repr,
)
def test_what_is_no_moment_is_refused_in_words(text: object) -> None:
    with pytest.raises(GraphQLError, match="DateTime"):
        read_moment(text)


def test_a_day_is_read_and_written() -> None:
    assert read_day("2024-02-29") == date(2024, 2, 29)
    assert write_day(date(2024, 2, 29)) == "2024-02-29"


@pytest.mark.parametrize("text", ["2026-02-29", "20260131", "2026-1-1", "1899-12-31", "", 5, None], ids=repr)
def test_what_is_no_day_is_refused_in_words(text: object) -> None:
    with pytest.raises(GraphQLError, match="Date"):
        read_day(text)
