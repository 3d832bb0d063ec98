"""Documents are read once; which of their operations runs, and what cannot."""

import gc
import weakref

import pytest

from app.engine.connections import LISTS_MAX
from app.engine.documents import Documents
from app.engine.engine import Engine
from app.engine.plan import Plan
from app.engine.request import RequestRefused
from app.errors import CallerError
from app.settings import Limits
from loaders.postgres import fetch_bytes
from tests.engine.conftest import Small
from tests.resolvers.world import ANNA, own

TWO = """query First { viewer { subject } }
query Second($x: Int!) { candidates(first: $x) { totalCount } }"""


def documents(small: Small, size: int = 10) -> Documents:
    return Documents(small.engine.schema, small.engine.catalogue, Limits(), size=size)


def test_the_same_text_is_the_same_document(small: Small) -> None:
    kept = documents(small)
    assert kept.get(TWO) is kept.get(TWO)
    assert kept.get(TWO) is not kept.get(TWO + " ")


def test_documents_are_bounded_and_the_last_used_stay(small: Small) -> None:
    kept = documents(small, size=2)
    texts = [f"{{ viewer {{ a{number}: subject }} }}" for number in range(3)]
    first, second = kept.get(texts[0]), kept.get(texts[1])
    assert kept.get(texts[0]) is first
    kept.get(texts[2])
    assert kept.get(texts[0]) is first
    assert kept.get(texts[1]) is not second


async def test_what_is_kept_no_longer_is_gone_at_once_with_its_plans(small: Small) -> None:
    """Not when the garbage collector comes, which looks the longer the more there is."""
    engine = Engine(small.engine.schema, small.engine.catalogue, fetch_bytes, Limits(), documents=2)
    few = Small(small.pool, engine, small.grants)
    gc.collect()
    gc.disable()
    try:
        for number in range(4):
            text = f"query Q($x: ID!) {{ node(id: $x) {{ ...F }} }} fragment F on Node {{ a{number}: id }}"
            await few.data(text, {"x": own("candidate", ANNA)})
            if number == 0:
                first = engine.documents.get(text)
                parts: list[object] = [first, first.operation("Q"), *_plans(engine)]
                seen = [weakref.ref(one) for one in parts]
                del first, parts
        assert len(seen) == 3
        assert [one() for one in seen] == [None] * 3
    finally:
        gc.enable()


def _plans(engine: Engine) -> list[Plan]:
    return [plan for _, plan in engine.plans._kept.values() if isinstance(plan, Plan)]


def test_what_is_not_valid_is_not_kept(small: Small) -> None:
    kept = documents(small, size=1)
    good = kept.get(TWO)
    for bad in (
        "{",
        "{ nothing }",
        "{ viewer { subject } viewer: integration { id } }",
        "{ " * 300 + "}" * 300,
    ):
        for _ in range(2):
            with pytest.raises((CallerError, RequestRefused)):
                kept.get(bad)
    assert kept.get(TWO) is good


async def test_of_several_operations_the_named_one_runs(small: Small) -> None:
    assert (await small.ask(TWO, name="First"))["data"] == {"viewer": {"subject": "test:rosa"}}
    assert (await small.ask(TWO, {"x": 1}, name="Second"))["data"] == {"candidates": {"totalCount": 4}}


async def test_variables_are_those_of_the_operation_that_runs(small: Small) -> None:
    assert "data" in await small.ask(TWO, {"x": "not a number"}, name="First")
    assert (await small.refusal(TWO, {"x": "not a number"}, name="Second"))["extensions"] == {
        "code": "BAD_USER_INPUT"
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (TWO, None),
        (TWO, "Third"),
        (TWO, "first"),
        (TWO, ""),
        ("query Only { viewer { subject } }", "Other"),
        ("{ viewer { subject } }", "Other"),
        ("{ viewer { subject } }", ""),
        ("fragment F on Query { viewer { subject } }", None),
    ],
)
async def test_without_the_name_of_one_of_them_nothing_runs(
    small: Small, query: str, name: str | None
) -> None:
    refusal = await small.refusal(query, name=name)
    assert refusal["extensions"]["code"] in ("OPERATION_NOT_FOUND", "GRAPHQL_VALIDATION_FAILED")
    if query == TWO:
        assert "First, Second" in refusal["message"]


async def test_an_only_operation_needs_no_name(small: Small) -> None:
    assert "data" in await small.ask("query Only { viewer { subject } }")
    assert "data" in await small.ask("query Only { viewer { subject } }", name="Only")


@pytest.mark.parametrize("query", ["subscription { x }", "type T { x: Int }", "", "#", "query { }"])
async def test_what_is_no_query_is_refused_with_its_place(small: Small, query: str) -> None:
    refusal = await small.refusal(query)
    assert refusal["extensions"]["code"] in ("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED")
    assert refusal["locations"]


async def test_messages_never_suggest_names_of_the_schema(small: Small) -> None:
    for query, variables in (
        ("{ viewr { subject } }", {}),
        ("{ viewer { subjec } }", {}),
        ("{ candidates(frst: 1) { totalCount } }", {}),
        ("{ candidates(filter: {tga: 1}) { totalCount } }", {}),
        ("query($x: CandidateFilte) { candidates(filter: $x) { totalCount } }", {}),
        ("query($x: CandidateFilter) { candidates(filter: $x) { totalCount } }", {"x": {"tga": "a"}}),
        ("query($x: MatchState!) { candidates(filter: {matchState: [$x]}) { totalCount } }", {"x": "MATCHD"}),
    ):
        assert "Did you mean" not in (await small.refusal(query, variables))["message"]


async def test_an_operation_has_at_most_so_many_lists(small: Small) -> None:
    """Planning takes more than its share for each list that is joined."""
    fields = " ".join(f"f{number}: tags {{ id }}" for number in range(30))
    people = " ".join(
        f'p{number}: candidate(externalId: "x-1") {{ {fields} }}' for number in range(LISTS_MAX // 30)
    )
    assert len((await small.data(f"{{ {people} }}"))["p0"]) == 30
    refusal = await small.refusal(f"{{ {people} candidates {{ totalCount }} }}")
    assert refusal["extensions"] == {"code": "COST_LIMIT"}
    assert refusal["locations"] == [{"line": 1, "column": len(people) + 4}]
