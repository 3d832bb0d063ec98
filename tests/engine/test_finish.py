"""Values that Python fills into the statement's answer, and what becomes of those that cannot be had."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, GraphQLError, execute_sync, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database.pool import Pool
from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode, Fault
from tests.engine.boxes import FILLED, Asker, boxes, made

MADE = "{ b a more { a } }"
ITEM = f"{{ n value mustValue made {MADE} }}"
EVERYTHING = f"""{{
  box {{ ...All same {{ ...All mustSame {{ ...All }} }} mustSame {{ n value }} }}
  must {{ name mustSame {{ value holedItems {{ made {MADE} mustMade {MADE} }} }} }}
}}
fragment All on Box {{
  n value mustValue made {MADE} mustMade {MADE} several {MADE}
  items {{ n value made {MADE} }} softItems {ITEM} holedItems {{ n mustValue mustMade {MADE} }}
}}"""
Failing = frozenset[tuple[str, int]]


def value_of(name: str, number: int) -> Any:
    if name.lower().endswith("value"):
        return number * 10
    return [made(number)] if name.lower().endswith("several") else made(number)


def unavailable(name: str, number: int) -> CallerError:
    return CallerError(ErrorCode.SOURCE_UNAVAILABLE, f"No {name} of {number}.", extensions={"source": "test"})


async def answer(pool: Pool, query: str, failing: Failing = frozenset()) -> dict[str, Any]:
    def fill(name: str, numbers: Sequence[int], arguments: Mapping[str, Any]) -> list[Any]:
        return [
            unavailable(name, n) if (name, n) in failing else value_of(name, n + (arguments.get("plus") or 0))
            for n in numbers
        ]

    found: dict[str, Any] = orjson.loads(
        await boxes(fill).execute(GraphQLRequest(query, None, None), Asker(pool))
    )
    return found


def by_graphql_core(query: str, failing: Failing) -> ExecutionResult:
    """The same, by the reference implementation of the specification, walking over the values in Python."""

    def resolve(source: Any, info: Any, plus: int = 0) -> Any:
        name = info.field_name
        if name in FILLED:
            if (name, source["n"]) in failing:
                raise GraphQLError(f"No {name} of {source['n']}.")
            return value_of(name, source["n"] + plus)
        if name.lower().endswith("items"):
            return [{"n": n} for n in (1, 2, 3)]
        if name.lower() in ("box", "must", "same", "mustsame"):
            return {"n": 0, "name": 'box "0"'}
        return source[name]

    engine = boxes(lambda *_: [])
    return execute_sync(engine.schema, parse(query), field_resolver=resolve)


async def test_filled_values_stand_in_their_places(shared_pool: Pool) -> None:
    found = await answer(shared_pool, EVERYTHING)
    assert found == {"data": by_graphql_core(EVERYTHING, frozenset()).data}
    assert list(found["data"]["box"]["made"]) == ["b", "a", "more"]


@settings(deadline=None, max_examples=60)
@given(st.frozensets(st.tuples(st.sampled_from(FILLED), st.integers(0, 3)), min_size=1, max_size=6))
async def test_null_goes_up_as_the_specification_has_it(shared_pool: Pool, failing: Failing) -> None:
    found = await answer(shared_pool, EVERYTHING, failing)
    reference = by_graphql_core(EVERYTHING, failing)
    assert found["data"] == reference.data
    told = {tuple(error["path"]): error["message"] for error in found.get("errors", ())}
    assert set(told.values()) <= {f"No {name} of {number}." for name, number in failing}
    # Of several errors below one null the specification leaves open which are told: one of them must be.
    for error in reference.errors or ():
        null = place_of_null(found["data"], error.path or [])
        assert any(path[: len(null)] == null for path in told)


def place_of_null(data: Any, path: Sequence[str | int]) -> tuple[str | int, ...]:
    """How far one gets on the way along `path` until there is null."""
    passed: list[str | int] = []
    for step in path:
        if data is None:
            break
        data = data[step]
        passed.append(step)
    assert data is None
    return tuple(passed)


@pytest.mark.parametrize(
    ("query", "failing", "data", "paths"),
    [
        ("{ box { n value } }", {("value", 0)}, {"box": {"n": 0, "value": None}}, [["box", "value"]]),
        ("{ box { n mustValue } }", {("mustValue", 0)}, {"box": None}, [["box", "mustValue"]]),
        ("{ must { mustValue } }", {("mustValue", 0)}, None, [["must", "mustValue"]]),
        (
            "{ a: box { mustSame { b: mustValue } } c: box { n } }",
            {("mustValue", 0)},
            {"a": None, "c": {"n": 0}},
            [["a", "mustSame", "b"]],
        ),
        (
            "{ box { holedItems { n mustValue } } }",
            {("mustValue", 2)},
            {"box": {"holedItems": [{"n": 1, "mustValue": 10}, None, {"n": 3, "mustValue": 30}]}},
            [["box", "holedItems", 1, "mustValue"]],
        ),
        (
            "{ box { n softItems { mustValue } } }",
            {("mustValue", 2), ("mustValue", 3)},
            {"box": {"n": 0, "softItems": None}},
            [["box", "softItems", 1, "mustValue"], ["box", "softItems", 2, "mustValue"]],
        ),
        (
            "{ box { n items { mustValue } } }",
            {("mustValue", 1)},
            {"box": None},
            [["box", "items", 0, "mustValue"]],
        ),
    ],
)
async def test_the_nearest_place_that_may_be_null_is_null(
    shared_pool: Pool, query: str, failing: set[tuple[str, int]], data: Any, paths: list[list[Any]]
) -> None:
    found = await answer(shared_pool, query, frozenset(failing))
    assert found["data"] == data
    assert [error["path"] for error in found["errors"]] == paths
    for error in found["errors"]:
        assert error["extensions"] == {"code": "SOURCE_UNAVAILABLE", "source": "test"}
        assert error["locations"][0]["line"] == 1
    assert list(found) == ["errors", "data"]


async def test_all_places_of_one_field_are_asked_for_at_once(shared_pool: Pool) -> None:
    calls: list[tuple[str, list[int], dict[str, Any]]] = []

    def fill(name: str, numbers: Sequence[int], arguments: Mapping[str, Any]) -> list[Any]:
        calls.append((name, list(numbers), dict(arguments)))
        return [value_of(name, number) for number in numbers]

    query = """query($plus: Int) { box { items { n value } more: items { value } same { value }
      a: value(plus: 7) b: value(plus: $plus) c: value(plus: null) } }"""
    await boxes(fill).execute(GraphQLRequest(query, None, {"plus": 7}), Asker(shared_pool))
    asked = [(name, sorted(numbers), arguments) for name, numbers, arguments in calls]
    assert sorted(asked, key=str) == sorted(
        [
            ("value", [1, 2, 3], {}),  # Both lists: the same loader with the same input.
            ("value", [0], {}),
            ("value", [0], {"plus": 7}),
            ("value", [0], {"plus": None}),
        ],
        key=str,
    )


async def test_a_loader_that_fails_as_a_whole_fails_at_all_its_places(shared_pool: Pool) -> None:
    def fill(name: str, numbers: Sequence[int], arguments: Mapping[str, Any]) -> list[Any]:
        if name == "value":
            raise CallerError(ErrorCode.SOURCE_UNAVAILABLE, "It is away.")
        return [value_of(name, number) for number in numbers]

    engine = boxes(fill)
    query = "{ box { made { a } items { n value } } }"
    found = orjson.loads(await engine.execute(GraphQLRequest(query, None, None), Asker(shared_pool)))
    assert found["data"]["box"]["made"] == {"a": 0}
    assert [item["value"] for item in found["data"]["box"]["items"]] == [None] * 3
    assert [error["path"] for error in found["errors"]] == [["box", "items", n, "value"] for n in range(3)]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("{ box { mustValue } }", None),
        ("{ box { made { a } } }", {"a": None, "b": None, "more": None}),
        ("{ box { several { a } } }", [None]),
        ("{ box { mustSeveral { a } } }", None),
    ],
)
async def test_a_loader_that_breaks_its_promise_is_our_fault(
    shared_pool: Pool, query: str, value: Any
) -> None:
    engine = boxes(lambda name, numbers, arguments: [value] * len(numbers))
    with pytest.raises(Fault, match="box"):
        await engine.execute(GraphQLRequest(query, None, None), Asker(shared_pool))


async def test_what_a_loader_did_not_expect_is_raised_as_it_is(shared_pool: Pool) -> None:
    def fill(name: str, numbers: Sequence[int], arguments: Mapping[str, Any]) -> list[Any]:
        raise RuntimeError("a mistake of ours")

    with pytest.raises(RuntimeError, match="a mistake of ours"):
        await boxes(fill).execute(GraphQLRequest("{ box { value } }", None, None), Asker(shared_pool))


@pytest.mark.parametrize(
    "text", ["\x01", "\x010:0\x01", '"', "\\", "\u2028", "é\U0001f600", "1:[2]", "\x01" * 3]
)
async def test_text_that_a_loader_gives_is_text_whatever_is_in_it(shared_pool: Pool, text: str) -> None:
    engine = boxes(lambda name, numbers, arguments: [{"a": 1, "b": text, "more": []}] * len(numbers))
    query = "{ box { name made { b } items { made { b } n } } }"
    found = orjson.loads(await engine.execute(GraphQLRequest(query, None, None), Asker(shared_pool)))
    made_of_text = {"b": text}
    assert found == {
        "data": {
            "box": {
                "name": 'box "0"',
                "made": made_of_text,
                "items": [{"made": made_of_text, "n": n} for n in (1, 2, 3)],
            }
        }
    }
