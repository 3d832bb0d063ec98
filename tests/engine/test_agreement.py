"""Compiled and executed field by field, an operation has the same answer: data, order of keys, errors.

`RSC_AGREEMENT_OPERATIONS` sets how many operations are generated, `RSC_AGREEMENT_SEED` where to begin.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.access.viewer import Viewer
from tests.conftest import TestServer
from tests.reference.agreement import Tally, run
from tests.reference.asked import readable_fields
from tests.reference.cursor import BadCursorError
from tests.reference.sameness import told
from tests.reference.world import World, demo_world

OPERATIONS = int(os.environ.get("RSC_AGREEMENT_OPERATIONS", "2000"))
SEED = int(os.environ.get("RSC_AGREEMENT_SEED", "1"))
AT_ONCE = 4


@dataclass(frozen=True)
class Run:
    """The world after all generated operations, and what happened."""

    world: World
    tally: Tally


@pytest.fixture(scope="module")
async def run_of_all(server: TestServer, migrated: str) -> AsyncIterator[Run]:
    async with demo_world(server, migrated) as world:
        tally = Tally()
        share = -(-OPERATIONS // AT_ONCE)
        await asyncio.gather(*(run(world, tally, SEED * 1_000 + part, share) for part in range(AT_ONCE)))
        yield Run(world, tally)


async def test_every_generated_operation_has_the_reference_executors_answer(run_of_all: Run) -> None:
    tally = run_of_all.tally
    assert tally.operations >= OPERATIONS
    assert not tally.disagreements, f"{len(tally.disagreements)} differ, the first:\n{tally.disagreements[0]}"


async def test_the_operations_find_something_and_are_refused_in_every_way(run_of_all: Run) -> None:
    tally = run_of_all.tally
    assert tally.telling > tally.answers / 2
    assert tally.answers / 5 < tally.with_errors < tally.answers * 4 / 5
    assert {"FEATURE_NOT_GRANTED", "ROLE_REQUIRED", "INTEGRATION_DISABLED"} == set(tally.codes)


async def test_the_operations_ask_for_every_field_of_the_schema(run_of_all: Run) -> None:
    reference = run_of_all.world.reference
    assert set(readable_fields(reference.schema)) - set(reference.visits.answered) == set()


async def test_the_operations_are_refused_every_field_that_has_a_guard_of_its_own(run_of_all: Run) -> None:
    reference = run_of_all.world.reference
    facts = reference.catalogue.fields
    guarded = {place for place in readable_fields(reference.schema) if facts[place].guards}
    assert guarded - set(reference.visits.denied) == set()


@pytest.mark.parametrize(
    "query",
    [
        '{ __type(name: "Candidate") { name fields { name } } viewer { subject } }',
        "{ viewer { subject } ...F } fragment F on Query { __schema { queryType { name } } }",
        "{ candidates(first: 2) { edges { node { a: id a: id ... on Node { a: id } } } } }",
        "{ candidates(first: 0) { totalCount pageInfo { hasNextPage startCursor } edges { cursor } } }",
        "{ a: jobs(first: 1) { ...C } b: jobs { ...C } } fragment C on JobConnection { totalCount }",
        "{ candidates(first: null, after: null, filter: null, orderBy: null) { totalCount } }",
        '{ nodes(ids: []) { id } node(id: "") { id } }',
        "{ viewer { ... @include(if: false) { subject } } }",
    ],
)
async def test_operations_at_the_edge_agree(run_of_all: Run, query: str) -> None:
    world = run_of_all.world
    for viewer in _some(world):
        expected = await world.by_reference(query, {}, viewer)
        assert told(await world.by_engine(query, {}, viewer)) == told(expected)


def _some(world: World) -> list[Viewer]:
    return [world.viewers[name] for name in ("recruiter", "recruiter-lite", "partner", "staff", "outsider")]


@pytest.mark.parametrize(
    "cursor", ["", "x", "WyJhODE0MzkxZSJd", "WzFd", "bnVsbA", "WyJkZWFkYmVlZiIsIDEsIDJd", "é", "e30="]
)
async def test_what_is_no_cursor_is_one_for_neither(run_of_all: Run, cursor: str) -> None:
    world = run_of_all.world
    query = "query ($after: String) { candidates(after: $after) { totalCount edges { cursor } } }"
    viewer = world.viewers["recruiter"]
    with pytest.raises(BadCursorError):
        await world.by_reference(query, {"after": cursor}, viewer)
    refused = await world.by_engine(query, {"after": cursor}, viewer)
    assert "data" not in refused
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["BAD_USER_INPUT"]


async def test_a_cursor_of_another_order_is_one_for_neither(run_of_all: Run) -> None:
    world = run_of_all.world
    viewer = world.viewers["recruiter"]
    page = await world.by_reference("{ jobs(first: 1) { pageInfo { endCursor } } }", {}, viewer)
    cursor = page["data"]["jobs"]["pageInfo"]["endCursor"]
    query = (
        "query ($c: String) { jobs(after: $c, orderBy: {field: TITLE, direction: ASC}) { edges { cursor } } }"
    )
    with pytest.raises(BadCursorError):
        await world.by_reference(query, {"c": cursor}, viewer)
    assert "data" not in await world.by_engine(query, {"c": cursor}, viewer)
