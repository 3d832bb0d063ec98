"""Many clients in one process of their own: `python -m tests.load.clients`, driven by pickles on its pipes.

Standard input holds a `Task`, standard output gets a `Harvest`. Each client is one kept-alive connection that
sends a request, waits for its answer, and sends the next: at once, or in its pace. Only addresses of
127.0.0.0/8 are called.
"""

import asyncio
import pickle
import subprocess
import sys
import tempfile
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

import orjson
import uvloop

AFTERMATH_S: Final = 12.0
"""How long answers are waited for after the last request: a request may take 10 s."""

_RECONNECT_S: Final = 0.1
_FAULTS_KEPT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Clients that are alike. `requests` are whole ones, as bytes; each time any of them is sent.

    With `every_s` a client sends one in this time, or as soon as it can after a late answer; without, one
    after the other. With `obeys` a client that was refused comes again after `Retry-After` and up to half as
    much, else at once. `source` is the address that it calls from.
    """

    name: str
    clients: int
    requests: tuple[bytes, ...]
    every_s: float = 0.0
    obeys: bool = True
    source: str = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to do: all crowds at once, for so many seconds, of which the first are no part of the figures."""

    port: int
    crowds: tuple[Crowd, ...]
    seconds: float
    warm_up_s: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class Gathered:
    """What came of one crowd within the measured time; `lost` and `faults` are of all the time.

    `latencies_us` are of the answers with 200, in the order in which they came. `lost` requests were sent and
    have no answer, since the connection ended; `faults` are refusals that are not as they should be, and
    answers of any other status.
    """

    name: str
    seconds: float
    answered: int = 0
    early_us: "array[int]" = field(default_factory=lambda: array("Q"))
    latencies_us: "array[int]" = field(default_factory=lambda: array("Q"))
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    reconnected: int = 0
    faults: list[str] = field(default_factory=list)
    faulty: int = 0

    @property
    def goodput(self) -> float:
        """Answers with 200 a second."""
        return self.answered / self.seconds

    @property
    def refused(self) -> int:
        """How many were answered 429 or 503."""
        return self.statuses[429] + self.statuses[503]

    def percentile_ms(self, share: float) -> float:
        """Of the answers' latencies; NaN without any."""
        return percentile_ms(self.latencies_us, share)


def percentile_ms(latencies_us: "array[int]", share: float) -> float:
    """The latency that a share of these does not exceed; NaN without any."""
    if not latencies_us:
        return float("nan")
    ordered = sorted(latencies_us)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] / 1_000


@dataclass(slots=True)
class Harvest:
    """What came of each crowd by its name, and the share of a core that the clients took themselves."""

    crowds: dict[str, Gathered]
    cpu_share: float


class _Client(asyncio.Protocol):
    """One connection. It belongs to its crowd's `_Group`, which counts."""

    def __init__(self, group: "_Group") -> None:
        self._group = group
        self._buffer = bytearray()
        self._sent_at = 0.0
        self._awaiting = False
        self._whole = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._group.connected.add(self)
        self._group.loop.call_later(self._group.first_pause_s(), self.ask)

    def ask(self) -> None:
        group = self._group
        if self._transport is None or self._transport.is_closing():
            return
        if group.is_over:
            self._transport.close()
            return
        self._awaiting = True
        self._sent_at = time.perf_counter()
        self._transport.write(group.random.choice(group.crowd.requests))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._whole:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            at = buffer.index(b"content-length: ") + 16
            self._whole = end + 4 + int(buffer[at : buffer.index(b"\r", at)])
        if len(buffer) < self._whole:
            return
        answer = bytes(buffer[: self._whole])
        del buffer[: self._whole]
        self._whole = 0
        self._awaiting = False
        self._answered(answer)

    def _answered(self, answer: bytes) -> None:
        now = time.perf_counter()
        group = self._group
        pause_s = group.count(int(answer[9:12]), now - self._sent_at, answer, now)
        if b"\r\nconnection: close\r\n" in answer[:1_000] and self._transport is not None:
            self._transport.close()
        elif pause_s > 0:
            group.loop.call_later(pause_s, self.ask)
        elif group.crowd.every_s:
            group.loop.call_later(max(self._sent_at + group.crowd.every_s - now, 0.0), self.ask)
        else:
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        group = self._group
        group.connected.discard(self)
        if self._awaiting:
            group.gathered.lost += 1
        if not group.is_over:
            group.come_again()


