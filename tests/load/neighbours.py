"""A company beside another that floods the gateway."""

from dataclasses import dataclass
from typing import Final

from tests.load.capacity import WARM_UP_S, Requests
from tests.load.clients import Crowd, Gathered, Sent, Task
from tests.load.gateway import Gateway
from tests.load.questions import FABRIKAM, LITWARE
from tests.load.report import HEAD, Report

VICTIMS: Final = 8
KEPT_MIN: Final = 0.8
_PACE_S: Final = 0.04


@dataclass(frozen=True, slots=True)
class _Flood:
    """How many clients of the other company, and whether they do as they are told."""

    name: str
    clients: int
    obeys: bool


_FLOODS: Final = (
    _Flood("10 times, Retry-After obeyed", 10 * VICTIMS, True),
    _Flood("10 times, coming again at once", 10 * VICTIMS, False),
    _Flood("50 times, coming again at once", 50 * VICTIMS, False),
    _Flood("200 times, coming again at once", 200 * VICTIMS, False),
)
_EQUAL: Final = _Flood("as many", VICTIMS, True)


def show_neighbours(gateway: Gateway, requests: Requests, report: Report, seconds: float) -> None:
    """The victim alone, and then beside floods: in a pace below its share, and as fast as it can."""
    report.head(
        f"Victim: {VICTIMS} clients of {LITWARE}, {VICTIMS / _PACE_S:.0f} requests a second in all; "
        f"flood: {FABRIKAM}, of so many times the clients"
    )
    print(HEAD)
    everything = []
    for flood in _FLOODS:
        alone = _victim(gateway, requests, None, seconds, every_s=_PACE_S)
        report.row("alone", alone)
        beside = _victim(gateway, requests, flood, seconds, every_s=_PACE_S)
        report.row(flood.name, beside)
        everything += [alone, beside]
        kept = beside.goodput / alone.goodput
        report.goal(f"{KEPT_MIN:.0%} of what the victim has alone", f"{kept:.0%}", held=kept >= KEPT_MIN)
    report.well_formed(*everything)
    _show_closed_loop(gateway, requests, report, seconds)


def _show_closed_loop(gateway: Gateway, requests: Requests, report: Report, seconds: float) -> None:
    report.head(
        "The victim's clients one request after the other: alone they have the whole machine, beside any\n"
        f"other company half of it. So the floods are held against {VICTIMS} clients of the other company"
    )
    print(HEAD)
    report.row("alone", alone := _victim(gateway, requests, None, seconds))
    for flood in _FLOODS[1:]:
        report.row("beside as many", equal := _victim(gateway, requests, _EQUAL, seconds))
        report.row(flood.name, beside := _victim(gateway, requests, flood, seconds))
        kept = beside.goodput / equal.goodput
        report.goal(
            f"{KEPT_MIN:.0%} of what the victim has beside as many",
            f"{kept:.0%} ({beside.goodput / alone.goodput:.0%} of what it has alone)",
            held=kept >= KEPT_MIN,
        )


def _victim(
    gateway: Gateway, requests: Requests, flood: _Flood | None, seconds: float, *, every_s: float = 0.0
) -> Gathered:
    """What the victim has; the flood comes from a process of its own."""
    crowd = Crowd(
        name=LITWARE, clients=VICTIMS, requests=requests[LITWARE], every_s=every_s, source="127.0.0.9"
    )
    task = Task(port=gateway.port, crowds=(crowd,), seconds=WARM_UP_S + seconds, warm_up_s=WARM_UP_S)
    under_way = None
    if flood is not None:
        # One address has at most 1,000 connections.
        crowds = tuple(
            Crowd(
                name=f"{FABRIKAM} {place}",
                clients=flood.clients // 2,
                requests=requests[FABRIKAM],
                obeys=flood.obeys,
                source=f"127.0.0.{2 + place}",
            )
            for place in range(2)
        )
        under_way = Sent(Task(port=gateway.port, crowds=crowds, seconds=task.seconds + 1))
    victim = Sent(task).harvest().crowds[LITWARE]
    if under_way is not None:
        under_way.harvest()
    return victim
