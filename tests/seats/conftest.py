"""The small company (tests/resolvers/world.py), whose seat holders say who they are."""

from collections.abc import AsyncIterator

import pytest

from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.engine import Engine
from app.settings import Limits
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.resolvers.conftest import Asking
from tests.resolvers.world import fill


@pytest.fixture(scope="session")
async def seats_company(server: TestServer, migrated: str) -> str:
    """The name of the template that has the small company."""
    return await server.fill_template("seats_company", fill, basis=migrated)


@pytest.fixture
async def database(server: TestServer, seats_company: str) -> AsyncIterator[str]:
    """The owner's DSN of a copy of the small company, the test's own."""
    async with server.copy_of(seats_company) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def engine() -> Engine:
    schema, catalogue = bind(build_schema())
    return Engine(schema, catalogue, fetch_bytes, Limits())


@pytest.fixture
def ask(pool: Pool, engine: Engine) -> Asking:
    """`await ask(who, mutation, variables)` on the test's own database, whose owner is `owner`."""
    return Asking(pool, FactsCache(pool), engine)
