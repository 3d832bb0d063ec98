"""Operations that cross from the ATS's half to LinkedIn's and back: calls, statements, nulls and errors."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.engine.engine import Engine
from app.linkedin.cache import Cache
from app.linkedin.source import MemberSource, make_source
from app.settings import Limits
from app.simulator.server import RunningSimulator
from loaders.context import RequestContext
from loaders.members import RemoteMembers, with_remote_members
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.linkedin.conftest import CONNECTIONS, TIMEOUT_S
from tests.reference.world import World, demo_template, patient_pool, world_on

WAIT_S = 1.0
FIFTY = "{ candidates(first: 50) { edges { node { externalId member { id firstName headline } } } } }"
ONE = '{ candidate(externalId: "cand-0001") { member { id firstName } applications { totalCount } } }'


@dataclass
class Crossing:
    """The demo with the mirror and with the simulated LinkedIn as the source of members."""

    mirrored: World
    remote: World
    simulator: RunningSimulator
    source: MemberSource
    owner: asyncpg.Connection
    statements: list[str] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """Batch gets that arrived at LinkedIn."""
        return self.simulator.state.calls.by_path["/v2/people"]

    def turn(self, **knobs: Any) -> None:
        self.simulator.state.knobs = self.simulator.state.knobs.turned(knobs)

    async def ask(self, query: str, who: str = "recruiter", **variables: Any) -> dict[str, Any]:
        """The whole answer with LinkedIn as the source."""
        return await self.remote.by_engine(query, variables, self.remote.viewers[who])

    async def of_mirror(self, query: str, who: str = "recruiter", **variables: Any) -> dict[str, Any]:
        """The whole answer with the mirror as the source."""
        return await self.mirrored.by_engine(query, variables, self.mirrored.viewers[who])


@pytest.fixture(scope="module")
async def mirrored(server: TestServer, migrated: str) -> AsyncIterator[World]:
    demo = await demo_template(server, migrated)
    async with server.copy_of(demo) as dsn, patient_pool(dsn) as pool:
        yield await world_on(dsn, pool)


@pytest.fixture
async def crossing(mirrored: World, simulator: RunningSimulator) -> AsyncIterator[Crossing]:
    """Nobody was asked for so far."""
    known = simulator.state.credentials
    source = make_source(
        url=simulator.url,
        client_id=known.client_id,
        client_secret=known.client_secret,
        timeout_s=TIMEOUT_S,
        connections=CONNECTIONS,
        cache=Cache(pool=mirrored.pool, retention=timedelta(hours=24), fresh=timedelta(hours=1)),
    )
    statements: list[str] = []

    def fetch(context: RequestContext, sql: str, arguments: list[Any]) -> Any:
        statements.append(sql)
        return fetch_bytes(context, sql, arguments)

    schema, catalogue = bind(build_schema())
    catalogue = with_remote_members(catalogue, RemoteMembers(source, wait_s=WAIT_S))
    engine = Engine(schema, catalogue, fetch, Limits())
    owner = await asyncpg.connect(mirrored.owner_dsn)
    await owner.execute("delete from member_cache")
    yield Crossing(mirrored, replace(mirrored, engine=engine), simulator, source, owner, statements)
    await source.close()
    await owner.close()


def errors_by_path(answer: dict[str, Any]) -> dict[str, str]:
    return {
        ".".join(str(step) for step in error["path"]): error["extensions"]["code"]
        for error in answer.get("errors", ())
    }


def without_members(value: Any) -> Any:
    """The answer's data as it is where no member can be had."""
    if isinstance(value, dict):
        return {key: None if key == "member" else without_members(inside) for key, inside in value.items()}
    return [without_members(one) for one in value] if isinstance(value, list) else value


async def test_a_list_crosses_once_and_then_not_at_all(crossing: Crossing) -> None:
    expected = await crossing.of_mirror(FIFTY)
    assert await crossing.ask(FIFTY) == expected
    assert (crossing.calls, len(crossing.statements)) == (1, 2)
    assert await crossing.ask(FIFTY) == expected
    assert (crossing.calls, len(crossing.statements)) == (1, 3)


