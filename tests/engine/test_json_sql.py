"""Pieces of JSON, put together as SQL."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database.pool import Pool
from app.engine.json_sql import Case, Json, Late, Sql, Text, inner, is_late, outer, quote

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50)


async def said(pool: Pool, expression: str, source: str = "") -> str:
    (row,) = await pool.fetch(None, f"select {expression} as said {source}", [])
    return str(row["said"])


@settings(deadline=None, max_examples=40)
@given(st.lists(texts, max_size=40))
async def test_known_text_comes_out_as_it_is(shared_pool: Pool, parts: list[str]) -> None:
    pieces: Json = tuple(Text(part) for part in parts)
    assert await said(shared_pool, inner(pieces)) == "".join(parts)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.booleans(), texts), max_size=60))
async def test_the_order_of_pieces_is_kept_however_many_there_are(
    shared_pool: Pool, parts: list[tuple[bool, str]]
) -> None:
    pieces: Json = tuple(Text(part) if is_known else Sql(f"upper({quote(part)})") for is_known, part in parts)
    as_sql = [f"upper({quote(part)})" for is_known, part in parts if not is_known]
    upper = iter([await said(shared_pool, sql) for sql in as_sql])
    assert await said(shared_pool, inner(pieces)) == "".join(
        part if is_known else next(upper) for is_known, part in parts
    )


def test_nothing_is_the_empty_text() -> None:
    assert inner(()) == "''"
    assert outer((), lambda sql: sql) == "''"


async def test_a_case_is_one_of_two(shared_pool: Pool) -> None:
    piece = Case("n > 1", (Text('{"n":'), Sql("n::text"), Text("}")), (Text("null"),))
    source = "from generate_series(1, 2) n order by n"
    rows = await shared_pool.fetch(None, f"select {inner((piece,))} as said {source}", [])
    assert [row["said"] for row in rows] == ["null", '{"n":2}']


def test_what_is_joined_later_makes_everything_around_it_late() -> None:
    late = Late("a1.o0")
    assert is_late((Text("x"), late))
    assert is_late((Case("c", (late,), ()),))
    assert is_late((Case("c", (), (Case("d", (), (late,)),)),))
    assert not is_late((Text("x"), Sql("y"), Case("c", (Text("x"),), ())))
    with pytest.raises(AssertionError):
        inner((late,))


def test_what_the_row_knows_is_exposed_in_runs_and_known_text_is_not() -> None:
    exposed: list[str] = []

    def expose(sql: str) -> str:
        exposed.append(sql)
        return f"b1.c{len(exposed) - 1}"

    pieces: Json = (
        Text("{"),
        Sql("t1.name"),
        Text(","),
        Late("a1.o0"),
        Text("]"),
        Late("a2.o0"),
        Case("t1.x is null", (Text("null"),), (Sql("t1.y"), Late("a3.o0"))),
    )
    assert outer(pieces, expose) == (
        "concat(b1.c0, a1.o0, ']', a2.o0, case when b1.c1 then 'null' else b1.c2 || a3.o0 end)"
    )
    assert exposed == ["'{' || t1.name || ','", "t1.x is null", "t1.y"]


@settings(deadline=None, max_examples=40)
@given(texts)
async def test_a_quoted_text_is_that_text(shared_pool: Pool, text: str) -> None:
    assert await said(shared_pool, quote(text)) == text


async def test_a_thousand_pieces_are_not_too_many(shared_pool: Pool) -> None:
    pieces: Json = tuple(Sql(f"{n}::text") if n % 2 else Text(",") for n in range(5_000))
    found = await said(shared_pool, inner((Text("[0"), *pieces, Text("]"))))
    assert json.loads(found) == [0, *range(1, 5_000, 2)]
