"""Debian's PostgreSQL with the demo's data, made once for the tests below."""

from collections.abc import AsyncIterator

import pytest

from app.database.migrate import migrate
from app.database.pool import Pool
from app.demo import load_demo
from tests.scaling.servers import Server, primary, run


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[Server]:
    """The server; its database `demo` has the demo and is not to be changed."""
    with primary() as server:
        await run(server.dsn(), "create database basis")
        await migrate(server.dsn("basis"))
        async with Pool(server.dsn("basis"), size=1, statement_timeout_ms=60_000) as pool:
            await load_demo(server.dsn("basis"), pool)
        # Nobody is connected to the basis, so that it can be copied while PgBouncer keeps connections.
        await run(server.dsn(), "create database demo template basis")
        yield server


@pytest.fixture
async def database(postgres: Server) -> AsyncIterator[str]:
    """The name of a copy of the demo, the test's own."""
    await run(postgres.dsn(), "create database copy template basis")
    yield "copy"
    await run(postgres.dsn(), "drop database copy with (force)")
