"""Sync runs: how far a load has come, and what became of each of its records."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, uuid7
from app.integration.progress import open_run, run_finished
from app.sync.records import RecordEntity, RecordOutcome, RecordResult, SyncRunId

CALLS_QUIET: Final = timedelta(minutes=10)
CALLS_MAX: Final = timedelta(hours=1)


class SyncRunKind(StrEnum):
    FIRST = "FIRST"
    RESYNC = "RESYNC"
    IMPORT = "IMPORT"
    CALL = "CALL"


async def start_run(
    pool: Pool,
    company: CompanyId,
    kind: SyncRunKind,
    expected: int | None,
    *,
    entities: Sequence[RecordEntity] = tuple(RecordEntity),
    now: datetime | None = None,
) -> SyncRunId:
    """Begin a run of the company's integration; `expected` records, None if that is not known.

    Raises: CallerError as `integration_to_sync` does.
    """
    async with pool.transaction(company) as connection:
        return await start_run_within(connection, company, kind, expected, entities=entities, now=now)


async def start_run_within(
    connection: Connection,
    company: CompanyId,
    kind: SyncRunKind,
    expected: int | None,
    *,
    entities: Sequence[RecordEntity] = tuple(RecordEntity),
    now: datetime | None = None,
) -> SyncRunId:
    """The same as `start_run`, in a transaction of the caller's that is bound to the company."""
    run = SyncRunId(uuid7())
    integration = await integration_to_sync(connection, company)
    await connection.execute(
        """
        insert into sync_run (company_id, id, integration_id, kind, entities, started_at, expected)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        company,
        run,
        integration,
        kind.value,
        [entity.value for entity in entities],
        now or datetime.now(UTC),
        expected,
    )
    return run


async def integration_to_sync(connection: Connection, company: CompanyId) -> UUID:
    """The key of the company's integration, if records may be synced for it.

    Raises: CallerError, BAD_USER_INPUT if there is none, INTEGRATION_DISABLED (403) if it is not enabled.
    """
    row = await connection.fetchrow(
        "select id, state from integration where company_id = $1 and state <> 'ERASED'", company
    )
    if row is None:
        raise CallerError(ErrorCode.BAD_USER_INPUT, "This company has no integration to sync for.")
    if row["state"] not in ("SYNCING", "LIVE"):
        told = "disabled" if row["state"] == "DISABLED" else "not enabled yet"
        raise CallerError(
            ErrorCode.INTEGRATION_DISABLED, f"The integration of this company is {told}.", status=403
        )
    return UUID(int=row["id"].int)


async def record_results(
    connection: Connection,
    company: CompanyId,
    run: SyncRunId,
    results: Sequence[RecordResult],
    *,
    now: datetime | None = None,
) -> None:
    """Keep these results with the run and move its progress: `done` counts refused records too.

    In a run that ends by itself, records that changed nothing are counted and not listed: an ATS may send
    all that it has every hour.
    """
    counts = Counter((result.entity.value, result.outcome.value) for result in results)
    run_ends_by_itself = await connection.fetchval(
        """
        update sync_run r
        set done = done + $3, refused = refused + $4, last_record_at = greatest(last_record_at, $5),
          counts = (
            select coalesce(jsonb_agg(to_jsonb(summed) order by entity, outcome), '[]')
            from (
              select entity, outcome, sum(count) as count
              from (
                select known.entity, known.outcome, known.count
                from jsonb_to_recordset(r.counts) as known (entity text, outcome text, count bigint)
                union all
                select * from unnest($6::text[], $7::text[], $8::bigint[])
              ) as all_counts
              group by entity, outcome
            ) as summed)
        where company_id = $1 and id = $2
        returning ends_by_itself
        """,
        company,
        run,
        len(results),
        sum(result.outcome is RecordOutcome.REFUSED for result in results),
        now or datetime.now(UTC),
        [entity for entity, _ in counts],
        [outcome for _, outcome in counts],
        list(counts.values()),
    )
    listed = [
        result
        for result in results
        if not (run_ends_by_itself and result.outcome is RecordOutcome.UNCHANGED and result.message is None)
    ]
    if listed:
        await _list_results(connection, company, run, listed)


async def _list_results(
    connection: Connection, company: CompanyId, run: SyncRunId, results: Sequence[RecordResult]
) -> None:
    await connection.execute(
        """
        insert into record_result (company_id, sync_run_id, id, external_id, entity, outcome, message, path)
        select $1, $2, r.id, r.external_id, r.entity, r.outcome, r.message,
          string_to_array(r.path, chr(31))
        from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
          as r(id, external_id, entity, outcome, message, path)
        -- An erased integration keeps nothing that the ATS named, late records least of all.
        where not exists (
          select from sync_run s
          join integration i on i.company_id = s.company_id and i.id = s.integration_id
          where s.company_id = $1 and s.id = $2 and i.state = 'ERASED')
        """,
        company,
        run,
        [uuid7() for _ in results],
        [result.external_id for result in results],
        [result.entity.value for result in results],
        [result.outcome.value for result in results],
        [result.message for result in results],
        # Arrays of arrays must be rectangular, so a path travels as one text.
        [None if result.path is None else "\x1f".join(result.path) for result in results],
    )


async def run_of_calls(
    connection: Connection, company: CompanyId, *, now: datetime | None = None
) -> SyncRunId:
    """The run for records that come without one and that nobody ends: the wire API's.

    That is the first sync or re-sync if one goes on; else a CALL run of at most `CALLS_MAX`, begun anew after
    a pause of `CALLS_QUIET`. It ends by itself, with `app.sync.upkeep`. The caller holds the company
    (`app.sync.ingest.hold_company`).
    Raises: CallerError as `integration_to_sync` does.
    """
    at = now or datetime.now(UTC)
    ongoing = await open_run(connection, company)
    if ongoing is None:
        ongoing = await connection.fetchval(
            """
            select id
            from sync_run
            where company_id = $1 and ends_by_itself and finished_at is null and kind = 'CALL'
              and last_record_at >= $2 and started_at >= $3
            order by started_at desc, id desc
            limit 1
            """,
            *(company, at - CALLS_QUIET, at - CALLS_MAX),
        )
    run = ongoing or await start_run_within(connection, company, SyncRunKind.CALL, None, now=at)
    await connection.execute(
        """
        update sync_run
        set ends_by_itself = true, last_record_at = coalesce(last_record_at, $3)
        where company_id = $1 and id = $2 and not ends_by_itself
        """,
        *(company, run, at),
    )
    return SyncRunId(UUID(int=run.int))


async def finish_run(pool: Pool, company: CompanyId, run: SyncRunId, *, now: datetime | None = None) -> None:
    """The run is over. A run that is over stays as it is."""
    async with pool.transaction(company) as connection:
        await finish_run_within(connection, company, run, now=now)


async def finish_run_within(
    connection: Connection, company: CompanyId, run: SyncRunId, *, now: datetime | None = None
) -> None:
    """The same as `finish_run`, in a transaction of the caller's that is bound to the company.

    With the last run of a first sync or re-sync the integration is LIVE.
    """
    # What follows locks the company first, as everybody does; the run's row would be the wrong way round.
    await connection.execute("select from company where company_id = $1 for no key update", company)
    kind = await connection.fetchval(
        """
        update sync_run
        set finished_at = $3
        where company_id = $1 and id = $2 and finished_at is null
        returning kind
        """,
        company,
        run,
        now or datetime.now(UTC),
    )
    if kind in (SyncRunKind.FIRST, SyncRunKind.RESYNC):
        await run_finished(connection, company, run, now=now)
