"""The pool: always for a company, never in a wrong state, never waiting without end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from uuid import UUID

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode, Fault
from app.ids import uuid7
from tests.database.conftest import eventually

NORTHWIND, CONTOSO, THIRD = (uuid7(1_700_000_000_000, bytes(10 * [n])) for n in (1, 2, 3))
BACKEND = "select pg_backend_pid()"
BOUND_TO = "select current_setting('rsc.company', true)"
INSERT = "insert into note_of_test values ($1, $2)"
NOTES = "select body from note_of_test order by body"


@pytest.fixture
async def notes(owner: asyncpg.Connection) -> None:
    """A table of the test's own behind row-level security, with a note of each of two companies."""
    await owner.execute(
        """
        create table note_of_test (company_id uuid not null, body text not null);
        alter table note_of_test enable row level security;
        create policy own on note_of_test to rsc_service
          using (company_id = (select nullif(current_setting('rsc.company', true), '')::uuid));
        grant select, insert on note_of_test to rsc_service;
        """
    )
    rows = [(NORTHWIND, "of Northwind"), (CONTOSO, "of Contoso")]
    await owner.executemany(INSERT, rows)


async def bodies(pool: Pool, company: UUID | None) -> list[str]:
    return [row["body"] for row in await pool.fetch(company, NOTES)]


async def rows_of(pool: Pool, company: UUID | None, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await pool.fetch(company, sql)]


async def backend(pool: Pool, company: UUID | None) -> int:
    async with pool.acquire(company) as connection:
        pid: int = await connection.fetchval(BACKEND)
        return pid


def runs_without_waiting(step: Awaitable[object]) -> bool:
    """Whether an awaitable comes to its end without once giving control to the event loop."""
    steps = step.__await__()
    with contextlib.suppress(StopIteration):
        next(steps)
        steps.close()
        return False
    return True


# Companies.


async def test_a_connection_sees_the_rows_of_the_company_it_was_asked_for(pool: Pool, notes: None) -> None:
    for _ in range(3):
        assert await bodies(pool, NORTHWIND) == ["of Northwind"]
        assert await bodies(pool, CONTOSO) == ["of Contoso"]
        assert await bodies(pool, THIRD) == []
        assert await bodies(pool, None) == []


async def test_a_transaction_writes_for_its_company_and_for_no_other(pool: Pool, notes: None) -> None:
    async with pool.transaction(NORTHWIND) as connection:
        await connection.execute(INSERT, NORTHWIND, "second")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pool.transaction(NORTHWIND) as connection:
            await connection.execute(INSERT, CONTOSO, "smuggled")

    assert await bodies(pool, NORTHWIND) == ["of Northwind", "second"]
    assert await bodies(pool, CONTOSO) == ["of Contoso"]


async def test_requests_of_two_companies_at_once_never_see_each_other(pool: Pool, notes: None) -> None:
    async def read(number: int) -> None:
        company, expected = ((NORTHWIND, "of Northwind"), (CONTOSO, "of Contoso"))[number % 2]
        if number % 3 == 0:
            async with pool.transaction(company) as connection:
                assert [row["body"] for row in await connection.fetch(NOTES)] == [expected]
        assert await bodies(pool, company) == [expected]

    await asyncio.gather(*(read(number) for number in range(200)))


async def test_a_company_gets_the_connection_that_is_bound_to_it(pool: Pool) -> None:
    northwind, contoso = await backend(pool, NORTHWIND), await backend(pool, CONTOSO)
    bound = pool.state().bound

    assert northwind != contoso
    for _ in range(3):
        assert await backend(pool, CONTOSO) == contoso
        assert await backend(pool, NORTHWIND) == northwind
    assert pool.state().bound == bound


async def test_a_third_company_gets_the_connection_that_was_longest_unused(pool: Pool) -> None:
    northwind, contoso = await backend(pool, NORTHWIND), await backend(pool, CONTOSO)

    assert await backend(pool, NORTHWIND) == northwind
    assert await backend(pool, THIRD) == contoso
    assert await backend(pool, NORTHWIND) == northwind


async def test_a_bound_free_connection_is_taken_without_waiting(pool: Pool) -> None:
    async with pool.acquire(NORTHWIND):
        pass
    door = pool.acquire(NORTHWIND)
    assert runs_without_waiting(door.__aenter__())
    assert runs_without_waiting(door.__aexit__(None, None, None))
    assert not runs_without_waiting(pool.acquire(THIRD).__aenter__())


# The session.


