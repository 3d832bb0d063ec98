"""A collector that takes OTLP over HTTP on 127.0.0.1, and the served program that sends to it."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

_WITHIN_S = 60.0


@dataclass
class Collector:
    """What was sent so far."""

    port: int
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Span]:
        """All spans, in the order in which they came."""
        return [
            span
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def services(self) -> set[str]:
        """The names that the senders have."""
        return {
            attribute.value.string_value
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }


def said_of(span: Span) -> dict[str, str | int]:
    """The attributes of a span that are texts or numbers."""
    return {
        attribute.key: attribute.value.string_value or attribute.value.int_value
        for attribute in span.attributes
    }


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector, for the length of a `with`."""

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                collector.bodies.append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            """Nothing: the test reads what came."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Take) as server:
        collector = Collector(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Program:
    """The program as it serves, and what it has written to its log."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines."""
        return [orjson.loads(line) for line in self.log.read_bytes().splitlines()]

    def stop(self) -> None:
        """Tell it to stop, as in production, and wait until it has sent everything."""
        self.process.terminate()
        assert self.process.wait(_WITHIN_S) == 0


@contextmanager
def serving(dsn: str, key_file: str, folder: Path, collector: Collector) -> Iterator[Program]:
    """The program with one worker, whose every request is traced by OpenTelemetry's variables alone."""
    told, log = folder / "out", folder / "log"
    environ = {
        **os.environ,
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
        "OTEL_TRACES_SAMPLER_ARG": "1",
        "OTEL_SERVICE_NAME": "our-gateway",
        "NO_PROXY": "*",
    }
    with told.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.http.serving", dsn, "1", key_file],
            cwd=Path(__file__).parents[2],
            env=environ,
            stdout=out,
            stderr=err,
        )
        try:
            deadline = time.monotonic() + _WITHIN_S
            while not (url := told.read_text().partition("\n")[0]):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{url}/readyz")
            yield Program(url, log, process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
