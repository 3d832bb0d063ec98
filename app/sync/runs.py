"""Sync runs: how far a load has come, and what became of each of its records."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, uuid7
from app.integration.progress import run_finished
from app.sync.records import RecordEntity, RecordOutcome, RecordResult, SyncRunId


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
    connection: Connection, company: CompanyId, run: SyncRunId, results: Sequence[RecordResult]
) -> None:
    """Keep these results with the run and move its progress: `done` counts refused records too."""
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
    await connection.execute(
        """
        update sync_run
        set done = done + $3, refused = refused + $4
        where company_id = $1 and id = $2
        """,
        company,
        run,
        len(results),
        sum(result.outcome is RecordOutcome.REFUSED for result in results),
    )


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
