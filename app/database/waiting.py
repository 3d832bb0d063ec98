"""Those who wait for a connection, each up to a deadline."""

import asyncio
from collections import deque
from typing import Final

from app.database.errors import overloaded, unavailable
from app.database.slot import Slot

_PASSED_OVER_MAX: Final = 4
_LOOK_AHEAD_MAX: Final = 32


class Waiter:
    """One request that waits; `future` gets the slot, or the error."""

    __slots__ = ("future", "key", "passed_over")

    def __init__(self, future: "asyncio.Future[Slot]", key: int) -> None:
        self.future = future
        self.key = key
        self.passed_over = 0

    def give_up(self) -> None:
        if not self.future.done():
            self.future.set_exception(overloaded())


class WaitingLine:
    """First come, first served, but for a short look ahead that saves binding connections anew."""

    def __init__(self, *, timeout_ms: int, waiting_max: int) -> None:
        self._timeout_s = timeout_ms / 1000
        self._waiting_max = waiting_max
        self._line: deque[Waiter] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return len(self._line)

    def join(self, key: int) -> Waiter:
        """Stand in line for a connection bound to the company; the deadline runs from now.

        Raises: CallerError (OVERLOADED) if the line is as long as it may be. So does the future, later.
        """
        if len(self._line) >= self._waiting_max:
            raise overloaded()
        if self._loop is None or not self._loop.is_running():
            # Asked for once: finding the running loop is a call of the system at each time.
            self._loop = asyncio.get_running_loop()
        loop = self._loop
        waiter = Waiter(loop.create_future(), key)
        deadline = loop.call_later(self._timeout_s, waiter.give_up)
        waiter.future.add_done_callback(lambda _: deadline.cancel())
        self._line.append(waiter)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Step out of the line, wherever one stands."""
        if waiter in self._line:
            self._line.remove(waiter)

    def next_for(self, bound_to: int) -> Waiter | None:
        """The one to be served next by a connection bound to `bound_to`; None if nobody waits.

        The first, or one soon behind him who is of that company; nobody is passed over more than a few
        times.
        """
        line = self._line
        while line and line[0].future.done():
            line.popleft()
        if not line:
            return None
        first = line[0]
        if first.key != bound_to and first.passed_over < _PASSED_OVER_MAX:
            for index in range(1, min(len(line), _LOOK_AHEAD_MAX)):
                waiter = line[index]
                if waiter.key == bound_to and not waiter.future.done():
                    first.passed_over += 1
                    del line[index]
                    return waiter
        return line.popleft()

    def dismiss(self) -> None:
        """Send everybody away: the pool closes."""
        while self._line:
            waiter = self._line.popleft()
            if not waiter.future.done():
                waiter.future.set_exception(unavailable("The gateway is shutting down."))
