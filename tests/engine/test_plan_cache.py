"""Plans are kept: for whom, for which variables, how many, and what of one viewer never is in them."""

import gc
import re
import weakref
from dataclasses import replace
from typing import Any, Final

import pytest

from app.access.guards import grants_of
from app.engine.documents import Documents
from app.engine.engine import Engine
from app.engine.plan import Plan
from app.engine.plans import Plans, bytes_of
from app.engine.request import GraphQLRequest
from app.settings import Limits
from loaders.context import RequestContext
from loaders.postgres import fetch_bytes
from tests.engine.conftest import Small
from tests.resolvers.world import ANNA, JOB, own

INMAILS = """{ candidate(externalId: "x-1") {
  inMails { edges { node { body contract { id } } } } recruiterNotes { edges { node { body } } } } }"""


def plans(small: Small) -> int:
    return len(small.engine.plans)


def sql(small: Small, query: str, variables: dict[str, Any] | None = None, who: str = "rosa") -> str:
    return small.engine.explain(GraphQLRequest(query, None, variables), small.context(who)).sql


async def test_two_who_are_granted_the_same_share_a_plan_and_nothing_else(small: Small) -> None:
    rosa = await small.data(INMAILS, who="rosa")
    nina = await small.data(INMAILS, who="nina")
    assert plans(small) == 1
    assert await small.data(INMAILS, who="rosa") == rosa
    contracts = [
        {edge["node"]["contract"]["id"] for edge in data["candidate"]["inMails"]["edges"]}
        for data in (rosa, nina)
    ]
    assert contracts == [{"urn:li:contract:A"}, {"urn:li:contract:C"}]
    bodies = [
        [edge["node"]["body"] for edge in data["candidate"]["recruiterNotes"]["edges"]]
        for data in (rosa, nina)
    ]
    assert bodies == [[None, "r-", "r+"], ["n+"]]


async def test_who_is_granted_something_else_gets_a_plan_of_their_own(small: Small) -> None:
    for who, count in (("rosa", 1), ("mila", 2), ("jonas", 3), ("partner", 4), ("rosa", 4)):
        await small.ask(INMAILS, who=who)
        assert plans(small) == count


async def test_a_viewer_whose_facts_change_is_another_viewer(small: Small) -> None:
    viewer = small.grants["rosa"].viewer
    assert viewer.company is not None
    switched_off = replace(
        viewer.company,
        contracts=tuple(replace(contract, activated=False) for contract in viewer.company.contracts),
    )
    assert "errors" not in await small.ask(INMAILS)
    later = RequestContext(grants_of(replace(viewer, company=switched_off)), small.pool)
    found = small.engine.explain(GraphQLRequest(INMAILS, None, None), later)
    assert [one["reason"] for one in found.denied] == ["CONTRACT_ACCESS_REQUIRED"] * 2
    assert "errors" not in await small.ask(INMAILS)


async def test_a_refusal_is_told_for_who_asks_and_not_for_who_asked_first(small: Small) -> None:
    query = '{ auditTrail { totalCount } candidate(externalId: "x-1") { inMails { totalCount } } }'
    viewer = small.grants["mila"].viewer
    assert viewer.company is not None
    renamed = replace(
        viewer.company,
        contracts=tuple(
            replace(contract, name="Renamed") if contract.id == viewer.seat.contract_id else contract
            for contract in viewer.company.contracts
            if viewer.seat
        ),
    )
    first = await small.ask(query, who="mila")
    context = RequestContext(grants_of(replace(viewer, company=renamed)), small.pool)
    found = small.engine.explain(GraphQLRequest(query, None, None), context)
    assert plans(small) == 1
    assert "'B'" in first["errors"][1]["extensions"]["howToFix"]
    assert "'Renamed'" in found.denied[1]["howToFix"]


