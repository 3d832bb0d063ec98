"""What was measured, each with its goal, and whether that was held."""

import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import psutil

from tests.benchmarks.load import cpu_s
from tests.load.clients import Gathered, Harvest

HEAD = f"{'':34}{'answered/s':>11}{'p50 ms':>8}{'p99 ms':>8}{'refused/s':>11}{'lost':>6}{'faulty':>7}"


OTHERS_MAX: Final = 0.05
"""Where other processes take more of the machine than that, no figure of speed counts."""


class Machine:
    """Who has used the machine since this was made."""

    def __init__(self) -> None:
        self._began = self._used()

    def others_share(self) -> float:
        """The share of all cores' time that neither this process nor those that it started have used."""
        (began, machine_s, ours_s), (now, machine_now_s, ours_now_s) = self._began, self._used()
        others_s = (machine_now_s - machine_s) - (ours_now_s - ours_s)
        return max(0.0, others_s / ((now - began) * (os.cpu_count() or 1)))

    @staticmethod
    def _used() -> tuple[float, float, float]:
        times = psutil.cpu_times()
        idle_s = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours_s = cpu_s(psutil.Process()) + ended.ru_utime + ended.ru_stime
        return time.monotonic(), sum(times) - getattr(times, "guest", 0.0) - idle_s, ours_s


@dataclass(slots=True)
class Report:
    """Prints as it goes; `missed` has the goals that were not held, in words."""

    missed: list[str] = field(default_factory=list)

    def head(self, title: str) -> None:
        """Begin a part."""
        print(f"\n{title}", flush=True)

    def row(self, name: str, gathered: Gathered) -> None:
        """One crowd's figures."""
        print(
            f"{name:<34}{gathered.goodput:>11.0f}{gathered.percentile_ms(0.5):>8.1f}"
            f"{gathered.percentile_ms(0.99):>8.1f}{gathered.refused / gathered.seconds:>11.0f}"
            f"{gathered.lost:>6}{gathered.faulty:>7}",
            flush=True,
        )

    def say(self, text: str) -> None:
        """A figure without a goal."""
        print(f"  {text}", flush=True)

    def goal(self, what: str, shown: str, *, held: bool) -> None:
        """A figure with its goal, both in words."""
        print(f"  {'held  ' if held else 'MISSED'}  {what}: {shown}", flush=True)
        if not held:
            self.missed.append(f"{what}: {shown}")

    def well_formed(self, *crowds: Gathered) -> None:
        """Every refusal was one, and every request had an answer."""
        refused = sum(one.refused for one in crowds)
        faulty, lost = sum(one.faulty for one in crowds), sum(one.lost for one in crowds)
        faults = "; ".join(dict.fromkeys(fault for one in crowds for fault in one.faults[:3]))
        self.goal(
            "each refusal has status, code, message, Retry-After and trace id; no connection is cut",
            f"{refused:,} refusals, {faulty} not so, {lost} requests without an answer {faults}".rstrip(),
            held=faulty == 0 and lost == 0,
        )


def merged(harvest: Harvest) -> Gathered:
    """All crowds of a harvest as one."""
    crowds = list(harvest.crowds.values())
    return _sum(crowds, crowds[0].seconds)


def together(*periods: Gathered) -> Gathered:
    """Several periods as one."""
    return _sum(periods, sum(one.seconds for one in periods))


def _sum(crowds: Iterable[Gathered], seconds: float) -> Gathered:
    whole = Gathered("", seconds)
    for one in crowds:
        whole.answered += one.answered
        whole.early_us += one.early_us
        whole.latencies_us += one.latencies_us
        whole.statuses += one.statuses
        whole.lost += one.lost
        whole.reconnected += one.reconnected
        whole.faults += one.faults
        whole.faulty += one.faulty
    return whole
