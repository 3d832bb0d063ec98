"""Migrations: applied once, in order, whole or not at all, and never changed afterwards."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.database import migrate as runner
from app.database.migrate import migrate, pending, read_migrations
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from migrations import MIGRATIONS_DIR
from tests.conftest import TestServer
from tests.database.conftest import ask, eventually, session

FIRST = "create table first (id int primary key);\ninsert into first values (1);\n"
SECOND = "alter table first add column note text;\ncreate table second (id int);\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations of the test's own."""
    (tmp_path / "0001_first.sql").write_text(FIRST)
    (tmp_path / "0002_second.sql").write_text(SECOND)
    return tmp_path


@pytest.fixture
async def empty(server: TestServer) -> AsyncIterator[str]:
    """The DSN of a database without any table."""
    async with server.copy_of(None) as dsn:
        yield dsn


async def tables(dsn: str) -> list[str]:
    sql = "select array_agg(tablename::text order by tablename) from pg_tables where schemaname = 'public'"
    return await ask(dsn, sql) or []


async def test_files_are_applied_in_order_and_only_once(empty: str, folder: Path) -> None:
    assert await migrate(empty, folder) == ["0001_first.sql", "0002_second.sql"]
    assert await migrate(empty, folder) == []
    assert await ask(empty, "select count(*) from first") == 1


async def test_of_five_that_start_at_once_one_applies_and_the_others_find_nothing_to_do(
    empty: str, folder: Path
) -> None:
    answers = await asyncio.gather(*(migrate(empty, folder) for _ in range(5)))

    assert sorted(answers) == [[], [], [], [], ["0001_first.sql", "0002_second.sql"]]


async def test_a_later_file_is_applied_to_a_database_that_has_the_earlier_ones(
    empty: str, folder: Path
) -> None:
    await migrate(empty, folder)
    (folder / "0003_third.sql").write_text("create table third (id int);")

    async with session(empty) as connection:
        assert await pending(connection, folder) == ["0003_third.sql"]
        assert await migrate(empty, folder) == ["0003_third.sql"]
        assert await pending(connection, folder) == []


async def test_everything_is_pending_in_an_empty_database(empty: str, folder: Path) -> None:
    async with session(empty) as connection:
        assert await pending(connection, folder) == ["0001_first.sql", "0002_second.sql"]


async def test_an_edited_file_is_refused_by_its_name_and_nothing_is_applied(empty: str, folder: Path) -> None:
    await migrate(empty, folder)
    (folder / "0001_first.sql").write_text(FIRST + "-- a late thought\n")
    (folder / "0003_third.sql").write_text("create table third (id int);")

    with pytest.raises(CallerError, match=r"0001_first\.sql is not the file that was applied") as refused:
        await migrate(empty, folder)

    assert refused.value.code is ErrorCode.DATABASE_UNAVAILABLE
    assert "third" not in await tables(empty)


async def test_other_line_ends_are_no_edit(empty: str, folder: Path) -> None:
    await migrate(empty, folder)
    (folder / "0001_first.sql").write_bytes(FIRST.replace("\n", "\r\n").encode())

    assert await migrate(empty, folder) == []


async def test_a_database_newer_than_the_program_is_not_migrated_but_served(empty: str, folder: Path) -> None:
    await migrate(empty, folder)
    (folder / "0002_second.sql").unlink()

    with pytest.raises(CallerError, match=r"newer than this program: 0002_second\.sql"):
        await migrate(empty, folder)

    async with session(empty) as connection:
        assert await pending(connection, folder) == []


async def test_a_file_that_slips_in_before_an_applied_one_is_refused(empty: str, folder: Path) -> None:
    (folder / "0001_first.sql").rename(folder / "0003_first.sql")
    (folder / "0002_second.sql").unlink()
    await migrate(empty, folder)
    (folder / "0002_late.sql").write_text("create table late (id int);")

    with pytest.raises(CallerError, match=r"0002_late\.sql comes before one that was already applied"):
        await migrate(empty, folder)


