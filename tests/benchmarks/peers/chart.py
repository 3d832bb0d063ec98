"""The figures as one SVG picture that can be read on a light and on a dark page."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from tests.benchmarks.load import CLIENTS
from tests.benchmarks.peers.answers import LIST, LIST_SIZE, SINGLE, Question
from tests.benchmarks.peers.report import NAMES, Spread, names_of
from tests.benchmarks.peers.rounds import CLIENT_COUNTS, SIZES, Cell, Results
from tests.benchmarks.peers.servers import OURS

_WIDTH: Final = 960
_MARGIN: Final = 24
_GUTTER: Final = 40
_BAR: Final = 16
_STEP: Final = 24
_NAMES_WIDTH: Final = 128
_VALUES_WIDTH: Final = 60
_MARKS_WIDTH: Final = 40
_LEGEND_STEP: Final = 150
_PLOT_HEIGHT: Final = 210
_SHORT: Final = {
    OURS: "ours",
    "mercurius": "Mercurius",
    "postgraphile": "PostGraphile",
    "apollo": "Apollo Server",
    "plain": "Strawberry",
    "protected": "hand-written SQL",
}
# Colours that those who see few of them can tell apart, each for a light and for a dark page.
_COLOURS: Final = {
    OURS: ("#0060a8", "#58b0f0"),
    "mercurius": ("#c24e00", "#f08a4b"),
    "postgraphile": ("#007a5a", "#3cc79b"),
    "apollo": ("#a8477f", "#e08fc0"),
    "plain": ("#8a6d00", "#d9b93b"),
    "protected": ("#6b7280", "#9aa4b2"),
}
_DASHES: Final = {"mercurius": "7 3", "postgraphile": "3 3", "apollo": "9 3 2 3", "plain": "1 4"}


def draw(results: Results) -> str:
    """Throughput and CPU as bars, growth with size and with clients as lines on logarithmic axes."""
    half = (_WIDTH - 2 * _MARGIN - _GUTTER) / 2
    third = (_WIDTH - 2 * _MARGIN - 2 * _GUTTER) / 3
    parts: list[str] = []
    top = 34.0
    rows = max(len(names_of(results, Cell(one))) for one in (SINGLE, LIST))
    for column, question in enumerate((SINGLE, LIST)):
        left = _MARGIN + column * (half + _GUTTER)
        what = "one candidate" if question == SINGLE else f"a list of {LIST_SIZE}"
        _bars(parts, results, Cell(question), left, top, half, f"Requests a second: {what}")
        below = top + rows * _STEP + 58
        title = f"CPU a request, ms: {what} (pale: PostgreSQL)"
        _cpu_bars(parts, results, Cell(question), left, below, half, title)
    top += 2 * (rows * _STEP + 58) + 8
    sizes = [Cell(Question("list", size)) for size in SIZES]
    single, many = ([Cell(one, count) for count in CLIENT_COUNTS] for one in (SINGLE, LIST))
    panels: list[tuple[str, list[Cell], Sequence[int]]] = [
        ("Requests a second by page size", sizes, SIZES),
        ("… by clients: one candidate", single, CLIENT_COUNTS),
        (f"… by clients: a list of {LIST_SIZE}", many, CLIENT_COUNTS),
    ]
    for column, (title, cells, steps) in enumerate(panels):
        measured = [(step, cell) for step, cell in zip(steps, cells, strict=True) if results.of(cell)]
        if len(measured) > 1:
            left = _MARGIN + column * (third + _GUTTER)
            _Lines(results, measured, left, top + 30, third).add_to(parts, title)
    height = top + _PLOT_HEIGHT + 84
    parts.append(_legend(_MARGIN, height - 14))
    return _page(parts, height)


def _page(parts: list[str], height: float) -> str:
    def colours(index: int) -> str:
        fills = (
            f".{name}{{fill:{both[index]}}}.l-{name}{{stroke:{both[index]}}}"
            for name, both in _COLOURS.items()
        )
        return "".join(fills)

    style = (
        "text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}"
        ".title{font-weight:600;font-size:13px}.faint{fill:#59636e}.page{fill:#ffffff}"
        ".grid{stroke:#d1d9e0;stroke-width:1}.whisker{stroke:#1f2328;stroke-width:1.2}.database{opacity:.45}"
        f".line{{fill:none;stroke-width:2}}{colours(0)}"
        "@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.faint{fill:#9198a1}.page{fill:#0d1117}"
        f".grid{{stroke:#3d444d}}.whisker{{stroke:#f0f6fc}}{colours(1)}}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title">\n'
        f'<title id="title">The gateway and its peers: {CLIENTS} clients, medians; whiskers are the least '
        f"and the most round</title>\n<style>{style}</style>\n"
        f'<rect class="page" width="100%" height="100%" rx="8"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def _bar(kind: str, x: float, y: float, width: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_BAR}"/>'


def _line(kind: str, xs: tuple[float, float], y: float, dash: str = "") -> str:
    x1, x2 = xs
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line class="{kind}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}"{dashed}/>'


def _bars(
    parts: list[str], results: Results, cell: Cell, left: float, top: float, width: float, title: str
) -> None:
    parts.append(_text(left, top, title, "title"))
    spreads = {
        name: Spread.of([one.rate for one in results.of(cell)[name]]) for name in names_of(results, cell)
    }
    start, room = left + _NAMES_WIDTH, width - _NAMES_WIDTH - _VALUES_WIDTH
    scale = room / max(one.most for one in spreads.values())
    for row, (name, one) in enumerate(spreads.items()):
        y = top + 14 + row * _STEP
        middle = y + _BAR / 2
        parts += [
            _text(start - 8, middle + 4, _SHORT[name], anchor="end"),
            _bar(name, start, y, one.middle * scale),
            _line("whisker", (start + one.least * scale, start + one.most * scale), middle),
            _text(start + one.most * scale + 6, middle + 4, f"{one.middle:,.0f}"),
        ]


def _cpu_bars(
    parts: list[str], results: Results, cell: Cell, left: float, top: float, width: float, title: str
) -> None:
    parts.append(_text(left, top, title, "title"))
    used = {
        name: (
            statistics.median(one.server_cpu_ms for one in rounds),
            statistics.median(one.database_cpu_ms for one in rounds),
        )
        for name in names_of(results, cell)
        if (rounds := results.of(cell)[name])
    }
    start, room = left + _NAMES_WIDTH, width - _NAMES_WIDTH - _VALUES_WIDTH
    scale = room / max(map(sum, used.values()))
    for row, (name, (server, database)) in enumerate(used.items()):
        y = top + 14 + row * _STEP
        parts += [
            _text(start - 8, y + _BAR / 2 + 4, _SHORT[name], anchor="end"),
            _bar(name, start, y, server * scale),
            _bar(f"{name} database", start + server * scale, y, database * scale),
            _text(start + (server + database) * scale + 6, y + _BAR / 2 + 4, f"{server + database:.2f}"),
        ]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Requests a second by a growing number, both axes logarithmic."""

    results: Results
    measured: Sequence[tuple[int, Cell]]
    left: float
    top: float
    width: float

    def add_to(self, parts: list[str], title: str) -> None:
        names = [name for name in NAMES if all(name in self.results.of(cell) for _, cell in self.measured)]
        rates = {name: [self.results.rate(cell, name) for _, cell in self.measured] for name in names}
        everything = [rate for line in rates.values() for rate in line]
        low = 10 ** math.floor(math.log10(min(everything)))
        high = 10 ** math.ceil(math.log10(max(everything)))
        start, steps = self.left + _MARKS_WIDTH, [step for step, _ in self.measured]
        x = _logarithmic(steps[0], steps[-1], start + 6, self.left + self.width - 8)
        y = _logarithmic(low, high, self.top + _PLOT_HEIGHT, self.top)
        parts.append(_text(self.left, self.top - 16, title, "title"))
        mark = low
        while mark <= high:
            parts += [
                _line("grid", (start, self.left + self.width), y(mark)),
                _text(start - 6, y(mark) + 4, f"{mark:,}", "faint", "end"),
            ]
            mark *= 10
        for step in steps:
            parts.append(_text(x(step), self.top + _PLOT_HEIGHT + 16, f"{step}", "faint", "middle"))
        for name, line in reversed(rates.items()):
            points = [(x(step), y(rate)) for step, rate in zip(steps, line, strict=True)]
            path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            dash = f' stroke-dasharray="{_DASHES[name]}"' if name in _DASHES else ""
            parts.append(f'<polyline class="line l-{name}" points="{path}"{dash}/>')
            parts += [f'<circle class="{name}" cx="{px:.1f}" cy="{py:.1f}" r="3"/>' for px, py in points]


def _logarithmic(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    def place(value: float) -> float:
        return start + (end - start) * math.log(value / low) / math.log(high / low)

    return place


def _legend(left: float, y: float) -> str:
    parts = []
    for name in (OURS, *_DASHES):
        parts += [
            _line(f"line l-{name}", (left, left + 30), y - 4, _DASHES.get(name, "")),
            _text(left + 38, y, _SHORT[name]),
        ]
        left += _LEGEND_STEP
    return "\n".join(parts)
