"""A gateway over real HTTP, with Northwind and Contoso, and a caller of its wire API."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
import httpx
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND
from app.http.server import build_app
from app.http.services import Services
from app.settings import Settings
from tests.conftest import TestServer
from tests.http.conftest import KEY, SETTINGS, listening, services_on
from tests.http.conftest import two_companies as two_companies

ORGANIZATION = "urn:li:organization:"


def partner_of(company: str) -> str:
    """A development token of the partner's backend for this company."""
    return issue_token(
        KEY, subject="partner", roles=[Role.PARTNER], company=company, partner=DEMO_PARTNER, lifetime_s=3600
    )


@dataclass(frozen=True)
class Wire:
    """A running gateway; requests go over a socket of localhost, as Northwind's partner by default."""

    services: Services
    client: httpx.AsyncClient
    dsn: str
    token: str = field(default_factory=lambda: partner_of(NORTHWIND))

    def as_(self, token: str) -> "Wire":
        """The same with another token."""
        return replace(self, token=token)

    async def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request; `target` goes out byte for byte."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        url = self.client.base_url.copy_with(raw_path=target.encode("ascii"))
        if content is not None:
            return await self.client.request(
                method, url, content=content, headers={"Content-Type": "application/json", **sent}
            )
        return await self.client.request(method, url, json=body, headers=sent)


@asynccontextmanager
async def wire_on(dsn: str, settings: Settings = SETTINGS) -> AsyncIterator[Wire]:
    """A gateway with these settings on this database."""
    services = replace(services_on(dsn, settings=settings), signing_key=KEY)
    async with (
        listening(build_app(services)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        yield Wire(services, client, dsn)


@pytest.fixture
async def database(server: TestServer, two_companies: str) -> AsyncIterator[str]:
    """The owner's DSN of a database with the two companies, the test's own."""
    async with server.copy_of(two_companies) as dsn:
        yield dsn


@pytest.fixture
async def wire(database: str) -> AsyncIterator[Wire]:
    """A gateway of the test's own."""
    async with wire_on(database) as running:
        yield running


@pytest.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to `database` as the owner of its tables."""
    connection = await asyncpg.connect(database, server_settings={"TimeZone": "UTC"})
    yield connection
    await connection.close()


__all__ = ["CONTOSO", "NORTHWIND", "Wire", "partner_of", "two_companies", "wire_on"]
