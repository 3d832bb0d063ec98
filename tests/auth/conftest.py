"""A database with two companies, and workers that ask about them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncpg
import pytest

from app.access.features import Role
from app.auth.authenticate import Authenticator
from app.auth.issue import issue_token
from app.auth.issuers import IssuerRegistry, own_issuers
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND
from app.database.pool import Pool
from app.ids import uuid7
from tests.auth.forge import KEY
from tests.conftest import TestServer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OTHER_PARTNER = "Another ATS"


async def _fill(dsn: str) -> None:
    owner = await asyncpg.connect(dsn)
    try:
        for partner in (DEMO_PARTNER, OTHER_PARTNER):
            supported = ["UNIFIED_SEARCH", "A_FEATURE_OF_LATER"]
            await owner.execute("insert into partner values ($1, $2, '{}', false)", partner, supported)
        contracts = {"5001": ["7001", "7002"], "5002": ["7003"]}
        await _found(owner, NORTHWIND, "Northwind", DEMO_PARTNER, contracts)
        await _found(owner, CONTOSO, "Contoso", OTHER_PARTNER, {"6001": ["7101"]})
    finally:
        await owner.close()


async def _found(
    owner: asyncpg.Connection, urn: str, name: str, partner: str, contracts: dict[str, list[str]]
) -> None:
    company_id = uuid7()
    await owner.execute("insert into company values ($1, $2, $3)", company_id, urn, name)
    await owner.execute(
        """insert into integration (company_id, id, partner_name, state, requested_at)
           values ($1, $2, $3, 'LIVE', $4)""",
        company_id,
        uuid7(),
        partner,
        LONG_AGO,
    )
    for contract, seats in contracts.items():
        contract_id = uuid7()
        await owner.execute(
            "insert into contract values ($1, $2, $3, $4, 'RECRUITER_CORPORATE', true)",
            company_id,
            contract_id,
            f"urn:li:contract:{contract}",
            f"Contract {contract}",
        )
        for seat in seats:
            await owner.execute(
                "insert into seat values ($1, $2, $3, $4, 'Ada', 'L', 'ACTIVE', false, null, $5)",
                company_id,
                uuid7(),
                contract_id,
                f"urn:li:seat:{seat}",
                LONG_AGO,
            )


@pytest.fixture(scope="session")
async def two_companies(server: TestServer, migrated: str) -> str:
    """The name of the template with Northwind and Contoso, their partners, contracts and seats."""
    return await server.fill_template("auth_two_companies", _fill, basis=migrated)


@pytest.fixture
async def database(server: TestServer, two_companies: str) -> AsyncIterator[str]:
    """The owner's DSN of a database with the two companies, the test's own."""
    async with server.copy_of(two_companies) as dsn:
        yield dsn


def new_worker(pool: Pool) -> Authenticator:
    """A worker's authenticator that accepts our development tokens."""
    return Authenticator(IssuerRegistry(own_issuers(KEY, development_tokens=True)), pool)


@pytest.fixture
async def authenticator(pool: Pool) -> Authenticator:
    """A worker's, started, but without its background: nothing changes behind a test's back."""
    worker = new_worker(pool)
    await worker.start()
    return worker


@pytest.fixture
async def workers(pool: Pool) -> list[Authenticator]:
    """Two workers on one database, started."""
    made = [new_worker(pool), new_worker(pool)]
    for worker in made:
        await worker.start()
    return made


@asynccontextmanager
async def running(*authenticators: Authenticator) -> AsyncIterator[None]:
    """The background of these workers, as long as the block lasts."""
    tasks = [asyncio.create_task(one.run()) for one in authenticators]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def bearer(
    *roles: Role,
    subject: str = "somebody",
    company: str | None = NORTHWIND,
    seat: str | None = None,
    partner: str | None = None,
    client: str | None = None,
) -> bytes:
    """The Authorization header with a fresh token of ours, good for a minute."""
    token = issue_token(
        KEY,
        subject=subject,
        roles=roles,
        company=company,
        seat=seat,
        partner=partner,
        client=client,
        lifetime_s=60,
    )
    return f"Bearer {token}".encode()


def recruiter() -> bytes:
    """The header of a recruiter on the seat 7001 of Northwind."""
    return bearer(Role.RECRUITER, seat="urn:li:seat:7001")
