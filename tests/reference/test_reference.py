"""The reference executor against plain SQL and against what the specification says, case by case."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from graphql import GraphQLEnumType, GraphQLFloat, GraphQLInt, GraphQLLeafType, GraphQLString

from app.auth.personas import NORTHWIND
from app.engine.mapping import Column, Form, Order
from tests.conftest import TestServer
from tests.reference import cursor
from tests.reference.statement import pattern_of
from tests.reference.values import as_json, checked_leaf, column_json
from tests.reference.world import World, demo_world

ORDER = (Order("{t}.at", "timestamptz", True), Order("{t}.id", "uuid", True))


@pytest.fixture(scope="module")
async def world(server: TestServer, migrated: str) -> AsyncIterator[World]:
    async with demo_world(server, migrated) as world:
        yield world


@pytest.fixture
async def owner_of_world(world: World) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(world.owner_dsn, server_settings={"TimeZone": "UTC"})
    yield connection
    await connection.close()


async def _ask(world: World, who: str, query: str, **variables: Any) -> dict[str, Any]:
    return await world.by_reference(query, variables, world.viewers[who])


async def test_a_candidate_is_joined_with_its_member_and_its_applications(
    world: World, owner_of_world: asyncpg.Connection
) -> None:
    answer = await _ask(
        world,
        "recruiter",
        """{ candidate(externalId: "cand-0001") {
          externalId member { id firstName } applications(first: 50) { totalCount edges { node {
            externalId appliedAt job { title } } } } } }""",
    )
    rows = await owner_of_world.fetch(
        """
        select a.external_id, to_json(a.applied_at) #>> '{}' as at, j.title from application a
        join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
        left join job j on j.company_id = a.company_id and j.id = a.job_id
        where c.external_id = 'cand-0001' order by a.applied_at desc, a.id desc
        """
    )
    name = await owner_of_world.fetchval("select first_name from member where urn = 'urn:li:person:m0001'")
    assert len(rows) > 1
    assert answer == {
        "data": {
            "candidate": {
                "externalId": "cand-0001",
                "member": {"id": "urn:li:person:m0001", "firstName": name},
                "applications": {
                    "totalCount": len(rows),
                    "edges": [
                        {
                            "node": {
                                "externalId": row["external_id"],
                                "appliedAt": row["at"],
                                "job": row["title"] and {"title": row["title"]},
                            }
                        }
                        for row in rows
                    ],
                },
            }
        }
    }


@pytest.mark.parametrize(
    ("field", "column"), [("TITLE", 'lower(title) collate "C"'), ("LISTED_AT", "listed_order_at")]
)
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_following_end_cursors_gives_every_row_once_and_in_order(
    world: World, owner_of_world: asyncpg.Connection, field: str, column: str, direction: str
) -> None:
    query = """query ($after: String) { jobs(first: 7, after: $after, orderBy: {field: %s, direction: %s}) {
      edges { node { externalId } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        answer = await _ask(world, "partner", query % (field, direction), after=after)
        jobs = answer["data"]["jobs"]
        assert jobs["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += [edge["node"]["externalId"] for edge in jobs["edges"]]
        after, more = jobs["pageInfo"]["endCursor"], jobs["pageInfo"]["hasNextPage"]
    rows = await owner_of_world.fetch(
        "select external_id from job where external_id like 'job-0%' "
        f"order by {column} {direction}, id {direction}"
    )
    assert seen == [row["external_id"] for row in rows]
    assert jobs["totalCount"] == len(seen) > 7


async def test_a_refusal_is_null_at_its_path_and_an_error_with_its_place(world: World) -> None:
    answer = await _ask(
        world,
        "ats-user",
        '{ candidate(externalId: "cand-0001") {\n externalId\n who: member { firstName } } '
        "audit: auditTrail { totalCount } }",
    )
    assert answer["data"] == {"candidate": {"externalId": "cand-0001", "who": None}, "audit": None}
    told = {tuple(error["path"]): error for error in answer["errors"]}
    assert set(told) == {("candidate", "who"), ("audit",)}
    assert told[("candidate", "who")]["locations"] == [{"line": 3, "column": 2}]
    assert told[("candidate", "who")]["extensions"]["code"] == "FEATURE_NOT_GRANTED"
    assert told[("candidate", "who")]["extensions"]["reason"] == "NO_SEAT"
    assert told[("audit",)]["extensions"]["roles"] == ["RECRUITER_ADMIN", "SUPPORT", "STAFF"]


async def test_a_contracts_fields_are_decided_on_that_contract(world: World) -> None:
    query = """{ integration { contracts { id
      inMails(since: "2000-01-01T00:00:00Z", first: 1) { totalCount } } } }"""
    answer = await _ask(world, "recruiter-admin", query)
    counts = {contract["id"]: contract["inMails"] for contract in answer["data"]["integration"]["contracts"]}
    assert counts["urn:li:contract:5001"]["totalCount"] > 0
    assert counts["urn:li:contract:5002"] is counts["urn:li:contract:5003"] is None
    assert len(answer["errors"]) == 2


async def test_ids_that_name_nothing_are_null_without_an_error(world: World) -> None:
    unknown = "urn:rsc:job:01a204da-6e98-7342-83e5-50cd22eaed9a"
    known = world.samples.companies[NORTHWIND].ids["Job"][0]
    ids = ["urn:li:person:nobody", "", unknown, "urn:li:person:m0001", known]
    answer = await _ask(world, "recruiter", "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert answer == {"data": {"nodes": [None, None, None, {"id": "urn:li:person:m0001"}, {"id": known}]}}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "2026-01-31T09:30:00+00:00"),
        (datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC), "2026-01-31T09:30:00.25+00:00"),
        (datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=5))), "2026-01-31T04:30:00+00:00"),
        (Decimal("2.50"), 2.5),
        (Decimal("3"), 3),
        ([None, "x"], [None, "x"]),
    ],
)
def test_values_are_said_as_postgresql_says_them(value: Any, said: Any) -> None:
    assert as_json(value) == said


def test_a_urn_has_its_prefix_and_null_has_none() -> None:
    column = Column("{t}.id", Form.URN, "urn:rsc:tag:")
    assert column_json(column, UUID(int=7)) == "urn:rsc:tag:00000000-0000-0000-0000-000000000007"
    assert column_json(column, None) is None


@pytest.mark.parametrize(
    ("of", "value"),
    [
        (GraphQLInt, True),
        (GraphQLInt, "1"),
        (GraphQLString, 1),
        (GraphQLFloat, "1"),
        (GraphQLEnumType("E", {"A": "A"}), "B"),
    ],
)
def test_a_leaf_of_another_type_is_noticed(of: GraphQLLeafType, value: Any) -> None:
    with pytest.raises(TypeError):
        checked_leaf(of, value)


def test_a_cursor_is_read_as_it_was_written_and_fits_its_own_order_only() -> None:
    values = [datetime(2026, 1, 31, 9, 30, 0, 1, tzinfo=UTC), UUID(int=7)]
    written = cursor.write(ORDER, values)
    assert "=" not in written
    assert cursor.read(ORDER, written) == values
    for other in (ORDER[:1], (ORDER[0], Order("{t}.id", "uuid")), ORDER[::-1]):
        with pytest.raises(cursor.BadCursorError):
            cursor.read(other, written)


def test_wildcards_of_a_caller_stand_for_themselves() -> None:
    assert pattern_of("50%_\\") == "%50\\%\\_\\\\%"
