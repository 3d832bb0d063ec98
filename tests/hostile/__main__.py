"""`python -m tests.hostile`: operations, malformed HTTP and forged tokens against a gateway of its own.

Exit 1 where a goal is missed: no 5xx, each operation under 50 ms of CPU, the event loop never away for more
than 100 ms (by the CPU time of its thread: on a machine that others share, the clock tells of them too),
memory flat under malformed inputs, no forged token accepted. A gateway process and its PostgreSQL run on this
machine only, on 127.0.0.1; one client.

CPU is of the gateway's whole process, in which a collection of garbage or a job in the background falls into
one operation or another. So the costliest of each family are sent again, each time with a blank more, so that
nothing is remembered of them, and the median counts; the most that one took at first is shown beside it.
"""

import argparse
import asyncio
import http.client
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median

from tests.hostile import malformed_contents, operations_of_size
from tests.hostile.gateway import Attacked, ask, attacked
from tests.hostile.operations import Family, Sent
from tests.hostile.sending import send_all
from tests.hostile.tokens_at_work import accepted_forgeries

CPU_MS_MAX = 50.0
BLOCK_MS_MAX = 100.0
GROWTH_MB_MAX = 16.0
_WARM = 0.1
_COSTLIEST = 2
_AGAIN = 7
_HEAD = (
    f"{'family':36} {'n':>6} {'CPU ms':>7} {'median':>7} "
    f"{'block':>7} {'by CPU':>7} {'5xx':>4} {'RSS MB':>11}  statuses"
)


@dataclass(slots=True)
class Row:
    """What came of one family. CPU is of the server's process, for the costliest operation: the most that it
    took once, and the median of its repetitions."""

    family: str
    number: int = 0
    cpu_ms: float = 0.0
    median_cpu_ms: float = 0.0
    block_ms: tuple[float, float] = (0.0, 0.0)
    rss_mb: tuple[float, float] = (0.0, 0.0)
    statuses: Counter[str] = field(default_factory=Counter)
    tracebacks: int = 0

    @property
    def faults(self) -> int:
        """How many were answered 5xx, or left a traceback in the log."""
        return self.tracebacks + sum(
            number for status, number in self.statuses.items() if status.startswith("5")
        )

    def __str__(self) -> str:
        seen = " ".join(f"{status}×{number}" for status, number in sorted(self.statuses.items()))
        rss = f"{self.rss_mb[0]:.0f}→{self.rss_mb[1]:.0f}"
        cpu = f"{self.cpu_ms:7.1f} {self.median_cpu_ms:7.1f}" if self.cpu_ms else f"{'':15}"
        block = f"{self.block_ms[0]:7.1f} {self.block_ms[1]:7.1f}"
        return f"{self.family:36} {self.number:6} {cpu} {block} {self.faults:4} {rss:>11}  {seen}"


