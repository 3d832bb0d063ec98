"""`Idempotency-Key` on a mutation: the sync mutations are done once and answered alike."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from app.access.features import Role
from app.access.viewer import Viewer
from app.auth.issue import issue_token
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND
from app.database.pool import Pool
from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode
from app.http.repeats import execute_once
from tests.http.conftest import KEY, gateway_on, real_engine
from tests.sync.companies import live_company

SYNC = """mutation ($input: SyncCandidatesInput!) {
  first: syncCandidates(input: $input) {
    run { id done counts { entity outcome count } } results { externalId outcome } userErrors { code } }
  second: syncCandidates(input: $input) { results { externalId outcome } userErrors { code } }
}"""


def partner(company: str = NORTHWIND) -> dict[str, str]:
    token = issue_token(
        KEY, subject="ats", roles=[Role.PARTNER], company=company, partner=DEMO_PARTNER, lifetime_s=3600
    )
    return {"Authorization": f"Bearer {token}"}


def body(name: str = "Ann", **more: Any) -> dict[str, Any]:
    record = {
        **{"atsCandidateId": "c-1", "firstName": name},
        **{"atsCreatedAt": "2026-01-01T00:00:00Z", "atsLastModifiedAt": "2026-01-02T00:00:00Z"},
    }
    return {"query": SYNC, "variables": {"input": {"records": [record]}}, **more}


@pytest.fixture
async def client(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_on(database, real_engine()) as gateway:
        yield gateway.client


@pytest.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def sync(
    client: httpx.AsyncClient, key: str | None = "k1", *, company: str = NORTHWIND, **said: Any
) -> httpx.Response:
    headers = partner(company) | ({} if key is None else {"Idempotency-Key": key})
    return await client.post("/graphql", json=body(**said), headers=headers)


async def test_a_mutation_is_done_once_and_its_payload_shows_what_it_wrote(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    first = await sync(client)
    data = first.json()["data"]
    assert data["first"]["results"] == [{"externalId": "c-1", "outcome": "CREATED"}]
    assert data["first"]["run"]["counts"] == [{"entity": "candidate", "outcome": "CREATED", "count": 1}]
    assert data["second"]["results"] == [{"externalId": "c-1", "outcome": "UNCHANGED"}]
    for _ in range(3):
        again = await sync(client)
        assert (again.status_code, again.content) == (200, first.content)
    assert await owner.fetchval("select count(*) from sync_run") == 2


async def test_another_request_with_the_key_is_422(client: httpx.AsyncClient) -> None:
    await sync(client)
    for said in ({"name": "Bea"}, {"operationName": None, "query": SYNC + " "}):
        refused = await sync(client, **said)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_without_a_key_it_is_done_again(client: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    for _ in range(2):
        await sync(client, None)
    assert await owner.fetchval("select count(*) from sync_run") == 4


async def test_a_key_is_a_companys_own(client: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    await sync(client)
    other = await sync(client, company=CONTOSO)
    assert other.json()["data"]["first"]["results"] == [{"externalId": "c-1", "outcome": "CREATED"}]
    assert await owner.fetchval("select count(*) from candidate") == 2


async def test_many_at_once_are_one(client: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    answers = await asyncio.gather(*(sync(client) for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert await owner.fetchval("select count(*) from sync_run") == 2


async def test_a_query_takes_no_notice_of_the_key(client: httpx.AsyncClient) -> None:
    headers = partner() | {"Idempotency-Key": "k1"}
    for query in ("{ viewer { subject } }", "{ viewer { roles } }"):
        answer = await client.post("/graphql", json={"query": query}, headers=headers)
        assert answer.status_code == 200


async def test_a_key_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    assert (await sync(client, "x" * 256)).status_code == 400


@pytest.mark.parametrize("fields", [1, 2])
async def test_what_failed_for_the_moment_is_not_remembered_and_goes_well_later(
    pool: Pool, owner: asyncpg.Connection, fields: int
) -> None:
    """A member that LinkedIn does not answer for, say; what other fields did is undone with it."""
    company = await live_company(owner)
    viewer = Viewer("ats", frozenset({Role.PARTNER}), None, None, DEMO_PARTNER, None)
    is_away = True

    async def execute(within: Pool) -> bytes:
        async with within.transaction(company) as connection:
            await connection.execute(
                "insert into tag values ($1, $2, 'new', false)", *(company, UUID(int=fields))
            )
        if not is_away:
            return b'{"data":{"b":{}}}'
        error = {"message": "away", "path": ["b"], "extensions": {"code": "SOURCE_UNAVAILABLE"}}
        data: dict[str, object] = {"a": {}, "b": None} if fields == 2 else {"b": None}
        return orjson.dumps({"errors": [error], "data": data})

    async def ask() -> bytes:
        request = GraphQLRequest("mutation { a b }", None, None)
        return await execute_once(pool, company, viewer, b"k1", request, execute)

    if fields == 1:
        assert orjson.loads(await ask())["data"] == {"b": None}
    else:
        with pytest.raises(CallerError) as caught:
            await ask()
        assert (caught.value.code, caught.value.status) == (ErrorCode.SOURCE_UNAVAILABLE, 503)
    assert await owner.fetchval("select count(*) from tag where company_id = $1", company) == 0
    is_away = False
    for _ in range(2):
        assert await ask() == b'{"data":{"b":{}}}'
    assert await owner.fetchval("select count(*) from tag where company_id = $1", company) == 1
