"""`Idempotency-Key`: done once, answered alike, and free again whatever dies half way."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyId
from app.sync.idempotency import Answer, answer_once
from app.sync.ingest import ingest_within
from app.sync.records import CandidateRecord
from tests.sync.companies import PARTNER, live_company


class Work:
    """Counts how often it is done; each time it takes a candidate more and answers with their number."""

    def __init__(self, company: CompanyId, *, failing: bool = False, waits_for: asyncio.Event | None = None):
        self.done = 0
        self.begun = asyncio.Event()
        self._company, self._failing, self._waits_for = company, failing, waits_for

    async def __call__(self, connection: Connection) -> Answer:
        self.done += 1
        record = CandidateRecord(external_id=f"c{self.done}", first_name="Ann")
        await ingest_within(connection, self._company, PARTNER, [record])
        self.begun.set()
        if self._waits_for is not None:
            await self._waits_for.wait()
        if self._failing:
            raise RuntimeError("half way")
        body = f'{{"done": {self.done}, "\u00e9": "\ufffd"}}'.encode()
        return Answer(status=200, body=body, headers={"x-restli-id": str(self.done)})


async def ask(
    pool: Pool,
    company: CompanyId,
    work: Work,
    *,
    key: str = "k1",
    caller: str = "app1",
    request: bytes = b"PUT /v2",
) -> Answer:
    return await answer_once(pool, company, work, caller=caller, key=key, request=request)


async def candidates(owner: asyncpg.Connection) -> int:
    count: int = await owner.fetchval("select count(*) from candidate")
    return count


async def test_the_same_request_is_done_once_and_answered_byte_for_byte(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    work = Work(company)
    first = await ask(pool, company, work)
    assert [await ask(pool, company, work) for _ in range(3)] == [first] * 3
    assert work.done == await candidates(owner) == 1


async def test_another_request_with_the_same_key_is_refused(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    work = Work(company)
    await ask(pool, company, work)
    with pytest.raises(CallerError) as refused:
        await ask(pool, company, work, request=b"PUT /v2 ")
    assert refused.value.status == 422
    assert work.done == await candidates(owner) == 1


async def test_while_the_first_goes_on_the_second_is_told_so(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    finish = asyncio.Event()
    work = Work(company, waits_for=finish)
    first = asyncio.create_task(ask(pool, company, work))
    await work.begun.wait()
    for request in (b"PUT /v2", b"another"):
        with pytest.raises(CallerError) as refused:
            await ask(pool, company, work, request=request)
        assert refused.value.status == 409
        assert refused.value.headers == {"Retry-After": "1"}
    finish.set()
    assert await first == await ask(pool, company, work)
    assert work.done == await candidates(owner) == 1


async def test_work_that_failed_leaves_nothing_and_may_be_tried_again(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    with pytest.raises(RuntimeError):
        await ask(pool, company, Work(company, failing=True))
    assert await candidates(owner) == 0
    assert (await ask(pool, company, Work(company))).status == 200
    assert await candidates(owner) == 1


async def test_a_key_whose_connection_died_is_free_at_once(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    """As after a kill of the worker or of the server: the transaction ends with its connection."""
    work = Work(company, waits_for=asyncio.Event())
    task = asyncio.create_task(ask(pool, company, work))
    await work.begun.wait()
    pid = await owner.fetchval(
        """
        select pid
        from pg_locks
        where locktype = 'advisory' and granted
          and database = (select oid from pg_database where datname = current_database())
        """
    )
    await owner.execute("select pg_terminate_backend($1, 10000)", pid)
    task.cancel()
    with pytest.raises((asyncio.CancelledError, CallerError)):
        await task
    assert (await ask(pool, company, Work(company))).status == 200
    assert await candidates(owner) == 1


async def test_keys_are_a_callers_and_a_companys_own(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    other = await live_company(owner)
    work, elsewhere = Work(company), Work(other)
    answers = [
        await ask(pool, company, work),
        await ask(pool, company, work, caller="app2"),
        await ask(pool, company, work, key="k2"),
        await ask(pool, other, elsewhere, request=b"something else"),
    ]
    assert [answer.headers["x-restli-id"] for answer in answers] == ["1", "2", "3", "1"]


@pytest.mark.parametrize("key", ["", "x" * 256, "k\x00", "k\n", "schl\u00fcssel"])
async def test_a_key_that_cannot_be_is_refused(pool: Pool, company: CompanyId, key: str) -> None:
    with pytest.raises(CallerError) as refused:
        await ask(pool, company, Work(company), key=key)
    assert refused.value.status == 400


async def test_many_at_once_are_one(pool: Pool, company: CompanyId, owner: asyncpg.Connection) -> None:
    work = Work(company)
    results = await asyncio.gather(*(ask(pool, company, work) for _ in range(20)), return_exceptions=True)
    answers = {one for one in map(_told, results) if one is not None}
    assert len(answers) == 1
    assert work.done == await candidates(owner) == 1


def _told(result: Answer | BaseException) -> bytes | None:
    if isinstance(result, CallerError):
        assert result.status == 409
        return None
    assert isinstance(result, Answer)
    return result.body


async def test_neither_key_nor_caller_is_written_down(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ask(pool, company, Work(company), key="ann@example.com", caller="bob@example.com")
    row = await owner.fetchrow("select *, to_jsonb(a)::text as said from idempotent_answer a")
    assert row is not None
    assert "example" not in row["said"]
    assert row["answered_at"] <= datetime.now(UTC)


async def test_what_a_migration_came_into_is_done_again_by_itself_and_once(
    database: str, company: CompanyId, owner: asyncpg.Connection
) -> None:
    every_column = "select * from integration where company_id = $1"
    begun = 0

    async def work(connection: Connection) -> Answer:
        nonlocal begun
        begun += 1
        await ingest_within(connection, company, PARTNER, [CandidateRecord(external_id="c", first_name="A")])
        rows = await connection.fetch(every_column, company)
        return Answer(status=200, body=str(len(rows)).encode())

    async with Pool(database, size=1) as pool:
        async with pool.transaction(company) as connection:
            await connection.fetch(every_column, company)
        await owner.execute("alter table integration add column added int")
        for _ in range(2):
            answer = await answer_once(pool, company, work, caller="app1", key="k1", request=b"PUT /v2")
            assert (answer.body, begun) == (b"1", 2)
    assert await candidates(owner) == 1
