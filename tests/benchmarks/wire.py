"""The wire API under load: records a minute over loopback HTTP, and how far matching falls behind.

`python -m tests.benchmarks.wire` makes a database in `bench-data/wire` with 20,000 members, serves it by `rsc
serve` with one worker, and sends batches of 100 over eight connections for `RSC_BENCH_WIRE_SECONDS` (60): new
candidates, their applications, and then a later state of the same candidates. Reported are the rate, how
long a batch takes, the worker's memory, how many candidates waited to be matched and how long the last of
them did, and the ratio to a bare COPY of the same rows into the same tables.
"""

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import orjson
import psutil

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import ensure_signing_key
from app.auth.personas import DEMO_PARTNER
from app.database.connect import open_embedded
from app.database.migrate import migrate
from app.demo.scale import MAIN_COMPANY, SMALL_COMPANY, load_scale
from app.settings import Settings
from tests.sync.wire_batches import Call, application, candidate, put

DATA: Final = Path("bench-data") / "wire"
SECONDS: Final = float(os.environ.get("RSC_BENCH_WIRE_SECONDS", "60"))
CONNECTIONS: Final = 8
BATCH: Final = 100
MEMBERS: Final = 20_000
RECORDS_A_MINUTE_MIN: Final = 60_000
RSS_MB_MAX: Final = 300.0
MATCHED_AFTER_S_MAX: Final = 10.0
_START_MS: Final = 1_700_000_000_000


@dataclass(slots=True)
class Load:
    """What eight connections sent, and what was seen meanwhile."""

    records: int = 0
    batch_ms: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    seconds: float = 0.0
    matched_after_s: float = 0.0


def main() -> int:
    """Run it; 1 if a goal is missed."""
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    try:
        with open_embedded(Settings(data_dir=DATA)) as embedded:
            return asyncio.run(bench(embedded.dsn))
    finally:
        shutil.rmtree(DATA, ignore_errors=True)


async def bench(dsn: str) -> int:
    """The same on an empty database of the caller's."""
    await migrate(dsn)
    await load_scale(dsn, members=MEMBERS, candidates=1_000)
    key_file = (DATA / "signing-key.json").resolve()
    token = issue_token(
        ensure_signing_key(key_file),
        subject="bench",
        roles=[Role.PARTNER],
        company=MAIN_COMPANY,
        partner=DEMO_PARTNER,
        lifetime_s=3_600,
    )
    with _server(dsn, key_file) as (url, process):
        load = await _load(dsn, url, token, process)
    return _report(load, await _copy(dsn))


async def _load(dsn: str, url: str, token: str, process: psutil.Process) -> Load:
    load = Load()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with (
        _owner(dsn) as owner,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as http,
    ):
        await _settled(owner)
        started = time.monotonic()
        until = started + SECONDS
        watching = asyncio.create_task(_watch(owner, process, load))
        await asyncio.gather(*(_send(http, load, number, until) for number in range(CONNECTIONS)))
        load.seconds = time.monotonic() - started
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        ended = time.monotonic()
        await _settled(owner)
        load.matched_after_s = time.monotonic() - ended
    return load


async def _send(http: httpx.AsyncClient, load: Load, connection: int, until: float) -> None:
    """One connection: batch after batch."""
    turn = 0
    while True:
        for call in _calls(connection, turn):
            if time.monotonic() > until:
                return
            body = orjson.dumps(call.body)
            began = time.monotonic()
            answer = await http.request(call.method, call.target, content=body, headers=call.headers)
            load.batch_ms.append((time.monotonic() - began) * 1_000)
            said = orjson.loads(answer.content)
            if answer.status_code != 200 or said["errors"] or len(said["results"]) != len(call.keys):
                raise RuntimeError(answer.text[:1_000])
            load.records += len(call.keys)
        turn += 1


