"""`python -m tests.faults`: faults of more than twenty kinds, two hundred of them, amid reads and writes.

For each kind: how soon each company reads and writes again after what was broken is back (the slowest
company; median and worst of the injections), lines in the gateway's log, refusals. Exit 1, with the place, if
anything that was acknowledged is lost or doubled, any answer is one that nobody may get, or the service is
back later than five seconds. Everything runs on this machine, on 127.0.0.1, in processes of its own.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import time
from collections import Counter
from random import Random

from tests.faults.kinds import Kind
from tests.faults.kinds_around import KINDS
from tests.faults.postgres import NotPossible
from tests.faults.site import SITES, site
from tests.faults.trial import Outcome, last_look, trial

_HEAD = f"{'kind':32} {'n':>4} {'read back s':>15} {'write back s':>15} {'refused':>8} {'log':>4}  wrong"


def row_of(kind: str, outcomes: list[Outcome]) -> str:
    """A kind's line: median and worst of the times, refusals in all, most lines of the log."""
    reads, writes = [one.read_back_s for one in outcomes], [one.write_back_s for one in outcomes]
    times = [f"{statistics.median(some):6.2f} … {max(some):5.2f}" for some in (reads, writes)]
    lines, refused = max(one.log_lines for one in outcomes), sum(one.refused for one in outcomes)
    wrong = sum(bool(one.wrong) for one in outcomes)
    return f"{kind:32} {len(outcomes):4} {times[0]:>15} {times[1]:>15} {refused:8} {lines:4}  {wrong}"


async def _at(
    name: str, kinds: list[type[Kind]], numbers: Counter[str], seed: int, *, is_told: bool
) -> tuple[list[Outcome], str]:
    """All injections of one site, its kinds in turn; and how much was acknowledged there."""
    outcomes: list[Outcome] = []
    async with site(name, seed) as here:
        for turn in range(max(numbers.values())):
            for kind in kinds:
                if turn < numbers[kind.name]:
                    began = time.monotonic()
                    outcome = await trial(here, kind(Random(f"{seed} {kind.name} {turn}")))
                    outcomes.append(outcome)
                    if is_told:
                        print(f"{row_of(kind.name, [outcome])}, {time.monotonic() - began:.1f} s", flush=True)
                    for one in outcome.wrong:
                        print(f"MISSED {kind.name}, {turn + 1}: {one}", flush=True)
        left = await last_look(here)
        for one in left:
            print(f"MISSED {name}, at the end: {one}", flush=True)
        outcomes[-1].wrong += left
        companies = here.companies
        calls = sum(records.answered for company in companies for records in company.ats)
        records = sum(records.sent for company in companies for records in company.ats)
        mutations = sum(company.mutations for company in companies)
        answers = ", ".join(f"{answer} × {count:,}" for answer, count in here.journal.answers.most_common())
    return outcomes, (
        f"  {name}: {calls:,} calls with {records:,} records and {mutations:,} mutations acknowledged; "
        f"{answers}; {len(here.journal.broken)} without an answer"
    )


async def run(names: list[str], injections: int, seed: int, *, is_told: bool) -> list[Outcome]:
    """Spread the injections evenly over the kinds of these names; prints as it goes."""
    outcomes: list[Outcome] = []
    numbers = Counter({name: injections // len(names) for name in names})
    numbers.update(names[: injections % len(names)])
    print(_HEAD, flush=True)
    for place in SITES:
        kinds = [kind for name, kind in KINDS.items() if kind.site == place and numbers[name]]
        if not kinds:
            continue
        here = Counter({kind.name: numbers[kind.name] for kind in kinds})
        try:
            some, said = await _at(place, kinds, here, seed, is_told=is_told)
        except NotPossible as reason:
            print(f"{', '.join(here)}: not injected, {reason}", flush=True)
            continue
        for kind in kinds:
            print(row_of(kind.name, [one for one in some if one.kind == kind.name]), flush=True)
        print(said, flush=True)
        outcomes += some
    return outcomes


def main() -> int:
    """Run it; 1 if anything was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS), metavar="KIND")
    parser.add_argument("--injections", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="a line for each injection")
    given = parser.parse_args()
    # The simulated LinkedIn runs in this process, and tells of each client that did not wait for it.
    logging.getLogger("uvicorn.error").disabled = True
    began = time.monotonic()
    outcomes = asyncio.run(run(given.kinds, given.injections, given.seed, is_told=given.verbose))
    wrong = [one for one in outcomes if one.wrong]
    worst = max((max(one.read_back_s, one.write_back_s) for one in outcomes), default=0.0)
    print(
        f"\n{len(outcomes)} injections of {len({one.kind for one in outcomes})} kinds in "
        f"{time.monotonic() - began:.0f} s; the latest return {worst:.2f} s; {len(wrong)} wrong"
    )
    return 1 if wrong or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
