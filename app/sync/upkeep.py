"""What must be done from time to time: ending runs that nobody ends, forgetting what is kept for a time only.

A partner that speaks the wire API never says that it has sent everything. So a first sync or re-sync that was
fed by such calls is over when nothing has come for `SYNC_QUIET`, and the integration is LIVE then; other
runs of such calls are over after `CALLS_QUIET`. Any number of workers may do this at the same time.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

import structlog

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyId
from app.sync.idempotency import REMEMBERED
from app.sync.records import SyncRunId
from app.sync.runs import CALLS_QUIET, finish_run_within

SYNC_QUIET: Final = timedelta(minutes=30)
RESULTS_KEPT: Final = timedelta(days=90)
"""How long a run that is over tells what became of each record; its counts stay."""
LOOK_EVERY_S: Final = 60.0
COMPANIES_A_ROUND: Final = 100
ROWS_A_TIME: Final = 5_000
"""They are chosen as an array, which is looked up in the index. Of `in (select …)` PostgreSQL makes a join,
and where it has no statistics yet one that compares each with each: 4.7 s for so many."""

_log = structlog.get_logger(__name__)


async def keep_up(pool: Pool) -> NoReturn:
    """Do it for ever; run it as a task of the server, cancel it to stop."""
    while True:
        try:
            await keep_up_once(pool)
        except CallerError as error:
            _log.warning("sync_upkeep_waits", code=error.code.value)
        await asyncio.sleep(LOOK_EVERY_S * random.uniform(0.8, 1.2))


async def keep_up_once(pool: Pool, *, now: datetime | None = None) -> int:
    """One round over at most `COMPANIES_A_ROUND` companies; answers how many had anything to do."""
    at = now or datetime.now(UTC)
    companies = await pool.fetch(
        None,
        "select companies_with_sync_upkeep($1, $2, $3, $4) as id",
        [at - CALLS_QUIET, at - RESULTS_KEPT, at - REMEMBERED, COMPANIES_A_ROUND],
    )
    for row in companies:
        company = CompanyId(row["id"])
        await _end_quiet_runs(pool, company, at)
        await _forget_results(pool, company, at)
        await _forget_answers(pool, company, at)
    return len(companies)


async def _end_quiet_runs(pool: Pool, company: CompanyId, at: datetime) -> None:
    async with pool.transaction(company) as connection:
        # Whoever adds to a run holds the company, so none is ended while a record comes in.
        await connection.execute("select from company where company_id = $1 for no key update", company)
        rows = await connection.fetch(
            """
            select id
            from sync_run
            where company_id = $1 and ends_by_itself and finished_at is null
              and last_record_at < case when kind = 'CALL' then $2::timestamptz else $3::timestamptz end
            order by started_at, id
            """,
            company,
            at - CALLS_QUIET,
            at - SYNC_QUIET,
        )
        for row in rows:
            await finish_run_within(connection, company, SyncRunId(row["id"]), now=at)


async def _forget_results(pool: Pool, company: CompanyId, at: datetime) -> None:
    runs = await pool.fetch(
        company,
        """
        select id
        from sync_run
        where company_id = $1 and has_results and finished_at < $2
        order by finished_at
        limit 100
        """,
        [company, at - RESULTS_KEPT],
    )
    for run in runs:
        async with pool.transaction(company) as connection:
            gone = await connection.fetch(
                """
                delete from record_result
                where company_id = $1 and sync_run_id = $2 and id = any(array(
                  select id from record_result where company_id = $1 and sync_run_id = $2 limit $3))
                returning 1
                """,
                *(company, run["id"], ROWS_A_TIME),
            )
            if len(gone) < ROWS_A_TIME:
                await connection.execute(
                    "update sync_run set has_results = false where company_id = $1 and id = $2",
                    *(company, run["id"]),
                )


async def _forget_answers(pool: Pool, company: CompanyId, at: datetime) -> None:
    async with pool.transaction(company) as connection:
        await connection.execute(
            """
            delete from idempotent_answer
            where company_id = $1 and key_hash = any(array(
              select key_hash from idempotent_answer
              where company_id = $1 and answered_at < $2
              order by answered_at
              limit $3))
            """,
            *(company, at - REMEMBERED, ROWS_A_TIME),
        )
