"""Each server that is compared, as one process on a port of its own."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import psutil

from tests.benchmarks.facts import Facts

OURS: Final = "ours"
POSTGRAPHILE: Final = "postgraphile"
OF_NODE: Final = ("mercurius", POSTGRAPHILE, "apollo")
OF_PYTHON: Final = ("protected", "plain")
_CONNECTIONS: Final = os.environ.get("RSC_BENCH_CONNECTIONS", "4")
_START_S: Final = 60
_STOP_S: Final = 10
_EXPORTERS: Final = ("otlp", "otlp_proto_http", "console")
"""Of spans: the first that is installed."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers, and its process."""

    name: str
    url: str
    process: psutil.Process


def ours(facts: Facts, collector: str) -> AbstractContextManager[Server]:
    """The gateway with all its protection, which sends the spans of 1 % of the requests to `collector`."""
    port = _free_port()
    installed = {one.name for one in entry_points(group="opentelemetry_traces_exporter")}
    settings = {
        "DATABASE_URL": facts.dsn,
        "RSC_SIGNING_KEY": facts.key_file,
        "RSC_DEVELOPMENT_TOKENS": "1",
        "RSC_DATABASE_CONNECTIONS": _CONNECTIONS,
        # The growth goes up to 64 clients that never rest, and all shall be answered, as by the others.
        "RSC_QUEUE_PER_CONNECTION": "16",
        "OTEL_TRACES_EXPORTER": next(name for name in _EXPORTERS if name in installed),
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.01",
    }
    command = [str(Path(sys.executable).parent / "rsc"), "serve", "--port", str(port)]
    return _running(OURS, command, settings, port)


def of_python(name: str, facts: Path) -> AbstractContextManager[Server]:
    """One of tests.benchmarks.servers; `facts` is the file that `Facts.write` wrote."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.benchmarks.servers", name, str(facts), str(port)]
    return _running(name, command, {}, port)


def of_node(name: str, facts: Path, installed: tuple[Path, Path]) -> AbstractContextManager[Server]:
    """One of the peers from npm, as `install.installed` made them."""
    folder, node = installed
    settings = {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "RSC_BENCH_CONNECTIONS": _CONNECTIONS,
    }
    command = [str(node), str(folder / f"{name}.mjs"), str(facts.absolute())]
    return _running(name, command, settings)


@contextmanager
def collecting() -> Iterator[str]:
    """A collector of spans that takes everything and keeps nothing; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Taken) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Taken(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return None


@contextmanager
def _running(
    name: str, command: list[str], settings: dict[str, str], port: int | None = None
) -> Iterator[Server]:
    """Start it and stop it; without a port it is one that the server prints when it is ready.

    Raises: RuntimeError with what it wrote last, if it does not start.
    """
    out = subprocess.PIPE if port is None else subprocess.DEVNULL
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(command, env=os.environ | settings, stdout=out, stderr=errors, text=True) as process,
    ):
        try:
            if port is None:
                told = process.stdout.readline() if process.stdout is not None else ""
                port = int(told) if told.strip().isdigit() else 0
            if not _answers(port, process):
                errors.seek(0)
                raise RuntimeError(f"{name} does not start: {errors.read()[-500:]}")
            yield Server(name, f"http://127.0.0.1:{port}/graphql", psutil.Process(process.pid))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(port: int, process: "subprocess.Popen[str]") -> bool:
    """Whether it listens before long."""
    until = time.monotonic() + _START_S
    while port and time.monotonic() < until and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
