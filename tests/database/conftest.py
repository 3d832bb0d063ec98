"""Servers of a test's own, to be killed, frozen and looked into."""

import asyncio
import contextlib
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.database.embedded import EmbeddedPostgres

_OWNER = """
import sys, time
from pathlib import Path
from app.database.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.server_pid, flush=True)
sys.stdin.read()
"""


class OwnerProcess:
    """Another process that owns an embedded server on `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OWNER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def server_pid(self) -> int:
        """The pid of its server, once that is ready."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def clean_up(self) -> None:
        """Remove the socket's folder, which a killed owner leaves for the next one to remove."""
        self.kill()
        with contextlib.suppress(OSError):
            shutil.rmtree((self._data_dir / "sockets").read_text())


@pytest.fixture
def owner_process() -> Iterator[Callable[[Path], OwnerProcess]]:
    """Starts other processes that own a server; they are gone after the test."""
    started: list[OwnerProcess] = []

    def start(data_dir: Path) -> OwnerProcess:
        started.append(OwnerProcess(data_dir))
        return started[-1]

    yield start
    for owner in started:
        owner.clean_up()


def is_alive(pid: int) -> bool:
    """Whether the process still runs (Linux); a dead one that nobody has collected yet does not."""
    return process_status(pid) not in {None, "Z"}


def process_status(pid: int) -> str | None:
    """The state letter of a process (Linux), None if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


def parent_of(pid: int) -> int:
    """The pid of a process's parent (Linux)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def mode_of(path: Path | str) -> int:
    """The permission bits of a file or folder."""
    return stat.S_IMODE(Path(path).stat().st_mode)


def owner_of(path: Path | str) -> str:
    """The system user to whom a file, folder or process folder belongs."""
    return Path(path).owner()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does, at most ten seconds."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@asynccontextmanager
async def session(dsn: str, **settings: str) -> AsyncIterator[asyncpg.Connection]:
    """A plain connection, closed at the end."""
    connection = await asyncpg.connect(dsn, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def ask(dsn: str, sql: str, *args: object) -> Any:
    """The first value of one statement on a connection of its own."""
    async with session(dsn) as connection:
        return await connection.fetchval(sql, *args)


async def eventually(dsn: str, sql: str, expected: object) -> None:
    """Wait until a statement answers what is expected, at most ten seconds."""
    async with asyncio.timeout(10):
        while await ask(dsn, sql) != expected:
            pass


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server for one test, which that test may treat badly."""
    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:
        yield server