async def test_every_connection_has_the_role_and_the_settings_that_plans_and_texts_rely_on(
    pool: Pool,
) -> None:
    async with pool.acquire(NORTHWIND) as connection:
        wanted = {
            "role": "rsc_service",
            "TimeZone": "UTC",
            "client_encoding": "UTF8",
            "DateStyle": "ISO, MDY",
            "plan_cache_mode": "force_generic_plan",
            "statement_timeout": "5s",
            "application_name": "rsc-gateway",
            "jit": "off",
        }
        for name, value in wanted.items():
            assert await connection.fetchval("select current_setting($1)", name) == value


async def test_fetch_bytes_answers_the_first_value_or_none(pool: Pool) -> None:
    sql = "select convert_to('{' || n || '}', 'UTF8') from generate_series(1, $1::int) as n order by n"
    assert await pool.fetch_bytes(NORTHWIND, sql, (2,)) == b"{1}"
    assert await pool.fetch_bytes(NORTHWIND, sql, (0,)) is None


async def test_a_statement_that_a_migration_made_stale_is_prepared_anew(
    pool: Pool, owner: asyncpg.Connection, notes: None
) -> None:
    every_column = "select * from note_of_test"
    for _ in range(2):
        assert await rows_of(pool, NORTHWIND, every_column) == [(NORTHWIND, "of Northwind")]
    await owner.execute("alter table note_of_test add column added int not null default 7")

    assert await rows_of(pool, NORTHWIND, every_column) == [(NORTHWIND, "of Northwind", 7)]


async def test_a_transaction_that_a_migration_came_into_is_told_so_once_and_undone(
    pool: Pool, owner: asyncpg.Connection, notes: None
) -> None:
    every_column = "select * from note_of_test"

    async def write(body: str) -> None:
        async with pool.transaction(NORTHWIND) as connection:
            await connection.execute(INSERT, NORTHWIND, body)
            await connection.fetch(every_column)

    async def write_on_all(body: str) -> list[BaseException | None]:
        """On each of the pool's connections."""
        return await asyncio.gather(*(write(body) for _ in range(2)), return_exceptions=True)

    assert await write_on_all("before") == [None, None]
    await owner.execute("alter table note_of_test add column added int not null default 7")

    with pytest.raises(CallerError) as caught:
        await write("between")
    assert (caught.value.code, caught.value.status) == (ErrorCode.DATABASE_UNAVAILABLE, 503)
    assert caught.value.headers == {"Retry-After": "1"}
    # The other connection need not meet it too.
    assert await write_on_all("after") == [None, None]
    assert await bodies(pool, NORTHWIND) == ["after", "after", "before", "before", "of Northwind"]


# Transactions.


async def test_a_transaction_that_ends_with_an_error_leaves_nothing(pool: Pool, notes: None) -> None:
    async def fail() -> None:
        async with pool.transaction(NORTHWIND) as connection:
            await connection.execute(INSERT, NORTHWIND, "lost")
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await fail()

    assert await bodies(pool, NORTHWIND) == ["of Northwind"]
    assert pool.state().free == 2


async def test_a_savepoint_lets_one_record_of_a_batch_fail_alone(pool: Pool, notes: None) -> None:
    async with pool.transaction(NORTHWIND) as connection:
        for body in ("first", None, "third"):
            with contextlib.suppress(asyncpg.NotNullViolationError):
                async with connection.transaction():
                    await connection.execute(INSERT, NORTHWIND, body)

    assert await bodies(pool, NORTHWIND) == ["first", "of Northwind", "third"]


async def test_a_commit_that_the_server_turned_into_a_rollback_is_never_taken_for_one(
    pool: Pool, notes: None
) -> None:
    async def swallow() -> None:
        async with pool.transaction(NORTHWIND) as connection:
            await connection.execute(INSERT, NORTHWIND, "lost")
            with contextlib.suppress(asyncpg.PostgresError):
                await connection.execute("select 1 / 0")

    with pytest.raises(Fault, match="rolled back"):
        await swallow()

    assert await bodies(pool, NORTHWIND) == ["of Northwind"]


async def test_a_transaction_left_open_in_acquire_is_ended_and_reported(pool: Pool, notes: None) -> None:
    with pytest.raises(Fault, match="left open"):
        async with pool.acquire(NORTHWIND) as connection:
            await connection.execute(f"begin; insert into note_of_test values ('{NORTHWIND}', 'lost')")

    assert await bodies(pool, NORTHWIND) == ["of Northwind"]


# Too much work.


@pytest.fixture
async def crowded(database: str) -> AsyncIterator[Pool]:
    """A pool of one connection, for which one waits 50 ms and only two at a time."""
    async with Pool(database, size=1, acquire_timeout_ms=50, waiting_max=2) as pool:
        yield pool


async def refused(step: Awaitable[object]) -> CallerError:
    with pytest.raises(CallerError) as caught:
        await step
    return caught.value


