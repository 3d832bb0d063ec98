"""Runs: what they count and list, which run an unattended call is part of, and when such a run is over."""

from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import orjson
import pytest

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, uuid7
from app.records.syncing import delete_unattended, sync_records
from app.sync.ingest import delete_records, ingest
from app.sync.records import RecordEntity, RecordKey, SyncRunId
from app.sync.runs import CALLS_MAX, CALLS_QUIET, SyncRunKind, finish_run, run_of_calls, start_run
from app.sync.upkeep import RESULTS_KEPT, ROWS_A_TIME, SYNC_QUIET, keep_up_once
from tests.sync.companies import PARTNER, T0
from tests.sync.test_ingest import ALL, APPLICATION, LOCKE

MOMENT = timedelta(seconds=1)
ANN = {"atsCandidateId": "c1", "firstName": "Ann", "atsCreatedAt": 1, "atsLastModifiedAt": 2}
KEY = RecordKey(entity=RecordEntity.CANDIDATE, external_id="c1")


async def of_calls(pool: Pool, company: CompanyId, now: datetime) -> SyncRunId:
    async with pool.transaction(company) as connection:
        return await run_of_calls(connection, company, now=now)


async def is_over(owner: asyncpg.Connection, run: SyncRunId) -> bool:
    return bool(await owner.fetchval("select finished_at is not null from sync_run where id = $1", run))


async def counts(owner: asyncpg.Connection) -> dict[tuple[str, str], int]:
    said = orjson.loads(await owner.fetchval("select counts from sync_run"))
    return {(one["entity"], one["outcome"]): one["count"] for one in said}


