"""A gateway in a process of its own, which tests kill, freeze and start again."""

import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import psutil

from tests.cli.program import ROOT, RSC, environment

WAIT_S: Final = 60.0
"""This machine may be busy."""

_GAUGE: Final = re.compile(r'^(rsc_(?:connections_\w+\{pool="(\w+)"\}|in_flight)) ([0-9.e+]+)$', re.MULTILINE)


@dataclass
class Gateway:
    """`rsc serve` on this database; its log goes into a file, one start behind the other.

    With more than one worker the process is their parent. `settings` are further variables of its
    environment.
    """

    dsn: str
    key_file: Path
    log: Path
    workers: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    url: str = ""

    def start(self) -> None:
        """Start it, and return once all its workers answer."""
        settings = {
            "DATABASE_URL": self.dsn,
            "RSC_SIGNING_KEY": str(self.key_file),
            "RSC_DEVELOPMENT_TOKENS": "1",
            **self.settings,
        }
        before = self.log_size()
        # Into a file: nobody reads on, and a full pipe would hold the server up.
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [RSC, "serve", "--port", "0", "--workers", str(self.workers)],
                env=environment(**settings),
                cwd=ROOT,
                stderr=log,
            )
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            serving = [line for line in self.logged(before) if line.startswith("serving ")]
            if serving:
                self.url = serving[0].split()[1].removesuffix("/graphql")
                return
            time.sleep(0.02)
        raise TimeoutError("\n".join(self.logged(before))[-2000:])

    def kill(self) -> None:
        """End it and its workers without a chance to do anything about it."""
        if self.process is not None:
            workers = self.worker_pids() if self.workers > 1 and self.process.poll() is None else []
            self.process.kill()
            self.process.wait(WAIT_S)
            for pid in workers:
                _end(pid)

    def stop(self) -> int:
        """Tell it to end, and wait for that; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(WAIT_S)

    def worker_pids(self) -> list[int]:
        """The processes that answer requests; just after a worker's death there is one less."""
        assert self.process is not None
        if self.workers == 1:
            return [self.process.pid]
        found = []
        for child in psutil.Process(self.process.pid).children():
            try:
                if any("spawn_main" in part for part in child.cmdline()):
                    found.append(child.pid)
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        return found

    def log_size(self) -> int:
        """Bytes of the log so far, to be handed to `logged` later."""
        return self.log.stat().st_size if self.log.exists() else 0

    def logged(self, since: int = 0) -> list[str]:
        """The lines of the log behind this many bytes."""
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read().decode("utf-8", "replace").splitlines()

    def gauges(self) -> dict[str, float]:
        """The pools' figures and what is in flight, of all workers, as `/metrics` has them."""
        text = httpx.get(f"{self.url}/metrics", timeout=10).text
        return {name: float(value) for name, _, value in _GAUGE.findall(text)}


def _end(pid: int) -> None:
    try:
        process = psutil.Process(pid)
        process.kill()
        process.wait(WAIT_S)
    except psutil.NoSuchProcess:
        pass