async def test_who_waits_too_long_is_told_to_come_back(crowded: Pool) -> None:
    async with crowded.acquire(NORTHWIND):
        error = await refused(crowded.fetch_bytes(NORTHWIND, BACKEND))

    assert (error.code, error.status, error.headers) == (ErrorCode.OVERLOADED, 503, {"Retry-After": "1"})
    assert await rows_of(crowded, NORTHWIND, BOUND_TO) == [(str(NORTHWIND),)]


async def test_a_line_that_is_full_is_refused_at_once(crowded: Pool) -> None:
    async with crowded.acquire(NORTHWIND):
        waiting = [asyncio.create_task(refused(crowded.fetch(NORTHWIND, BACKEND))) for _ in range(2)]
        await asyncio.sleep(0)
        assert runs_without_waiting(refused(crowded.fetch(NORTHWIND, BACKEND)))
        await asyncio.gather(*waiting)


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(database: str) -> None:
    async with Pool(database, size=1, statement_timeout_ms=50) as pool:
        error = await refused(pool.fetch(NORTHWIND, "select pg_sleep(60)"))

        assert (error.code, error.status) == (ErrorCode.TIMEOUT, 503)
        assert await rows_of(pool, NORTHWIND, BOUND_TO) == [(str(NORTHWIND),)]


# Cancellation.


async def sleep(pool: Pool, door: str, company: UUID) -> None:
    if door == "fetch":
        await pool.fetch(company, "select pg_sleep(60)")
        return
    async with getattr(pool, door)(company) as connection:
        await connection.execute("select pg_sleep(60)")


@pytest.mark.parametrize("door", ["acquire", "transaction", "fetch"])
async def test_a_cancelled_request_leaves_a_connection_that_the_next_can_use(pool: Pool, door: str) -> None:
    for company in (NORTHWIND, CONTOSO, THIRD):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sleep(pool, door, company), 0.05)

    for company in (NORTHWIND, CONTOSO):
        state = await rows_of(pool, company, f"{BOUND_TO}, current_user::text")
        assert state == [(str(company), "rsc_service")]
        async with pool.transaction(company) as connection:
            assert await connection.fetchval(BOUND_TO) == str(company)


async def test_a_cancelled_transaction_leaves_neither_rows_nor_locks(
    pool: Pool, owner: asyncpg.Connection, notes: None
) -> None:
    async def write_and_sleep() -> None:
        async with pool.transaction(NORTHWIND) as connection:
            await connection.execute(INSERT, NORTHWIND, "lost")
            await connection.execute("select pg_sleep(60)")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(write_and_sleep(), 0.2)

    async with asyncio.timeout(3), owner.transaction():
        await owner.execute("lock table note_of_test in access exclusive mode")
        assert await owner.fetchval("select count(*) from note_of_test") == 2


async def test_cancelling_at_any_moment_never_binds_a_connection_to_a_wrong_company(
    pool: Pool, notes: None
) -> None:
    expected = {NORTHWIND: ["of Northwind"], CONTOSO: ["of Contoso"], THIRD: []}

    async def read(number: int) -> None:
        company = (NORTHWIND, CONTOSO, THIRD)[number % 3]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(number % 20 / 10_000):
                async with pool.transaction(company) as connection:
                    assert [row["body"] for row in await connection.fetch(NOTES)] == expected[company]
                assert await bodies(pool, company) == expected[company]

    for start in range(0, 400, 20):
        await asyncio.gather(*(read(number) for number in range(start, start + 20)))

    for company, rows in expected.items():
        assert await bodies(pool, company) == rows


async def test_one_who_stops_waiting_takes_no_connection_with_him(database: str) -> None:
    async with Pool(database, size=1) as pool:
        async with pool.acquire(NORTHWIND):
            waiting = asyncio.create_task(backend(pool, NORTHWIND))
            await asyncio.sleep(0)
        # The connection was handed over in this moment, and its new user does not know it yet.
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert await backend(pool, NORTHWIND)
        assert pool.state().free == 1


# Its end.


async def test_closing_waits_for_those_who_are_at_work_and_refuses_others(database: str) -> None:
    pool = Pool(database, size=1)
    async with pool.acquire(NORTHWIND) as connection:
        waiting = asyncio.create_task(refused(backend(pool, NORTHWIND)))
        await asyncio.sleep(0)
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0.01)
        assert await connection.fetchval(BOUND_TO) == str(NORTHWIND)
    await closing

    assert (await waiting).code is ErrorCode.DATABASE_UNAVAILABLE
    assert (await refused(backend(pool, NORTHWIND))).code is ErrorCode.DATABASE_UNAVAILABLE
    assert connection.is_closed()
    others = "select count(*) from pg_stat_activity where datname = current_database()"
    await eventually(database, f"{others} and pid <> pg_backend_pid()", 0)