class _Group:
    """The clients of one crowd while they are at it."""

    def __init__(self, crowd: Crowd, task: Task, began: float) -> None:
        self.crowd = crowd
        self.loop = asyncio.get_running_loop()
        self.random = Random(f"{task.seed} {crowd.name}")
        self.gathered = Gathered(crowd.name, task.seconds - task.warm_up_s)
        self.connected: set[_Client] = set()
        self.is_over = False
        self._port = task.port
        self._from = began + task.warm_up_s
        self._until = began + task.seconds
        self._joining: set[asyncio.Task[None]] = set()

    def first_pause_s(self) -> float:
        """Those who keep a pace do not all begin in the same moment."""
        return self.random.random() * self.crowd.every_s

    def come_again(self, after_s: float = _RECONNECT_S) -> None:
        """Have one more client join."""
        joining = self.loop.create_task(self._join(after_s))
        self._joining.add(joining)
        joining.add_done_callback(self._joining.discard)

    async def _join(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        while not self.is_over:
            try:
                await self.loop.create_connection(
                    lambda: _Client(self), "127.0.0.1", self._port, local_addr=(self.crowd.source, 0)
                )
            except OSError:
                await asyncio.sleep(_RECONNECT_S)
            else:
                self.gathered.reconnected += after_s > 0
                return

    def count(self, status: int, took_s: float, answer: bytes, now: float) -> float:
        """Count one answer; the seconds after which its client may ask again."""
        gathered = self.gathered
        measured = self._from <= now < self._until
        if measured:
            gathered.statuses[status] += 1
        if status == 200:
            fault = "" if b'\r\n\r\n{"data":' in answer[:1_000] else "200 without data, or with errors"
            if measured:
                gathered.answered += 1
                gathered.latencies_us.append(int(took_s * 1e6))
            elif now < self._from:
                gathered.early_us.append(int(took_s * 1e6))
        else:
            fault = fault_of_refusal(status, answer)
        if fault:
            gathered.faulty += 1
            if len(gathered.faults) < _FAULTS_KEPT:
                gathered.faults.append(fault)
        if status == 200 or not self.crowd.obeys:
            return 0.0
        return 1.0 + self.random.random() * 0.5

    async def end(self) -> None:
        """Send nothing more, wait for what is under way, and close all connections."""
        self.is_over = True
        deadline = self.loop.time() + AFTERMATH_S
        while any(one._awaiting for one in self.connected) and self.loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        for one in list(self.connected):
            if one._transport is not None:
                one._transport.abort()


def fault_of_refusal(status: int, answer: bytes) -> str:
    """What is wrong with a refusal: it must say by what, why and until when; empty if nothing is."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = (line.partition(b": ") for line in head.lower().split(b"\r\n")[1:])
    fields = {name: value for name, _, value in lines}
    if status not in (429, 503):
        return f"status {status}: {body[:200]!r}"
    if fields.get(b"content-type") != b"application/json; charset=utf-8":
        return f"{status} with content type {fields.get(b'content-type')!r}"
    if not fields.get(b"retry-after", b"").isdigit():
        return f"{status} with Retry-After {fields.get(b'retry-after')!r}"
    if len(fields.get(b"x-trace-id", b"")) != 32:
        return f"{status} without a trace id"
    try:
        (error,) = orjson.loads(body)["errors"]
        well_formed = error["extensions"]["code"] == "OVERLOADED" and error["message"].endswith(".")
    except (ValueError, KeyError, TypeError):
        well_formed = False
    return "" if well_formed else f"{status} with the body {body[:200]!r}"


async def _gather(task: Task) -> Harvest:
    began = time.perf_counter()
    groups = [_Group(crowd, task, began) for crowd in task.crowds]
    for group in groups:
        for _ in range(group.crowd.clients):
            group.come_again(0.0)
    await asyncio.sleep(task.warm_up_s)
    busy = time.process_time()
    await asyncio.sleep(max(began + task.seconds - time.perf_counter(), 0.0))
    busy = time.process_time() - busy
    await asyncio.gather(*(group.end() for group in groups))
    return Harvest(
        {group.crowd.name: group.gathered for group in groups}, busy / (task.seconds - task.warm_up_s)
    )


class Sent:
    """Clients under way in a process of theirs; `harvest` waits for their end."""

    def __init__(self, task: Task) -> None:
        command = [sys.executable, "-m", "tests.load.clients"]
        self._longest_s = task.seconds + AFTERMATH_S + 30
        # A file, and no pipe: nobody reads it before the end, and what does not fit into a pipe is lost.
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `harvest`)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self._told)
        assert self._process.stdin is not None
        self._process.stdin.write(pickle.dumps(task))
        self._process.stdin.close()

    def harvest(self) -> Harvest:
        """What came of it. Raises: RuntimeError if the clients failed; TimeoutExpired."""
        if self._process.wait(timeout=self._longest_s) != 0:
            raise RuntimeError("The clients' process failed.")
        with self._told as told:
            told.seek(0)
            harvest: Harvest = pickle.load(told)
        return harvest


def send(task: Task) -> Harvest:
    """Let the clients do it, and wait."""
    return Sent(task).harvest()


def main() -> None:
    """Do the task on standard input."""
    task = pickle.load(sys.stdin.buffer)
    harvest = uvloop.run(_gather(task))
    sys.stdout.buffer.write(pickle.dumps(harvest))


if __name__ == "__main__":
    # Pickles name the classes by the module that others import, and not by the one that is run.
    from tests.load import clients

    clients.main()
