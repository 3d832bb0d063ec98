"""How much is worked on at once. What is beyond it is refused at once, because a queue only adds waiting."""

from collections.abc import Hashable
from typing import Final

from app.errors import CallerError, ErrorCode

IN_FLIGHT_MAX: Final = 500
"""Operations at work in one worker. They wait for a few connections, so more of them are only slower."""

SHARE_MAX: Final = 375
"""Of these, the operations of one company: the others must find room beside a busy one."""

_RETRY_AFTER: Final = {"Retry-After": "1"}


class Gate:
    """Counts the operations at work. Each `enter` that did not raise is followed by one `leave`."""

    def __init__(self, in_flight_max: int = IN_FLIGHT_MAX, share_max: int = SHARE_MAX) -> None:
        self.in_flight = 0
        self._in_flight_max = in_flight_max
        self._share_max = share_max
        self._of: dict[Hashable, int] = {}

    def enter(self, company: Hashable) -> None:
        """Raises: CallerError OVERLOADED, 503 if all is too much, 429 if this company's share is used up."""
        if self.in_flight >= self._in_flight_max:
            raise CallerError(
                ErrorCode.OVERLOADED,
                "The gateway has more work than it can do at the moment.",
                status=503,
                headers=_RETRY_AFTER,
            )
        own = self._of.get(company, 0)
        if own >= self._share_max:
            raise CallerError(
                ErrorCode.OVERLOADED,
                "This company has more requests at work than its share allows.",
                status=429,
                headers=_RETRY_AFTER,
            )
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
