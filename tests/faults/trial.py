"""One injection: break, look, mend, measure how soon the service is back, look into the books."""

import asyncio
import json
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Final

from tests.faults.checks import broken_trails, otherwise_by_graphql, undelivered, unlike_what_was_said
from tests.faults.crowd import ONE, sync, until
from tests.faults.gateway import WAIT_S
from tests.faults.kinds import Kind
from tests.faults.post import Post, connection
from tests.faults.site import CONNECTIONS, REPLICA, WORKERS, Site
from tests.faults.world import KEPT, PROBES, Company

BACK_WITHIN_S: Final = 5.0
LOG_LINES_MAX: Final = 40
"""Of one injection, all workers together. A line for each request that fails would be a flood."""
_GOES_ON_WITHIN_S: Final = 30.0
_DELIVERED_WITHIN_S: Final = 60.0
_BESIDE: Final = 1 + 2 + 2
"""Connections of one worker beside those for requests: for the watches, the background, and matching."""


@dataclass
class Outcome:
    """What came of one injection. Times are from the return of what was broken to the first success after it,
    of the slowest company; `wrong` is empty if all that must hold held."""

    kind: str
    read_back_s: float = 0.0
    write_back_s: float = 0.0
    log_lines: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


async def trial(site: Site, kind: Kind, *, timed: bool = True) -> Outcome:
    """Inject the fault once, amid everybody's work. Without `timed` it may take its time."""
    outcome = Outcome(kind.name)
    journal, log_size = site.journal, site.gateway.log_size()
    broken, wrong = len(journal.broken), len(journal.wrong)
    succeeded = journal.answers["200"]
    answered = journal.answers.total()
    await site.crowd.acknowledged(more=12, within_s=2.0)
    await asyncio.sleep(kind.dice.uniform(0, 0.05))
    await kind.inject(site)
    await asyncio.sleep(kind.lasts_s())
    outcome.wrong += await kind.look(site)
    await kind.mend(site)
    outcome.read_back_s, outcome.write_back_s = await _back(site)
    if timed:
        outcome.wrong += [
            f"{what} were back only after {took_s:.1f} s"
            for what, took_s in (("reads", outcome.read_back_s), ("writes", outcome.write_back_s))
            if took_s > BACK_WITHIN_S
        ]
    outcome.wrong += await site.crowd.each_goes_on(_GOES_ON_WITHIN_S)
    if not outcome.wrong:
        outcome.wrong += await against_the_books(site, whole=False)
    outcome.wrong += journal.wrong[wrong:]
    outcome.refused = journal.answers.total() - answered - (journal.answers["200"] - succeeded)
    if not kind.breaks_connections:
        outcome.wrong += [f"no answer: {one.by}" for one in journal.broken[broken:][:3]]
    lines = site.gateway.logged(log_size)
    outcome.log_lines = len(lines)
    outcome.wrong += _told_wrongly(lines)
    await _all_workers_answer(site)
    return outcome


async def against_the_books(site: Site, *, whole: bool) -> list[str]:
    """What is otherwise than it was acknowledged, while nobody writes."""
    await site.crowd.pause()
    try:
        async with site.postgres.owner() as owner:
            found = await unlike_what_was_said(owner, site.companies)
        async with connection() as http:
            found += await otherwise_by_graphql(site.post, http, site.companies, site.dice, whole=whole)
        return found
    finally:
        site.crowd.go_on()


async def last_look(site: Site) -> list[str]:
    """What does not hold when a site's injections are over: everything is read again, nothing is in use."""
    found = await against_the_books(site, whole=True)
    await site.crowd.pause()
    found += await broken_trails(site.postgres.dsn, site.companies)
    async with site.postgres.owner() as owner:
        found += await undelivered(owner, site.receiver, _DELIVERED_WITHIN_S)
        found += await _leaks(site)
        open_ones = await owner.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'rsc-gateway'"
        )
    most = WORKERS * (CONNECTIONS + _BESIDE + (site.name == REPLICA))
    return found + ([f"{open_ones} connections are open, at most {most} may"] if open_ones > most else [])


async def _leaks(site: Site) -> list[str]:
    """What the gateway still holds although nobody asks for anything."""
    deadline = time.monotonic() + BACK_WITHIN_S
    while True:
        gauges = await asyncio.to_thread(site.gateway.gauges)
        free, waiting = (gauges[f'rsc_connections_{what}{{pool="requests"}}'] for what in ("free", "waiting"))
        in_flight = gauges["rsc_in_flight"]
        if (free, waiting, in_flight) == (WORKERS * CONNECTIONS, 0, 0):
            return []
        if time.monotonic() > deadline:
            return [f"at rest {free:g} connections are free, {waiting:g} wait, {in_flight:g} requests work"]
        await asyncio.sleep(0.2)


async def _back(site: Site) -> tuple[float, float]:
    """How long from now until each company has read, and until each has written, on new connections."""
    since = time.monotonic()

    async def after(ways: list[Awaitable[object]]) -> float:
        await asyncio.gather(*ways)
        return time.monotonic() - since

    reads = after([_read(site.post, company) for company in site.companies])
    writes = after([_write(site.post, company) for company in site.companies])
    return await _both(reads, writes)


async def _both(reads: Awaitable[float], writes: Awaitable[float]) -> tuple[float, float]:
    read_s, write_s = await asyncio.gather(reads, writes)
    return read_s, write_s


async def _read(post: Post, company: Company) -> None:
    async with connection() as http:
        http.headers["Connection"] = "close"
        token = company.tokens["ats-user"]
        await until(lambda: post.ask(http, token, ONE, {"id": KEPT[0]}), 0.03)


async def _write(post: Post, company: Company) -> None:
    async with connection() as http:
        http.headers["Connection"] = "close"
        company.ats[1].one(f"{PROBES}-probe")
        await sync(post, http, company, 1)


def _told_wrongly(lines: list[str]) -> list[str]:
    """What a log may not have: a flood, anything that is no line of ours, a fault of ours.

    A job in the background may fail once in each worker, in the moment of a migration: it begins again.
    """
    failed_jobs: list[str] = []
    found = [f"{len(lines)} lines in the log"] if len(lines) > LOG_LINES_MAX else []
    for line in lines:
        if line.startswith("serving "):
            continue
        try:
            said = json.loads(line)
        except ValueError:
            found.append(f"in the log: {line[:200]}")
            continue
        if said["event"] == "request_failed":
            found.append(f"in the log: {line[:600]}")
        elif said["event"] == "background_job_failed":
            failed_jobs.append(f"in the log: {line[:600]}")
    if len(failed_jobs) > WORKERS:
        found += failed_jobs
    return found[:5]


async def _all_workers_answer(site: Site) -> None:
    """Wait until the gateway has all its workers again, so that the next fault finds it whole."""
    deadline = time.monotonic() + WAIT_S
    while (
        len(site.gateway.worker_pids()) < WORKERS or await _of_requests(site, "max") < WORKERS * CONNECTIONS
    ):
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"not all workers answer: {site.gateway.worker_pids()}, {await _of_requests(site, 'max')}"
            )
        await asyncio.sleep(0.1)


async def _of_requests(site: Site, what: str) -> float:
    """A figure of the pool for requests, of all workers."""
    return (await asyncio.to_thread(site.gateway.gauges))[f'rsc_connections_{what}{{pool="requests"}}']
