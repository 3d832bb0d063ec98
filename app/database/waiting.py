"""Those who wait for a connection, each up to a deadline, each company in its turn.

Who floods the gateway waits behind his own requests only: connections go round among the companies that wait,
and within a company the first come is the first served. A company that a connection is bound to already may
keep it for a few of its requests in each round, since binding it anew is one more trip to the server.

A queue that has not been empty for a second stands: what it adds from then on is waiting and nothing else,
since a short one keeps the connections as busy. So it may be no longer than a few for each connection, which
all who wait share by company. Whoever looks at `turns_away` before work begins is told so.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from app.database.errors import overloaded, unavailable
from app.database.slot import Slot

TURNS_A_ROUND: Final = 4

STANDING_S: Final = 1.0
"""A company's queue that has not been empty for this long is no burst."""

CUT_S: Final = 5.0
"""So long after its last refusal a company's queue stays cut, even where it gets empty in between: else those
who come again after `Retry-After`, all at once, would be a burst each time."""

SHARE_MIN: Final = 2
"""However many companies wait, so many of each may: one on its turn and one behind it."""

_CUT_REMEMBERED_MAX: Final = 1_000
_SLACK_S: Final = 0.01


class Waiter:
    """One request that waits; `future` gets the slot, or the error."""

    __slots__ = ("due", "future", "key")

    def __init__(self, future: "asyncio.Future[Slot]", key: int, due: float) -> None:
        self.future = future
        self.key = key
        self.due = due


class _Company:
    """Those of one company who wait, since when somebody does, and how many may be served in this round."""

    __slots__ = ("since", "turns", "waiters")

    def __init__(self, since: float) -> None:
        self.waiters: deque[Waiter] = deque()
        self.since = since
        self.turns = TURNS_A_ROUND


class WaitingLine:
    """Up to `waiting_max` waiters of any number of companies; `length` of them at present.

    `standing_max` of them are many enough where the queue stands. `clock` counts seconds.
    """

    def __init__(
        self,
        *,
        timeout_ms: int,
        waiting_max: int,
        standing_max: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.length = 0
        self._timeout_s = timeout_ms / 1000
        self._waiting_max = waiting_max
        self._standing_max = standing_max
        self._clock = clock
        # Of companies whose queue was cut, until when it stays so.
        self._cut: dict[int, float] = {}
        # In the order in which they are next.
        self._companies: dict[int, _Company] = {}
        # One timer for all: it rings for whoever came first, since all may wait equally long.
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def companies(self) -> int:
        """Of how many companies somebody waits."""
        return len(self._companies)

    def turns_away(self, key: int) -> bool:
        """Whether the company's queue stands and is as long as it may then be; one more had better not begin.

        Never while the whole line is short, and nobody whose company has less than its share of it.
        """
        if self.length < self._standing_max:
            return False
        company = self._companies.get(key)
        if company is None or len(company.waiters) < max(
            self._standing_max // len(self._companies), SHARE_MIN
        ):
            return False
        now = self._clock()
        until = self._cut.get(key)
        if now - company.since < STANDING_S and (until is None or until < now):
            return False
        if until is None and len(self._cut) >= _CUT_REMEMBERED_MAX:
            self._cut = {one: end for one, end in self._cut.items() if end >= now}
        self._cut[key] = now + CUT_S
        return True

    def join(self, key: int) -> Waiter:
        """Stand in line for a connection bound to the company; the deadline runs from now.

        Raises: CallerError (OVERLOADED) if the line is as long as it may be. So does the future, later.
        """
        if self.length >= self._waiting_max:
            raise overloaded()
        if self._loop is None or not self._loop.is_running():
            # Asked for once: finding the running loop is a call of the system at each time.
            self._loop, self._timer = asyncio.get_running_loop(), None
        loop = self._loop
        waiter = Waiter(loop.create_future(), key, loop.time() + self._timeout_s)
        company = self._companies.get(key)
        if company is None:
            company = self._companies[key] = _Company(self._clock())
        company.waiters.append(waiter)
        self.length += 1
        if self._timer is None:
            self._timer = loop.call_later(self._timeout_s + _SLACK_S, self._expire)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Step out of the line, wherever one stands."""
        company = self._companies.get(waiter.key)
        if company is not None and waiter in company.waiters:
            company.waiters.remove(waiter)
            self.length -= 1
            if not company.waiters:
                del self._companies[waiter.key]

    def next_for(self, bound_to: int) -> Waiter | None:
        """The one to be served next by a connection bound to `bound_to`; None if nobody waits."""
        companies = self._companies
        while companies:
            key = self._whose_turn(bound_to)
            company = companies[key]
            waiter = company.waiters.popleft()
            self.length -= 1
            if not company.waiters:
                del companies[key]
            if not waiter.future.done():
                company.turns -= 1
                return waiter
        return None

    def _whose_turn(self, bound_to: int) -> int:
        """The company that is bound, while it has turns left; else the first that has; then a new round."""
        companies = self._companies
        if len(companies) == 1:
            return next(iter(companies))
        bound = companies.get(bound_to)
        if bound is not None and bound.turns > 0:
            return bound_to
        for key, company in companies.items():
            if company.turns > 0:
                # Behind the others that have turns left, so that one connection after the other goes round.
                del companies[key]
                companies[key] = company
                return key
        for company in companies.values():
            company.turns = TURNS_A_ROUND
        return self._whose_turn(bound_to)

    def dismiss(self) -> None:
        """Send everybody away: the pool closes."""
        for company in self._companies.values():
            for waiter in company.waiters:
                if not waiter.future.done():
                    waiter.future.set_exception(unavailable("The gateway is shutting down."))
        self._companies.clear()
        self.length = 0

    def _expire(self) -> None:
        """Send those away who have waited too long, and set the timer for the next."""
        assert self._loop is not None
        self._timer = None
        now = self._loop.time()
        for key, company in list(self._companies.items()):
            waiters = company.waiters
            while waiters and (waiters[0].due <= now or waiters[0].future.done()):
                waiter = waiters.popleft()
                self.length -= 1
                if not waiter.future.done():
                    waiter.future.set_exception(overloaded())
            if not waiters:
                del self._companies[key]
        if self._companies:
            next_due = min(company.waiters[0].due for company in self._companies.values())
            self._timer = self._loop.call_later(next_due - now + _SLACK_S, self._expire)
