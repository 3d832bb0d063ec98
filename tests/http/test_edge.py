"""What every request passes, and what machines ask."""

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from app.errors import CallerError, ErrorCode
from app.http.edge import Edge
from tests.http.conftest import RECRUITER, SETTINGS, Gateway, code_of, gateway_on


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/nowhere"])
@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example"],
        ["localhost", "localhost"],
        ["localhost", "evil.example"],
        [""],
        ["localhost.evil.example"],
        ["localhost:evil"],
        ["localhost:80:80"],
        ["evil.example, localhost"],
        ["localhost@evil.example"],
        [":8000"],
        ["[::1]"],
        ["\xff"],
    ],
)
async def test_a_missing_doubled_or_foreign_host_is_400(
    gateway: Gateway, path: str, hosts: list[str]
) -> None:
    headers = [(b"host", host.encode("latin-1")) for host in hosts]
    request = gateway.client.build_request("GET", path)
    request.headers = httpx.Headers(headers)
    response = await gateway.client.send(request)
    assert response.status_code == 400
    assert code_of(response) == "BAD_REQUEST"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:9999", "127.0.0.1:1", "localhost."])
async def test_our_names_are_taken_with_any_port(gateway: Gateway, host: str) -> None:
    for _ in range(2):  # The second time it comes from memory.
        response = await gateway.client.get("/healthz", headers={"Host": host})
        assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz/", "/widgets/profile/", "/widgets/assets", "/.well-known/jwks.json/"]
)
async def test_nobody_is_sent_to_where_the_host_header_says(gateway: Gateway, path: str) -> None:
    response = await gateway.client.get(path, headers={"Host": "localhost:9"})
    assert response.status_code == 404
    assert "location" not in response.headers


class _Nowhere:
    async def answer(self, *_: object) -> None:
        raise AssertionError("Nothing was sent there.")


async def test_an_ipv6_address_can_be_allowed() -> None:
    edge = Edge(_Nowhere(), Router([Route("/", lambda _: PlainTextResponse("here"))]), ("::1",))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge)) as client:
        assert (await client.get("http://[::1]:8000/")).text == "here"
        assert (await client.get("http://[::2]:8000/")).status_code == 400


@pytest.mark.parametrize("path", ["/", "/graphql/", "/nowhere", "/graphiql", "/v3/atsCandidates", "/%ff"])
async def test_unknown_paths_are_404_with_safe_headers(gateway: Gateway, path: str) -> None:
    response = await gateway.client.get(path)
    assert response.status_code == 404
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert len(response.headers["x-trace-id"]) == 32


async def test_graphiql_is_there_where_it_is_switched_on(database: str) -> None:
    async with gateway_on(database, settings=replace(SETTINGS, graphiql=True)) as gateway:
        response = await gateway.client.get("/graphiql")
        assert response.status_code == 200
        assert response.headers.get_list("x-content-type-options") == ["nosniff"]
        assert len(response.headers.get_list("cache-control")) == 1


async def test_alive_and_ready(gateway: Gateway) -> None:
    assert (await gateway.client.get("/healthz")).json() == {"status": "alive"}
    assert (await gateway.client.get("/readyz")).json() == {"status": "ready"}


async def test_not_ready_while_a_migration_is_missing(database: str, owner: asyncpg.Connection) -> None:
    async with gateway_on(database) as gateway:
        await owner.execute("delete from rsc_migration where number = 5")
        response = await gateway.client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["because"] == "1 migrations are not applied; run `rsc migrate`."


async def test_without_a_database_it_starts_is_alive_and_says_that_it_is_not_ready() -> None:
    async with gateway_on("postgresql://nobody@127.0.0.1:1/nothing") as gateway:
        assert (await gateway.client.get("/healthz")).status_code == 200
        ready = await gateway.client.get("/readyz")
        assert (ready.status_code, ready.headers["retry-after"]) == (503, "1")
        answer = await gateway.ask("{viewer{roles}}")
        assert (answer.status_code, code_of(answer)) == (503, "DATABASE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        page = await gateway.ask("{viewer{roles}}", RECRUITER | {"Origin": "https://ats.northwind.example"})
        assert page.status_code == 503
        assert "access-control-allow-origin" not in page.headers


async def test_metrics_are_in_prometheus_text(gateway: Gateway) -> None:
    response = await gateway.client.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for line in response.text.splitlines():
        assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2
    assert 'rsc_connections_open{pool="requests"} 2\n' in response.text


async def _break(_: object) -> Response:
    raise ValueError("ada@northwind.example")


async def _refuse(_: object) -> Response:
    raise CallerError(ErrorCode.FORBIDDEN, "Not you.", status=403, headers={"Retry-After": "7"})


@pytest.fixture
async def site() -> AsyncIterator[httpx.AsyncClient]:
    edge = Edge(_Nowhere(), Router([Route("/break", _break), Route("/refuse", _refuse)]), ("localhost",))
    transport = httpx.ASGITransport(edge)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_a_fault_behind_any_route_tells_its_trace_id_only(
    site: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await site.get("/break")
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"] == {
        "code": "INTERNAL_ERROR",
        "traceId": response.headers["x-trace-id"],
    }
    logged = capsys.readouterr()
    assert response.headers["x-trace-id"] in logged.out + logged.err
    assert "ada@" not in logged.out + logged.err + response.text


async def test_a_refusal_behind_any_route_keeps_its_status_and_headers(site: httpx.AsyncClient) -> None:
    response = await site.get("/refuse")
    assert (response.status_code, response.headers["retry-after"]) == (403, "7")
    assert code_of(response) == "FORBIDDEN"
