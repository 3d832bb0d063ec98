"""The demo, loaded once a session through the way that `rsc demo` takes, and what it contains as one hash."""

import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.database.pool import Pool
from app.demo import DemoSummary, load_demo
from tests.conftest import TestServer

# Keys that sync draws anew each time, and nothing that the demo promises hangs on.
_DRAWN = {
    "tag": {"id"},
    "candidate_tag": {"tag_id"},
    "sync_run": {"id"},
    "record_result": {"id", "sync_run_id"},
    "integration": {"resync_run_id"},
    # Each company's secret is random, and with it what the trail keeps as keyed hashes.
    "company_key": {"inner_key", "outer_key"},
    "audit_entry": {"id", "subject", "hash"},
    "audit_head": {"hash"},
    # When members are ranked anew.
    "job_ranking": {"due_at"},
}
_NOT_OURS = {"rsc_migration", "facts_version", "token_revocation"}


async def content_hash(dsn: str) -> dict[str, str]:
    """A hash of each table's rows, whatever their order."""
    connection = await asyncpg.connect(dsn)
    try:
        tables: dict[str, list[str]] = {}
        for row in await connection.fetch(
            """
            select table_name, column_name from information_schema.columns
            join information_schema.tables using (table_schema, table_name)
            where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name, ordinal_position
            """
        ):
            tables.setdefault(row["table_name"], []).append(row["column_name"])
        hashes = {}
        for table, columns in tables.items():
            if table in _NOT_OURS:
                continue
            kept = [f'"{column}"::text' for column in columns if column not in _DRAWN.get(table, set())]
            rows = await connection.fetch(
                f'select concat_ws(chr(31), {", ".join(kept)}) as row from "{table}"'
            )
            text = "\n".join(sorted(row["row"] for row in rows))
            hashes[table] = f"{len(rows)} {hashlib.sha256(text.encode()).hexdigest()[:12]}"
        return hashes
    finally:
        await connection.close()


async def load(dsn: str, *, fresh: bool = False) -> DemoSummary:
    """Load the demo with a pool of its own."""
    async with Pool(dsn, size=2) as pool:
        return await load_demo(dsn, pool, fresh=fresh)


@pytest.fixture(scope="session")
async def demo_template(server: TestServer, migrated: str) -> str:
    return await server.fill_template("demo_data", load, basis=migrated)


@pytest.fixture(scope="session")
async def demo_dsn(server: TestServer, demo_template: str) -> AsyncIterator[str]:
    """The owner's DSN of a loaded demo that tests only read."""
    async with server.copy_of(demo_template) as dsn:
        yield dsn


@pytest.fixture
async def demo(demo_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The loaded demo as its owner, to be read."""
    connection = await asyncpg.connect(demo_dsn, server_settings={"TimeZone": "UTC"})
    yield connection
    await connection.close()
