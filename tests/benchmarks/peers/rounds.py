"""The rounds: every server in turn, in another order each time, so that a machine's moods fall on all."""

import json
import random
import resource
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

import psutil

from tests.benchmarks.load import CLIENTS, Measured, cpu_s, measure, write_bodies
from tests.benchmarks.peers.answers import LIST_SIZE, OPERATIONS, Question, Variables
from tests.benchmarks.peers.servers import Server

SIZES: Final = (10, 20, LIST_SIZE, 100, 200)
CLIENT_COUNTS: Final = (1, 4, CLIENTS, 64)
_WARM_S: Final = 3
_WARM_SIZE_S: Final = 1
_LONGER: Final = (1, 3, 9, 27)
_IDLE_TRIES: Final = 100
_IDLE_LOOK_S: Final = 0.1
_IDLE_SHARE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Cell:
    """What is measured of one server: an operation of so many candidates, asked by so many clients."""

    question: Question
    clients: int = CLIENTS

    @property
    def key(self) -> str:
        """As the results name it."""
        return f"{self.question.operation}/{self.question.size}/{self.clients}"


@dataclass
class Results:
    """Every round of every cell by server, in their order, and how many values the answers have."""

    leaves: dict[str, int] = field(default_factory=dict)
    cores: int = 0
    others_share: float = 0.0
    """The part of the machine that processes used which have nothing to do with the measurement."""
    rounds: dict[str, dict[str, list[Measured]]] = field(default_factory=dict)

    def of(self, cell: Cell) -> dict[str, list[Measured]]:
        """The rounds of one cell by server; empty if it was not measured."""
        return self.rounds.get(cell.key, {})

    def rate(self, cell: Cell, server: str) -> float:
        """The median of the requests a second."""
        return statistics.median(one.rate for one in self.of(cell)[server])

    def write(self, path: Path) -> None:
        """Keep them, so that table and chart can be made again."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` kept."""
        kept = json.loads(path.read_text())
        rounds = {
            cell: {name: [Measured(**one) for one in rounds] for name, rounds in by_server.items()}
            for cell, by_server in kept["rounds"].items()
        }
        return cls(kept["leaves"], kept["cores"], kept["others_share"], rounds)


@dataclass(frozen=True, slots=True)
class _Used:
    """CPU seconds at a moment: of the whole machine, and of all that belongs to the measurement."""

    at: float
    machine_s: float
    ours_s: float


class Course:
    """Measures cells, each with the request bodies that its servers get."""

    def __init__(
        self, servers: Mapping[str, Server], token: str, database: psutil.Process, folder: Path
    ) -> None:
        self._servers, self._token, self._database, self._folder = servers, token, database, folder
        self.results = Results(cores=psutil.cpu_count() or 1)
        self._began = self._used()
        self._order = random.Random(7)
        self._warm: set[tuple[str, Question]] = set()

    def run(
        self,
        cells: Sequence[Cell],
        names: Iterable[str],
        variables: Mapping[str, Mapping[str, Sequence[Variables]]],
        *,
        rounds: int,
        seconds: int,
    ) -> None:
        """So many rounds of all cells on these servers; `variables` are by operation and server."""
        order = list(names)
        for number in range(rounds):
            for cell in cells:
                self._order.shuffle(order)
                for name in order:
                    bodies = self._bodies(name, cell.question, variables[cell.question.operation][name])
                    if (name, cell.question) not in self._warm:
                        warm_s = _WARM_S if cell.question.size == LIST_SIZE else _WARM_SIZE_S
                        self._measure(name, bodies, CLIENTS, warm_s, seed=1)
                        self._warm.add((name, cell.question))
                    measured = self._measure(name, bodies, cell.clients, seconds, seed=number + 2)
                    by_server = self.results.rounds.setdefault(cell.key, {})
                    by_server.setdefault(name, []).append(measured)

    def finish(self) -> Results:
        """The results, with what else has run on the machine since the course was made."""
        began, ended = self._began, self._used()
        machine_s = (ended.at - began.at) * self.results.cores
        others_s = (ended.machine_s - began.machine_s) - (ended.ours_s - began.ours_s)
        self.results.others_share = max(0.0, others_s / machine_s)
        return self.results

    def _used(self) -> "_Used":
        times = psutil.cpu_times()
        idle_s = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
        measuring = (resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        measuring_s = sum(one.ru_utime + one.ru_stime for one in measuring)
        serving_s = sum(cpu_s(one.process) for one in self._servers.values()) + cpu_s(self._database)
        counted_twice_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        return _Used(time.monotonic(), sum(times) - counted_twice_s - idle_s, measuring_s + serving_s)

    def _bodies(self, name: str, question: Question, variables: Sequence[Variables]) -> Path:
        path = self._folder / f"{name}-{question.operation}-{question.size}.bodies"
        if (name, question) not in self._warm:
            write_bodies(path, question.document(name), OPERATIONS[question.operation], variables)
        return path

    def _measure(self, name: str, bodies: Path, clients: int, seconds: int, seed: int) -> Measured:
        server = self._servers[name]
        for longer in _LONGER:
            try:
                return measure(
                    server.url,
                    bodies,
                    self._token,
                    seconds=seconds * longer,
                    seed=seed,
                    server=server.process,
                    database=self._database,
                    clients=clients,
                )
            except ZeroDivisionError:  # Not one answer in that time.
                continue
            finally:
                _wait_until_idle(server.process)
        raise RuntimeError(f"{name} answers nothing in {seconds * _LONGER[-1]} s.")


def _wait_until_idle(process: psutil.Process) -> None:
    """What was asked last is still at work when the load ends; the next server shall not pay for it."""
    for _ in range(_IDLE_TRIES):
        before = cpu_s(process)
        time.sleep(_IDLE_LOOK_S)
        if cpu_s(process) - before < _IDLE_LOOK_S * _IDLE_SHARE:
            return
