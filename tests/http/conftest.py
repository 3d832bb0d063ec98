"""A gateway to talk to: the real application with its real engine, on a database with two companies."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from asgi_lifespan import LifespanManager
from starlette.types import ASGIApp

from app.access.features import Role
from app.auth.authenticate import Authenticator
from app.auth.issue import issue_token
from app.auth.issuers import IssuerRegistry, own_issuers
from app.auth.keys import new_signing_key
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND
from app.database.pool import Pool
from app.engine.engine import Engine
from app.http.server import build_app, server_config
from app.http.services import Executes, Services
from app.ids import uuid7
from app.settings import Limits, Settings
from app.telemetry.tracing import Tracing
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer

KEY = new_signing_key()
LIMITS = Limits()
SETTINGS = Settings(development_tokens=True, limits=LIMITS)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def _fill(dsn: str) -> None:
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute("insert into partner values ($1, '{}', '{}', false)", DEMO_PARTNER)
        for urn, name in ((NORTHWIND, "Northwind"), (CONTOSO, "Contoso")):
            company_id, contract_id = uuid7(), uuid7()
            await owner.execute("insert into company values ($1, $2, $3)", company_id, urn, name)
            await owner.execute(
                """insert into integration (company_id, id, partner_name, state, requested_at)
                   values ($1, $2, $3, 'LIVE', $4)""",
                *(company_id, uuid7(), DEMO_PARTNER, LONG_AGO),
            )
            await owner.execute(
                "insert into contract values ($1, $2, $3, $4, 'RECRUITER_CORPORATE', true)",
                *(company_id, contract_id, f"urn:li:contract:{name}", f"{name}'s"),
            )
            await owner.execute(
                "insert into seat values ($1, $2, $3, $4, 'Ada', 'L', 'ACTIVE', false, null, $5)",
                *(company_id, uuid7(), contract_id, f"urn:li:seat:{name}", LONG_AGO),
            )
            await owner.execute(
                "insert into registered_origin values ($1, $2)",
                *(company_id, f"https://ats.{name.lower()}.example"),
            )
    finally:
        await owner.close()


def bearer(*roles: Role, company: str = NORTHWIND, seat: str | None = None) -> str:
    """The Authorization header with a fresh token of ours, good for an hour."""
    token = issue_token(KEY, subject="somebody", roles=roles, company=company, seat=seat, lifetime_s=3600)
    return f"Bearer {token}"


STAFF = {"Authorization": bearer(Role.STAFF)}
RECRUITER = {"Authorization": bearer(Role.RECRUITER, seat="urn:li:seat:Northwind")}
OUTSIDER = {"Authorization": bearer(Role.RECRUITER, company=CONTOSO, seat="urn:li:seat:Contoso")}


@dataclass(frozen=True)
class Gateway:
    """The application, running, and a client of it whose Host is ours."""

    services: Services
    client: httpx.AsyncClient

    async def ask(self, query: str, headers: dict[str, str] = RECRUITER, **parameters: Any) -> httpx.Response:
        """POST one operation."""
        return await self.client.post("/graphql", json={"query": query, **parameters}, headers=headers)


@cache
def real_engine() -> Engine:
    """The engine over the product's schema; it knows no database, so one is enough."""
    schema, catalogue = bind(build_schema())
    return Engine(schema, catalogue, fetch_bytes, LIMITS)


def services_on(
    dsn: str,
    engine: Executes | None = None,
    *,
    settings: Settings = SETTINGS,
    tracing: Tracing | None = None,
) -> Services:
    """What one worker on this database is made of; with `engine` in place of the real one."""
    pool = Pool(dsn, size=2)
    issuers = IssuerRegistry(own_issuers(KEY, development_tokens=True))
    return Services(
        settings=settings,
        pool=pool,
        authenticator=Authenticator(issuers, pool),
        engine=engine if engine is not None else real_engine(),
        signing_key=KEY,
        tracing=tracing,
    )


@asynccontextmanager
async def gateway_on(dsn: str, engine: Executes | None = None, **options: Any) -> AsyncIterator[Gateway]:
    """A running gateway; the options are those of `services_on`."""
    services = services_on(dsn, engine, **options)
    app = build_app(services)
    async with (
        LifespanManager(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        yield Gateway(services, client)


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """The port of localhost on which the application is served as in production, lifespan and all."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app, workers=1))
    # Not `serve`, which takes over the signals that pytest needs.
    serving = asyncio.create_task(server._serve([listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            if serving.done():
                serving.result()
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def limited(**changes: int) -> Settings:
    """The settings with other limits."""
    return replace(SETTINGS, limits=replace(LIMITS, **changes))


@pytest.fixture(scope="session")
async def two_companies(server: TestServer, migrated: str) -> str:
    """The template with Northwind and Contoso, each with a recruiter and a registered origin."""
    return await server.fill_template("http_two_companies", _fill, basis=migrated)


@pytest.fixture
async def database(server: TestServer, two_companies: str) -> AsyncIterator[str]:
    """The owner's DSN of a database with the two companies, the test's own."""
    async with server.copy_of(two_companies) as dsn:
        yield dsn


@pytest.fixture(scope="session")
async def gateway(server: TestServer, two_companies: str) -> AsyncIterator[Gateway]:
    """One gateway for all tests that change nothing."""
    async with server.copy_of(two_companies) as dsn, gateway_on(dsn) as gateway:
        yield gateway


def error_of(response: httpx.Response) -> dict[str, Any]:
    """The first error of a response, which has no data beside it."""
    answer = response.json()
    assert set(answer) == {"errors"}
    error: dict[str, Any] = answer["errors"][0]
    return error


def code_of(response: httpx.Response) -> str:
    """The code of `error_of`."""
    code: str = error_of(response)["extensions"]["code"]
    return code
