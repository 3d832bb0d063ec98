"""Ranking members for the jobs that are due, aside from every request.

Any number of workers may do this at once, in one process or in many: a job that is taken is not due again
before the lease is over, so it is ranked by one of them, and by another one if that one dies.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyId, JobId
from app.matching.recommend import rank_matches

POLL_S: Final = 5.0
LEASE: Final = timedelta(minutes=5)
COMPANIES_A_ROUND: Final = 20
JOBS_OF_A_COMPANY: Final = 5
"""Jobs of one company in a round: one that syncs thousands of them does not hold up the others."""

_log = structlog.get_logger(__name__)


class RankingWorker:
    """Ranks whatever is due, for as long as it runs."""

    def __init__(self, pool: Pool, *, poll_s: float = POLL_S) -> None:
        self._pool = pool
        self._poll_s = poll_s
        self._failing = False

    async def run(self) -> None:
        """Rank for ever; cancel it to stop. A job that was being ranked then is due after the lease."""
        while True:
            if not await self._round():
                await asyncio.sleep(self._poll_s * random.uniform(0.8, 1.2))

    async def _round(self) -> int:
        try:
            ranked = await rank_due(self._pool)
        except CallerError as error:
            if not self._failing:
                _log.warning("ranking_waits_for_database", code=error.code.value)
            self._failing = True
            return 0
        self._failing = False
        return ranked


async def rank_due(pool: Pool) -> int:
    """One round: rank some jobs of some companies that are due; answers how many, 0 if nothing is due."""
    companies = await pool.fetch(None, "select companies_to_rank($1) as id", [COMPANIES_A_ROUND])
    ranked = 0
    for row in companies:
        company = CompanyId(row["id"])
        for job in await _take(pool, company):
            await rank_matches(pool, company, [job])
            ranked += 1
    return ranked


async def _take(pool: Pool, company: CompanyId) -> list[JobId]:
    """Some jobs that are due, the longest waiting first; they are this worker's until the lease is over."""
    now = datetime.now(UTC)
    async with pool.transaction(company) as connection:
        rows = await connection.fetch(
            """
            update job_ranking r
            set due_at = $3
            from (
              select job_id from job_ranking
              where company_id = $1 and due_at <= $2
              order by due_at, job_id
              limit $4
              for update skip locked
            ) as due
            where r.company_id = $1 and r.job_id = due.job_id
            returning r.job_id
            """,
            company,
            now,
            now + LEASE,
            JOBS_OF_A_COMPANY,
        )
    return [JobId(row["job_id"]) for row in rows]