async def test_each_crossing_is_one_batch_and_one_statement_whatever_the_number_of_rows(
    crossing: Crossing,
) -> None:
    query = """{
      candidates(first: 10) { edges { node { member { firstName inAts { candidates { member { headline }
        applications(first: 2) { edges { node { job { recommendedMatches(first: 2) { edges { node {
          lastName inAts { doNotContact } } } } } } } } } } } } } }
    }"""
    expected = await crossing.of_mirror(query)
    assert "errors" not in expected
    assert "lastName" in str(expected)
    assert await crossing.ask(query) == expected
    # The third member is the first one again, and was brought with it.
    assert (crossing.calls, len(crossing.statements)) == (2, 3)


async def test_more_than_a_batch_takes_as_many_calls_as_it_must(crossing: Crossing) -> None:
    query = "{ candidates(first: 200) { edges { node { member { id } } } } }"
    answer = await crossing.ask(query)
    assert answer == await crossing.of_mirror(query)
    found = sum(edge["node"]["member"] is not None for edge in answer["data"]["candidates"]["edges"])
    assert crossing.calls == -(-found // 50)
    assert len(crossing.statements) == 2


async def test_nothing_is_fetched_for_whom_members_are_refused(crossing: Crossing) -> None:
    assert errors_by_path(await crossing.ask(ONE, "partner")) == {"candidate.member": "FEATURE_NOT_GRANTED"}
    assert await crossing.ask(ONE, "partner") == await crossing.of_mirror(ONE, "partner")
    assert crossing.calls == 0


async def test_the_mirrors_profiles_are_not_read(crossing: Crossing) -> None:
    await crossing.owner.execute("update member set first_name = 'Mirror' where urn = 'urn:li:person:m0001'")
    try:
        answer = await crossing.ask(ONE)
    finally:
        await crossing.owner.execute("update member set first_name = 'Zoë' where urn = 'urn:li:person:m0001'")
    assert answer["data"]["candidate"]["member"]["firstName"] == "Zoë"


@pytest.mark.parametrize(
    "knobs",
    [
        *({"down": True}, {"latency_ms": 10_000}, {"error_rate": 1}, {"answers": "malformed"}),
        *({"answers": "half"}, {"answers": "wrong-ids"}, {"answers": "empty"}),
        {"calls_a_second": 1, "retry_after_s": 60, "error_rate": 1},
    ],
)
async def test_without_linkedin_the_ats_half_is_complete_and_each_member_says_why_it_is_not(
    crossing: Crossing, knobs: dict[str, Any]
) -> None:
    expected = await crossing.of_mirror(FIFTY)
    crossing.turn(**knobs)
    async with asyncio.timeout(WAIT_S + 3):
        answer = await crossing.ask(FIFTY)
    assert answer["data"] == without_members(expected["data"])
    edges = expected["data"]["candidates"]["edges"]
    assert errors_by_path(answer) == {
        f"candidates.edges.{index}.node.member": "SOURCE_UNAVAILABLE"
        for index, edge in enumerate(edges)
        if edge["node"]["member"] is not None
    }
    assert {str(error["locations"]) for error in answer["errors"]} == {"[{'line': 1, 'column': 53}]"}
    # The statement need not run again for what did not come.
    assert len(crossing.statements) == 1


async def test_some_members_may_be_there_and_others_not(crossing: Crossing) -> None:
    await crossing.ask(ONE)
    crossing.turn(down=True)
    query = '{ a: node(id: "urn:li:person:m0001") { id } b: node(id: "urn:li:person:m0002") { id } }'
    answer = await crossing.ask(query)
    assert answer["data"] == {"a": {"id": "urn:li:person:m0001"}, "b": None}
    assert errors_by_path(answer) == {"b": "SOURCE_UNAVAILABLE"}


async def test_a_closed_account_is_null_without_an_error_and_is_asked_for_once(crossing: Crossing) -> None:
    crossing.turn(closed=["m0001"])
    for _ in range(2):
        answer = await crossing.ask(ONE)
        assert "errors" not in answer
        assert answer["data"]["candidate"]["member"] is None
    assert crossing.calls == 1


async def test_members_by_their_ids_in_every_way(crossing: Crossing) -> None:
    ids = [
        *("urn:li:person:m0002", "urn:li:organization:1001", "urn:li:person:nobody", "no id"),
        *("urn:li:person:m0001", "urn:li:person:m0002"),
    ]
    query = """query ($ids: [ID!]!) {
      nodes(ids: $ids) { __typename ... on Member { firstName } }
      member(id: "urn:li:person:m0003") { lastName }
      byUrl: member(publicProfileUrl: "https://www.linkedin.com/in/zoe-marchetti") { headline }
      nobody: member(id: "urn:li:person:nobody2") { id }
    }"""
    expected = await crossing.of_mirror(query, ids=ids)
    assert await crossing.ask(query, ids=ids) == expected
    assert crossing.calls == 1
    await crossing.owner.execute("delete from member_cache")
    crossing.turn(down=True)
    answer = await crossing.ask(query, ids=ids)
    assert answer["data"] == {
        "nodes": [None, expected["data"]["nodes"][1], None, None, None, None],
        **dict.fromkeys(("member", "byUrl", "nobody")),
    }
    assert set(errors_by_path(answer)) == {
        *("nodes.0", "nodes.2", "nodes.4", "nodes.5", "member", "byUrl", "nobody")
    }


async def test_members_that_a_router_names_are_one_batch_whatever_it_sends_of_them(
    crossing: Crossing,
) -> None:
    query = """query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Member { id headline } ... on Candidate { member { id headline } } } }"""
    members = [
        {"__typename": "Member", "id": f"urn:li:person:m{n:04d}", "headline": "x"} for n in range(1, 41)
    ]
    candidate = {"__typename": "Candidate", "externalId": "cand-0001"}
    expected = await crossing.of_mirror(query, of=[*members, candidate])
    assert await crossing.ask(query, of=[*members, candidate]) == expected
    assert (crossing.calls, len(crossing.statements)) == (1, 2)
    assert not any(one and one.get("headline") == "x" for one in expected["data"]["_entities"])
    await crossing.owner.execute("delete from member_cache")
    crossing.turn(down=True)
    answer = await crossing.ask(query, of=[candidate, members[0]])
    assert answer["data"]["_entities"] == [{"member": None}, None]
    assert errors_by_path(answer) == {
        "_entities.0.member": "SOURCE_UNAVAILABLE",
        "_entities.1": "SOURCE_UNAVAILABLE",
    }


async def test_alternatives_of_an_ambiguous_match(crossing: Crossing) -> None:
    query = """{ candidates(first: 3, filter: {matchState: [AMBIGUOUS]}) {
      edges { node { match { alternatives { id firstName } } } } } }"""
    expected = await crossing.of_mirror(query)
    assert await crossing.ask(query) == expected
    assert all(len(e["node"]["match"]["alternatives"]) > 1 for e in expected["data"]["candidates"]["edges"])
    await crossing.owner.execute("delete from member_cache")
    crossing.turn(down=True)
    answer = await crossing.ask(query)
    # Its elements are promised not to be null, so the list is.
    assert [e["node"]["match"] for e in answer["data"]["candidates"]["edges"]] == [{"alternatives": None}] * 3
    assert set(errors_by_path(answer).values()) == {"SOURCE_UNAVAILABLE"}


async def test_a_recommended_match_whose_member_cannot_be_had(crossing: Crossing) -> None:
    query = """{ job(externalId: "job-001") { title recommendedMatches(first: 2) {
      totalCount edges { score node { id } } } } }"""
    expected = await crossing.of_mirror(query)
    assert await crossing.ask(query) == expected
    await crossing.owner.execute("delete from member_cache")
    crossing.turn(down=True)
    answer = await crossing.ask(query)
    assert answer["data"] == {"job": {"title": expected["data"]["job"]["title"], "recommendedMatches": None}}


async def test_what_is_stale_is_answered_at_once_and_fetched_anew(crossing: Crossing) -> None:
    await crossing.ask(ONE)
    await crossing.owner.execute(
        "update member_cache set first_name = 'Before', fetched_at = now() - interval '2 hours', "
        "fresh_until = now() - interval '1 hour'"
    )
    answer = await crossing.ask(ONE)
    assert answer["data"]["candidate"]["member"]["firstName"] == "Before"
    assert crossing.calls == 1
    assert await crossing.source.refresh_stale() == {}
    answer = await crossing.ask(ONE)
    assert answer["data"]["candidate"]["member"]["firstName"] == "Zoë"
    assert crossing.calls == 2


async def test_what_is_stale_serves_while_linkedin_is_down_but_not_beyond_the_retention(
    crossing: Crossing,
) -> None:
    await crossing.ask(ONE)
    crossing.turn(down=True)
    await crossing.owner.execute(
        "update member_cache set fetched_at = now() - interval '23 hours', "
        "fresh_until = now() - interval '22 hours', kept_until = now() + interval '1 hour'"
    )
    assert (await crossing.ask(ONE))["data"]["candidate"]["member"] is not None
    await crossing.owner.execute(
        "update member_cache set fetched_at = now() - interval '24 hours', kept_until = now()"
    )
    answer = await crossing.ask(ONE)
    assert answer["data"]["candidate"]["member"] is None
    assert errors_by_path(answer) == {"candidate.member": "SOURCE_UNAVAILABLE"}


async def test_a_stale_account_that_was_closed_is_gone_after_the_refresh(crossing: Crossing) -> None:
    await crossing.ask(ONE)
    await crossing.owner.execute(
        "update member_cache set fetched_at = now() - interval '2 hours', "
        "fresh_until = now() - interval '1 hour'"
    )
    crossing.turn(closed=["m0001"])
    await crossing.ask(ONE)
    await crossing.source.refresh_stale()
    answer = await crossing.ask(ONE)
    assert (answer["data"]["candidate"]["member"], answer.get("errors")) == (None, None)


async def test_a_crowd_asking_for_the_same_list_makes_one_call(crossing: Crossing) -> None:
    crossing.turn(latency_ms=100)
    expected = await crossing.of_mirror(FIFTY)
    answers = await asyncio.gather(*(crossing.ask(FIFTY) for _ in range(20)))
    assert all(answer == expected for answer in answers)
    assert crossing.calls == 1


async def test_a_command_brings_the_member_that_it_names_first(crossing: Crossing) -> None:
    await crossing.owner.execute("delete from member where urn = 'urn:li:person:m2100'")
    key = await crossing.owner.fetchval("select id from candidate where external_id = 'cand-0005'")
    query = """mutation ($candidate: ID!, $member: ID!) {
      linkMember(input: {candidateId: $candidate, memberId: $member}) {
        candidate { member { id firstName } } userErrors { code } } }"""
    named = {"candidate": f"urn:rsc:candidate:{key}", "member": "urn:li:person:m2100"}
    crossing.turn(down=True)
    refused = await crossing.ask(query, **named)
    assert errors_by_path(refused) == {"linkMember": "SOURCE_UNAVAILABLE"}
    crossing.turn(down=False, closed=["m2101"])
    linked = (await crossing.ask(query, **named))["data"]["linkMember"]
    assert linked["userErrors"] == []
    assert linked["candidate"]["member"]["id"] == "urn:li:person:m2100"
    for nobody in ("urn:li:person:m2101", "urn:li:person:nobody", "x"):
        answer = await crossing.ask(query, **{**named, "member": nobody})
        assert answer["data"]["linkMember"]["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_a_cold_cache_costs_one_statement_and_no_call_for_what_names_no_member(
    crossing: Crossing,
) -> None:
    query = "{ candidates(first: 5, filter: {matchState: [UNMATCHED]}) { edges { node { member { id } } } } }"
    assert await crossing.ask(query) == await crossing.of_mirror(query)
    assert (crossing.calls, len(crossing.statements)) == (0, 1)


async def test_an_export_is_confirmed_with_the_profile_that_linkedin_has(crossing: Crossing) -> None:
    row = await crossing.owner.fetchrow(
        "select id, member_urn from export where state = 'DELIVERED' order by id limit 1"
    )
    assert row is not None
    await crossing.owner.execute("delete from member where urn = $1", row["member_urn"])
    query = """mutation ($export: ID!) {
      confirmExport(input: {exportId: $export, candidateExternalId: "cand-new"}) {
        export { state profile { firstName } candidate { firstName } } userErrors { code } } }"""
    named = {"export": f"urn:rsc:export:{row['id']}"}
    crossing.turn(down=True)
    answer = await crossing.ask(query, "partner", **named)
    assert errors_by_path(answer) == {"confirmExport": "SOURCE_UNAVAILABLE"}
    crossing.turn(down=False)
    confirmed = (await crossing.ask(query, "partner", **named))["data"]["confirmExport"]
    assert confirmed["userErrors"] == []
    export = confirmed["export"]
    assert export["state"] == "CREATED"
    assert export["profile"]["firstName"] == export["candidate"]["firstName"] != ""
