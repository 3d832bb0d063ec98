"""The deadline of every request, kept by one timer for all of them.

A timer a request costs more than everything else that the edge does. All requests have the same time, so
they expire in the order in which they began: one timer, set for the oldest, is enough.
"""

import asyncio
from time import monotonic
from typing import Final

from app.errors import CallerError, ErrorCode

_SLACK_S: Final = 0.05


class Watched:
    """One request under way."""

    __slots__ = ("due", "has_expired", "task")

    def __init__(self, task: "asyncio.Task[object]", due: float) -> None:
        self.task = task
        self.due = due
        self.has_expired = False


class Deadlines:
    """Cancels the task of a request that is not at its end after `within_s` seconds."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._watched: dict[Watched, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> Watched:
        """Watch the current task from now on, until `end`."""
        task = asyncio.current_task(self._loop) if self._loop is not None else None
        if task is None:
            # Asked for once: finding the running loop is a call of the system at each time.
            self._loop = asyncio.get_running_loop()
            task = asyncio.current_task(self._loop)
        assert task is not None
        watched = Watched(task, monotonic() + self._within_s)
        self._watched[watched] = None
        if self._timer is None:
            loop = task.get_loop()
            self._timer = loop.call_later(self._within_s, self._expire, loop)
        return watched

    def has_expired(self, watched: Watched) -> bool:
        """Whether a cancellation of the task came from here; it is taken back then, and told otherwise."""
        return bool(watched.has_expired and watched.task.uncancel() == 0)

    def error(self, *, is_reading: bool) -> CallerError:
        """What a client is told whose body did not come in time (408), or whose request took too long."""
        if is_reading:
            return body_too_late(self._within_s)
        return CallerError(
            ErrorCode.TIMEOUT, f"The request needed more than the {self._within_s:g} s that it may take."
        )

    def end(self, watched: Watched) -> None:
        """The request has ended, or need not be watched any more."""
        self._watched.pop(watched, None)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        now = monotonic()
        for watched in list(self._watched):
            if watched.due > now:
                # The timer is kept for the oldest; it is set again only when it has rung.
                self._timer = loop.call_later(watched.due - now + _SLACK_S, self._expire, loop)
                return
            del self._watched[watched]
            watched.has_expired = True
            watched.task.cancel()
        self._timer = None


def body_too_late(within_s: float) -> CallerError:
    """408 for a body that did not come whole in time. The connection ends, since the rest may still come."""
    return CallerError(
        ErrorCode.TIMEOUT,
        f"The body did not arrive within {within_s:g} s.",
        status=408,
        headers={"Connection": "close"},
    )
