"""The gateway's process and PostgreSQL's are killed in the middle of batches that come over the wire API.

Five times here; `make kill` does it a hundred times (`RSC_KILLS`). Clients repeat a call with the same
Idempotency-Key until it is answered, as an ATS does. What was answered is there, once, and no batch is half.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import ensure_signing_key
from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from app.ids import CompanyId
from tests.faults.ats import Records, assert_taken, missing_or_doubled
from tests.faults.gateway import WAIT_S, Gateway
from tests.sync.companies import PARTNER, live_company, urn_of
from tests.sync.wire_batches import Call

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")

KILLS: Final = int(os.environ.get("RSC_KILLS", "5"))
CLIENTS: Final = 3


@dataclass
class Client:
    """One connection of an ATS: calls one after the other, on records of its own."""

    token: str
    gateway: Gateway
    records: Records
    repeated: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=5) as http:
            while not stop.is_set():
                await self._send(http, self.records.next())

    async def _send(self, http: httpx.AsyncClient, call: Call) -> None:
        """Repeat the call until it is answered; every one of its records must have been taken."""
        headers = {
            **call.headers,
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": self.records.key,
        }
        async with asyncio.timeout(WAIT_S):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    url = self.gateway.url + call.target
                    answer = await http.request(call.method, url, json=call.body, headers=headers)
                    if answer.status_code == 200:
                        break
                    assert answer.status_code in (409, 503), answer.text
                self.repeated += 1
                await asyncio.sleep(0.05)
        assert_taken(call, answer.json())
        self.records.taken()


@contextmanager
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server of the test's own, as safe as one in earnest."""
    with (
        tempfile.TemporaryDirectory(prefix="rsc-test-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as server,
    ):
        yield server


@asynccontextmanager
async def as_owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as soon as the server takes one."""
    async with asyncio.timeout(WAIT_S):
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                connection = await asyncpg.connect(dsn)
                break
            await asyncio.sleep(0.05)
    try:
        yield connection
    finally:
        await connection.close()


async def test_what_was_answered_is_there_once_and_whole_whoever_is_killed(tmp_path: Path) -> None:
    key = ensure_signing_key(tmp_path / "key.json")
    dice = random.Random(KILLS)
    with own_postgres() as postgres:
        await migrate(postgres.dsn)
        async with as_owner(postgres.dsn) as owner:
            company = await live_company(owner)
            urn = await urn_of(owner, company)
        token = issue_token(
            key, subject="ats", roles=[Role.PARTNER], company=urn, partner=PARTNER, lifetime_s=3600
        )
        gateway = Gateway(postgres.dsn, tmp_path / "key.json", tmp_path / "log")
        clients = [Client(token, gateway, Records(number, urn, dice)) for number in range(CLIENTS)]
        stop = asyncio.Event()
        await asyncio.to_thread(gateway.start)
        try:
            running = asyncio.gather(*(client.run(stop) for client in clients))
            for kill in range(KILLS):
                await _go_on(clients, running)
                await asyncio.sleep(dice.uniform(0, 0.05))
                if kill % 2:
                    pid = postgres.server_pid
                    assert pid is not None
                    os.kill(pid, signal.SIGKILL)
                else:
                    await asyncio.to_thread(gateway.kill)
                    async with as_owner(postgres.dsn) as owner:
                        await _no_batch_is_half(owner, company, clients)
                    await asyncio.to_thread(gateway.start)
            stop.set()
            await running
        finally:
            gateway.kill()
        async with as_owner(postgres.dsn) as owner:
            await _all_is_there_once(owner, company, clients)
    assert sum(client.repeated for client in clients) > 0


async def _go_on(clients: list[Client], running: "asyncio.Future[list[None]]") -> None:
    """Wait until five more calls were answered."""
    answered = sum(client.records.answered for client in clients)
    while sum(client.records.answered for client in clients) < answered + 5 and not running.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _no_batch_is_half(owner: asyncpg.Connection, company: CompanyId, clients: list[Client]) -> None:
    """Of a call that nobody answered, all records were taken or none."""
    for client in clients:
        call = client.records.under_way
        if call is None or call.body is None or "atsCandidates" not in call.target:
            continue
        records = {key.split("&")[0].split("=")[1]: record for key, record in call.body["entities"].items()}
        async with asyncio.timeout(WAIT_S):
            # The dead worker's transaction is over once its lock is free.
            await owner.execute("select from company where company_id = $1 for update", company)
        taken = await owner.fetchval(
            """
            select count(*)
            from unnest($2::text[], $3::text[]) as sent (external_id, first_name)
            join candidate c on c.company_id = $1 and c.external_id = sent.external_id
              and c.first_name = sent.first_name
            """,
            company,
            list(records),
            [record["firstName"] for record in records.values()],
        )
        assert taken in (0, len(records))


async def _all_is_there_once(owner: asyncpg.Connection, company: CompanyId, clients: list[Client]) -> None:
    sent = [client.records for client in clients]
    assert await missing_or_doubled(owner, company, sent) == []
    # Each call was counted once, however often it was sent.
    done = await owner.fetchval("select sum(done) from sync_run where company_id = $1", company)
    assert done == sum(records.sent for records in sent)
    answers = await owner.fetchval("select count(*) from idempotent_answer")
    assert answers == sum(records.answered for records in sent)