SHAPES: Final[tuple[tuple[str, list[dict[str, Any]], list[dict[str, Any]]], ...]] = (
    (
        "query($x: String) { candidate(externalId: $x) { id } }",
        [{"x": "x-1"}, {"x": "x-2"}, {"x": ""}],
        [],
    ),
    (
        "query($x: CandidateFilter) { candidates(filter: $x) { totalCount } }",
        [{"x": {"tag": "a"}}, {"x": {"tag": "b"}}],
        [{}, {"x": None}, {"x": {}}, {"x": {"tag": None}}, {"x": {"tag": "a", "doNotContact": True}}],
    ),
    (
        "query($x: CandidateFilter) { candidates(filter: $x) { totalCount } }",
        [{"x": {"matchState": ["MANUAL"]}}, {"x": {"matchState": []}}],
        [{"x": {"matchState": None}}],
    ),
    (
        "query($x: Int) { candidates(first: $x) { edges { cursor } } }",
        [{"x": 7}],
        [{"x": 8}, {"x": None}],
    ),
    (
        'query($x: Boolean!) { candidate(externalId: "x-1") { id lastName @include(if: $x) } }',
        [{"x": True}],
        [{"x": False}],
    ),
    (
        "query($x: CandidateOrder) { candidates(orderBy: $x) { edges { cursor } } }",
        [{"x": {"field": "LAST_NAME", "direction": "ASC"}}],
        [
            {"x": {"field": "LAST_NAME", "direction": "DESC"}},
            {"x": {"field": "CREATED_AT", "direction": "ASC"}},
            {"x": None},
        ],
    ),
    (
        "query($x: ID!) { node(id: $x) { id } }",
        [{"x": own("candidate", ANNA)}, {"x": own("candidate", JOB)}],
        [{"x": own("job", JOB)}, {"x": "urn:li:person:m1"}, {"x": "nonsense"}],
    ),
    (
        "query($x: [ID!]!) { nodes(ids: $x) { id } }",
        [
            {"x": [own("candidate", ANNA), own("job", JOB)]},
            {"x": [own("job", JOB), "nonsense", own("candidate", ANNA), own("candidate", ANNA)]},
        ],
        [{"x": [own("job", JOB)]}, {"x": []}],
    ),
)
"""Operations, with variables that share a plan and others that do not."""


