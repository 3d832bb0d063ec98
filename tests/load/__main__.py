"""`make load`: one worker, on the database of `make bench`, with more clients than it has time for.

The gateway is `rsc serve` as anybody would start it, in a process of its own; its clients are in others, on
the same machine, and call 127.0.0.0/8 only. Exit 1 where a goal is missed. Some nine minutes; in fewer:
`--seconds 10`.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.benchmarks.__main__ import DATA
from tests.load.capacity import TIMES, Requests, clients_at_peak, show_memory, show_overload
from tests.load.drips import show_drips
from tests.load.endings import show_stop, show_workers
from tests.load.gateway import Place, place
from tests.load.neighbours import show_neighbours
from tests.load.questions import FABRIKAM, LITWARE, known, requests_of
from tests.load.report import OTHERS_MAX, Machine, Report

PARTS = ("overload", "neighbours", "drips", "stop", "workers")


def main() -> int:
    """Run it; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="of overload; the rest in proportion (60)")
    parser.add_argument("--clients", type=int, help="clients at the peak, instead of looking for them")
    parser.add_argument("--data", type=Path, default=DATA, help=f"the database's folder ({DATA})")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="some parts of it")
    given = parser.parse_args()
    report, machine = Report(), Machine()
    with place(given.data) as here:
        requests = asyncio.run(_requests(here))
        if set(given.only) != {"workers"}:
            _show(here, requests, given, report)
        if "workers" in given.only:
            show_workers(here, requests, report)
    others = machine.others_share()
    print(f"\nOther processes used {others:.0%} of the machine", end="")
    print(": too much for figures that count." if others > OTHERS_MAX else ".")
    for one in report.missed:
        print(f"MISSED {one}")
    return 1 if report.missed else 0


def _show(here: Place, requests: Requests, given: argparse.Namespace, report: Report) -> None:
    with here.gateway() as gateway:
        clients = given.clients
        if clients is None:
            clients = clients_at_peak(gateway, requests, report, given.seconds / 12)
        if "overload" in given.only:
            show_overload(gateway, requests, clients, report, given.seconds)
        if "neighbours" in given.only:
            show_neighbours(gateway, requests, report, given.seconds / 6)
        if "drips" in given.only:
            show_drips(gateway, requests, clients, report, given.seconds / 6)
        show_memory(gateway, report)
        if "stop" in given.only:
            show_stop(gateway, requests, TIMES * clients, report)


async def _requests(here: Place) -> Requests:
    return {company: requests_of(here, await known(here.dsn, company)) for company in (FABRIKAM, LITWARE)}


if __name__ == "__main__":
    sys.exit(main())
