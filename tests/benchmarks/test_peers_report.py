"""Table, goals and chart of `make bench-peers`, from figures that are made up."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.benchmarks.load import Measured
from tests.benchmarks.peers.answers import LIST, SINGLE, Question
from tests.benchmarks.peers.chart import draw
from tests.benchmarks.peers.report import CPU_GOAL, NAMES, RATE_GOALS, missed_goals, write_table
from tests.benchmarks.peers.rounds import CLIENT_COUNTS, SIZES, Cell, Results

OWN_RATE = 1_000.0


def figures(faster: float = 1.0, *, others_share: float = 0.0) -> Results:
    """Every peer reaches its goal's rate and CPU, or is so many times faster."""
    results = Results({"single": 81, "list": 1_290}, 2, others_share)
    cells = {Cell(question, count) for question in (SINGLE, LIST) for count in CLIENT_COUNTS}
    cells |= {Cell(Question("list", size)) for size in SIZES}
    for cell in cells:
        index = (SINGLE.operation, LIST.operation).index(cell.question.operation)
        by_server = results.rounds[cell.key] = {"ours": [Measured(OWN_RATE, 5.0, 0.1, 0.3)] * 3}
        for name, goals in RATE_GOALS.items():
            rate, cpu_ms = OWN_RATE / goals[index] * faster, 0.4 * CPU_GOAL / faster
            by_server[name] = [Measured(rate, 5.0, cpu_ms / 2, cpu_ms / 2)] * 3
    return results


def test_goals_are_held_at_their_figure_and_missed_below_it() -> None:
    assert missed_goals(figures(0.999)) == []
    missed = missed_goals(figures(1.01))
    # Both operations: each peer by rate and CPU, the hand-written SQL by rate alone.
    assert len(missed) == 2 * (2 * len(RATE_GOALS) - 1)
    assert "Mercurius, JIT, list, requests a second: 3.47, goal 3.5" in missed


def test_the_table_says_what_was_missed_and_when_the_machine_was_busy() -> None:
    held, missed = write_table(figures(0.999)), write_table(figures(1.01, others_share=0.3))
    assert "Every goal is held." in held
    assert "too much for figures that count" not in held
    assert "Goals missed: " in missed
    assert "30% of the machine: too much for figures that count" in missed
    assert all(name in held for name in NAMES.values())


def test_the_chart_is_well_formed_and_has_every_server() -> None:
    picture = ElementTree.fromstring(draw(figures()))
    words = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    for name in ("ours", "Mercurius", "PostGraphile", "Apollo Server", "Strawberry"):
        assert words.count(name) == 2 * 2 + 1  # Throughput and CPU of both operations, and the legend.
    lines = list(picture.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(lines) == 3 * len(NAMES)


def test_figures_that_were_kept_give_the_same_table_and_chart(tmp_path: Path) -> None:
    results = figures()
    results.write(tmp_path / "figures.json")
    kept = Results.read(tmp_path / "figures.json")
    assert (write_table(kept), draw(kept)) == (write_table(results), draw(results))


@pytest.mark.parametrize("cell", [Cell(SINGLE), Cell(LIST)], ids=["single", "list"])
def test_ratios_are_made_within_a_round(cell: Cell) -> None:
    results = figures(0.999)
    own, its = results.rounds[cell.key]["ours"], results.rounds[cell.key]["mercurius"]
    # In two of three rounds the machine is slower, by another factor each, for all.
    for number, slower in ((0, 2), (1, 5)):
        for rounds in (own, its):
            one = rounds[number]
            rounds[number] = Measured(
                one.rate / slower, one.p99_ms, one.server_cpu_ms * slower, one.database_cpu_ms * slower
            )
    assert [one for one in missed_goals(results) if one.startswith("Mercurius")] == []
