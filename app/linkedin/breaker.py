"""A circuit breaker: who failed several times in a row is left alone for a while, then asked once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from app.linkedin.faults import NotAsked, SourceFault, Throttled

FAILURES_TO_OPEN: Final = 5
"""So many calls in a row that failed open it."""
OPEN_S: Final = 5.0
"""How long nobody is asked at first; doubled with each probe that fails, up to `OPEN_MAX_S`."""
OPEN_MAX_S: Final = 60.0


class BreakerState(StrEnum):
    """CLOSED: calls are made. OPEN: none is. PROBING: one is under way, and decides."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Breaker:
    """Decides for one server whether a call is made. `clock` counts seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = float("-inf")
        self._open_s = OPEN_S
        self.state = BreakerState.CLOSED

    @contextmanager
    def call(self) -> Iterator[None]:
        """Make a call inside. A SourceFault counts as a failure, unless it asks for patience only.

        Raises: NotAsked if no call is to be made.
        """
        self._admit()
        try:
            yield
        except Throttled:
            # Whoever throttles is there.
            self._succeeded()
            raise
        except SourceFault:
            self._failed()
            raise
        except BaseException:
            # Broken off before it was decided: the next one is the probe.
            if self.state is BreakerState.PROBING:
                self.state = BreakerState.OPEN
            raise
        self._succeeded()

    def _admit(self) -> None:
        if self.state is BreakerState.CLOSED:
            return
        if self.state is BreakerState.PROBING or self._clock() < self._open_until:
            raise NotAsked("LinkedIn has failed several times and is left alone for the moment.")
        self.state = BreakerState.PROBING

    def _succeeded(self) -> None:
        self._failures = 0
        self._open_s = OPEN_S
        self.state = BreakerState.CLOSED

    def _failed(self) -> None:
        self._failures += 1
        if self.state is BreakerState.PROBING:
            self._open_s = min(2 * self._open_s, OPEN_MAX_S)
        elif self._failures < FAILURES_TO_OPEN:
            return
        if self.state is not BreakerState.OPEN:
            # What was under way when it opened fails late and prolongs nothing.
            self.state = BreakerState.OPEN
            self._open_until = self._clock() + self._open_s
