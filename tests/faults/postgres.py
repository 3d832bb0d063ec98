"""A PostgreSQL that is killed, stopped and started again, with its files on disks that can be full."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from tests.scaling import servers

WAIT_S: Final = 60.0
DATABASE: Final = "rsc"
_BALLAST: Final = "ballast"


class Postgres:
    """Debian's PostgreSQL on a data folder that is there already; `start` may be called again and again.

    `disk` is a small file system that its tables, or its write-ahead log, are on.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        disk: Path | None = None,
        *,
        is_replica: bool = False,
        options: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self.port = port
        self._disk = disk
        self._is_replica = is_replica
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def server(self) -> servers.Server:
        """The same for those who make a replica of it."""
        assert self._process is not None
        return servers.Server(self._process, self.port, self._folder)

    def begin(self) -> None:
        """Have it started, without waiting for it. A predecessor's last processes are waited for."""
        deadline = time.monotonic() + WAIT_S
        while True:
            with (self._folder / "log").open("ab") as log:
                command = [
                    *servers.postgres_command(self._folder, self.port),
                    "-c",
                    "fsync=on",
                    *self._options,
                ]
                self._process = subprocess.Popen(
                    command, cwd="/", stdout=log, stderr=log, **servers.account()
                )
            try:
                self._process.wait(0.15)
            except subprocess.TimeoutExpired:
                return
            if time.monotonic() > deadline:
                log_file = self._folder / "log"
                raise RuntimeError(log_file.read_text(errors="replace")[-2_000:])

    async def start(self) -> None:
        """Start it; returns as soon as it takes connections."""
        await asyncio.to_thread(self.begin)
        await self.up()

    async def up(self) -> None:
        """Wait until it takes connections."""
        async with self.owner() as owner:
            assert await owner.fetchval("select pg_is_in_recovery()") is self._is_replica

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """The owner's connection, not through any proxy, as soon as the server takes one."""
        deadline = time.monotonic() + WAIT_S
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
                connection = await asyncpg.connect(self.dsn, timeout=5, command_timeout=30)
                break
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL is not back")
            await asyncio.sleep(0.01)
        try:
            yield connection
        finally:
            connection.terminate()

    def signal(self, number: signal.Signals) -> None:
        """Send the postmaster a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def gone(self) -> None:
        """Wait for the postmaster's end."""
        assert self._process is not None
        await asyncio.to_thread(self._process.wait, WAIT_S)

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def processes(self) -> list[int]:
        """The postmaster and all that it has made."""
        assert self._process is not None
        postmaster = psutil.Process(self._process.pid)
        return [postmaster.pid, *(child.pid for child in postmaster.children(recursive=True))]

    async def backends(self) -> list[int]:
        """The processes that serve the gateway, those at work first."""
        async with self.owner() as owner:
            rows = await owner.fetch(
                "select pid from pg_stat_activity where application_name = 'rsc-gateway' "
                "order by state = 'idle', random()"
            )
        return [row["pid"] for row in rows]

    def fill_disk(self) -> None:
        """Leave no byte on its small file system."""
        assert self._disk is not None
        with (self._disk / _BALLAST).open("wb", buffering=0) as ballast:
            for piece in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        ballast.write(bytes(piece))

    def free_disk(self) -> None:
        assert self._disk is not None
        (self._disk / _BALLAST).unlink(missing_ok=True)

    def end(self) -> None:
        """Stop it for good, whatever state it is in."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(psutil.Error):
                for pid in self.processes():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)
            servers.stop(self._process)


@asynccontextmanager
async def postgres(*, disk_of: str | None = None, disk_mb: int = 96) -> AsyncIterator[Postgres]:
    """A new server with an empty database. `disk_of`: what is on a small file system, `tables` or `log`.

    Raises: NotPossible if a small file system is asked for and cannot be had.
    """
    with servers.owned_folder() as folder, _small_disk(disk_of is not None, disk_mb) as disk:
        options = []
        if disk_of == "log":
            assert disk is not None
            # Small pieces, which are not kept: so the disk is full when it is said to be.
            options = ["--wal-segsize=1", "-X", str(disk / "wal")]
        await asyncio.to_thread(servers.make_cluster, folder, *options)
        settings = ("-c", "max_wal_size=8MB", "-c", "min_wal_size=2MB") if disk_of == "log" else ()
        server = Postgres(folder, servers.free_port(), disk, options=settings)
        try:
            await asyncio.to_thread(server.begin)
            where = ""
            if disk_of == "tables":
                assert disk is not None
                await _as_admin(server, f"create tablespace small location '{disk / 'tables'}'")
                where = "tablespace small"
            await _as_admin(server, f"create database {DATABASE} {where}")
            yield server
        finally:
            server.end()


@asynccontextmanager
async def replica(of: Postgres) -> AsyncIterator[Postgres]:
    """A streaming replica of a running server."""
    with servers.owned_folder() as folder:
        await asyncio.to_thread(servers.copy_for_replica, of.server, folder)
        server = Postgres(folder, servers.free_port(), is_replica=True)
        try:
            await server.start()
            yield server
        finally:
            server.end()


class NotPossible(Exception):
    """A fault that cannot be injected here; the text says why."""


def small_disk_hindrance() -> str | None:
    """Why a small file system cannot be made here, if it cannot."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a small file system is made by root on Linux only"
    try:
        with _small_disk(True, 8):
            return None
    except NotPossible as error:
        return str(error)


@contextmanager
def _small_disk(wanted: bool, size_mb: int) -> Iterator[Path | None]:
    if not wanted:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="rsc-faults-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=0777", "tmpfs", str(folder)]
    try:
        try:
            subprocess.run(mount, check=True, capture_output=True, timeout=20)
        except (OSError, subprocess.SubprocessError) as error:
            raise NotPossible("tmpfs cannot be mounted here") from error
        try:
            for name in ("tables", "wal"):
                (folder / name).mkdir()
                servers.give(folder / name)
            yield folder
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _as_admin(server: Postgres, statement: str) -> None:
    deadline = time.monotonic() + WAIT_S
    dsn = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=5)
            break
        except (OSError, asyncpg.PostgresError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
