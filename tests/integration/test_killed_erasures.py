"""An erasure whose workers are killed: nothing is counted twice, nothing is left, and access stays over."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import orjson
import pytest

from app.audit import verify
from app.database.pool import Pool
from app.integration.erased_tables import ERASED
from tests.conftest import TestServer
from tests.integration.canaries import CANARY, release, sightings
from tests.integration.company import COMPANY, begin_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")

WAIT_S = 120
"""This machine may be busy."""


@dataclass(slots=True)
class Worker:
    """A process that erases; what it says is kept."""

    process: asyncio.subprocess.Process
    said: bytes = b""

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.said += line


@asynccontextmanager
async def erasing(dsn: str, what: str) -> AsyncIterator[Worker]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.erasing", dsn, what),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    worker = Worker(process)
    listening = asyncio.create_task(worker.listen())
    try:
        yield worker
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


async def erased(owner: asyncpg.Connection) -> int:
    """How many rows the receipt has counted so far."""
    counts = await owner.fetchval("select counts from erasure_receipt")
    return sum(one["erased"] for one in orjson.loads(counts or "[]"))


async def kill_behind(owner: asyncpg.Connection, worker: Worker, count: int) -> None:
    """Kill the worker as soon as so many rows are gone."""
    async with asyncio.timeout(WAIT_S):
        while await erased(owner) < count:
            assert worker.process.returncode is None, worker.said
            await asyncio.sleep(0.001)
    worker.process.kill()
    await worker.process.wait()


async def there(owner: asyncpg.Connection) -> dict[str, int]:
    """How many rows there are to be erased, by the receipt's words."""
    found = {
        table.entity: await owner.fetchval(
            f"select count(*) from {table.table} where company_id = $1 and {table.where}", COMPANY
        )
        for table in ERASED
        if table.entity is not None
    }
    return {entity: count for entity, count in found.items() if count}


async def test_an_erasure_is_whole_although_one_worker_after_the_other_was_killed(
    server: TestServer, companies: str
) -> None:
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(server.copy_of(companies))
        pool = await stack.enter_async_context(Pool(dsn, size=2))
        owner = await asyncpg.connect(dsn)
        stack.push_async_callback(owner.close)
        await begin_in(owner, "LIVE")
        await release(owner, pool, families=30)
        expected = await there(owner)
        total = sum(expected.values())
        assert total > 300
        async with erasing(dsn, "begin") as first:
            await kill_behind(owner, first, total // 4)
        assert await owner.fetchval("select state from integration") == "ERASED"
        assert 0 < await erased(owner) < total
        assert sum((await there(owner)).values()) == total - await erased(owner)
        async with erasing(dsn, "finish") as second, erasing(dsn, "finish") as third:
            await kill_behind(owner, second, total // 2)
            async with asyncio.timeout(WAIT_S):
                await third.process.wait()
        assert third.said.endswith(b"done\n")
        row = await owner.fetchrow("select counts, finished_at from erasure_receipt")
        assert row is not None
        assert row["finished_at"] is not None
        counts = {one["entity"]: one["erased"] for one in orjson.loads(row["counts"])}
        assert counts == expected
        assert [one async for one in sightings(owner, CANARY)] == []
        done = "select count(*) from audit_entry where action = 'atsData.erased'"
        assert await owner.fetchval(done) == 1
        assert await verify(pool, COMPANY) is None
        assert CANARY.encode() not in first.said + second.said + third.said
