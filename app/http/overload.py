"""How much is worked on at once, how long a queue may stand, and how often a refusal is told.

A burst waits: a page that opens thirty widgets, or two hundred clients for a second. A queue that stands
longer than that is cut (`WaitingLine.turns_away`): everybody in it would wait, and no more would be done.
Refusals themselves are told at a limited rate, since whoever asks again at once would else take the time that
answers need.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Final
from uuid import UUID

from app.database.errors import RETRY_AFTER_S, overloaded
from app.database.slot import company_key
from app.database.waiting import WaitingLine
from app.errors import CallerError, ErrorCode

IN_FLIGHT_MAX: Final = 500
"""Operations at work in one worker. They wait for a few connections, so more of them are only slower."""

SHARE_MAX: Final = 375
"""Of these, the operations of one company: the others must find room beside a busy one."""

REFUSALS_A_SECOND: Final = 200
"""So many are told at once, which costs two per cent of the worker's time; others are held back first."""

TOGETHER_S: Final = 0.02
"""Those that were held back leave in groups: to wake for each of them costs as much as the refusal itself."""

REFUSALS_AT_ONCE: Final = 50
"""So many more after a while without any."""

PAUSE_S_MAX: Final = 4.0
"""No refusal is held back longer, which is less than half of what a request may take. It comes to that only
where eight hundred are held back at once."""


class Gate:
    """Counts the operations at work. Each `enter` that did not raise is followed by one `leave`.

    `lines` are where operations wait for connections; `clock` counts seconds.
    """

    def __init__(
        self,
        in_flight_max: int = IN_FLIGHT_MAX,
        share_max: int = SHARE_MAX,
        *,
        lines: Sequence[WaitingLine] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.in_flight = 0
        self._in_flight_max = in_flight_max
        self._share_max = share_max
        self._of: dict[Hashable, int] = {}
        self._lines = tuple(lines)
        self._clock = clock
        self._refusal_due = float("-inf")

    def enter(self, company: Hashable, company_id: UUID | None = None) -> None:
        """Let an operation of the company in; `company_id` is whose connection it will wait for.

        Raises: CallerError OVERLOADED, 503 if all is too much, 429 if it is this company's share that is
        used up.
        """
        if self.in_flight >= self._in_flight_max:
            raise overloaded()
        own = self._of.get(company, 0)
        if own >= self._share_max:
            raise _share_is_used_up()
        for line in self._lines:
            if line.length and line.turns_away(company_key(company_id)):
                raise _share_is_used_up() if line.companies > 1 else overloaded()
        self._of[company] = own + 1
        self.in_flight += 1

    def leave(self, company: Hashable) -> None:
        """An operation has ended, well or not."""
        self.in_flight -= 1
        left = self._of[company] - 1
        if left:
            self._of[company] = left
        else:
            del self._of[company]

    async def pause(self) -> None:
        """Wait before a refusal is told, not at all while there are few of them."""
        now = self._clock()
        # As if refusals left through a turnstile, which remembers a few turns that nobody took.
        due = max(self._refusal_due, now - REFUSALS_AT_ONCE / REFUSALS_A_SECOND)
        self._refusal_due = min(due, now + PAUSE_S_MAX) + 1 / REFUSALS_A_SECOND
        if due > now:
            due = min(due, now + PAUSE_S_MAX)
            await asyncio.sleep(due - now + -due % TOGETHER_S)


def _share_is_used_up() -> CallerError:
    return CallerError(
        ErrorCode.OVERLOADED,
        "This company has more requests at work than its share allows.",
        status=429,
        headers={"Retry-After": RETRY_AFTER_S},
    )
