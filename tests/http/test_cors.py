"""Which browsers may call: the pages of origins that the token's customer has registered."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.database.pool import Pool
from app.http.origins import Origins
from tests.http.conftest import OUTSIDER, RECRUITER, STAFF, Gateway, code_of, gateway_on

NORTHWINDS = "https://ats.northwind.example"
CONTOSOS = "https://ats.contoso.example"
WHO = "{viewer{company{name}}}"


async def preflight(gateway: Gateway, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    return await gateway.client.options("/graphql", headers=headers)


def allowed(response: httpx.Response) -> str | None:
    """The origin whose pages may read the response."""
    assert "access-control-allow-credentials" not in response.headers
    assert "set-cookie" not in response.headers
    found: str | None = response.headers.get("access-control-allow-origin")
    return found


@pytest.mark.parametrize("origin", [NORTHWINDS, CONTOSOS])
async def test_the_preflight_of_any_registered_origin_passes(gateway: Gateway, origin: str) -> None:
    response = await preflight(gateway, origin)
    assert response.status_code == 204
    assert allowed(response) == origin
    assert "authorization" in response.headers["access-control-allow-headers"]
    assert "content-type" in response.headers["access-control-allow-headers"]
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "*",
        "",
        NORTHWINDS + ".evil.example",
        NORTHWINDS + ":444",
        NORTHWINDS.upper(),
        "http://ats.northwind.example",
    ],
)
async def test_no_other_origin_is_allowed_anything(gateway: Gateway, origin: str) -> None:
    assert allowed(await preflight(gateway, origin)) is None
    assert allowed(await gateway.ask(WHO, RECRUITER | {"Origin": origin})) is None


async def test_options_without_an_origin_tells_the_methods(gateway: Gateway) -> None:
    response = await gateway.client.options("/graphql")
    assert (response.status_code, response.headers["allow"]) == (204, "GET, POST, OPTIONS")


async def test_a_page_of_the_token_s_customer_reads_answer_and_headers(gateway: Gateway) -> None:
    for headers, origin in ((RECRUITER, NORTHWINDS), (OUTSIDER, CONTOSOS), (STAFF, NORTHWINDS)):
        response = await gateway.ask(WHO, headers | {"Origin": origin})
        assert response.status_code == 200
        assert allowed(response) == origin
        assert response.headers["vary"] == "Origin"
        assert response.headers["access-control-expose-headers"] == "Retry-After, X-Trace-Id"


async def test_a_page_of_another_customer_is_refused_and_reads_nothing(gateway: Gateway) -> None:
    response = await gateway.ask(WHO, RECRUITER | {"Origin": CONTOSOS})
    assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")
    assert allowed(response) is None


async def test_a_page_can_read_that_its_token_is_refused(gateway: Gateway) -> None:
    response = await gateway.ask(WHO, {"Authorization": "Bearer expired", "Origin": NORTHWINDS})
    assert response.status_code == 401
    assert allowed(response) == NORTHWINDS


async def test_a_page_can_read_why_its_request_is_wrong(gateway: Gateway) -> None:
    response = await gateway.client.post("/graphql", content=b"", headers=RECRUITER | {"Origin": NORTHWINDS})
    assert response.status_code == 415
    assert allowed(response) == NORTHWINDS


async def test_a_change_is_known_without_a_restart(database: str, owner: asyncpg.Connection) -> None:
    async with gateway_on(database) as gateway, asyncio.timeout(5):
        await owner.execute("delete from registered_origin where origin = $1", NORTHWINDS)
        await owner.execute(
            "insert into registered_origin select company_id, 'http://localhost:9000' from company"
            " where name = 'Northwind'"
        )
        while allowed(await preflight(gateway, "http://localhost:9000")) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert allowed(await preflight(gateway, NORTHWINDS)) is None


async def test_origins_are_read_again_only_when_something_changed(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    origins = Origins(pool)
    company_id: UUID = await owner.fetchval("select company_id from company where name = 'Northwind'")
    assert await origins.is_registered_by(company_id, NORTHWINDS.encode())
    assert not await origins.is_registered_by(None, NORTHWINDS.encode())
    # Behind the trigger's back, so that only a reading without need would find it.
    await owner.execute("set session_replication_role = replica")
    await owner.execute("delete from registered_origin")
    await origins.watch.read_now()
    assert await origins.is_registered(NORTHWINDS.encode())
    await owner.execute("update facts_version set version = version + 1")
    await origins.watch.read_now()
    assert not await origins.is_registered(NORTHWINDS.encode())


async def test_the_service_sees_only_the_bound_company_s_origins(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company_id: UUID = await owner.fetchval("select company_id from company where name = 'Contoso'")
    rows = await pool.fetch(company_id, "select origin from registered_origin")
    assert [row["origin"] for row in rows] == [CONTOSOS]
    assert await pool.fetch(None, "select origin from registered_origin") == []


@pytest.mark.parametrize(
    "origin", ["https://A.example", "https://a.example/", "a.example", "*", "https://a.example:80:80", "null"]
)
async def test_only_what_a_browser_sends_can_be_registered(owner: asyncpg.Connection, origin: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("insert into registered_origin select company_id, $1 from company", origin)
