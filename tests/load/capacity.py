"""How much the gateway does at its best, and what it does when five times as many clients and more come."""

from collections.abc import Mapping
from typing import Final

from tests.load.clients import Crowd, Gathered, Harvest, Task, percentile_ms, send
from tests.load.gateway import Gateway
from tests.load.report import HEAD, Report, merged, together

COUNTS: Final = (4, 8, 16, 32, 64, 128)
NEAR_BEST: Final = 0.97
TIMES: Final = 5
FLOOD: Final = 1_800
WARM_UP_S: Final = 3.0
"""A queue counts as a burst for a second; what is measured comes after that."""

GOODPUT_MIN: Final = 0.8
P99_TIMES_MAX: Final = 2.0
RSS_MB_MAX: Final = 256.0

Requests = Mapping[str, tuple[bytes, ...]]


def crowds_of(requests: Requests, clients: int, *, obeys: bool = True) -> tuple[Crowd, ...]:
    """As many clients in all, evenly of each company, each company from an address of its own."""
    return tuple(
        Crowd(
            name=company,
            clients=clients // len(requests) + (place < clients % len(requests)),
            requests=asked,
            obeys=obeys,
            source=f"127.0.0.{2 + place}",
        )
        for place, (company, asked) in enumerate(requests.items())
    )


def clients_at_peak(gateway: Gateway, requests: Requests, report: Report, seconds: float) -> int:
    """Double the clients until more of them add nothing."""
    report.head("Closed loops of kept-alive clients, half of them of each company, one mix of operations")
    print(HEAD)
    rates = {}
    for clients in COUNTS:
        harvest = _closed_loop(gateway, requests, clients, seconds)
        whole = merged(harvest)
        rates[clients] = whole.goodput
        report.row(f"{clients} clients", whole)
        if clients >= 32 and whole.goodput < max(rates.values()):
            break
    best = max(rates.values())
    return next(clients for clients, rate in rates.items() if rate >= NEAR_BEST * best)


def _closed_loop(gateway: Gateway, requests: Requests, clients: int, seconds: float) -> Harvest:
    crowds = crowds_of(requests, clients)
    return send(Task(port=gateway.port, crowds=crowds, seconds=WARM_UP_S + seconds, warm_up_s=WARM_UP_S))


def show_overload(gateway: Gateway, requests: Requests, clients: int, report: Report, seconds: float) -> None:
    """Five times the peak's clients, and a flood; each held against the peak just before and after it."""
    loads = (
        (f"{TIMES} times, Retry-After obeyed", TIMES * clients, True, seconds),
        (f"{TIMES} times, coming again at once", TIMES * clients, False, seconds),
        (f"{FLOOD:,} clients, Retry-After obeyed", FLOOD, True, seconds / 2),
        (f"{FLOOD:,} clients, coming again at once", FLOOD, False, seconds / 2),
    )
    report.head(f"{clients} clients, {TIMES} times these, and {FLOOD:,}; the peak is measured around each")
    print(HEAD)
    before = _at_peak(gateway, requests, clients, report, seconds)
    judged = []
    for name, many, obeys, for_s in loads:
        crowds = crowds_of(requests, many, obeys=obeys)
        task = Task(port=gateway.port, crowds=crowds, seconds=WARM_UP_S + for_s, warm_up_s=WARM_UP_S)
        harvest = send(task)
        report.row(name, merged(harvest))
        after = _at_peak(gateway, requests, clients, report, seconds)
        judged.append((name, harvest, together(before, after)))
        before = after
    for name, harvest, peak in judged:
        _judge(name, harvest, peak, report)


def _at_peak(gateway: Gateway, requests: Requests, clients: int, report: Report, seconds: float) -> Gathered:
    peak = merged(_closed_loop(gateway, requests, clients, seconds / 6))
    report.row(f"{clients} clients", peak)
    return peak


def _judge(name: str, harvest: Harvest, peak: Gathered, report: Report) -> None:
    whole = merged(harvest)
    report.head(name)
    report.say(f"peak before and after: {peak.goodput:.0f} a second, p99 {peak.percentile_ms(0.99):.1f} ms")
    share = whole.goodput / peak.goodput
    times = whole.percentile_ms(0.99) / peak.percentile_ms(0.99)
    report.goal(
        f"goodput at least {GOODPUT_MIN:.0%} of the peak",
        f"{whole.goodput:.0f} a second, {share:.0%}",
        held=share >= GOODPUT_MIN,
    )
    report.goal(
        f"p99 of what was admitted at most {P99_TIMES_MAX:g} times the peak's",
        f"{whole.percentile_ms(0.99):.1f} ms, {times:.2f} times",
        held=times <= P99_TIMES_MAX,
    )
    report.well_formed(whole)
    early = percentile_ms(whole.early_us, 0.99)
    report.say(f"in the first {WARM_UP_S:g} s, which are not in the figures above: p99 {early:.1f} ms")
    report.say(f"the clients' own CPU: {harvest.cpu_share:.0%} of a core")


def show_memory(gateway: Gateway, report: Report) -> None:
    """The largest that a worker was while all of this went on."""
    report.head("Memory")
    report.goal(
        f"a worker never holds more than {RSS_MB_MAX:g} MiB",
        f"{gateway.peak_rss_mb:.0f} MiB at most, looked at ten times a second",
        held=0 < gateway.peak_rss_mb <= RSS_MB_MAX,
    )
    report.goal(
        "nothing fails behind it", f"{gateway.tracebacks()} tracebacks", held=not gateway.tracebacks()
    )
