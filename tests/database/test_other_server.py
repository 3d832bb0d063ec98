"""The same product on another PostgreSQL: the oldest major version that is supported."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.connect import make_pool, open_database
from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate, pending
from app.ids import uuid7
from app.settings import Settings
from tests.database.conftest import ask

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
COMPANY = uuid7(1_700_000_000_000, bytes(10))


@pytest.fixture
def postgres_15(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The owner's DSN of Debian's PostgreSQL 15; required in CI, skipped elsewhere where it is missing."""
    if not (DEBIAN_15 / "postgres").exists():
        reason = f"no PostgreSQL 15 in {DEBIAN_15} (Debian: apt-get install postgresql-15)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    monkeypatch.setenv("RSC_POSTGRES_BIN", str(DEBIAN_15))
    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:
        yield server.dsn


async def test_postgresql_15_takes_every_migration_and_answers_reads_and_writes(postgres_15: str) -> None:
    settings = Settings.from_environ({"DATABASE_URL": postgres_15})
    async with open_database(settings) as database:
        assert database.embedded is None
        assert await migrate(database.dsn) != []
        assert await migrate(database.dsn) == []
        async with make_pool(database.dsn, settings) as pool:
            async with pool.acquire(None) as connection:
                assert connection.get_server_version().major == 15
                assert await pending(connection) == []
            bound_to = "select convert_to(current_setting('rsc.company'), 'UTF8')"
            assert await pool.fetch_bytes(COMPANY, bound_to) == str(COMPANY).encode()
            async with pool.transaction(COMPANY) as connection:
                assert await connection.fetchval("select current_user::text") == "rsc_service"


async def test_without_a_database_url_the_embedded_server_below_the_data_folder_is_used(
    tmp_path: Path,
) -> None:
    settings = Settings.from_environ({"RSC_DATA_DIR": str(tmp_path / "data")})
    async with open_database(settings) as database:
        assert await ask(database.dsn, "select current_database()") == "rsc"
        assert (tmp_path / "data/postgres/cluster").is_dir()

        async with open_database(settings, share=True) as shared:
            assert shared.embedded is None
            assert await ask(shared.dsn, "select pg_postmaster_start_time()") == await ask(
                database.dsn, "select pg_postmaster_start_time()"
            )
        assert await ask(database.dsn, "select 1") == 1
