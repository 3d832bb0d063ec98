"""`python -m tests.hostile`: operations, malformed HTTP and forged tokens against a gateway of its own.

Exit 1 where a goal is missed: no 5xx, each operation under 50 ms of CPU, the event loop never away for more
than 100 ms (by the CPU time of its thread: on a machine that others share, the clock tells of them too),
memory flat under malformed inputs, no forged token accepted. A gateway process and its PostgreSQL run on this
machine only, on 127.0.0.1; one client.
"""

import argparse
import asyncio
import http.client
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.hostile import malformed_contents, operations_on_data
from tests.hostile.gateway import Attacked, ask, attacked
from tests.hostile.sending import send_all
from tests.hostile.tokens_at_work import accepted_forgeries

CPU_MS_MAX = 50.0
BLOCK_MS_MAX = 100.0
GROWTH_MB_MAX = 16.0
_WARM = 0.1
_HEAD = f"{'family':32} {'n':>6} {'CPU ms':>8} {'block':>7} {'by CPU':>7} {'5xx':>4} {'RSS MB':>13}  statuses"


@dataclass(slots=True)
class Row:
    """What came of one family. CPU is of the server's process, for the worst single operation."""

    family: str
    number: int = 0
    cpu_ms: float = 0.0
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
        cpu = f"{self.cpu_ms:8.1f}" if self.cpu_ms else f"{'':8}"
        block = f"{self.block_ms[0]:7.1f} {self.block_ms[1]:7.1f}"
        return f"{self.family:32} {self.number:6} {cpu} {block} {self.faults:4} {rss:>13}  {seen}"


def attack_by_operations(gateway: Attacked, total: int, seed: int) -> list[Row]:
    """Each family in turn, one operation after the other over one connection."""
    families = operations_on_data.FAMILIES
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    rows = []
    for place, (name, make) in enumerate(families.items()):
        number = total // len(families) + (place < total % len(families))
        row = Row(name, number, rss_mb=(gateway.rss_mb(), 0.0))
        before = gateway.tracebacks()
        gateway.ticks.take()
        for n in range(number):
            sent = make(Random(f"{seed} {name} {n}"))
            begun_ms = gateway.cpu_ms()
            status, _ = ask(connection, gateway.tokens, sent)
            row.cpu_ms = max(row.cpu_ms, gateway.cpu_ms() - begun_ms)
            row.statuses[str(status)] += 1
        row.block_ms, row.rss_mb = gateway.ticks.take(), (row.rss_mb[0], gateway.rss_mb())
        row.tracebacks = gateway.tracebacks() - before
        rows.append(row)
        print(row, flush=True)
    return rows


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


def _what(line: str) -> str:
    """What a line of the log tells, without its particulars."""
    try:
        return str(json.loads(line)["event"])[:60]
    except (ValueError, KeyError, TypeError):
        return "no JSON: " + line[:60]


def missed(operations: Sequence[Row], inputs: Sequence[Row], accepted: Sequence[str]) -> list[str]:
    """The goals that were missed, in words."""
    found = [
        f"{row.family}: {row.faults} answers 5xx or tracebacks"
        for row in (*operations, *inputs)
        if row.faults
    ]
    found += [f"{row.family}: {row.cpu_ms:.0f} ms of CPU" for row in operations if row.cpu_ms > CPU_MS_MAX]
    found += [
        f"{row.family}: the loop was away for {row.block_ms[1]:.0f} ms"
        for row in (*operations, *inputs[1:])
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
    given = parser.parse_args()
    with attacked() as gateway:
        sent, accepted = asyncio.run(accepted_forgeries(gateway))
        print(f"{sent} forged tokens sent, accepted: {accepted or 'none'}\n\n{_HEAD}", flush=True)
        inputs = asyncio.run(attack_by_inputs(gateway, given.inputs, given.seed)) if given.inputs else []
        operations = attack_by_operations(gateway, given.operations, given.seed) if given.operations else []
        lines = Counter(_what(line) for line in gateway.log.read_text("utf-8", "replace").splitlines())
    found = missed(operations, inputs, accepted)
    worst = max((row.cpu_ms for row in operations), default=0.0)
    faults = sum(row.faults for row in (*operations, *inputs))
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
