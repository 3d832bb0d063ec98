"""The gateway under load: `rsc serve` as anybody would start it, on the database of `make bench`."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import SigningKey, ensure_signing_key
from app.database.connect import open_embedded
from app.database.migrate import migrate
from app.demo.scale import load_scale
from app.settings import Settings
from tests.benchmarks.load import cpu_s

CONNECTIONS: Final = 6
_SAMPLED_EVERY_S: Final = 0.1
_UP_WITHIN_S: Final = 60.0


@dataclass(slots=True)
class Gateway:
    """A running gateway. `pid` is the process that was started: with one worker, the worker itself."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    peak_rss_mb: float = 0.0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        started = psutil.Process(self.process.pid)
        return [one for one in started.children() if _is_worker(one)] or [started]

    def cpu_s(self) -> float:
        """CPU seconds of all workers so far."""
        return cpu_s(psutil.Process(self.process.pid))

    def tracebacks(self) -> int:
        """How many lines of its log tell of an exception that nobody has caught."""
        lines = self.log.read_bytes().splitlines()
        return sum(b"Exception in ASGI" in line or b"request_failed" in line for line in lines)

    def stop(self) -> float:
        """Tell it to stop and wait; the seconds that it took. Raises: TimeoutExpired after a minute."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        return time.monotonic() - began

    def watch_memory(self) -> None:
        """Sample what each worker holds until the gateway is stopped; runs in a thread."""
        while not self._stopping.wait(_SAMPLED_EVERY_S):
            with suppress(psutil.Error):
                for worker in self.workers():
                    self.peak_rss_mb = max(self.peak_rss_mb, worker.memory_info().rss / 2**20)

    def forget(self) -> None:
        """Sample no more."""
        self._stopping.set()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is, and the key by which tokens for it are signed."""

    dsn: str
    key_file: Path
    folder: Path

    def token(self, company: str, seat: str) -> str:
        """A token of a recruiter with this seat."""
        return issue_token(self.key, subject=seat, roles=[Role.RECRUITER], company=company, seat=seat)

    @property
    def key(self) -> SigningKey:
        """The key that signs."""
        return ensure_signing_key(self.key_file)

    @contextmanager
    def gateway(self, *, workers: int = 1, **settings: str) -> Iterator[Gateway]:
        """`rsc serve` on a free port, watched, and ended at the end. Settings are further variables."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        program = [str(Path(sys.executable).parent / "rsc"), "serve", "--port", str(port)]
        environment = {
            **os.environ,
            "DATABASE_URL": self.dsn,
            "RSC_SIGNING_KEY": str(self.key_file),
            "RSC_DEVELOPMENT_TOKENS": "1",
            "RSC_DATABASE_CONNECTIONS": str(CONNECTIONS // workers),
            **settings,
        }
        log = self.folder / "gateway.log"
        with (
            log.open("wb") as out,
            subprocess.Popen(
                [*program, "--workers", str(workers)],
                env=environment,
                stdout=out,
                stderr=out,
            ) as process,
        ):
            gateway = Gateway(port, process, log)
            watching = threading.Thread(target=gateway.watch_memory, daemon=True)
            try:
                _wait_until_up(gateway)
                watching.start()
                yield gateway
            finally:
                gateway.forget()
                if process.poll() is None:
                    process.terminate()
                    try:
                        process.wait(timeout=30)
                    except subprocess.TimeoutExpired:
                        process.kill()


@contextmanager
def place(data: Path) -> Iterator[Place]:
    """The benchmark's database in this folder, which is filled where it is not yet."""
    data.mkdir(parents=True, exist_ok=True)
    key_file = (data / "signing-key.json").resolve()
    ensure_signing_key(key_file)
    with open_embedded(Settings(data_dir=data)) as embedded:
        asyncio.run(_fill(embedded.dsn))
        yield Place(embedded.dsn, key_file, data)


async def _fill(dsn: str) -> None:
    await migrate(dsn)
    await load_scale(dsn)


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:  # It has just ended.
        return False


def _wait_until_up(gateway: Gateway) -> None:
    deadline = time.monotonic() + _UP_WITHIN_S
    while time.monotonic() < deadline:
        if gateway.process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", gateway.port), 1) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if connection.recv(1_000).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.1)
    raise RuntimeError(gateway.log.read_text("utf-8", "replace")[-2_000:])
