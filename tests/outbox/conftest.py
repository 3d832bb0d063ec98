"""A live company whose ATS is called at a receiver of the test's own, and workers that deliver to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId
from app.outbox.callbacks import Callback, set_callback
from app.outbox.delivery import Delivery, Progress
from app.outbox.events import EventType, enqueue
from app.outbox.sending import Sender
from tests.outbox.receiver import Receiver, receiving
from tests.sync.companies import PARTNER, live_company

SENDER = Sender(allow_private=True, timeout_s=5)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it; twenty seconds without it are a failure, since this machine may be busy."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.02)


@dataclass(slots=True)
class Ats:
    """The company's outbox, seen by the owner of the database, and the receiver that it goes to."""

    owner: asyncpg.Connection
    pool: Pool
    company: CompanyId
    receiver: Receiver
    callback: Callback
    progress: list[Progress] = field(default_factory=list)

    async def queue(self, count: int = 1, of: EventType = EventType.INTEGRATION_STATUS_CHANGE) -> list[str]:
        """Queue events in one transaction; answers their ids."""
        async with self.pool.transaction(self.company) as connection:
            return [str(await enqueue(connection, self.company, of)) for _ in range(count)]

    async def row(self, event: str) -> asyncpg.Record:
        row = await self.owner.fetchrow(
            """
            select *, next_attempt_at - now() as waits, give_up_at - created_at as patience
            from outbox where id = $1
            """,
            UUID(event),
        )
        assert row is not None
        return row

    async def states(self) -> list[str]:
        rows = await self.owner.fetch("select state from outbox where company_id = $1", self.company)
        return [row["state"] for row in rows]

    async def all_delivered(self) -> bool:
        return set(await self.states()) == {"DELIVERED"}

    async def let_time_pass(self, hours: float = 0) -> None:
        """What waits is due now, leases included; with hours, all of it was queued that much earlier too."""
        await self.owner.execute(
            """
            update outbox
            set next_attempt_at = least(next_attempt_at, now()), give_up_at = give_up_at - $1::interval
            where state = 'PENDING'
            """,
            timedelta(hours=hours),
        )

    async def tried(self, event: str, times: int = 1) -> asyncpg.Record:
        """The event's row once the outcomes of so many attempts were written down."""

        async def holds() -> bool:
            return sum(str(one.event.id) == event for one in self.progress) >= times

        await until(holds)
        # Waits for the commit of the last of them, which has the row.
        await self.owner.execute("select 1 from outbox where id = $1 for update", UUID(event))
        return await self.row(event)

    def worker(self, pool: Pool | None = None, sender: Sender = SENDER) -> Delivery:
        """One that tells `progress` what it wrote down."""

        async def follow(_: Any, progress: Progress) -> None:
            self.progress.append(progress)

        return Delivery(pool or self.pool, sender, follow=dict.fromkeys(EventType, follow), poll_s=0.02)

    @asynccontextmanager
    async def delivering(
        self, *workers: Delivery, sender: Sender = SENDER
    ) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Let these workers run, or one of them; answers their tasks."""
        tasks = [asyncio.create_task(worker.run()) for worker in workers or (self.worker(sender=sender),)]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results), results


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def ats(owner: asyncpg.Connection, pool: Pool, receiver: Receiver) -> Ats:
    company = await live_company(owner)
    async with pool.transaction(company) as connection:
        callback = await set_callback(connection, company, PARTNER, receiver.url, allow_private=True)
    return Ats(owner, pool, company, receiver, callback)
