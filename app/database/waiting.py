"""Those who wait for a connection, each up to a deadline, each company in its turn.

Who floods the gateway waits behind his own requests only: connections go round among the companies that wait,
and within a company the first come is the first served. A company that a connection is bound to already may
keep it for a few of its requests in each round, since binding it anew is one more trip to the server.
"""

import asyncio
from collections import deque
from typing import Final

from app.database.errors import overloaded, unavailable
from app.database.slot import Slot

TURNS_A_ROUND: Final = 4
_SLACK_S: Final = 0.01


class Waiter:
    """One request that waits; `future` gets the slot, or the error."""

    __slots__ = ("due", "future", "key")

    def __init__(self, future: "asyncio.Future[Slot]", key: int, due: float) -> None:
        self.future = future
        self.key = key
        self.due = due


class _Company:
    """Those of one company who wait, and how many of them may still be served in this round."""

    __slots__ = ("turns", "waiters")

    def __init__(self) -> None:
        self.waiters: deque[Waiter] = deque()
        self.turns = TURNS_A_ROUND


class WaitingLine:
    """Up to `waiting_max` waiters of any number of companies."""

    def __init__(self, *, timeout_ms: int, waiting_max: int) -> None:
        self._timeout_s = timeout_ms / 1000
        self._waiting_max = waiting_max
        self._length = 0
        # In the order in which they are next.
        self._companies: dict[int, _Company] = {}
        # One timer for all: it rings for whoever came first, since all may wait equally long.
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return self._length

    def join(self, key: int) -> Waiter:
        """Stand in line for a connection bound to the company; the deadline runs from now.

        Raises: CallerError (OVERLOADED) if the line is as long as it may be. So does the future, later.
        """
        if self._length >= self._waiting_max:
            raise overloaded()
        if self._loop is None or not self._loop.is_running():
            # Asked for once: finding the running loop is a call of the system at each time.
            self._loop, self._timer = asyncio.get_running_loop(), None
        loop = self._loop
        waiter = Waiter(loop.create_future(), key, loop.time() + self._timeout_s)
        company = self._companies.get(key)
        if company is None:
            company = self._companies[key] = _Company()
        company.waiters.append(waiter)
        self._length += 1
        if self._timer is None:
            self._timer = loop.call_later(self._timeout_s + _SLACK_S, self._expire)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Step out of the line, wherever one stands."""
        company = self._companies.get(waiter.key)
        if company is not None and waiter in company.waiters:
            company.waiters.remove(waiter)
            self._length -= 1
            if not company.waiters:
                del self._companies[waiter.key]

    def next_for(self, bound_to: int) -> Waiter | None:
        """The one to be served next by a connection bound to `bound_to`; None if nobody waits."""
        companies = self._companies
        while companies:
            key = self._whose_turn(bound_to)
            company = companies[key]
            waiter = company.waiters.popleft()
            self._length -= 1
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
        self._length = 0

    def _expire(self) -> None:
        """Send those away who have waited too long, and set the timer for the next."""
        assert self._loop is not None
        self._timer = None
        now = self._loop.time()
        for key, company in list(self._companies.items()):
            waiters = company.waiters
            while waiters and (waiters[0].due <= now or waiters[0].future.done()):
                waiter = waiters.popleft()
                self._length -= 1
                if not waiter.future.done():
                    waiter.future.set_exception(overloaded())
            if not waiters:
                del self._companies[key]
        if self._companies:
            next_due = min(company.waiters[0].due for company in self._companies.values())
            self._timer = self._loop.call_later(next_due - now + _SLACK_S, self._expire)
