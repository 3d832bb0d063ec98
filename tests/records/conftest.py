"""The small company (tests/resolvers/world.py) to write into, as anybody in it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from app.access.features import IntegrationState
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
async def records_company(server: TestServer, migrated: str) -> str:
    """The name of the template that has the small company."""
    return await server.fill_template("records_company", fill, basis=migrated)


@pytest.fixture(scope="session")
def engine() -> Engine:
    schema, catalogue = bind(build_schema())
    return Engine(schema, catalogue, fetch_bytes, Limits())


@pytest.fixture
async def database(server: TestServer, records_company: str) -> AsyncIterator[str]:
    """The owner's DSN of a copy of the small company, the test's own."""
    async with server.copy_of(records_company) as dsn:
        yield dsn


@pytest.fixture
def ask(pool: Pool, engine: Engine) -> Asking:
    """`await ask(who, mutation, variables)` on the test's own database, whose owner is `owner`."""
    return Asking(pool, FactsCache(pool), engine)


async def disabled(ask: Asking) -> dict[str, Any]:
    """What changes in the company's facts when its integration is disabled."""
    integration = (await ask.company()).integration
    assert integration is not None
    return {"integration": replace(integration, state=IntegrationState.DISABLED)}


async def written(owner: asyncpg.Connection) -> dict[str, list[Any]]:
    """Every row that a small write could change, by table."""
    tables = (
        *("candidate", "candidate_alternative", "candidate_tag", "tag", "note", "refused_match"),
        *("recommended_match_decision", "job", "application", "sync_run", "record_result"),
    )
    return {
        table: sorted(row["row"] for row in await owner.fetch(f"select t::text as row from {table} t"))
        for table in tables
    }
