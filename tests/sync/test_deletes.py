"""Deletes: what goes with a record, what stays, and what may bring it back."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, uuid7
from app.sync.ingest import BATCH_MAX, delete_records, ingest
from app.sync.records import Record, RecordEntity, RecordKey, RecordOutcome, RecordResult, SyncRunId
from app.sync.runs import SyncRunKind, start_run
from tests.sync.companies import PARTNER, T0, live_company
from tests.sync.test_ingest import (
    ALL,
    APPLICATION,
    FEEDBACK,
    HOUR,
    JOB,
    LOCKE,
    NOTE,
    NOTE_ON_APPLICATION,
    STAGE,
)

CANDIDATE_KEY = RecordKey(entity=RecordEntity.CANDIDATE, external_id="c1")
APPLICATION_KEY = RecordKey(entity=RecordEntity.APPLICATION, external_id="a1")
JOB_KEY = RecordKey(entity=RecordEntity.JOB, external_id="j1")
NOTE_KEY = RecordKey(entity=RecordEntity.NOTE, external_id="n1", candidate_external_id="c1")
NOTE_ON_APPLICATION_KEY = RecordKey(entity=RecordEntity.NOTE, external_id="n1", application_external_id="a1")
STAGE_KEY = RecordKey(entity=RecordEntity.STAGE, external_id="s1", application_external_id="a1")
FEEDBACK_KEY = RecordKey(
    entity=RecordEntity.INTERVIEW_FEEDBACK, external_id="f1", application_external_id="a1"
)
EVERYTHING: list[Record] = [*ALL, NOTE_ON_APPLICATION]
KEYS: dict[RecordKey, Record] = {
    CANDIDATE_KEY: LOCKE,
    APPLICATION_KEY: APPLICATION,
    JOB_KEY: JOB,
    NOTE_KEY: NOTE,
    NOTE_ON_APPLICATION_KEY: NOTE_ON_APPLICATION,
    STAGE_KEY: STAGE,
    FEEDBACK_KEY: FEEDBACK,
}
TABLES = ("job", "candidate", "application", "application_stage", "note", "interview_feedback")
DELETED_AT = T0 + 10 * HOUR


async def delete(
    pool: Pool, company: CompanyId, *keys: RecordKey, now: datetime = DELETED_AT
) -> list[RecordResult]:
    return await delete_records(pool, company, PARTNER, keys, now=now)


async def send(pool: Pool, company: CompanyId, *records: Record) -> list[RecordOutcome]:
    results = await ingest(pool, company, PARTNER, records, now=T0 + 20 * HOUR)
    return [result.outcome for result in results]


async def there(owner: asyncpg.Connection) -> dict[str, int]:
    counts = {table: await owner.fetchval(f"select count(*) from {table}") for table in TABLES}
    return {table: count for table, count in counts.items() if count}


async def test_a_candidate_takes_everything_about_the_person_with_it(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    [result] = await delete(pool, company, CANDIDATE_KEY)
    assert (result.outcome, result.message) == (RecordOutcome.DELETED, None)
    assert result.id is not None
    assert await there(owner) == {"job": 1}
    for table in ("candidate_tag", "candidate_search", "candidate_alternative", "waiting_record"):
        assert await owner.fetchval(f"select count(*) from {table}") == 0


async def test_a_candidate_takes_applications_that_waited_for_it_too(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    """A delete may be the first that we hear of somebody: what came before it is about the same person."""
    await send(pool, company, APPLICATION, STAGE, NOTE)
    await delete(pool, company, CANDIDATE_KEY)
    assert await there(owner) == {}
    assert await owner.fetchval("select count(*) from waiting_record") == 0


async def test_an_application_takes_its_notes_feedback_and_stages(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    await delete(pool, company, APPLICATION_KEY)
    assert await there(owner) == {"job": 1, "candidate": 1, "note": 1}


async def test_a_job_leaves_its_applications_without_a_job(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    await delete(pool, company, JOB_KEY)
    assert "job" not in await there(owner)
    row = await owner.fetchrow("select job_id, job_external_id from application")
    assert row is not None
    assert tuple(row) == (None, "j1")
    later = replace(JOB, ats_last_modified_at=DELETED_AT + HOUR)
    assert await send(pool, company, later) == [RecordOutcome.CREATED]
    assert await owner.fetchval("select job_id is not null from application")


@pytest.mark.parametrize("key", [CANDIDATE_KEY, JOB_KEY])
async def test_exports_go_with_their_candidate_and_their_job(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, key: RecordKey
) -> None:
    """Otherwise the member could not be exported again."""
    await ingest(pool, company, PARTNER, EVERYTHING)
    contract, seat = uuid7(), uuid7()
    await owner.execute(
        "insert into contract values ($1, $2, 'urn:li:contract:1', 'One', 'RECRUITER_CORPORATE')",
        *(company, contract),
    )
    await owner.execute(
        """
        insert into seat (company_id, id, contract_id, urn, first_name, last_name, state, created_at)
        values ($1, $2, $3, 'urn:li:seat:1', 'Ada', 'L', 'ACTIVE', $4)
        """,
        *(company, seat, contract, T0),
    )
    await owner.execute(
        """
        insert into export (company_id, id, member_urn, job_id, seat_id, candidate_id, state, requested_at)
        select $1, $2, 'urn:li:person:x', j.id, $3, c.id, 'CREATED', $4 from job j, candidate c
        """,
        *(company, uuid7(), seat, T0),
    )
    await delete(pool, company, key)
    assert await owner.fetchval("select count(*) from export") == 0


@pytest.mark.parametrize("key", KEYS)
async def test_what_is_deleted_is_not_there_and_stays_so_for_older_states(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, key: RecordKey
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    before = await there(owner)
    assert [one.outcome for one in await delete(pool, company, key)] == [RecordOutcome.DELETED]
    after = await there(owner)
    assert sum(after.values()) < sum(before.values())
    late = await ingest(pool, company, PARTNER, [KEYS[key]], now=T0 + 20 * HOUR)
    assert [one.outcome for one in late] == [RecordOutcome.STALE]
    assert late[0].message is not None
    assert "was deleted at 2024-03-01T19:00:00.000Z" in late[0].message
    assert await there(owner) == after


@pytest.mark.parametrize("key", KEYS)
async def test_deleting_what_is_not_there_succeeds_and_keeps_late_ones_out(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, key: RecordKey
) -> None:
    [result] = await delete(pool, company, key)
    assert (result.outcome, result.message, result.id) == (
        RecordOutcome.DELETED,
        "There was no such record.",
        None,
    )
    assert await send(pool, company, KEYS[key]) == [RecordOutcome.STALE]
    assert await there(owner) == {}


@pytest.mark.parametrize("key", [NOTE_KEY, NOTE_ON_APPLICATION_KEY, STAGE_KEY, FEEDBACK_KEY])
async def test_a_child_may_be_deleted_after_its_parent(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, key: RecordKey
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    results = await delete(pool, company, CANDIDATE_KEY, APPLICATION_KEY)
    results += await delete(pool, company, key, now=DELETED_AT + HOUR)
    assert {one.outcome for one in results} == {RecordOutcome.DELETED}
    assert await there(owner) == {"job": 1}


async def test_a_batch_names_parents_and_children_in_any_order_and_twice(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    results = await delete(pool, company, *KEYS, *reversed(KEYS))
    assert {one.outcome for one in results} == {RecordOutcome.DELETED}
    assert [one.external_id for one in results] == [key.external_id for key in (*KEYS, *reversed(KEYS))]
    assert all(one.id is not None for one in results)
    assert await there(owner) == {}


async def test_late_children_of_what_was_deleted_stay_out(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, [JOB, LOCKE, APPLICATION])
    await delete(pool, company, CANDIDATE_KEY)
    late: list[Record] = [APPLICATION, replace(APPLICATION, external_id="a2"), NOTE, STAGE, FEEDBACK]
    assert await send(pool, company, *late) == [RecordOutcome.STALE] * 5
    assert await there(owner) == {"job": 1}
    assert await owner.fetchval("select count(*) from waiting_record") == 0


async def test_a_later_state_comes_in_again_without_what_it_had(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    await delete(pool, company, CANDIDATE_KEY)
    again = replace(LOCKE, tags=None, ats_last_modified_at=DELETED_AT + HOUR)
    assert await send(pool, company, again, APPLICATION) == [RecordOutcome.CREATED, RecordOutcome.STALE]
    assert await there(owner) == {"job": 1, "candidate": 1}
    assert await owner.fetchval("select count(*) from candidate_tag") == 0
    assert await send(pool, company, replace(again, ats_last_modified_at=DELETED_AT)) == [RecordOutcome.STALE]


async def test_what_the_deleted_state_said_of_its_time_counts_if_the_atss_clock_is_ahead(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    ahead = replace(LOCKE, ats_last_modified_at=DELETED_AT + HOUR)
    await ingest(pool, company, PARTNER, [ahead])
    await delete(pool, company, CANDIDATE_KEY)
    assert await send(pool, company, ahead) == [RecordOutcome.STALE]
    assert await there(owner) == {}


async def test_what_says_no_time_counts_from_now(pool: Pool, company: CompanyId) -> None:
    await delete(pool, company, CANDIDATE_KEY, JOB_KEY)
    timeless: list[Record] = [
        replace(LOCKE, ats_created_at=None, ats_last_modified_at=None),
        replace(JOB, ats_created_at=None, ats_last_modified_at=None),
    ]
    assert await send(pool, company, *timeless) == [RecordOutcome.CREATED] * 2


async def test_the_stage_of_an_application_follows_what_is_left(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    later = replace(STAGE, external_id="s2", name="Offer", entered_at=T0 + HOUR)
    await ingest(pool, company, PARTNER, [*ALL, later])
    assert await owner.fetchval("select stage from application") == "Offer"
    await delete(pool, company, replace(STAGE_KEY, external_id="s2"))
    assert await owner.fetchval("select stage from application") == "Screening"
    await delete(pool, company, STAGE_KEY)
    assert await owner.fetchval("select stage from application") is None


async def test_a_delete_is_for_its_own_company_partner_kind_and_parent(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    other = await live_company(owner, partner="Other ATS")
    await ingest(pool, company, PARTNER, EVERYTHING)
    await ingest(pool, other, PARTNER, EVERYTHING)
    await ingest(pool, company, "Other ATS", EVERYTHING)
    await delete(pool, company, NOTE_KEY, replace(CANDIDATE_KEY, external_id="a1"))
    assert await there(owner) == {table: 6 if table == "note" else 3 for table in TABLES} | {"note": 5}
    assert await send(pool, company, NOTE_ON_APPLICATION) == [RecordOutcome.UNCHANGED]
    await delete(pool, company, CANDIDATE_KEY)
    assert await owner.fetchval("select count(*) from candidate") == 2
    assert await send(pool, other, LOCKE) == [RecordOutcome.UNCHANGED]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (replace(CANDIDATE_KEY, external_id="a\x00"), "atsCandidateId"),
        (replace(CANDIDATE_KEY, external_id="\ud800"), "atsCandidateId"),
        (replace(CANDIDATE_KEY, external_id="x" * 301), "atsCandidateId"),
        (replace(CANDIDATE_KEY, external_id=" "), "atsCandidateId"),
        (replace(STAGE_KEY, application_external_id=None), "atsJobApplicationId"),
        (replace(NOTE_KEY, application_external_id="a1"), "atsJobApplicationId"),
    ],
)
async def test_a_key_that_no_record_can_have_fails_alone(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, key: RecordKey, path: str
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    first, bad, last = await delete(pool, company, STAGE_KEY, key, FEEDBACK_KEY)
    assert (bad.outcome, bad.path) == (RecordOutcome.REFUSED, (path,))
    assert first.outcome is last.outcome is RecordOutcome.DELETED
    assert "interview_feedback" not in await there(owner)


async def test_deletes_count_in_their_run(pool: Pool, company: CompanyId, owner: asyncpg.Connection) -> None:
    run: SyncRunId = await start_run(pool, company, SyncRunKind.CALL, 2)
    await delete_records(pool, company, PARTNER, [CANDIDATE_KEY, JOB_KEY], run=run)
    assert await owner.fetchval("select done from sync_run") == 2
    rows = await owner.fetch("select entity, outcome from record_result order by id")
    assert [tuple(row) for row in rows] == [("candidate", "DELETED"), ("job", "DELETED")]


async def test_nothing_is_deleted_while_the_integration_is_disabled(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, EVERYTHING)
    await owner.execute("update integration set state = 'DISABLED'")
    with pytest.raises(CallerError) as refused:
        await delete(pool, company, CANDIDATE_KEY)
    assert (refused.value.code, refused.value.status) == (ErrorCode.INTEGRATION_DISABLED, 403)
    assert (await there(owner))["candidate"] == 1


async def test_a_batch_that_is_too_large_is_refused(pool: Pool, company: CompanyId) -> None:
    with pytest.raises(CallerError):
        await delete(pool, company, *[CANDIDATE_KEY] * (BATCH_MAX + 1))


async def test_what_is_kept_of_a_deletion_does_not_tell_what_it_was(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    secret = replace(CANDIDATE_KEY, external_id="john.locke@example.com")
    await delete(pool, company, secret)
    row = await owner.fetchval("select to_jsonb(deleted_record)::text from deleted_record")
    assert "locke" not in row


async def test_deletes_and_records_at_once_never_deadlock_nor_leave_halves(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    def later(minutes: int) -> list[Record]:
        at = DELETED_AT + timedelta(minutes=minutes)
        return [
            replace(LOCKE, ats_last_modified_at=at),
            replace(APPLICATION, ats_last_modified_at=at),
            replace(STAGE, entered_at=at),
        ]

    await asyncio.gather(
        *(ingest(pool, company, PARTNER, later(minute)) for minute in range(1, 20)),
        *(
            delete(pool, company, APPLICATION_KEY, CANDIDATE_KEY, now=DELETED_AT + timedelta(minutes=minute))
            for minute in range(1, 20)
        ),
    )
    left = await there(owner)
    assert left.get("candidate", 0) <= 1
    orphans = await owner.fetchval(
        """
        select count(*) from application a
        where candidate_id is null and exists (
          select from candidate c where c.company_id = a.company_id and c.external_id = 'c1')
        """
    )
    assert orphans == 0
