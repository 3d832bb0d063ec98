"""Workers that are killed: every export that was committed is delivered, and nothing else."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager

from app.auth.keys import ensure_signing_key
from app.http.server import build_app
from app.services import make_services
from app.settings import Settings
from tests.exports.conftest import MEMBERS, Company
from tests.exports.test_confirm_export import exported
from tests.outbox.receiver import OK, Call, Receiver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")

WAIT_S = 120
"""This machine may be busy."""


class Worker:
    """A worker process; `committed` are the ids of the events that it has committed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.committed: list[str] = []
        self.has_committed_all = asyncio.Event()

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := (await self.process.stdout.readline()).decode().strip():
            if line == "all committed":
                self.has_committed_all.set()
            else:
                self.committed.append(line)


@asynccontextmanager
async def working(dsn: str, *members: str) -> AsyncIterator[Worker]:
    """A worker that exports these members and delivers."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.exports.worker", dsn, *members),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
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


async def test_every_export_arrives_although_its_worker_was_killed(
    company: Company, receiver: Receiver
) -> None:
    """Killed with its exports committed and most of them not begun, some in the middle of the ATS's answer;
    and then, another worker, when the ATS has just answered."""
    callback = await company.call_at(receiver)
    async with AsyncExitStack() as stack:
        first = [
            await stack.enter_async_context(working(company.dsn, *members))
            for members in (MEMBERS[:20], MEMBERS[20:])
        ]
        replacements: list[Worker] = []

        async def answer(_: Call) -> bytes:
            if not replacements:
                await asyncio.gather(*(worker.has_committed_all.wait() for worker in first))
                for worker in first:
                    if worker.process.returncode is None:
                        worker.process.kill()
                await asyncio.gather(*(worker.process.wait() for worker in first))
            elif len(receiver.calls) == 15 + calls_before:
                asyncio.get_running_loop().call_later(0.001, replacements[0].process.kill)
            return OK

        receiver.answer = answer
        await asyncio.gather(*(worker.process.wait() for worker in first))
        calls_before = len(receiver.calls)
        committed = {event for worker in first for event in worker.committed}
        assert len(committed) == len(MEMBERS)
        assert 0 < calls_before < len(MEMBERS) / 2
        for _ in range(2):
            replacements.append(await stack.enter_async_context(working(company.dsn)))
        async with asyncio.timeout(WAIT_S):
            while await company.owner.fetchval("select count(*) from outbox where state = 'PENDING'"):
                # Leases of the dead end after 30 s, which nobody here waits for.
                await company.owner.execute(
                    "update outbox set next_attempt_at = now() where next_attempt_at > now() + $1::interval",
                    timedelta(seconds=20),
                )
                await asyncio.sleep(0.2)
        assert replacements[0].process.returncode is not None
    assert set(receiver.ids) == committed
    # What was called for by the dead was called for again; their receiver tells it by the id.
    assert len(receiver.calls) >= len(MEMBERS) + calls_before
    for call in receiver.calls:
        call.verified(callback.secrets[0])
    states = await company.owner.fetch("select distinct state from export where member_urn like '%:x%'")
    assert [row["state"] for row in states] == ["DELIVERED"]


async def test_whoever_is_killed_while_exporting_leaves_each_export_with_its_event_or_neither(
    company: Company, receiver: Receiver
) -> None:
    told: set[str] = set()
    for first, killed_behind in ((0, 1), (10, 2), (20, 5)):
        async with working(company.dsn, *MEMBERS[first : first + 10]) as worker, asyncio.timeout(WAIT_S):
            while len(worker.committed) < killed_behind:
                assert worker.process.returncode is None
                await asyncio.sleep(0.0005)
            worker.process.kill()
            await worker.process.wait()
        told.update(worker.committed)
    exports = await company.owner.fetch("select id::text from export where member_urn like '%:x%'")
    exported_ids = {row["id"] for row in exports}
    assert told <= exported_ids
    assert {event["name"] for event in await company.events()} == exported_ids
    await company.call_at(receiver)
    async with working(company.dsn), asyncio.timeout(WAIT_S):
        while await company.owner.fetchval("select count(*) from outbox where state = 'PENDING'"):
            # What the dead had taken is due when their lease ends, which nobody here waits for.
            await company.owner.execute(
                "update outbox set next_attempt_at = now() where next_attempt_at > now() + $1::interval",
                timedelta(seconds=20),
            )
            await asyncio.sleep(0.1)
    assert set(receiver.ids) == exported_ids


async def test_a_server_delivers_while_it_serves(
    company: Company, receiver: Receiver, tmp_path: Path
) -> None:
    key = tmp_path / "key.json"
    ensure_signing_key(key)
    settings = Settings(
        database_url=company.dsn,
        signing_key=str(key),
        development_tokens=True,
        allow_private_callbacks=True,
        database_connections=2,
    )
    callback = await company.call_at(receiver)
    async with LifespanManager(build_app(make_services(settings))), asyncio.timeout(WAIT_S):
        export = await exported(company)
        while (await company.state(export))[0] != "DELIVERED":  # noqa: ASYNC110 - it happens in the database
            await asyncio.sleep(0.05)
    (call,) = receiver.calls
    call.verified(callback.secrets[0])