def _calls(connection: int, turn: int) -> Iterator[Call]:
    numbers = range((turn * CONNECTIONS + connection) * BATCH, (turn * CONNECTIONS + connection + 1) * BATCH)
    names = {f"w-{number}": number for number in numbers}
    new = {name: candidate(number, _START_MS + 1) for name, number in names.items()}
    yield put("atsCandidates", "atsCandidateId", MAIN_COMPANY, new)
    applied = {f"a-{name}": application(name, _START_MS + 1) for name in names}
    yield put("atsApplications", "atsJobApplicationId", MAIN_COMPANY, applied)
    later = {name: candidate(number, _START_MS + 2, first_name="Anne") for name, number in names.items()}
    yield put("atsCandidates", "atsCandidateId", MAIN_COMPANY, later)


async def _watch(owner: asyncpg.Connection, process: psutil.Process, load: Load) -> None:
    while True:
        rss = sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
        load.rss_mb.append(rss / 1e6)
        load.waiting.append(await owner.fetchval("select count(*) from candidate_to_match"))
        await asyncio.sleep(1)


async def _settled(owner: asyncpg.Connection) -> None:
    """Wait until every candidate and member was looked at."""
    async with asyncio.timeout(600):
        while await owner.fetchval(  # noqa: ASYNC110 (it happens in the server's process)
            "select exists (select from candidate_to_match) or exists (select from member_to_match)"
        ):
            await asyncio.sleep(0.1)


async def _copy(dsn: str) -> float:
    """Records a second by COPY: the same candidates and applications, for another company."""
    async with _owner(dsn) as owner:
        company = await owner.fetchval("select company_id from company where urn = $1", SMALL_COMPANY)
        total, seconds = 0, 0.0
        for table in ("candidate", "application"):
            columns = [
                row["column_name"]
                for row in await owner.fetch(
                    """
                    select column_name
                    from information_schema.columns
                    where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'
                    order by ordinal_position
                    """,
                    table,
                )
            ]
            others = ", ".join(name for name in columns if name not in ("company_id", "job_id"))
            kept = DATA / f"{table}.copy"
            await owner.copy_from_query(
                f"select '{company}', {others} from {table} where external_id ~ '^(a-)?w-'", output=kept
            )
            began = time.monotonic()
            done = await owner.copy_to_table(table, source=kept, columns=["company_id", *others.split(", ")])
            seconds += time.monotonic() - began
            total += int(done.split()[1])
    return total / seconds


@asynccontextmanager
async def _owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn, command_timeout=600)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def _server(dsn: str, key_file: Path) -> Iterator[tuple[str, psutil.Process]]:
    """`rsc serve` on a free port, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "DATABASE_URL": dsn,
        "RSC_SIGNING_KEY": str(key_file),
        "RSC_DEVELOPMENT_TOKENS": "1",
        "RSC_DATABASE_CONNECTIONS": "4",
    }
    command = [str(Path(sys.executable).parent / "rsc"), "serve", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(150):
                try:
                    httpx.get(f"{url}/health", timeout=1)
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _report(load: Load, copied: float) -> int:
    rate = load.records / load.seconds
    quantiles = statistics.quantiles(load.batch_ms, n=20)
    held = {
        f"{rate * 60:,.0f} records a minute (goal {RECORDS_A_MINUTE_MIN:,})": rate * 60
        >= RECORDS_A_MINUTE_MIN,
        f"worker's memory at most {max(load.rss_mb):.0f} MB (goal below {RSS_MB_MAX:g})": max(load.rss_mb)
        < RSS_MB_MAX,
        f"the last candidate matched {load.matched_after_s:.1f} s after the last batch, "
        f"{statistics.median(load.waiting):.0f} waiting in the middle "
        f"(goal {MATCHED_AFTER_S_MAX:g} s)": load.matched_after_s <= MATCHED_AFTER_S_MAX,
    }
    print(
        f"wire         {load.records:,} records in {load.seconds:.0f} s over {CONNECTIONS} connections; "
        f"a batch of {BATCH}: median {quantiles[9]:.0f} ms, p95 {quantiles[18]:.0f} ms; "
        f"COPY into the same tables {copied * 60:,.0f} a minute, ratio {rate / copied:.2f}"
    )
    for told, is_held in held.items():
        print(f"             {told}: {'held' if is_held else 'MISSED'}", flush=True)
    return 0 if all(held.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
