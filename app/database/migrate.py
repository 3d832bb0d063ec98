"""The migration runner: numbered plain SQL files, each in one transaction, each remembered by its hash.

Safe when several start at once: one applies, the others wait and find nothing to do. What was applied may
not change afterwards, and a program refuses a database that is newer than itself.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from app.database.errors import told_on_connect, unavailable
from migrations import MIGRATIONS_DIR

SERVER_VERSION_MIN: Final = 150_014
"""The oldest PostgreSQL that is taken, as `server_version_num` has it; older ones have known holes."""

_LOCK_KEY: Final = 0x7273_636D_6967  # "rscmig"
_LOCK_POLL_S: Final = 0.1
_LOCK_TIMEOUT_S: Final = 120.0
_BUSY_TRIES: Final = 5
_BUSY_PAUSE_S: Final = 1.0
_CONNECT_TIMEOUT_S: Final = 10.0
_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

_CREATE_LEDGER: Final = """
create table if not exists public.rsc_migration (
  number int primary key,
  name text not null unique,
  sha256 text not null,
  applied_at timestamptz not null default now()
)
"""
# The service's role reads the ledger to tell whether the database is ready for this program.
_SHOW_LEDGER: Final = """
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'rsc_service') then
    grant select on public.rsc_migration to rsc_service;
  end if;
end
$$
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name without folder, its text, the SHA-256 of the text in hex."""

    number: int
    name: str
    sql: str
    sha256: str


def read_migrations(folder: Path = MIGRATIONS_DIR) -> list[Migration]:
    """The files of `folder` in the order of their numbers, which are unique.

    The hash is that of the text with `\\n` line ends, so that a checkout with others is no drift.
    Raises: CallerError naming a file that does not fit.
    """
    found: list[Migration] = []
    for file in sorted(folder.glob("*.sql")):
        named = _FILE_NAME.fullmatch(file.name)
        if named is None:
            raise unavailable(f"Migration {file.name} is not named like 0001_what_it_does.sql.")
        if found and found[-1].number == int(named[1]):
            raise unavailable(f"Migrations {found[-1].name} and {file.name} have the same number.")
        sql = file.read_text(encoding="utf-8").replace("\r\n", "\n")
        sha256 = hashlib.sha256(sql.encode()).hexdigest()
        found.append(Migration(int(named[1]), file.name, sql, sha256))
    return found


async def migrate(dsn: str, folder: Path = MIGRATIONS_DIR) -> list[str]:
    """Bring the database to date; answers the names of the files that were applied, in order.

    `dsn` is that of the owner of the tables. A file takes effect whole or not at all; those before one that
    fails stay.
    Raises: CallerError (DATABASE_UNAVAILABLE) if the server cannot be reached or is too old, if an applied
    file has changed (it is named), or if a file fails (it is named, with PostgreSQL's reason).
    """
    migrations = read_migrations(folder)
    connection = await _connect(dsn)
    try:
        await _check_version(connection)
        await _lock(connection)
        await connection.execute(_CREATE_LEDGER)
        applied = []
        for migration in _outstanding(migrations, await _ledger(connection)):
            await _apply_when_free(connection, migration)
            applied.append(migration.name)
        await connection.execute(_SHOW_LEDGER)
        return applied
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError) as error:
        raise unavailable("The connection to the database was lost while it was brought to date.") from error
    finally:
        # Ends the session, and with it the lock.
        connection.terminate() if connection.is_closed() else await connection.close(timeout=5)


async def pending(connection: asyncpg.Connection, folder: Path = MIGRATIONS_DIR) -> list[str]:
    """The names of the files that the database still lacks, in order: none if it is ready for us.

    A database that is newer than this program lacks nothing: an old worker may finish beside a new one.
    """
    migrations = read_migrations(folder)
    if await connection.fetchval("select to_regclass('public.rsc_migration')") is None:
        return [migration.name for migration in migrations]
    known = await _ledger(connection)
    return [migration.name for migration in migrations if migration.number not in known]


async def _connect(dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(
            dsn,
            timeout=_CONNECT_TIMEOUT_S,
            server_settings={
                "application_name": "rsc-migrate",
                "TimeZone": "UTC",
                # If we are killed, the server notices within a second and gives the lock free.
                "client_connection_check_interval": "1s",
                "lock_timeout": "5s",
                "statement_timeout": "0",
                "idle_in_transaction_session_timeout": "60s",
            },
        )
    except Exception as error:
        answer = told_on_connect(error)
        if answer is None:
            raise
        raise answer from error


async def _check_version(connection: asyncpg.Connection) -> None:
    number = int(await connection.fetchval("show server_version_num"))
    if number < SERVER_VERSION_MIN:
        raise unavailable(
            f"This database server is PostgreSQL {_spelled(number)}; "
            f"{_spelled(SERVER_VERSION_MIN)} or later is needed."
        )


def _spelled(version_number: int) -> str:
    return f"{version_number // 10_000}.{version_number % 10_000}"


async def _lock(connection: asyncpg.Connection) -> None:
    """Take the lock by polling: a session that waits inside it would block `create index concurrently`."""
    try:
        async with asyncio.timeout(_LOCK_TIMEOUT_S):
            while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK_KEY):  # noqa: ASYNC110
                await asyncio.sleep(_LOCK_POLL_S)
    except TimeoutError as error:
        raise unavailable(
            "Another process has been bringing the database to date for two minutes; try again later."
        ) from error


async def _ledger(connection: asyncpg.Connection) -> dict[int, tuple[str, str]]:
    rows = await connection.fetch("select number, name, sha256 from public.rsc_migration")
    return {row["number"]: (row["name"], row["sha256"]) for row in rows}


def _outstanding(migrations: Sequence[Migration], known: dict[int, tuple[str, str]]) -> list[Migration]:
    for migration in migrations:
        name, sha256 = known.get(migration.number, (migration.name, migration.sha256))
        if (name, sha256) != (migration.name, migration.sha256):
            raise unavailable(
                f"Migration {migration.name} is not the file that was applied to this database"
                f"{'' if name == migration.name else f' as {name}'}. An applied file must not change: "
                "restore it and put the change into a new one."
            )
    numbers = {migration.number for migration in migrations}
    newer = sorted(name for number, (name, _) in known.items() if number not in numbers)
    if newer:
        raise unavailable(
            f"The database is newer than this program: {newer[0]} was applied to it. Use a newer release."
        )
    outstanding = [migration for migration in migrations if migration.number not in known]
    if outstanding and known and outstanding[0].number < max(known):
        raise unavailable(
            f"Migration {outstanding[0].name} comes before one that was already applied; number it anew."
        )
    return outstanding


async def _apply_when_free(connection: asyncpg.Connection, migration: Migration) -> None:
    for tries_left in reversed(range(_BUSY_TRIES)):
        try:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into public.rsc_migration (number, name, sha256) values ($1, $2, $3)",
                    migration.number,
                    migration.name,
                    migration.sha256,
                )
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if tries_left == 0:
                raise unavailable(
                    f"Migration {migration.name} found its tables in use {_BUSY_TRIES} times; try later."
                ) from error
            await asyncio.sleep(_BUSY_PAUSE_S)
        except asyncpg.PostgresConnectionError:
            raise
        except asyncpg.PostgresError as error:
            raise unavailable(
                f"Migration {migration.name} failed{_line(migration.sql, error)}: {error.message}"
            ) from error
        else:
            return


def _line(sql: str, error: asyncpg.PostgresError) -> str:
    position = str(getattr(error, "position", "") or "")
    return f" at line {sql.count(chr(10), 0, int(position)) + 1}" if position.isdigit() else ""
