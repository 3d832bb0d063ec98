"""Matching beside every request, in each process that serves."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

import structlog

from app.database.pool import Pool
from app.errors import CallerError
from app.matching.match import companies_due, match_some
from app.matching.members import look_at_members

POLL_S: Final = 0.25
"""How long something new waits at most. A look into empty queues costs the server about a tenth of a
millisecond; being told by NOTIFY would cost every commit that writes records a lock of the whole server, and
would not pass a connection pooler."""
CHUNK: Final = 100
"""Candidates of one round; small, because requests wait for the same processor."""

_log = structlog.get_logger(__name__)


class MatchingWorker:
    """Matches whatever is due, for as long as it runs.

    `make_pool` makes a pool of its own, so that polls take no connection away from requests and bind none of
    theirs anew; two connections are enough.
    """

    def __init__(self, make_pool: Callable[[], Pool], *, poll_s: float = POLL_S) -> None:
        self._make_pool = make_pool
        self._poll_s = poll_s
        self._failing = False

    async def run(self) -> None:
        """Match for ever; cancel it to stop. What it was at then is due again after the lease."""
        pool = self._make_pool()
        try:
            while True:
                if not await self._round(pool):
                    await asyncio.sleep(self._poll_s * random.uniform(0.8, 1.2))
        finally:
            await pool.close()

    async def _round(self, pool: Pool) -> int:
        try:
            looked_at = await match_round(pool)
        except CallerError as error:
            if not self._failing:
                _log.warning("matching_waits_for_database", code=error.code.value)
            self._failing = True
            return 0
        self._failing = False
        return looked_at


async def match_round(pool: Pool, chunk: int = CHUNK) -> int:
    """One round: some members that changed and some candidates of each of some companies; answers how many
    of both, 0 if nothing is due."""
    looked_at = await look_at_members(pool)
    for company in await companies_due(pool):
        counts = await match_some(pool, company, limit=chunk)
        looked_at += counts.total if counts is not None else 0
    return looked_at
