"""Cursors: what an edge's place is told as, and what is taken for one."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database.pool import Pool
from app.engine.cursors import cursor_sql, mark_of, read_cursor
from app.engine.mapping import Order
from app.errors import CallerError, ErrorCode

ORDER = (
    Order("{t}.at", "timestamptz", True),
    Order("{t}.name", "text", True),
    Order("{t}.rank", "integer", True),
    Order("{t}.level", "smallint", True),
    Order("{t}.score", "double precision", True),
    Order("{t}.id", "uuid", True),
)
MARK = mark_of(ORDER)
VALUES = ["2026-01-31T09:30:00.25+00:00", "Zoë", 7, 2, 0.9167, str(UUID(int=7))]


def cursor(*values: Any, mark: Any = MARK) -> str:
    return base64.urlsafe_b64encode(json.dumps([mark, *values]).encode()).decode()


def refused(text: Any, order: tuple[Order, ...] = ORDER) -> CallerError:
    with pytest.raises(CallerError) as caught:
        read_cursor(text, mark_of(order), order, ["candidates", "after"])
    assert caught.value.code is ErrorCode.BAD_USER_INPUT
    assert caught.value.path == ["candidates", "after"]
    return caught.value


def test_a_cursor_is_read_as_what_its_order_binds() -> None:
    assert read_cursor(cursor(*VALUES), MARK, ORDER, []) == [
        datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC),
        "Zoë",
        7,
        2,
        0.9167,
        UUID(int=7),
    ]


moments = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 30)).map(lambda at: at.replace(tzinfo=UTC))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
reals = st.floats(allow_nan=False, allow_infinity=False)
integers = st.integers(-(2**31) + 1, 2**31 - 1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(moments, texts, integers, integers, reals, st.uuids()), min_size=1, max_size=5))
async def test_what_the_database_writes_is_read_back_as_the_very_same(
    shared_pool: Pool, rows: list[tuple[Any, ...]]
) -> None:
    rows = [(at, text, rank, rank % 1000, score, id_) for at, text, rank, _, score, id_ in rows]
    order = ORDER
    sql = cursor_sql(MARK, ["at", "name", "rank", "level::smallint", "score", "id"])
    written = await shared_pool.fetch(
        None,
        f"select {sql} as cursor from unnest($1::timestamptz[], $2::text[], $3::integer[], $4::integer[], "
        "$5::double precision[], $6::uuid[]) with ordinality as one (at, name, rank, level, score, id, n) "
        "order by n",
        [list(column) for column in zip(*rows, strict=True)],
    )
    for row, record in zip(rows, written, strict=True):
        assert record["cursor"].isascii()
        assert not set(record["cursor"]) & set("+/=\n")
        assert read_cursor(record["cursor"], MARK, order, []) == list(row)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "é",
        "====",
        "bnVsbA",  # null
        "W10",  # []
        "e30",  # {}
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 2_000).decode(),
        base64.urlsafe_b64encode(b"[" + b"9" * 2_900 + b"]").decode(),
        cursor(*VALUES) + "*",
        cursor(*VALUES[:-1]),
        cursor(*VALUES, 1),
        cursor(*VALUES, mark="00000000"),
        cursor(*VALUES, mark=None),
        cursor(*VALUES, mark=[MARK]),
        "A" * 100_000,
        None,
        7,
        ["x"],
    ],
    ids=lambda text: repr(text)[:30],
)
def test_what_is_no_cursor_of_this_order_is_refused_with_its_place(text: Any) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("position", "value"),
    [
        *((0, value) for value in (None, 7, True, "", "yesterday", "2026-01-31T09:30:00", [VALUES[0]])),
        (0, "0001-01-01T00:00:00+14:00"),
        (0, "9999-12-31T23:59:59-14:00"),
        *((1, value) for value in (None, 7, ["x"], "a\0b", "\ud800")),
        *((2, value) for value in (None, "7", 7.0, True, 2**31, -(2**31), 10**400)),
        *((3, value) for value in (None, "7", 2**15, -(2**15), False)),
        *((4, value) for value in (None, "0.5", True, float("nan"), float("inf"), 10**400)),
        *((5, value) for value in (None, 7, "x", "7" * 31, [str(UUID(int=7))])),
    ],
)
def test_a_forged_value_of_another_type_is_refused(position: int, value: Any) -> None:
    refused(cursor(*VALUES[:position], value, *VALUES[position + 1 :]))


def test_a_cursor_of_another_order_is_refused_though_its_values_would_fit() -> None:
    newest, oldest = (Order("{t}.at", "timestamptz", True),), (Order("{t}.at", "timestamptz"),)
    modified = (Order("{t}.modified", "timestamptz", True),)
    made = cursor(VALUES[0], mark=mark_of(newest))
    assert read_cursor(made, mark_of(newest), newest, [])
    refused(made, oldest)
    refused(made, modified)


def test_a_moment_is_the_same_with_any_offset() -> None:
    order = (Order("{t}.at", "timestamptz"),)
    at = datetime(2026, 1, 31, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    made = cursor(at.isoformat(), mark=mark_of(order))
    assert read_cursor(made, mark_of(order), order, []) == [datetime(2026, 1, 31, 9, 30, tzinfo=UTC)]
