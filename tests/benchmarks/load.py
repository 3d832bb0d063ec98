"""Load on one server, and what it cost: requests a second, latencies, CPU of the server and of PostgreSQL."""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

CLIENTS = 16
_SCRIPT = """
local bodies = {}
for line in io.lines("%(bodies)s") do bodies[#bodies + 1] = line end
math.randomseed(%(seed)d)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json"
wrk.headers["Authorization"] = "Bearer %(token)s"
request = function() return wrk.format(nil, nil, nil, bodies[math.random(#bodies)]) end
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One round: requests a second, the 99th percentile in ms, and CPU milliseconds a request."""

    rate: float
    p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float


def write_bodies(path: Path, query: str, operation: str, variables: Sequence[dict[str, str]]) -> None:
    """The request bodies of one operation, one a line; all servers get the same ones."""
    bodies = (json.dumps({"query": query, "operationName": operation, "variables": one}) for one in variables)
    path.write_text("\n".join(bodies) + "\n")


def measure(
    url: str,
    bodies: Path,
    token: str,
    *,
    seconds: int,
    seed: int,
    server: psutil.Process,
    database: psutil.Process,
    clients: int = CLIENTS,
) -> Measured:
    """Let wrk ask for `seconds` with that many connections; raises if any answer was not 200."""
    script = bodies.with_suffix(".lua")
    script.write_text(_SCRIPT % {"bodies": bodies, "token": token, "seed": seed})
    before = cpu_s(server), cpu_s(database)
    done = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{clients}",
            f"-d{seconds}s",
            "--latency",
            "--timeout",
            "30s",
            "-s",
            str(script),
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
        env={"PATH": os.environ["PATH"]},
    ).stdout
    after = cpu_s(server), cpu_s(database)
    if "Non-2xx" in done or "Socket errors" in done:
        raise RuntimeError(done)
    requests = int(re.search(r"(\d+) requests in", done)[1])  # type: ignore[index]
    return Measured(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1]),  # type: ignore[index]
        p99_ms=_milliseconds(re.search(r"99%\s+([\d.]+)(us|ms|s)", done)),
        server_cpu_ms=(after[0] - before[0]) / requests * 1_000,
        database_cpu_ms=(after[1] - before[1]) / requests * 1_000,
    )


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds that a process and its children have used."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            used = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


def _milliseconds(found: "re.Match[str] | None") -> float:
    if found is None:
        return float("nan")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1_000.0}[found[2]]
