"""How often credentials were wrong lately, so that nobody goes on guessing."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

FAILURES_MAX: Final = 10
WINDOW_S: Final = 60.0
REMEMBERED_MAX: Final = 10_000


class Attempts:
    """Counts failures of whoever tries, in this worker; after `FAILURES_MAX` in a minute it is waited out.

    Who tries is told apart by peer and client id together: so nobody locks out an application from elsewhere.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def wait_s(self, who: Hashable) -> int:
        """Seconds to wait before the next try; 0 if it may be made now."""
        began, count = self._failures.get(who, (0.0, 0))
        left = began + WINDOW_S - self._clock()
        return int(left) + 1 if count >= FAILURES_MAX and left > 0 else 0

    def failed(self, who: Hashable) -> None:
        """One more failure; the minute begins with the first."""
        began, count = self._failures.get(who, (self._clock(), 0))
        if self._clock() - began >= WINDOW_S:
            began, count = self._clock(), 0
        self._failures[who] = began, count + 1
        self._failures.move_to_end(who)
        if len(self._failures) > REMEMBERED_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, who: Hashable) -> None:
        """The failures before are forgotten."""
        self._failures.pop(who, None)
