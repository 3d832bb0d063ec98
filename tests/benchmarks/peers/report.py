"""The figures as tables, and which goals they hold."""

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.load import CLIENTS, Measured
from tests.benchmarks.peers.answers import LIST, LIST_SIZE, SINGLE, Question
from tests.benchmarks.peers.install import SOURCE
from tests.benchmarks.peers.rounds import CLIENT_COUNTS, SIZES, Cell, Results
from tests.benchmarks.peers.servers import OURS

NAMES: Final = {
    OURS: "ours",
    "mercurius": "Mercurius, JIT",
    "postgraphile": "PostGraphile",
    "apollo": "Apollo Server, DataLoader",
    "plain": "Strawberry, aiodataloader",
    "protected": "hand-written SQL, protected as ours",
}
_TERMS: Final = Path(__file__).with_name("terms.md")
_PACKAGES: Final = {"mercurius": "mercurius", "postgraphile": "postgraphile", "apollo": "@apollo/server"}
RATE_GOALS: Final = {
    "mercurius": (3.5, 3.5),
    "postgraphile": (3.5, 4.0),
    "apollo": (4.0, 6.0),
    "plain": (6.0, 20.0),
    "protected": (0.95, 0.95),
}
"""Ours ÷ its requests a second: a single candidate, a list."""
OTHERS_MAX: Final = 0.05
"""More than this, used by processes beside the measurement, and a server of one thread waits for its turn."""
CPU_GOAL: Final = 2.5
"""Its CPU a request ÷ ours, server and PostgreSQL together; not for SQL that is protected by our own code."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the least and the most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of some values, one at least."""
        return cls(statistics.median(values), min(values), max(values))

    def text(self, digits: int) -> str:
        """As the tables have it."""
        return f"{self.middle:,.{digits}f} ({self.least:,.{digits}f} to {self.most:,.{digits}f})"


def names_of(results: Results, cell: Cell) -> list[str]:
    """The servers of a cell, in the order of the tables."""
    return [name for name in NAMES if name in results.of(cell)]


def rate_ratio(results: Results, cell: Cell, name: str) -> Spread:
    """Ours ÷ its requests a second, round by round."""
    return _ratios(results, cell, name, lambda own, its: own.rate / its.rate)


def cpu_ratio(results: Results, cell: Cell, name: str) -> Spread:
    """Its CPU a request ÷ ours, round by round."""
    return _ratios(results, cell, name, lambda own, its: cpu_ms(its) / cpu_ms(own))


def cpu_ms(measured: Measured) -> float:
    """Of a request, in the server and in PostgreSQL together."""
    return measured.server_cpu_ms + measured.database_cpu_ms


def _ratios(results: Results, cell: Cell, name: str, ratio: Callable[[Measured, Measured], float]) -> Spread:
    by_server = results.of(cell)
    return Spread.of([ratio(own, its) for own, its in zip(by_server[OURS], by_server[name], strict=True)])


def missed_goals(results: Results) -> list[str]:
    """Every goal that is not held, with the figure."""
    return [f"{what}: {figure:.2f}, goal {goal:g}" for what, figure, goal in _goals(results) if figure < goal]


def _goals(results: Results) -> Iterator[tuple[str, float, float]]:
    for index, question in enumerate((SINGLE, LIST)):
        cell = Cell(question)
        for name in names_of(results, cell):
            if name not in RATE_GOALS:
                continue
            what = f"{NAMES[name]}, {question.operation}"
            yield (
                f"{what}, requests a second",
                rate_ratio(results, cell, name).middle,
                RATE_GOALS[name][index],
            )
            if name != "protected":
                yield f"{what}, CPU", cpu_ratio(results, cell, name).middle, CPU_GOAL


def write_table(results: Results) -> str:
    """All of it in Markdown."""
    versions = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    told = ", ".join(f"{package} {versions[package]}" for package in _PACKAGES.values())
    rounds = len(results.of(Cell(SINGLE))[OURS])
    busy = results.others_share > OTHERS_MAX
    parts = [
        f"`make bench-peers`: {CLIENTS} clients, {rounds} interleaved rounds; medians, in brackets the least "
        f"and the most; ratios are made within each round. {told}. {results.cores} cores for server, "
        f"PostgreSQL and load; other processes used {results.others_share:.0%} of the machine"
        + (": too much for figures that count." if busy else "."),
    ]
    for question in (SINGLE, LIST):
        parts += [_heading(results, question), _table(results, Cell(question))]
    sizes = {f"{size}": Cell(Question("list", size)) for size in SIZES}
    parts += _growth(results, f"Lists of 10 to 200, {CLIENTS} clients", sizes)
    for question, what in ((SINGLE, "One candidate"), (LIST, f"A list of {LIST_SIZE}")):
        counts = {f"{count}": Cell(question, count) for count in CLIENT_COUNTS}
        parts += _growth(results, f"{what}, 1 to 64 clients", counts)
    missed = missed_goals(results)
    parts.append("Goals missed: " + "; ".join(missed) + "." if missed else "Every goal is held.")
    parts.append(_TERMS.read_text("utf-8").strip())
    return "\n\n".join(parts) + "\n"


def _heading(results: Results, question: Question) -> str:
    what = "One candidate" if question == SINGLE else f"A list of {LIST_SIZE}"
    return f"**{what}**, {results.leaves[question.operation]:,} values"


def _table(results: Results, cell: Cell) -> str:
    lines = [
        "| | requests a second | p99, ms | CPU of the server, ms | of PostgreSQL, ms | ours ÷ it "
        "| its CPU ÷ ours |",
        "|---|---|---|---|---|---|---|",
    ]
    index = (SINGLE, LIST).index(cell.question)
    for name in names_of(results, cell):
        rounds = results.of(cell)[name]
        cells = [
            f"**{NAMES[name]}**" if name == OURS else NAMES[name],
            Spread.of([one.rate for one in rounds]).text(0),
            f"{statistics.median(one.p99_ms for one in rounds):.1f}",
            f"{statistics.median(one.server_cpu_ms for one in rounds):.3f}",
            f"{statistics.median(one.database_cpu_ms for one in rounds):.3f}",
            "",
            "",
        ]
        if name != OURS:
            goal = RATE_GOALS[name][index]
            cells[5] = f"{rate_ratio(results, cell, name).text(2)}, goal {goal:g}"
            cells[6] = cpu_ratio(results, cell, name).text(2)
            if name != "protected":
                cells[6] += f", goal {CPU_GOAL:g}"
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _growth(results: Results, title: str, cells: dict[str, Cell]) -> list[str]:
    """The rates of every server that was measured throughout; nothing for less than two columns."""
    measured = {what: cell for what, cell in cells.items() if results.of(cell)}
    if len(measured) < 2:
        return []
    names = [name for name in NAMES if all(name in results.of(cell) for cell in measured.values())]
    lines = [f"| | {' | '.join(measured)} |", "|---" * (len(measured) + 1) + "|"]
    for name in names:
        rates = [results.rate(cell, name) for cell in measured.values()]
        lines.append(f"| {NAMES[name]} | {' | '.join(f'{rate:,.0f}' for rate in rates)} |")
    return [f"**{title}**, requests a second", "\n".join(lines)]
