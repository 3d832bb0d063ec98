"""The gateway's process and PostgreSQL's are killed in the middle of batches that come over the wire API.

Five times here; `make kill` does it a hundred times (`RSC_KILLS`). Clients repeat a call with the same
Idempotency-Key until it is answered, as an ATS does. What was answered is there, once, and no batch is half.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
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
from tests.cli.program import ROOT, RSC, environment
from tests.sync.companies import PARTNER, live_company, urn_of
from tests.sync.wire_batches import Call, application, candidate, delete, put

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")

KILLS: Final = int(os.environ.get("RSC_KILLS", "5"))
CLIENTS: Final = 3
BATCH: Final = 25
WAIT_S: Final = 60.0
"""This machine may be busy."""
_START_MS: Final = 1_700_000_000_000


@dataclass
class Gateway:
    """A gateway in a process of its own, which is started again whenever it was killed."""

    dsn: str
    key_file: Path
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    url: str = ""

    def start(self) -> None:
        settings = {
            "DATABASE_URL": self.dsn,
            "RSC_SIGNING_KEY": str(self.key_file),
            "RSC_DEVELOPMENT_TOKENS": "1",
        }
        # Into a file: nobody reads on, and a full pipe would hold the server up.
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [RSC, "serve", "--port", "0"], env=environment(**settings), cwd=ROOT, stderr=log
            )
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            serving = [line for line in self.log.read_text().splitlines() if line.startswith("serving ")]
            if serving:
                self.url = serving[0].split()[1].removesuffix("/graphql")
                return
            time.sleep(0.02)
        raise TimeoutError(self.log.read_text()[-2000:])

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(WAIT_S)


@dataclass
class Client:
    """One connection of an ATS: calls one after the other, on records of its own.

    `candidates` is what should be there, by id with the first name; `applications` by id with the candidate.
    """

    number: int
    context: str
    token: str
    gateway: Gateway
    dice: random.Random
    candidates: dict[str, str] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=dict)
    under_way: Call | None = None
    answered: int = 0
    records: int = 0
    repeated: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=5) as http:
            while not stop.is_set():
                await self._batch(http)

    async def _batch(self, http: httpx.AsyncClient) -> None:
        """New candidates with applications, a later state of known ones, or a delete."""
        turn = self.answered
        modified = _START_MS + turn + 1
        chance = self.dice.random()
        if chance < 0.15 and self.candidates:
            gone = self.dice.sample(sorted(self.candidates), min(5, len(self.candidates)))
            await self._send(http, delete("atsCandidates", "atsCandidateId", self.context, gone))
            for name in gone:
                del self.candidates[name]
            self.applications = {name: of for name, of in self.applications.items() if of not in gone}
        elif chance < 0.6 or not self.candidates:
            names = [f"{self.number}-{turn}-{place}" for place in range(BATCH)]
            if self.candidates and chance < 0.3:
                names = self.dice.sample(sorted(self.candidates), min(BATCH, len(self.candidates)))
            first_name = f"Turn{turn}"
            sent = {
                name: candidate(place, modified, first_name=first_name) for place, name in enumerate(names)
            }
            await self._send(http, put("atsCandidates", "atsCandidateId", self.context, sent))
            self.candidates |= dict.fromkeys(names, first_name)
        else:
            owners = self.dice.sample(sorted(self.candidates), min(BATCH, len(self.candidates)))
            applied = {f"a-{owner}": application(owner, modified) for owner in owners}
            await self._send(http, put("atsApplications", "atsJobApplicationId", self.context, applied))
            self.applications |= {f"a-{owner}": owner for owner in owners}

    async def _send(self, http: httpx.AsyncClient, call: Call) -> None:
        """Repeat the call until it is answered; every one of its records must have been taken."""
        self.under_way = call
        headers = {
            **call.headers,
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": f"{self.number}-{self.answered}",
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
        said = answer.json()
        assert said["errors"] == {}
        assert len(said["results"]) == len(call.keys)
        self.under_way = None
        self.answered += 1
        self.records += len(call.keys)


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
        clients = [Client(number, urn, token, gateway, dice) for number in range(CLIENTS)]
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
    answered = sum(client.answered for client in clients)
    while sum(client.answered for client in clients) < answered + 5 and not running.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _no_batch_is_half(owner: asyncpg.Connection, company: CompanyId, clients: list[Client]) -> None:
    """Of a call that nobody answered, all records were taken or none."""
    for client in clients:
        call = client.under_way
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
    rows = await owner.fetch("select external_id, first_name from candidate where company_id = $1", company)
    assert len(rows) == len({row["external_id"] for row in rows})
    expected = {name: first for client in clients for name, first in client.candidates.items()}
    assert {row["external_id"]: row["first_name"] for row in rows} == expected
    rows = await owner.fetch(
        """
        select a.external_id, c.external_id as candidate
        from application a
        left join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
        where a.company_id = $1
        """,
        company,
    )
    applied = {name: of for client in clients for name, of in client.applications.items()}
    assert len(rows) == len(applied)
    assert {row["external_id"]: row["candidate"] for row in rows} == applied
    # Each call was counted once, however often it was sent.
    done = await owner.fetchval("select sum(done) from sync_run where company_id = $1", company)
    assert done == sum(client.records for client in clients)
    answers = await owner.fetchval("select count(*) from idempotent_answer")
    assert answers == sum(client.answered for client in clients)
