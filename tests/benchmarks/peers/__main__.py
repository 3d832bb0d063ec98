"""`make bench-peers`: the gateway against what is mostly picked instead, in one run of some seven minutes.

Mercurius with compiled operations, Apollo Server with DataLoader and PostGraphile 5, from npm; plain
Strawberry and hand-written SQL from `make bench`. All on the database of `make bench`, each in one process
with four connections; ours with all protection and 1 % of the requests traced, the others without any (the
hand-written SQL has ours). Answers are compared first. Table, chart and figures go to `--out`.
"""

import argparse
import asyncio
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil

from app.database.connect import open_embedded
from app.settings import Settings
from tests.benchmarks.__main__ import DATA, leaves, postmaster, prepare, viewer_token
from tests.benchmarks.load import CLIENTS
from tests.benchmarks.peers import servers
from tests.benchmarks.peers.answers import (
    LIST,
    LIST_SIZE,
    SINGLE,
    Asker,
    Question,
    Variables,
    compare,
    variables_of,
)
from tests.benchmarks.peers.chart import draw
from tests.benchmarks.peers.install import CannotRun, installed
from tests.benchmarks.peers.report import missed_goals, write_table
from tests.benchmarks.peers.rounds import CLIENT_COUNTS, SIZES, Cell, Course, Results

COUNT = 100
COMPARED = 40
EVERYBODY = (servers.OURS, *servers.OF_NODE, *servers.OF_PYTHON)
GROWING = (servers.OURS, *servers.OF_NODE, "plain")
"""Who is measured with more candidates and clients: the hand-written SQL has one size."""


def main() -> int:
    """Run it; 1 if a goal is missed or answers differ, 2 if it cannot run here."""
    options = _options()
    kept = options.out / "figures.json"
    if not options.again:
        if shutil.which("wrk") is None:
            print("make bench-peers needs wrk (Debian: apt-get install wrk).", file=sys.stderr)
            return 2
        try:
            packages = installed()
        except CannotRun as error:
            print(error, file=sys.stderr)
            return 2
        results = _measure(options, packages)
        options.out.mkdir(parents=True, exist_ok=True)
        results.write(kept)
    results = Results.read(kept)
    table = write_table(results)
    (options.out / "peers.md").write_text(table)
    (options.out / "peers.svg").write_text(draw(results))
    print(table)
    return 1 if missed_goals(results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds at 16 clients (5)")
    parser.add_argument("--growth-rounds", type=int, default=2, help="rounds for each size and number (2)")
    parser.add_argument("--seconds", type=int, default=3, help="of load, for each server and round (3)")
    parser.add_argument("--growth-seconds", type=int, default=2, help="the same for sizes and numbers (2)")
    parser.add_argument("--out", type=Path, default=Path("docs/peers"), help="folder (docs/peers)")
    parser.add_argument("--data", type=Path, default=DATA, help=f"the database's folder ({DATA})")
    parser.add_argument("--again", action="store_true", help="only write table and chart of the kept figures")
    return parser.parse_args()


def _measure(options: argparse.Namespace, packages: tuple[Path, Path]) -> Results:
    folder = options.data / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    key_file = (options.data / "signing-key.json").resolve()
    token = viewer_token(key_file)
    with open_embedded(Settings(data_dir=options.data)) as embedded, ExitStack() as stack:
        facts = asyncio.run(prepare(embedded.dsn, token, str(key_file)))
        facts_file = folder / "facts.json"
        facts.write(facts_file)
        database = psutil.Process(postmaster(os.getpid()))
        running = [stack.enter_context(servers.ours(facts, stack.enter_context(servers.collecting())))]
        for name in servers.OF_NODE:
            running.append(stack.enter_context(servers.of_node(name, facts_file, packages)))
        for name in servers.OF_PYTHON:
            running.append(stack.enter_context(servers.of_python(name, facts_file)))
        by_name = {one.name: one for one in running}
        course = Course(by_name, token, database, folder)
        asker = stack.enter_context(Asker(by_name, facts))
        variables = _same_answers(asker, course.results)
        at_16 = [Cell(SINGLE), Cell(LIST)]
        course.run(at_16, by_name, variables, rounds=options.rounds, seconds=options.seconds)
        course.run(
            _growth(), GROWING, variables, rounds=options.growth_rounds, seconds=options.growth_seconds
        )
        return course.finish()


def _same_answers(asker: Asker, results: Results) -> dict[str, dict[str, list[Variables]]]:
    """Compare all answers, the long lists of those that grow included; answers the variables of the load."""
    variables = {
        question.operation: variables_of(asker, EVERYBODY, question, COUNT) for question in (SINGLE, LIST)
    }
    for question in (SINGLE, LIST):
        answer = compare(asker, question, variables[question.operation], COMPARED)
        results.leaves[question.operation] = leaves(answer["data"])
        print(f"{question.operation}: all servers answer alike", flush=True)
    growing = {name: variables["list"][name] for name in GROWING}
    for size in SIZES:
        compare(asker, Question("list", size), growing, 2)
    return variables


def _growth() -> list[Cell]:
    """Every size at 16 clients and both operations with every number of them, but for what is measured."""
    sizes = [Cell(Question("list", size)) for size in SIZES if size != LIST_SIZE]
    return sizes + [Cell(one, count) for one in (SINGLE, LIST) for count in CLIENT_COUNTS if count != CLIENTS]


if __name__ == "__main__":
    sys.exit(main())
