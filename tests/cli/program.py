"""`rsc` as a process of its own, with an environment of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import psutil

ROOT: Final = Path(__file__).resolve().parents[2]
RSC: Final = Path(sys.executable).with_name("rsc")
_START_TIMEOUT_S: Final = 120


def environment(**settings: str) -> dict[str, str]:
    """This process's environment, with these settings of ours and no others."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RSC_", "OTEL_")) and name != "DATABASE_URL"
    }
    # A bar drawn for a narrow terminal would break lines.
    return {**kept, "COLUMNS": "120", **settings}


def run(*arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [RSC, *arguments],
        env=environment(**(settings or {})),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_START_TIMEOUT_S,
        check=False,
    )


class Demo:
    """A running `rsc demo` on `data`, at a free port."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.printed: list[str] = []
        self._errors = (data.parent / f"{data.name}.errors").open("w+")
        self.process = subprocess.Popen(
            [RSC, "demo", "--port", "0", "--data", str(data), *arguments],
            env=environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            if line == "ready\n":
                return self
        self.process.wait(10)
        raise AssertionError(f"The demo did not get ready: {self.errors()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()

    @property
    def url(self) -> str:
        """Where it answers."""
        (line,) = [line for line in self.printed if line.startswith("graphql:")]
        return line.split()[1].removesuffix("/graphql")

    @property
    def ats_url(self) -> str:
        """Where its pretend ATS answers."""
        (line,) = [line for line in self.printed if line.startswith("ats:")]
        return line.split()[1]

    @property
    def settings(self) -> dict[str, str]:
        """What other commands need to be set to go beside it."""
        return {"RSC_DATA_DIR": str(self.data)}

    def tokens(self) -> dict[str, str]:
        """The printed tokens by persona."""
        rows = self.printed[:-1]
        return {
            row.split()[0]: rows[number + 2].strip()
            for number, row in enumerate(rows[:-2])
            if rows[number + 2].startswith("  ey")
        }

    def ask(self, persona: str, query: str, *, token: str | None = None) -> dict[str, Any]:
        """The parsed answer that this persona gets, or whoever bears `token`."""
        token = token or self.tokens()[persona]
        answer = httpx.post(
            f"{self.url}/graphql",
            json={"query": query},
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        parsed: dict[str, Any] = answer.json()
        return parsed

    def servers(self) -> list[psutil.Process]:
        """The processes below it: PostgreSQL's."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal; answers the exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def errors(self) -> str:
        """What it wrote to stderr."""
        self._errors.seek(0)
        return self._errors.read()
