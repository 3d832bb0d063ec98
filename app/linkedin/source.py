"""Members from LinkedIn for all requests of a worker: who is asked for twice at once is fetched once."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn

import structlog

from app.errors import CallerError
from app.ids import MemberUrn, linkedin_kind
from app.linkedin.breaker import Breaker
from app.linkedin.cache import Cache
from app.linkedin.calls import Calls
from app.linkedin.faults import NotAsked, SourceFault
from app.linkedin.people import BATCH_MAX, People
from app.linkedin.tokens import AccessTokens

PERSON: Final = "urn:li:person:"
UNDER_WAY_MAX: Final = 5_000
"""Members that are being fetched for requests; further ones are not asked for."""
STALE_MAX: Final = 5_000
"""Members that are to be fetched anew in the background; further ones wait until they are read again."""
PAUSE_AFTER_FAULT_S: Final = 5.0
READY_EVERY_S: Final = 20.0

_log = structlog.get_logger(__name__)

Faults = dict[MemberUrn, SourceFault]


class MemberSource:
    """Brings members into the cache, for requests and in the background.

    A fetch that a request no longer waits for goes on for `fetch_within_s` at most, for the next one's good.
    `clock` counts seconds, `now` tells the time.
    """

    def __init__(
        self,
        people: People,
        calls: Calls,
        cache: Cache,
        *,
        fetch_within_s: float,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.people = people
        self.cache = cache
        self._calls = calls
        self._fetch_within_s = fetch_within_s
        self._clock = clock
        self._now = now
        self.brings = 0
        """Times that requests waited for members."""
        self._under_way: dict[MemberUrn, asyncio.Task[Faults]] = {}
        self._stale: dict[MemberUrn, None] = {}
        self._stale_came = asyncio.Event()
        self.refreshes = 0
        """Members that were to be fetched anew in the background."""

    async def bring(self, urns: Collection[MemberUrn], *, within_s: float) -> Faults:
        """Have LinkedIn's answer about these in the cache; answers those that could not be had, and why.

        An account that is closed or never was is an answer too. Takes `within_s` at most. What is no
        person's URN is passed over.
        """
        wanted = [urn for urn in dict.fromkeys(urns) if linkedin_kind(urn) == "person"]
        tasks = self._started(wanted)
        if tasks:
            await asyncio.wait(set(tasks.values()), timeout=max(0.0, within_s))
        faults: Faults = {}
        for urn in wanted:
            task = tasks.get(urn)
            if task is None:
                faults[urn] = NotAsked("Too many calls to LinkedIn are under way.")
            elif not task.done():
                faults[urn] = SourceFault("LinkedIn did not answer in time.")
            elif (fault := _faults_of(task, urn)) is not None:
                faults[urn] = fault
        return faults

    def refresh_later(self, urns: Iterable[MemberUrn]) -> None:
        """Fetch these anew in the background, where there is room."""
        for urn in urns:
            if len(self._stale) >= STALE_MAX:
                break
            self._stale[urn] = None
            self.refreshes += 1
        self._stale_came.set()

    async def run(self) -> NoReturn:
        """Refresh and purge for ever; run it as a task of the server, cancel it to stop."""
        try:
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(self._keep_ready())
                jobs.create_task(self._keep_fresh())
                jobs.create_task(self.cache.keep_purged(clock=self._now))
        finally:
            await self.close()
        raise AssertionError("The jobs of the member source ended by themselves.")

    async def close(self) -> None:
        """Break off what is under way and close the connections."""
        tasks = set(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._calls.close()

    async def refresh_stale(self) -> Faults:
        """Fetch the members that wait longest for it, one batch of them."""
        urns = list(self._stale)[:BATCH_MAX]
        for urn in urns:
            del self._stale[urn]
        return await self.bring(urns, within_s=self._fetch_within_s)

    def _started(self, urns: Sequence[MemberUrn]) -> dict[MemberUrn, asyncio.Task[Faults]]:
        """Who is fetching each of these, now if nobody was; without those beyond `UNDER_WAY_MAX`."""
        room = UNDER_WAY_MAX - len(self._under_way)
        new = [urn for urn in urns if urn not in self._under_way][: max(0, room)]
        for start in range(0, len(new), BATCH_MAX):
            batch = new[start : start + BATCH_MAX]
            task = asyncio.create_task(self._fetch(batch))
            for urn in batch:
                self._under_way[urn] = task
        return {urn: self._under_way[urn] for urn in urns if urn in self._under_way}

    async def _fetch(self, urns: Sequence[MemberUrn]) -> Faults:
        ends = self._clock() + self._fetch_within_s
        by_id = {urn.removeprefix(PERSON): urn for urn in urns}
        try:
            fetched_at = self._now()
            found = await self.people.get(list(by_id), until=ends)
            profiles = {by_id[person_id]: profile for person_id, profile in found.items()}
            await self.cache.store(profiles, fetched_at=fetched_at)
        except SourceFault as fault:
            # While LinkedIn is left alone, that would be a line for each request; it is counted.
            if not isinstance(fault, NotAsked):
                _log.warning("members_not_fetched", members=len(urns), because=fault.message)
            return dict.fromkeys(urns, fault)
        except CallerError as error:
            _log.warning("members_not_cached", members=len(urns), code=error.code.value)
            return dict.fromkeys(urns, SourceFault("LinkedIn's answer cannot be kept for the moment."))
        finally:
            for urn in urns:
                del self._under_way[urn]
        missing = SourceFault("LinkedIn's answer lacks this profile.")
        return {urn: missing for urn in urns if urn not in profiles}

    async def _keep_ready(self) -> NoReturn:
        while True:
            with contextlib.suppress(SourceFault):  # Whoever needs LinkedIn then is told.
                await self.people.prepare()
            await asyncio.sleep(READY_EVERY_S)

    async def _keep_fresh(self) -> NoReturn:
        while True:
            if not self._stale:
                self._stale_came.clear()
                await self._stale_came.wait()
            if await self.refresh_stale():
                await asyncio.sleep(PAUSE_AFTER_FAULT_S)


def _faults_of(task: asyncio.Task[Faults], urn: MemberUrn) -> SourceFault | None:
    if task.cancelled():
        return SourceFault("LinkedIn is not asked any more.")
    return task.result().get(urn)


def make_source(
    *,
    url: str,
    client_id: str,
    client_secret: str,
    timeout_s: float,
    connections: int,
    cache: Cache,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> MemberSource:
    """A source whose calls take `timeout_s` each, `connections` of them at a time.

    Raises: CallerError (BAD_USER_INPUT) for a URL that cannot be used.
    """
    # One connection more, so that a token can be had while all others are in use.
    calls = Calls(url, timeout_s=timeout_s, connections=connections + 1)
    tokens = AccessTokens(calls, client_id, client_secret, clock=clock)
    people = People(calls, tokens, Breaker(clock=clock), connections=connections, clock=clock)
    return MemberSource(people, calls, cache, fetch_within_s=2 * timeout_s + 1, clock=clock, now=now)
