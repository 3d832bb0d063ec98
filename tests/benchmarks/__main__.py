"""`make bench`: the gateway against hand-written SQL and plain Strawberry, in one interleaved run.

A database of 50,000 members and 40,000 candidates (kept in `bench-data`, so that only the first run loads
it); each server answers every operation first, and all answers must be equal. Then rounds: each server in
turn, in another order each time, so that the machine's moods fall on all alike. Reported are medians,
their spread, and ratios within each round.
"""

import asyncio
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import ensure_signing_key
from app.database.connect import open_embedded
from app.database.migrate import migrate
from app.demo.scale import MAIN_COMPANY, MAIN_SEAT, load_scale
from app.settings import Settings
from tests.benchmarks.facts import Facts, look_up
from tests.benchmarks.load import Measured, measure, write_bodies
from tests.benchmarks.servers import CONNECTIONS

HERE = Path(__file__).parent
DATA = Path("bench-data")
ROUNDS = int(os.environ.get("RSC_BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("RSC_BENCH_SECONDS", "4"))
OPERATIONS = {"single": "Widget", "list": "CandidateList"}
GOALS = {
    "single": {"protected": 0.95, "bare": 0.8, "plain": 6.0},
    "list": {"protected": 0.95, "bare": 0.9, "plain": 20.0},
}


def main() -> int:
    """Run it; 1 if a goal is missed or answers differ."""
    if shutil.which("wrk") is None:
        print("make bench needs wrk (Debian: apt-get install wrk).", file=sys.stderr)
        return 2
    DATA.mkdir(exist_ok=True)
    settings = Settings(data_dir=DATA)
    key_file = (DATA / "signing-key.json").resolve()
    token = viewer_token(key_file)
    with open_embedded(settings) as embedded:
        facts = asyncio.run(prepare(embedded.dsn, token, str(key_file)))
        facts.write(DATA / "facts.json")
        database = psutil.Process(postmaster(os.getpid()))
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(_server(name, facts))
                for name in ("ours", "protected", "bare", "plain")
            }
            bodies = _same_answers(servers, facts)
            results = _rounds(servers, bodies, facts, database)
    return _report(results)


def viewer_token(key_file: Path) -> str:
    """A token of the recruiter that all operations are asked for."""
    return issue_token(
        ensure_signing_key(key_file),
        subject="bench",
        roles=[Role.RECRUITER],
        company=MAIN_COMPANY,
        seat=MAIN_SEAT,
    )


async def prepare(dsn: str, token: str, key_file: str) -> Facts:
    """Migrate and load the database where that is not done yet; its facts."""
    await migrate(dsn)
    started = time.monotonic()
    summary = await load_scale(dsn)
    if summary.loaded:
        print(f"loaded {summary.candidates:,} candidates in {time.monotonic() - started:.0f} s", flush=True)
    return await look_up(dsn, token=token, key_file=key_file, sample=500)


def postmaster(owner: int) -> int:
    """The process id of the embedded PostgreSQL that a process runs."""
    for child in psutil.Process(owner).children(recursive=True):
        if child.name().startswith("postgres"):
            return int(child.pid)
    raise RuntimeError("The embedded PostgreSQL is not a child of this process.")


@contextmanager
def _server(name: str, facts: Facts) -> Iterator[tuple[str, psutil.Process]]:
    """One server on a free port, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if name == "ours":
        command = [str(Path(sys.executable).parent / "rsc"), "serve", "--port", str(port)]
        settings = {
            "DATABASE_URL": facts.dsn,
            "RSC_SIGNING_KEY": facts.key_file,
            "RSC_DEVELOPMENT_TOKENS": "1",
            "RSC_DATABASE_CONNECTIONS": str(CONNECTIONS),
        }
    else:
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.servers",
            name,
            str(DATA / "facts.json"),
            str(port),
        ]
        settings = {}
    url = f"http://127.0.0.1:{port}/graphql"
    with subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(150):
                with socket.socket() as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()


def _same_answers(servers: dict[str, tuple[str, psutil.Process]], facts: Facts) -> dict[str, Path]:
    """Ask every server the same and compare; returns the files of request bodies."""
    bodies: dict[str, Path] = {}
    with httpx.Client(headers={"Authorization": f"Bearer {facts.token}"}, timeout=30) as client:

        def ask(name: str, operation: str, variables: dict[str, Any]) -> Any:
            query = (HERE / "operations" / f"{operation}.graphql").read_text()
            asked = {"query": query, "operationName": OPERATIONS[operation], "variables": variables}
            answer = client.post(servers[name][0], json=asked)
            answer.raise_for_status()
            return answer.json()

        cursors, after = [], None
        for _ in range(100):
            page = ask("ours", "list", {} if after is None else {"after": after})["data"]["candidates"]
            after = page["pageInfo"]["endCursor"]
            cursors.append(after)
        variables: dict[str, list[dict[str, str]]] = {
            "single": [{"id": one} for one in facts.candidates],
            "list": [{"after": one} for one in cursors],
        }
        for operation, asked in variables.items():
            for one in asked[:40]:
                expected = ask("ours", operation, one)
                assert "errors" not in expected, expected
                for name in servers:
                    got = ask(name, operation, one)
                    if got != expected:
                        raise SystemExit(f"{name} answers {operation} {one} differently:\n{expected}\n{got}")
            print(f"{operation}: all servers answer alike ({leaves(expected['data']):,} leaves)", flush=True)
            bodies[operation] = DATA / f"{operation}.bodies"
            query = (HERE / "operations" / f"{operation}.graphql").read_text()
            write_bodies(bodies[operation], query, OPERATIONS[operation], asked)
    return bodies


def leaves(value: Any) -> int:
    """How many values an answer has."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


Results = dict[str, dict[str, list[Measured]]]


def _rounds(
    servers: dict[str, tuple[str, psutil.Process]],
    bodies: dict[str, Path],
    facts: Facts,
    database: psutil.Process,
) -> Results:
    results: Results = {operation: {name: [] for name in servers} for operation in OPERATIONS}
    order = random.Random(7)
    for number in range(-1, ROUNDS):  # the first one only warms up
        for operation in OPERATIONS:
            names = list(servers)
            order.shuffle(names)
            for name in names:
                url, process = servers[name]
                measured = measure(
                    url,
                    bodies[operation],
                    facts.token,
                    seconds=2 if number < 0 else SECONDS,
                    seed=number + 2,
                    server=process,
                    database=database,
                )
                if number >= 0:
                    results[operation][name].append(measured)
    return results


def _report(results: Results) -> int:
    missed = 0
    for operation, by_server in results.items():
        print(f"\n{operation}: 16 clients, {ROUNDS} rounds of {SECONDS} s; median (least to most)")
        print(
            f"{'':<11}{'requests/s':>24}{'p99 ms':>9}{'server CPU ms':>15}"
            f"{'PostgreSQL CPU ms':>19}{'ours ÷ it':>24}"
        )
        ours = by_server["ours"]
        for name, rounds in by_server.items():
            rates = [one.rate for one in rounds]
            ratios = [mine.rate / one.rate for mine, one in zip(ours, rounds, strict=True)]
            goal = GOALS[operation].get(name)
            ratio = statistics.median(ratios)
            verdict = ""
            if goal is not None:
                verdict = f"  goal {goal:g}: {'held' if ratio >= goal else 'MISSED'}"
                missed += ratio < goal
            print(
                f"{name:<11}{statistics.median(rates):>9.0f} ({min(rates):.0f} to {max(rates):.0f})".ljust(35)
                + f"{statistics.median(one.p99_ms for one in rounds):>9.1f}"
                + f"{statistics.median(one.server_cpu_ms for one in rounds):>15.3f}"
                + f"{statistics.median(one.database_cpu_ms for one in rounds):>19.3f}"
                + f"{ratio:>10.2f} ({min(ratios):.2f} to {max(ratios):.2f}){verdict}"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
