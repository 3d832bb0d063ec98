"""Plans stay cheap on lopsided data, by PostgreSQL's own counts: costs and rows, never time.

A plan is made once for everybody's values, so what it does for the busiest is what counts. Each bound is a
few times what is needed, and a small part of what a missing index or a sub-select for each row would cost.
"""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from app.access.features import Role
from app.access.guards import grants_of
from app.access.viewer import Viewer
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.cursors import mark_of
from app.engine.engine import Engine
from app.engine.mapping import Order
from app.engine.request import GraphQLRequest
from app.services import make_engine
from app.settings import Settings
from loaders.context import RequestContext
from resolvers.candidate import CANDIDATE_ORDERS
from tests.conftest import TestServer
from tests.engine import skewed
from tests.engine.plan_tree import PlanTree, executed


@dataclass(slots=True)
class Planning:
    """`await plan("{ … }")` is the executed plan of an operation of a seat holder who may see everything."""

    pool: Pool
    viewer: Viewer
    engine: Engine

    async def __call__(self, query: str, **variables: Any) -> PlanTree:
        context = RequestContext(grants_of(self.viewer), self.pool)
        found = self.engine.explain(GraphQLRequest(query, None, variables), context)
        assert not found.denied
        async with self.pool.acquire(context.company_id) as connection:
            return await executed(connection, found.sql, found.arguments)

    async def cursor_of_the_middle(self, order: str) -> str:
        """A cursor with as many candidates before it as behind."""
        middle = {"CREATED_AT": "2021-02-20", "LAST_MODIFIED_AT": "2024-01-08", "LAST_NAME": "last5"}[order]
        value = middle if order == "LAST_NAME" else f"{middle}T00:00:00+00:00"
        page = CANDIDATE_ORDERS[order]
        parts = (Order(page.sql, page.type, True), Order("{t}.id", "uuid", True))
        said = json.dumps([mark_of(parts), value, str(UUID(int=0))])
        return base64.urlsafe_b64encode(said.encode()).decode()


@pytest.fixture(scope="module")
async def plan(server: TestServer, migrated: str) -> AsyncIterator[Planning]:
    await server.fill_template("skewed", skewed.fill, basis=migrated)
    async with server.copy_of("skewed") as dsn, Pool(dsn, size=1) as pool:
        facts = FactsCache(pool)
        company = await facts.company(skewed.URN)
        assert company is not None
        seat = await facts.seat(company, skewed.SEAT)
        yield Planning(
            pool,
            Viewer("test", frozenset({Role.RECRUITER}), company, seat, None, None),
            make_engine(Settings()),
        )


WIDGET = """query($candidate: String!) { candidate(externalId: $candidate) {
  firstName tags { name }
  applications(first: 10) { totalCount pageInfo { hasNextPage endCursor }
    edges { node { appliedAt job { title } stages { name } } } }
  notes(first: 5) { edges { node { body } } }
  match { state evidence { method } }
  member { headline positions { title } inAts { applicationCount lastAppliedAt } }
  inMails(first: 5) { totalCount edges { node { sentAt bodyWithheld seat { lastName } } } }
  stubProfile { firstName }
} }"""

LIST = """query($filter: CandidateFilter, $order: CandidateOrder, $after: String) {
  candidates(filter: $filter, orderBy: $order, first: 50, after: $after) {
    pageInfo { hasNextPage }
    edges { cursor node { id firstName tags { name } member { headline }
      applications(first: 3) { edges { node { appliedAt job { title } stages { name } } } } } } } }"""

POINTS = {
    "by the ATS's id": ('{ candidate(externalId: "c-777") { firstName } }', {}),
    "by our id": (
        'query($id: ID!) { candidate(id: $id) { firstName } job(externalId: "j-1") { title } }',
        {"id": "urn:rsc:candidate:00000000-0000-7000-8001-000000000309"},
    ),
    "node": (
        "query($id: ID!) { node(id: $id) { ... on Application { stage candidate { firstName } } } }",
        {"id": "urn:rsc:application:00000000-0000-7000-8004-000000000309"},
    ),
    "nodes": (
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { title } ... on Candidate { firstName } } }",
        {
            "ids": [
                "urn:rsc:candidate:00000000-0000-7000-8001-000000000309",
                "urn:rsc:job:00000000-0000-7000-8003-000000000001",
            ]
        },
    ),
    "a member": ('{ member(id: "urn:li:person:b7") { headline inAts { applicationCount } } }', {}),
}


@pytest.mark.parametrize(("query", "variables"), POINTS.values(), ids=POINTS.keys())
async def test_a_point_read_reads_a_handful_of_rows(
    plan: Planning, query: str, variables: dict[str, Any]
) -> None:
    tree = await plan(query, **variables)
    assert not tree.scanned_whole
    assert tree.rows_read <= 10
    assert tree.cost < 100


async def test_a_quiet_candidate_with_everything_reads_what_it_answers(plan: Planning) -> None:
    tree = await plan(WIDGET, candidate=skewed.QUIET_CANDIDATE)
    assert not tree.scanned_whole
    assert tree.rows_read <= 60
    assert tree.cost < 300


