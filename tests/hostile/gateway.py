"""A gateway to attack: a process of its own on 127.0.0.1 with the demo's data, and what it shows."""

import asyncio
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from app.auth.keys import SigningKey
from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from tests.hostile.operations import Sent
from tests.hostile.serving import Ticks, settings_of
from tests.hostile.tokens import register_issuers
from tests.widgets.gateway import fill

_UNCAUGHT = (b"Exception in ASGI", b"request_failed", b"was never retrieved", b"Exception in callback")


@dataclass(slots=True)
class Attacked:
    """The process, where it listens, and the tokens of the personas that attack it."""

    port: int
    process: psutil.Process
    ticks: Ticks
    key: SigningKey
    dsn: str
    log: Path
    tokens: Mapping[str, str]

    def cpu_ms(self) -> float:
        """CPU time of the whole process so far: to the nanosecond, where psutil's has steps of 10 ms."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e6

    def tracebacks(self) -> int:
        """How many exceptions that nobody has caught its log tells of so far."""
        number = 0
        for line in self.log.open("rb"):
            if any(said in line for said in _UNCAUGHT):
                number += 1 + json.loads(line).get("held_back", 0)
        return number

    def rss_mb(self) -> float:
        """Its resident memory in MiB."""
        return float(self.process.memory_info().rss) / 2**20


def ask(connection: http.client.HTTPConnection, tokens: Mapping[str, str], sent: Sent) -> tuple[int, bytes]:
    """Send one operation and wait for its answer."""
    headers = sent.headers | {"Authorization": f"Bearer {tokens[sent.persona]}"}
    connection.request(sent.method, sent.target, sent.body or None, headers)
    response = connection.getresponse()
    return response.status, response.read()


@contextmanager
def attacked() -> Iterator[Attacked]:
    """A gateway with one worker, stopped at the end, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="rsc-hostile-") as name:
        folder = Path(name)
        register_issuers(folder)
        with EmbeddedPostgres(folder / "postgres", durable=False) as server:
            asyncio.run(_prepare(server.dsn, folder))
            command = [sys.executable, "-m", "tests.hostile.serving", server.dsn, str(folder)]
            # Into a file: a pipe that nobody empties would stop the gateway by its own log.
            with (
                (folder / "log").open("w+") as log,
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
            ):
                try:
                    assert process.stdout
                    url = process.stdout.readline().strip()
                    if not url:
                        raise RuntimeError((folder / "log").read_text())
                    yield _attacked(process.pid, url, server.dsn, folder)
                finally:
                    process.terminate()
                    process.wait(timeout=30)


async def _prepare(dsn: str, folder: Path) -> None:
    await migrate(dsn)
    await fill(dsn, folder)


def _attacked(pid: int, url: str, dsn: str, folder: Path) -> Attacked:
    key = development_key(settings_of(dsn, folder))
    port = urlsplit(url).port
    assert port is not None
    tokens = {name: persona.token(key) for name, persona in PERSONAS.items()}
    return Attacked(port, psutil.Process(pid), Ticks(folder / "ticks"), key, dsn, folder / "log", tokens)
