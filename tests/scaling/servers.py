"""A second PostgreSQL with a streaming replica, and a PgBouncer in front of one: Debian's, on 127.0.0.1.

They run as `nobody` where the tests run as root, since neither starts as root, and end with the `with`.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

_BIN = Path("/usr/lib/postgresql/15/bin")
_ENDED_WITHIN_S = 20.0


def needed(program: str) -> str:
    """The program's path. It is required in CI, and the test is skipped elsewhere where it is missing."""
    found = shutil.which(program, path=f"{_BIN}:/usr/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        reason = f"no {program} here (Debian: apt-get install postgresql-15 pgbouncer)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens on `port`, with its log."""

    process: "subprocess.Popen[bytes]"
    port: int
    folder: Path

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"


def account() -> dict[str, Any]:
    """As whom the servers run, for `subprocess`: as `nobody` where we are root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def run_program(*command: str) -> None:
    """Run one of the servers' programs to its end, as they run."""
    subprocess.run(command, check=True, capture_output=True, cwd="/", timeout=60, **account())


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def give(folder: Path) -> None:
    """Let the servers write there."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


@contextmanager
def owned_folder() -> Iterator[Path]:
    """A folder of the servers' own, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="rsc-scaling-"))
    try:
        give(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(folder: Path, port: int, *command: str) -> Iterator[Server]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **account())
        try:
            deadline = time.monotonic() + _ENDED_WITHIN_S
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.02)
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text(errors="replace")[-2_000:])
            yield Server(process, port, folder)
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server without waiting for its clients."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_ENDED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def postgres_command(folder: Path, port: int) -> list[str]:
    """How PostgreSQL is started on the data in this folder."""
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "wal_level": "replica",
        "max_wal_senders": 5,
        "hot_standby": "on",
        "shared_buffers": "64MB",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [needed("postgres"), "-D", str(folder / "data"), *settings]


def make_cluster(folder: Path, *options: str) -> None:
    """An empty cluster in the folder, whose user `postgres` needs no password."""
    initdb, data = needed("initdb"), str(folder / "data")
    run_program(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8", *options)


@contextmanager
def primary() -> Iterator[Server]:
    """An empty PostgreSQL 15 whose user `postgres` needs no password."""
    with owned_folder() as folder:
        make_cluster(folder)
        port = free_port()
        with _running(folder, port, *postgres_command(folder, port)) as server:
            await_ready(server)
            yield server


def copy_for_replica(server: Server, folder: Path) -> None:
    """Make in `folder` what a streaming replica of the server starts from."""
    program, data = needed("pg_basebackup"), str(folder / "data")
    run_program(program, "-d", server.dsn(), "-D", data, "-R", "-c", "fast", "-X", "stream")


@contextmanager
def replica_of(server: Server) -> Iterator[Server]:
    """A streaming replica with everything that the primary has by now, and what comes."""
    with owned_folder() as folder:
        copy_for_replica(server, folder)
        port = free_port()
        with _running(folder, port, *postgres_command(folder, port)) as replica:
            await_ready(replica)
            yield replica


@contextmanager
def pgbouncer(server: Server, *, size: int) -> Iterator[Server]:
    """PgBouncer in transaction mode with at most `size` connections to the server a database."""
    program = needed("pgbouncer")
    with owned_folder() as folder:
        port = free_port()
        users = folder / "users.txt"
        users.write_text('"postgres" ""\n')
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": users,
            "pool_mode": "transaction",
            "default_pool_size": size,
            "server_reset_query_always": 0,
        }
        lines = ["[databases]", f"* = host=127.0.0.1 port={server.port}", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        with _running(folder, port, program, str(folder / "pgbouncer.ini")) as pooler:
            yield pooler


def await_ready(server: Server) -> None:
    """Wait until a PostgreSQL takes connections."""
    command = [needed("pg_isready"), "-h", "127.0.0.1", "-p", str(server.port), "-q"]
    deadline = time.monotonic() + _ENDED_WITHIN_S
    while subprocess.run(command, check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise RuntimeError((server.folder / "log").read_text(errors="replace")[-2_000:])
        time.sleep(0.05)


async def run(dsn: str, *statements: str) -> list[Any]:
    """The first value of each statement's first row, each in a transaction of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return [await connection.fetchval(statement) for statement in statements]
    finally:
        await connection.close()