async def test_the_busiest_candidate_costs_what_is_counted_of_it(plan: Planning) -> None:
    counting = await plan(WIDGET, candidate=skewed.BUSY_CANDIDATE)
    without = await plan(WIDGET.replace("totalCount", ""), candidate=skewed.BUSY_CANDIDATE)
    assert not counting.scanned_whole | without.scanned_whole
    assert without.rows_read <= 120
    assert counting.rows_read <= without.rows_read + skewed.BUSY_CANDIDATE_APPLICATIONS
    assert counting.cost < 300


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"order": {"field": "CREATED_AT", "direction": "ASC"}},
        {"order": {"field": "LAST_MODIFIED_AT", "direction": "DESC"}},
        {"order": {"field": "LAST_NAME", "direction": "ASC"}},
        {"filter": {"doNotContact": False}},
        {"filter": {"modifiedSince": "2024-01-01T00:00:00Z"}},
    ],
    ids=str,
)
async def test_a_page_with_lists_in_it_reads_its_rows_and_theirs(
    plan: Planning, variables: dict[str, Any]
) -> None:
    tree = await plan(LIST, **variables)
    assert not tree.scanned_whole
    assert tree.rows_read <= 600
    assert tree.cost < 1_500


async def test_a_page_from_the_middle_reads_no_more_than_the_first(plan: Planning) -> None:
    for order in ("CREATED_AT", "LAST_MODIFIED_AT", "LAST_NAME"):
        said = {"field": order, "direction": "DESC"}
        cursor = await plan.cursor_of_the_middle(order)
        tree = await plan(LIST, order=said, after=cursor)
        assert not tree.scanned_whole
        assert tree.rows_read <= 600


@pytest.mark.parametrize(
    ("given", "rows_max"),
    [
        # What an index answers.
        ({"tag": skewed.RARE_TAG}, 500),
        ({"tag": "no such tag"}, 10),
        ({"jobId": "urn:rsc:job:00000000-0000-7000-8003-000000000309"}, 50),
        # What takes one pass over the company, since nearly nobody passes or nearly everybody does.
        ({"nameContains": "last777"}, skewed.CANDIDATES + 600),
        ({"matchState": ["AMBIGUOUS"]}, skewed.CANDIDATES + 600),
        ({"doNotContact": True}, skewed.CANDIDATES + 600),
        ({"modifiedSince": "2024-01-14T21:00:00Z"}, skewed.CANDIDATES + 600),
        # What joins one pass with another.
        ({"tag": skewed.COMMON_TAG}, 2 * skewed.CANDIDATES + 600),
        (
            {"jobId": "urn:rsc:job:00000000-0000-7000-8003-000000000001"},
            2 * skewed.CANDIDATES + skewed.JOBS + 600,
        ),
    ],
    ids=str,
)
async def test_a_filter_passes_over_the_company_once_at_the_most(
    plan: Planning, given: dict[str, Any], rows_max: int
) -> None:
    tree = await plan(LIST, filter=given)
    assert tree.rows_read <= rows_max
    assert tree.cost < 3_000


async def test_the_first_few_below_each_of_a_page_are_all_that_is_read_there(plan: Planning) -> None:
    tree = await plan(
        """{ jobs(first: 50, orderBy: {field: LISTED_AT, direction: ASC}) { edges { node { title
          applications(first: 3) { edges { node { appliedAt candidate { firstName } } } } } } } }"""
    )
    assert not tree.scanned_whole
    # The busiest job is among the fifty; of its 20,000 applications three are read.
    assert tree.rows_read <= 300
    assert tree.cost < 1_500


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ('{ job(externalId: "j-1") { applications(first: 0) { totalCount } } }', 20_000),
        ("{ candidates(first: 0) { totalCount } }", skewed.CANDIDATES),
        (
            """{ jobs(first: 50, orderBy: {field: LISTED_AT, direction: ASC}) { edges { node {
              applications(first: 3) { totalCount } } } } }""",
            skewed.BUSY_JOB_APPLICATIONS + 50,
        ),
        (
            """{ jobs(first: 20, filter: {state: LISTED, titleContains: "42"}) {
              totalCount edges { cursor } } }""",
            2 * skewed.JOBS,
        ),
    ],
)
async def test_a_count_reads_what_it_counts_and_nothing_twice(plan: Planning, query: str, rows: int) -> None:
    tree = await plan(query)
    assert rows <= tree.rows_read <= rows + 200
    assert tree.cost < 3_000


async def test_lists_with_an_index_of_their_own_stop_at_the_page(plan: Planning) -> None:
    tree = await plan(
        """{
          matchReview(first: 20) { edges { node { firstName } } }
          viewer { contract { inMails(since: "2021-02-01T00:00:00Z", first: 20) { edges { cursor } } } }
          job(externalId: "j-1") { applications(first: 20, filter: {stage: "Screen"}) { edges { cursor } } }
        }"""
    )
    assert not tree.scanned_whole
    assert tree.rows_read <= 120
    assert tree.cost < 300