@pytest.mark.parametrize(("query", "same", "other"), SHAPES)
async def test_only_the_shape_of_variables_makes_another_plan(
    small: Small, query: str, same: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    for variables in same:
        sql(small, query, variables)
    assert plans(small) == 1
    for count, variables in enumerate(other, start=2):
        sql(small, query, variables)
        assert plans(small) == count
    # Each in turn is answered as by an engine that has seen nothing else.
    for variables in [*same, *other]:
        alone = Engine(small.engine.schema, small.engine.catalogue, fetch_bytes, Limits())
        fresh = Small(small.pool, alone, small.grants)
        assert await small.data(query, variables) == await fresh.data(query, variables)


async def test_kinds_that_somebody_invents_make_no_plans(small: Small) -> None:
    for number in range(50):
        kind = "x" + chr(ord("a") + number % 26) * (1 + number // 26)
        ids = [own("candidate", ANNA), f"urn:rsc:{kind}:{ANNA}"]
        nodes = (await small.data("query($x: [ID!]!) { nodes(ids: $x) { id } }", {"x": ids}))["nodes"]
        assert nodes == [{"id": own("candidate", ANNA)}, None]
        assert (await small.data("query($x: ID!) { node(id: $x) { id } }", {"x": ids[1]}))["node"] is None
    assert plans(small) == 2


async def test_plans_are_bounded_and_the_last_used_stay(small: Small) -> None:
    engine = Engine(small.engine.schema, small.engine.catalogue, fetch_bytes, Limits(), plans=3)
    few = Small(small.pool, engine, small.grants)
    query = "query($x: Int) { candidates(first: $x) { edges { cursor } } }"
    made: list[Any] = []
    for first in (1, 2, 3, 1, 4, 1, 5, 1):
        await few.data(query, {"x": first})
        made.append(len(engine.plans))
    assert made == [1, 2, 3, 3, 3, 3, 3, 3]
    kept = [key[2] for key in engine.plans._kept]  # type: ignore[index]
    assert kept == [(("x", 4),), (("x", 5),), (("x", 1),)]


def large(number: int) -> str:
    """An operation whose plan takes much: thirty names of one field."""
    return "{ viewer { " + " ".join(f"a{number}_{n}: subject" for n in range(30)) + " } }"


async def test_plans_take_so_much_memory_and_no_more(small: Small) -> None:
    engine = Engine(small.engine.schema, small.engine.catalogue, fetch_bytes, Limits())
    few = Small(small.pool, engine, small.grants)
    await few.data(large(0))
    one = engine.plans.bytes
    engine.plans = Plans(size=100, bytes_max=3 * one + one // 2)
    engine.documents = Documents(engine.schema, engine.catalogue, Limits(), size=100)
    for number in range(10):
        await few.data(large(number % 5))
        assert engine.plans.bytes == sum(bytes_of(plan) for _, plan in engine.plans._kept.values())
        assert engine.plans.bytes <= 3 * one + one // 2
    assert len(engine.plans) == 3


async def test_with_its_document_a_plan_goes_and_whoever_remembers_it_keeps_nothing(small: Small) -> None:
    engine = Engine(small.engine.schema, small.engine.catalogue, fetch_bytes, Limits(), documents=2)
    few = Small(small.pool, engine, small.grants)
    small.grants["rosa"].memory.clear()
    seen = []
    for number in range(4):
        for who in ("rosa", "mila"):
            await few.data(large(number), who=who)
        seen += [weakref.ref(plan) for _, plan in engine.plans._kept.values() if isinstance(plan, Plan)]
    assert len(engine.plans) <= 4
    assert engine.plans.bytes == sum(bytes_of(plan) for _, plan in engine.plans._kept.values())
    gc.collect()
    alive = {id(plan) for one in seen if (plan := one()) is not None}
    assert alive == {id(plan) for _, plan in engine.plans._kept.values()}
    # What is gone is made again for who comes back.
    made = engine.compiled_runs
    assert await few.data(large(0)) == await small.data(large(0))
    assert engine.compiled_runs == made + 1


async def test_no_value_of_a_viewer_or_a_variable_is_in_a_statement(small: Small) -> None:
    query = """query($x: String!, $ids: [ID!]!) { viewer { subject contract { name } }
      candidate(externalId: $x) { id inMails { totalCount edges { node { body } } } stubProfile { id } }
      candidates(filter: {nameContains: $x, tag: $x}) { totalCount }
      unifiedSearch(query: $x) { totalCount } nodes(ids: $ids) { id } }"""
    variables = {"x": "canary", "ids": [own("candidate", ANNA)]}
    found = small.engine.explain(GraphQLRequest(query, None, variables), small.context())
    company = small.grants["rosa"].viewer.company
    assert company is not None
    secrets = {
        "canary", "%canary%", str(ANNA), "test:rosa", str(company.company_id),
        *(str(contract.id) for contract in company.contracts),
    }  # fmt: skip
    assert not [secret for secret in secrets if secret in found.sql]
    bound = {str(one) for value in found.arguments for one in (value if isinstance(value, list) else [value])}
    assert {"canary", "%canary%", str(ANNA), "test:rosa", str(company.company_id)} <= bound


async def test_every_scan_of_a_companys_table_is_bound_to_the_company(small: Small) -> None:
    query = """{ candidates { totalCount edges { node { tags { name } applications { totalCount edges { node {
      job { title } stages { name } notes { totalCount } interviewFeedback { feedback } } } }
      notes { totalCount } match { linkedBy { id } alternatives { id } } inMails { totalCount }
      recruiterNotes { totalCount } stubProfile { id }
      member { inAts { applicationCount tags { id } candidates { id } } } } } }
      integration { resync { id } contracts { id seats { totalCount } }
        syncRuns { edges { node { outcomes { totalCount } } } } } }"""
    statement = sql(small, query)
    of_no_company = {"member", "partner", "unnest"}
    scans = re.findall(r"\b(?:from|join) ([a-z_]+) ([a-z0-9_]+)", statement)
    assert len({table for table, _ in scans}) > 15
    for table, alias in scans:
        if table not in of_no_company and not re.fullmatch(r"[abn]\d+", table):
            assert re.search(rf"\b{alias}\.company_id = \$\d+::uuid", statement), (table, alias)
