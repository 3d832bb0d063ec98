"""Records that a partner sends through GraphQL, by the rules of the wire API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from asyncpg import Connection

from app.database.pool import Pool
from app.ids import CompanyId
from app.integration.progress import open_run
from app.refused import WriteRefused
from app.sync.ingest import delete_within, hold_company, ingest_within, refused_as
from app.sync.records import (
    Record,
    RecordEntity,
    RecordKey,
    RecordRefusedError,
    RecordResult,
    SyncRunId,
)
from app.sync.runs import (
    SyncRunKind,
    finish_run_within,
    record_results,
    run_of_calls,
    start_run_within,
)
from app.sync.wire import record_from_wire
from app.sync.wire_names import wire_name

RECORDS_MAX: Final = 100

Said: TypeAlias = Mapping[str, Any]
"""A record as a JSON object with the wire API's names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """The run that the results were added to, and a result for each record, in their order."""

    run: SyncRunId
    results: list[RecordResult]


async def sync_records(
    pool: Pool,
    company: CompanyId,
    partner: str,
    entity: RecordEntity,
    records: Sequence[Said],
    *,
    run: SyncRunId | None = None,
    unattended: bool = False,
) -> Synced:
    """Take at most `RECORDS_MAX` records of one kind in one transaction. Matching follows by itself.

    A record replaces the whole of what was known; one that breaks a rule fails alone. Without `run` the call
    is part of the first sync or re-sync if one goes on, else a run of its own, over when this returns.
    `unattended`, for the wire API: the call is added to `run_of_calls`.
    Raises: WriteRefused (TOO_MANY, NOT_FOUND, RUN_FINISHED); CallerError as `start_run` does.
    """
    if len(records) > RECORDS_MAX:
        raise WriteRefused("TOO_MANY", f"A call takes at most {RECORDS_MAX} records.", "input", "records")
    if unattended:
        return await _sync_unattended(pool, company, partner, entity, records)
    async with pool.transaction(company) as connection:
        ongoing = await open_run(connection, company) if run is None else None
        if run is not None:
            added_to = await _open_run(connection, company, run)
        elif ongoing is not None:
            added_to = SyncRunId(ongoing)
        else:
            added_to = await start_run_within(
                connection, company, SyncRunKind.CALL, len(records), entities=[entity]
            )
        results = await _take(connection, company, partner, entity, records)
        await record_results(connection, company, added_to, results)
        if run is None and ongoing is None:
            await finish_run_within(connection, company, added_to)
    return Synced(run=added_to, results=results)


async def delete_unattended(
    pool: Pool, company: CompanyId, partner: str, keys: Sequence[RecordKey]
) -> Synced:
    """Delete at most `RECORDS_MAX` records as `app.sync.ingest.delete_records`, counted in `run_of_calls`.

    Raises: CallerError as that and as `start_run` do.
    """
    async with pool.transaction(company) as connection:
        await hold_company(connection, company, partner)
        run = await run_of_calls(connection, company)
        results = await delete_within(connection, company, partner, keys, run=run)
    return Synced(run=run, results=results)


async def _sync_unattended(
    pool: Pool, company: CompanyId, partner: str, entity: RecordEntity, records: Sequence[Said]
) -> Synced:
    async with pool.transaction(company) as connection:
        await hold_company(connection, company, partner)
        run = await run_of_calls(connection, company)
        results = await _take(connection, company, partner, entity, records)
        await record_results(connection, company, run, results)
    return Synced(run=run, results=results)


async def _take(
    connection: Connection, company: CompanyId, partner: str, entity: RecordEntity, records: Sequence[Said]
) -> list[RecordResult]:
    read: list[Record | RecordResult] = [_read(entity, said) for said in records]
    valid = [one for one in read if not isinstance(one, RecordResult)]
    taken = iter(await ingest_within(connection, company, partner, valid))
    return [one if isinstance(one, RecordResult) else next(taken) for one in read]


def _read(entity: RecordEntity, said: Said) -> Record | RecordResult:
    try:
        return record_from_wire(entity, said)
    except RecordRefusedError as refusal:
        return refused_as(entity, str(said.get(wire_name(entity, "external_id"), "")), refusal)


async def _open_run(connection: Connection, company: CompanyId, run: SyncRunId) -> SyncRunId:
    """The run, if it goes on and belongs to the integration as it is now."""
    row = await connection.fetchrow(
        """
        select r.finished_at
        from sync_run r
        join integration i on i.company_id = r.company_id and i.id = r.integration_id
        where r.company_id = $1 and r.id = $2 and i.state <> 'ERASED'
        """,
        company,
        run,
    )
    if row is None:
        raise WriteRefused("NOT_FOUND", "No run of this company has this id.", "input", "runId")
    if row["finished_at"] is not None:
        raise WriteRefused("RUN_FINISHED", "This run is over; leave runId out.", "input", "runId")
    return run
