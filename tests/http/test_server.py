"""The processes: they come up, serve together, stop when told, and do not outlive each other."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import ensure_signing_key, load_signing_key
from app.auth.personas import NORTHWIND
from app.errors import CallerError
from app.http import server
from app.http.server import serve
from app.services import make_services
from tests.http.conftest import SETTINGS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")


@asynccontextmanager
async def program(
    *arguments: str, module: str = "tests.http.serving"
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The serving program, and the URL that it printed when it was ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(60):
            url = (await process.stdout.readline()).decode().strip()
        if not url:
            pytest.fail((await process.communicate())[1].decode())
        yield process, url
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def children_of(pid: int) -> list[int]:
    """The workers among a process's children (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "signing-key.json"
    ensure_signing_key(path)
    return str(path)


def is_alive(pid: int) -> bool:
    """Whether the process still runs; a dead one that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def ask(url: str, key_file: str) -> httpx.Response:
    """One operation, by a token that the program's key has signed."""
    token = issue_token(
        load_signing_key(key_file), subject="a", roles=[Role.STAFF], company=NORTHWIND, lifetime_s=60
    )
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        return await client.post(f"{url}/graphql", json={"query": "{viewer{company{name}}}"})


@pytest.mark.parametrize(("workers", "stop"), [(1, signal.SIGTERM), (1, signal.SIGINT), (2, signal.SIGTERM)])
async def test_it_answers_once_it_says_so_and_stops_cleanly(
    database: str, key_file: str, workers: int, stop: signal.Signals
) -> None:
    async with program(database, str(workers), key_file) as (process, url):
        response = await ask(url, key_file)
        assert response.json() == {"data": {"viewer": {"company": {"name": "Northwind"}}}}
        assert "server" not in response.headers
        process.send_signal(stop)
        async with asyncio.timeout(30):
            out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"stopped\n", b"")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Workers are found through /proc.")
async def test_workers_count_together_come_back_and_end_with_their_parent(
    database: str, key_file: str
) -> None:
    async with program(database, "2", key_file) as (process, url), asyncio.timeout(60):
        for _ in range(10):
            await ask(url, key_file)
        async with httpx.AsyncClient() as client:
            for _ in range(5):  # Whichever worker answers.
                text = (await client.get(f"{url}/metrics")).text
                assert 'rsc_graphql_requests_total{code="OK",status="200"} 10\n' in text
        first, second = children_of(process.pid)
        os.kill(first, signal.SIGKILL)
        while len(workers := children_of(process.pid)) < 2 or first in workers:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert second in workers
        process.kill()
        await process.wait()
        while any(is_alive(worker) for worker in workers):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def test_a_worker_that_heeds_no_signal_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DRAIN_S", 0)
    monkeypatch.setattr(server, "_END_S", 0.2)
    hanging = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,), daemon=True)
    hanging.start()
    workers = object.__new__(server._Workers)
    workers.processes = [SimpleNamespace(process=hanging)]  # type: ignore[list-item]
    workers.join_all()
    assert hanging.exitcode == -signal.SIGKILL


def test_a_port_that_is_taken_is_told_without_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CallerError, match=f"Port {port} of 127.0.0.1 cannot be had"):
            serve(replace(SETTINGS, port=port), make_services)
