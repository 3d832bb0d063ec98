"""Something in the database that every worker must know within a second of its change."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

import structlog

from app.errors import CallerError

READ_EVERY_S: Final = 0.4
STALE_AFTER_S: Final = 5.0

_log = structlog.get_logger(__name__)


class Watch:
    """Reads the same thing again and again, and knows how old the last good reading is.

    One tiny statement 2.5 times a second for a worker, whatever the number of requests: a change is known
    within a second with time to spare for a slow one.
    """

    def __init__(
        self, name: str, read: Callable[[], Awaitable[None]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`read` takes over what it finds, and raises CallerError if the database does not answer."""
        self._name = name
        self._read = read
        self._clock = clock
        self._good_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._failing = False

    @property
    def is_fresh(self) -> bool:
        """Whether the last good reading began less than 5 s ago. If not, nothing read may be relied on."""
        return self._clock() - self._good_at < STALE_AFTER_S

    async def ensure_fresh(self) -> None:
        """Read now if the last good reading is too old; callers at the same time share one reading.

        Raises: CallerError (DATABASE_UNAVAILABLE and its kin) if that fails.
        """
        if not self.is_fresh:
            await self.read_now()

    async def read_now(self) -> None:
        """Read at once, whatever the age of the last reading. Raises like `ensure_fresh`."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_once())
            self._reading.add_done_callback(_retrieve)
        await asyncio.shield(self._reading)

    async def keep(self) -> NoReturn:
        """Read for ever; run it as a task of the server, cancel it to stop.

        A failure is logged when it begins and when it ends, not each time.
        """
        while True:
            try:
                await self.read_now()
            except Exception as error:  # A watch never ends by itself; staleness is what requests notice.
                if not self._failing:
                    code = error.code.value if isinstance(error, CallerError) else None
                    _log.warning("watch_failing", watched=self._name, error=type(error).__name__, code=code)
                self._failing = True
            else:
                if self._failing:
                    _log.info("watch_recovered", watched=self._name)
                self._failing = False
            await asyncio.sleep(READ_EVERY_S)

    async def _read_once(self) -> None:
        began_at = self._clock()
        try:
            await self._read()
            self._good_at = began_at
        finally:
            self._reading = None


def _retrieve(reading: "asyncio.Task[None]") -> None:
    # The error reaches whoever awaits the reading; if all of them were cancelled, it is not lost unseen.
    if not reading.cancelled():
        reading.exception()