async def test_a_run_counts_its_records_by_entity_and_outcome(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    run = await start_run(pool, company, SyncRunKind.CALL, None)
    await ingest(
        pool, company, PARTNER, [LOCKE, replace(APPLICATION, external_id="a2"), APPLICATION], run=run
    )
    await ingest(pool, company, PARTNER, [LOCKE, replace(LOCKE, external_id="")], run=run)
    await delete_records(pool, company, PARTNER, [KEY], run=run)
    assert await counts(owner) == {
        ("candidate", "CREATED"): 1,
        ("application", "WAITING"): 2,
        ("candidate", "UNCHANGED"): 1,
        ("candidate", "REFUSED"): 1,
        ("candidate", "DELETED"): 1,
    }
    row = await owner.fetchrow("select done, refused from sync_run")
    assert row is not None
    assert tuple(row) == (6, 1)
    assert await owner.fetchval("select count(*) from record_result") == 6


async def test_unattended_calls_share_a_run_until_they_pause(pool: Pool, company: CompanyId) -> None:
    first = await of_calls(pool, company, T0)
    assert await of_calls(pool, company, T0 + CALLS_QUIET) == first
    assert await of_calls(pool, company, T0 + CALLS_QUIET + MOMENT) != first


async def test_a_run_of_calls_that_never_pause_is_ended_after_a_while(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    first = await of_calls(pool, company, T0)
    await owner.execute("update sync_run set last_record_at = $1", T0 + CALLS_MAX + MOMENT)
    second = await of_calls(pool, company, T0 + CALLS_MAX + 2 * MOMENT)
    assert second != first
    await keep_up_once(pool, now=T0 + CALLS_MAX + CALLS_QUIET + 2 * MOMENT)
    assert (await is_over(owner, first), await is_over(owner, second)) == (True, False)


@pytest.mark.parametrize("kind", [SyncRunKind.FIRST, SyncRunKind.RESYNC])
async def test_a_first_sync_by_unattended_calls_is_over_when_nothing_comes_any_more(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, kind: SyncRunKind
) -> None:
    await owner.execute("update integration set state = 'SYNCING'")
    run = await start_run(pool, company, kind, None, now=T0)
    if kind is SyncRunKind.RESYNC:
        await owner.execute("update integration set resync_due = true, resync_run_id = $1", run)
    assert await of_calls(pool, company, T0) == run
    await ingest(pool, company, PARTNER, ALL, run=run, now=T0)
    await keep_up_once(pool, now=T0 + SYNC_QUIET)
    assert not await is_over(owner, run)
    await keep_up_once(pool, now=T0 + SYNC_QUIET + MOMENT)
    assert await is_over(owner, run)
    row = await owner.fetchrow("select state, resync_due from integration")
    assert row is not None
    assert tuple(row) == ("LIVE", False)


async def test_a_first_sync_that_somebody_attends_is_not_ended_for_them(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await owner.execute("update integration set state = 'SYNCING'")
    run = await start_run(pool, company, SyncRunKind.FIRST, None, now=T0)
    await ingest(pool, company, PARTNER, ALL, run=run, now=T0)
    await keep_up_once(pool, now=T0 + 100 * SYNC_QUIET)
    assert not await is_over(owner, run)


async def test_a_first_sync_that_has_not_begun_goes_on(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await owner.execute("update integration set state = 'SYNCING'")
    run = await start_run(pool, company, SyncRunKind.FIRST, None, now=T0)
    await keep_up_once(pool, now=T0 + 100 * SYNC_QUIET)
    assert not await is_over(owner, run)


async def test_unattended_records_and_deletes_are_counted_and_only_changes_listed(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    bad = {"atsCandidateId": "c2"}
    runs = set()
    for _ in range(3):
        synced = await sync_records(
            pool, company, PARTNER, RecordEntity.CANDIDATE, [ANN, bad], unattended=True
        )
        runs.add(synced.run)
        assert [one.external_id for one in synced.results] == ["c1", "c2"]
    runs.add((await delete_unattended(pool, company, PARTNER, [KEY])).run)
    assert len(runs) == 1
    assert await counts(owner) == {
        ("candidate", "CREATED"): 1,
        ("candidate", "UNCHANGED"): 2,
        ("candidate", "REFUSED"): 3,
        ("candidate", "DELETED"): 1,
    }
    listed = await owner.fetch("select outcome, count(*) from record_result group by 1")
    assert {tuple(row) for row in listed} == {("CREATED", 1), ("REFUSED", 3), ("DELETED", 1)}


async def test_unattended_calls_are_refused_while_the_integration_is_disabled(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await owner.execute("update integration set state = 'DISABLED'")
    for call in (
        sync_records(pool, company, PARTNER, RecordEntity.CANDIDATE, [ANN], unattended=True),
        delete_unattended(pool, company, PARTNER, [KEY]),
    ):
        with pytest.raises(CallerError) as refused:
            await call
        assert (refused.value.code, refused.value.status) == (ErrorCode.INTEGRATION_DISABLED, 403)
    assert await owner.fetchval("select count(*) from sync_run") == 0


async def test_results_are_forgotten_after_a_time_and_counts_stay(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    old = await start_run(pool, company, SyncRunKind.CALL, None, now=T0)
    await ingest(pool, company, PARTNER, ALL, run=old, now=T0)
    await finish_run(pool, company, old, now=T0)
    await owner.execute(
        """
        insert into record_result (company_id, sync_run_id, id, external_id, entity, outcome)
        select $1, $2, gen_random_uuid(), 'x', 'job', 'CREATED' from generate_series(1, $3::integer)
        """,
        *(company, old, ROWS_A_TIME),
    )
    late = T0 + RESULTS_KEPT
    young = await start_run(pool, company, SyncRunKind.CALL, None, now=late)
    await ingest(pool, company, PARTNER, ALL, run=young, now=late)
    await finish_run(pool, company, young, now=late)
    for _ in range(3):
        await keep_up_once(pool, now=late + MOMENT)
    rows = await owner.fetch("select sync_run_id from record_result")
    assert [row["sync_run_id"] for row in rows] == [young] * len(ALL)
    assert await keep_up_once(pool, now=late + MOMENT) == 0
    assert await owner.fetchval("select jsonb_array_length(counts) from sync_run where id = $1", old) > 0


async def test_remembered_answers_are_forgotten_after_a_day(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    for hours in (0, 2):
        await owner.execute(
            "insert into idempotent_answer values ($1, $2, $3, 200, '{}', '', $4)",
            *(company, uuid7().bytes * 2, bytes(32), T0 + timedelta(hours=hours)),
        )
    assert await keep_up_once(pool, now=T0 + timedelta(hours=25)) == 1
    assert await owner.fetchval("select count(*) from idempotent_answer") == 1
    assert await keep_up_once(pool, now=T0 + timedelta(hours=25)) == 0