async def test_a_file_that_fails_is_named_with_its_line_and_leaves_nothing(empty: str, folder: Path) -> None:
    (folder / "0002_second.sql").write_text("create table second (id int);\n\nselect nonsense;\n")

    with pytest.raises(CallerError, match=r'0002_second\.sql failed at line 3: .*"nonsense"'):
        await migrate(empty, folder)

    assert await tables(empty) == ["first", "rsc_migration"]
    (folder / "0002_second.sql").write_text(SECOND)
    assert await migrate(empty, folder) == ["0002_second.sql"]


async def test_a_migration_that_is_killed_half_way_leaves_nothing_and_does_not_block_the_next(
    empty: str, folder: Path, slow_migration: "subprocess.Popen[bytes]"
) -> None:
    at_work = "select count(*) from pg_stat_activity where application_name = 'rsc-migrate'"
    await eventually(empty, f"{at_work} and query like '%pg_sleep(600)%'", 1)
    slow_migration.kill()

    (folder / "0002_second.sql").write_text(SECOND)
    assert await migrate(empty, folder) == ["0002_second.sql"]


@pytest.fixture
def slow_migration(empty: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process in the midst of a second migration that never comes to its end."""
    (folder / "0002_second.sql").write_text("create table second (id int); select pg_sleep(600);")
    program = (
        "import asyncio, sys; from pathlib import Path; from app.database.migrate import migrate;"
        "asyncio.run(migrate(sys.argv[1], Path(sys.argv[2])))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, empty, str(folder)])
    yield process
    process.kill()
    process.wait()


async def test_a_table_in_use_is_waited_for_and_then_reported(
    empty: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "0002_second.sql").unlink()
    await migrate(empty, folder)
    (folder / "0002_second.sql").write_text("set local lock_timeout = '20ms';\n" + SECOND)
    monkeypatch.setattr(runner, "_BUSY_PAUSE_S", 0.01)

    async with session(empty) as user, user.transaction():
        await user.execute("select * from first")
        with pytest.raises(CallerError, match=r"0002_second\.sql found its tables in use"):
            await migrate(empty, folder)

    assert await migrate(empty, folder) == ["0002_second.sql"]


async def test_names_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "1_first.sql").write_text(FIRST)
    with pytest.raises(CallerError, match=r"1_first\.sql is not named like"):
        read_migrations(tmp_path)


async def test_two_files_of_one_number_are_refused(folder: Path) -> None:
    (folder / "0002_again.sql").write_text(SECOND)
    with pytest.raises(CallerError, match=r"0002_again\.sql and 0002_second\.sql have the same number"):
        read_migrations(folder)


async def test_a_server_that_is_too_old_is_refused(
    empty: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SERVER_VERSION_MIN", 990_000)

    with pytest.raises(CallerError, match=r"99\.0 or later is needed"):
        await migrate(empty, folder)

    assert await tables(empty) == []


async def test_a_server_that_is_not_there_is_reported_as_such(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CallerError) as refused:
        await migrate(f"postgresql://postgres@/rsc?host={tmp_path}", folder)
    assert refused.value.code is ErrorCode.DATABASE_UNAVAILABLE


async def test_the_service_can_tell_that_nothing_is_pending(pool: Pool) -> None:
    async with pool.acquire(None) as connection:
        assert await pending(connection) == []


async def test_every_migration_of_ours_says_why_in_its_first_line() -> None:
    for migration in read_migrations(MIGRATIONS_DIR):
        assert migration.sql.startswith("-- Why: "), migration.name


async def test_the_service_owns_nothing_and_does_not_bypass_row_level_security(
    owner: asyncpg.Connection,
) -> None:
    role = await owner.fetchrow("select * from pg_roles where rolname = 'rsc_service'")
    assert role is not None
    assert not role["rolsuper"]
    assert not role["rolbypassrls"]
    owned = "select count(*) from pg_class where relowner = 'rsc_service'::regrole"
    assert await owner.fetchval(owned) == 0


async def test_every_table_with_a_company_is_behind_row_level_security(owner: asyncpg.Connection) -> None:
    unprotected = """
        select c.relname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
        where c.relkind in ('r', 'p')
          and c.relnamespace = 'public'::regnamespace
          and (not c.relrowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid))
    """
    assert [row[0] for row in await owner.fetch(unprotected)] == []