def attack_by_operations(
    gateway: Attacked, families: Mapping[str, Family], total: int, seed: int
) -> list[Row]:
    """Each family in turn, one operation after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    rows = []
    for place, (name, make) in enumerate(families.items()):
        number = max(1, total // len(families) + (place < total % len(families)))
        row = Row(name, number, rss_mb=(gateway.rss_mb(), 0.0))
        before = gateway.tracebacks()
        gateway.ticks.take()
        took: list[tuple[float, int]] = []
        for n in range(number):
            took.append((_cpu_ms(gateway, connection, row, make(Random(f"{seed} {name} {n}"))), n))
        row.block_ms = gateway.ticks.take()
        row.cpu_ms = max(took)[0]
        for _, n in sorted(took)[-_COSTLIEST:]:
            sent = make(Random(f"{seed} {name} {n}"))
            again = [_cpu_ms(gateway, connection, row, _anew(sent, blanks + 1)) for blanks in range(_AGAIN)]
            row.median_cpu_ms = max(row.median_cpu_ms, median(again))
        row.rss_mb = (row.rss_mb[0], gateway.rss_mb())
        row.tracebacks = gateway.tracebacks() - before
        rows.append(row)
        print(row, flush=True)
    return rows


def _cpu_ms(gateway: Attacked, connection: http.client.HTTPConnection, row: Row, sent: Sent) -> float:
    begun_ms = gateway.cpu_ms()
    status, _ = ask(connection, gateway.tokens, sent)
    took = gateway.cpu_ms() - begun_ms
    row.statuses[str(status)] += 1
    return took


def _anew(sent: Sent, blanks: int) -> Sent:
    """The same operation in a document that was not there before."""
    body = sent.body
    for begins in (b'"query": "', b'"query":"'):
        body = body.replace(begins, begins + b" " * blanks, 1)
    return replace(sent, body=body, target=sent.target.replace("?query=", "?query=" + "%20" * blanks, 1))


async def attack_by_inputs(gateway: Attacked, total: int, seed: int) -> list[Row]:
    """Each family of malformed HTTP in turn; a tenth of each comes first, so that memory is warm."""
    families = malformed_contents.FAMILIES
    warm = Counter[str]()
    for name, make in families.items():
        some = (make(Random(f"{seed} warm {name} {n}")) for n in range(int(total * _WARM) // len(families)))
        await send_all(gateway.port, gateway.tokens, some, warm)
    rows = [Row("(warming up)", sum(warm.values()), rss_mb=(gateway.rss_mb(),) * 2, statuses=warm)]
    for place, (name, make) in enumerate(families.items()):
        number = total // len(families) + (place < total % len(families))
        row = Row(name, number, rss_mb=(gateway.rss_mb(), 0.0))
        before = gateway.tracebacks()
        gateway.ticks.take()
        some = (make(Random(f"{seed} {name} {n}")) for n in range(number))
        await send_all(gateway.port, gateway.tokens, some, row.statuses)
        row.block_ms, row.rss_mb = gateway.ticks.take(), (row.rss_mb[0], gateway.rss_mb())
        row.tracebacks = gateway.tracebacks() - before
        rows.append(row)
        print(row, flush=True)
    return rows


def _only(families: Mapping[str, Family], given: argparse.Namespace) -> Mapping[str, Family]:
    return {name: make for name, make in families.items() if given.only in name and given.operations}


def _what(line: str) -> str:
    """What a line of the log tells, without its particulars."""
    try:
        return str(json.loads(line)["event"])[:60]
    except (ValueError, KeyError, TypeError):
        return "no JSON: " + line[:60]


def missed(
    operations: Sequence[Row], calls: Sequence[Row], inputs: Sequence[Row], accepted: Sequence[str]
) -> list[str]:
    """The goals that were missed, in words."""
    found = [
        f"{row.family}: {row.faults} answers 5xx or tracebacks"
        for row in (*operations, *calls, *inputs)
        if row.faults
    ]
    found += [
        f"{row.family}: {row.median_cpu_ms:.0f} ms of CPU"
        for row in operations
        if row.median_cpu_ms > CPU_MS_MAX
    ]
    found += [
        f"{row.family}: the loop was away for {row.block_ms[1]:.0f} ms"
        for row in (*operations, *calls, *inputs[1:])
        if row.block_ms[1] > BLOCK_MS_MAX
    ]
    if inputs and (growth := inputs[-1].rss_mb[1] - inputs[0].rss_mb[1]) > GROWTH_MB_MAX:
        found.append(f"malformed inputs: memory grew by {growth:.0f} MB")
    return found + [f"accepted: {name}" for name in accepted]


def main() -> int:
    """Run it; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--operations", type=int, default=2_000)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="families of operations with this in their name")
    given = parser.parse_args()
    with attacked() as gateway:
        sent, accepted = asyncio.run(accepted_forgeries(gateway))
        print(f"{sent} forged tokens sent, accepted: {accepted or 'none'}\n\n{_HEAD}", flush=True)
        inputs = asyncio.run(attack_by_inputs(gateway, given.inputs, given.seed)) if given.inputs else []
        operations = attack_by_operations(
            gateway, _only(operations_of_size.FAMILIES, given), given.operations, given.seed
        )
        calls = attack_by_operations(
            gateway, _only(operations_of_size.WIRE, given), given.operations // 10, given.seed
        )
        lines = Counter(_what(line) for line in gateway.log.read_text("utf-8", "replace").splitlines())
    found = missed(operations, calls, inputs, accepted)
    worst = max((row.median_cpu_ms for row in operations), default=0.0)
    faults = sum(row.faults for row in (*operations, *calls, *inputs))
    print(
        f"\n{sum(row.number for row in operations):,} operations of {len(operations)} families, the worst "
        f"{worst:.1f} ms of CPU; {sum(row.number for row in inputs[1:]):,} malformed inputs; {faults} faults"
    )
    if inputs:
        print(f"memory under malformed inputs: {inputs[0].rss_mb[1]:.0f} → {inputs[-1].rss_mb[1]:.0f} MB")
    print(f"lines in the log: {dict(lines) or 'none'}")
    for one in found:
        print(f"MISSED {one}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
