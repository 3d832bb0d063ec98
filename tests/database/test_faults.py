"""The server dies, freezes, or is not there: a clear answer soon, and work again soon after it is back."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import uuid7
from tests.database.conftest import ask

COMPANY = uuid7(1_700_000_000_000, bytes(10))
BACKEND = "select pg_backend_pid()"
BOUND_TO = "select convert_to(current_setting('rsc.company', true), 'UTF8')"


@pytest.fixture
async def pool(own_server: EmbeddedPostgres) -> AsyncIterator[Pool]:
    """A pool on a server of the test's own, with short deadlines."""
    await migrate(own_server.dsn)
    pool = Pool(own_server.dsn, size=2, statement_timeout_ms=300, connect_timeout_ms=300)
    async with pool:
        yield pool


async def pid_of(pool: Pool) -> int:
    async with pool.acquire(COMPANY) as connection:
        pid: int = await connection.fetchval(BACKEND)
        return pid


async def outcome(pool: Pool) -> CallerError | None:
    """The error that a read ends with, None if it succeeds."""
    try:
        assert await pool.fetch_bytes(COMPANY, BOUND_TO) == str(COMPANY).encode()
    except CallerError as error:
        return error
    return None


async def works_again(pool: Pool) -> None:
    """Wait until reads and writes succeed: at most five seconds after the server's return."""
    async with asyncio.timeout(5):
        while await outcome(pool) is not None:  # noqa: ASYNC110 (the event is in the server)
            await asyncio.sleep(0.02)
        async with pool.transaction(COMPANY) as connection:
            assert await connection.fetchval("select current_user::text") == "rsc_service"


@contextlib.contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """Stop the processes as a debugger or a dying machine would, for a while."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def assert_unavailable(error: CallerError | None) -> None:
    assert error is not None, "it succeeded"
    assert (error.code, error.status) == (ErrorCode.DATABASE_UNAVAILABLE, 503)
    assert error.headers == {"Retry-After": "1"}


async def test_a_killed_server_is_answered_with_503_and_is_used_again_when_it_is_back(
    pool: Pool, own_server: EmbeddedPostgres
) -> None:
    server = own_server.server_pid
    assert server is not None
    assert await outcome(pool) is None

    os.kill(server, signal.SIGKILL)

    # A backend may still answer before it notices; from then on there is nobody to answer.
    while (first := await outcome(pool)) is None:
        pass
    for error in [first, *await asyncio.gather(*(outcome(pool) for _ in range(20)))]:
        assert_unavailable(error)
    await works_again(pool)


async def test_a_killed_backend_costs_the_others_a_moment_and_no_more(pool: Pool) -> None:
    os.kill(await pid_of(pool), signal.SIGKILL)

    await works_again(pool)


async def test_a_read_whose_connection_is_ended_is_tried_again_by_itself(
    pool: Pool, own_server: EmbeddedPostgres
) -> None:
    async def end_it() -> None:
        async with asyncio.timeout(5):
            working = "select pid from pg_stat_activity where query like 'select pg_sleep(0.2)%'"
            while (pid := await ask(own_server.dsn, working)) is None:
                pass
            await ask(own_server.dsn, "select pg_terminate_backend($1)", pid)

    read = pool.fetch(COMPANY, "select pg_sleep(0.2), current_setting('rsc.company')")
    rows, _ = await asyncio.gather(read, end_it())

    assert [row[1] for row in rows] == [str(COMPANY)]


async def test_a_write_whose_connection_is_ended_is_reported_and_not_repeated(
    pool: Pool, own_server: EmbeddedPostgres
) -> None:
    begun = 0

    async def write() -> None:
        nonlocal begun
        async with pool.transaction(COMPANY) as connection:
            begun += 1
            pid = await connection.fetchval(BACKEND)
            await ask(own_server.dsn, "select pg_terminate_backend($1)", pid)
            await connection.fetchval("select 1")

    with pytest.raises(CallerError) as caught:
        await write()

    assert_unavailable(caught.value)
    assert begun == 1
    await works_again(pool)


async def test_idle_connections_that_were_closed_meanwhile_are_noticed_by_nobody(
    pool: Pool, own_server: EmbeddedPostgres
) -> None:
    assert await outcome(pool) is None
    close_all = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1"
    assert await ask(own_server.dsn, close_all, "rsc-gateway") == 2

    async with pool.transaction(COMPANY) as connection:
        assert await connection.fetchval("select 1") == 1
    assert await outcome(pool) is None


async def test_a_frozen_backend_does_not_hold_a_request_for_ever(pool: Pool) -> None:
    async def read() -> None:
        async with pool.acquire(COMPANY) as connection:
            with frozen(await connection.fetchval(BACKEND)):
                await connection.fetchval("select 1")

    async def write() -> None:
        async with pool.transaction(COMPANY) as connection:
            with frozen(await connection.fetchval(BACKEND)):
                await connection.fetchval("select 1")

    for step in (read, write):
        with pytest.raises(CallerError) as caught:
            await step()
        assert_unavailable(caught.value)
    await works_again(pool)


async def test_a_frozen_server_does_not_hold_a_request_for_ever(
    pool: Pool, own_server: EmbeddedPostgres
) -> None:
    server = own_server.server_pid
    assert server is not None
    assert await outcome(pool) is None
    pids = [row["pid"] for row in await pool.fetch(COMPANY, "select pid from pg_stat_activity")]

    with frozen(server, *pids):
        async with asyncio.timeout(10):
            for error in await asyncio.gather(*(outcome(pool) for _ in range(4))):
                assert_unavailable(error)
            assert_unavailable(await outcome(pool))
    await works_again(pool)


async def test_a_server_that_is_not_there_is_reported_at_once_and_used_when_it_comes(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    dsn = server.start()
    await migrate(dsn)
    server.stop()
    pool = Pool(dsn)
    try:
        with pytest.raises(CallerError) as caught:
            await pool.open()
        assert_unavailable(caught.value)
        assert_unavailable(await outcome(pool))
    finally:
        await pool.close()


async def test_a_database_that_was_never_migrated_is_reported_as_such(own_server: EmbeddedPostgres) -> None:
    with pytest.raises(CallerError, match="run `rsc migrate`"):
        await Pool(own_server.dsn).open()
