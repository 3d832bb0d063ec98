"""What becomes of a record: created, updated, unchanged, stale, waiting or refused, and what is stored."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.sync.ingest import BATCH_MAX, ingest, touched_candidates
from app.sync.records import (
    Address,
    ApplicationRecord,
    ApplicationStatus,
    CandidateRecord,
    Evaluation,
    FeedbackRecord,
    HiringTeamMember,
    JobRecord,
    NoteRecord,
    PhoneNumber,
    Record,
    RecordOutcome,
    StageRecord,
    TagName,
)
from app.sync.runs import SyncRunKind, finish_run, start_run
from tests.sync.companies import PARTNER, T0, live_company

CREATED, UPDATED, UNCHANGED, STALE, WAITING, REFUSED = (
    RecordOutcome.CREATED,
    RecordOutcome.UPDATED,
    RecordOutcome.UNCHANGED,
    RecordOutcome.STALE,
    RecordOutcome.WAITING,
    RecordOutcome.REFUSED,
)
HOUR = timedelta(hours=1)
LOCKE = CandidateRecord(
    external_id="c1",
    first_name="John",
    last_name="Locke",
    email_addresses=("john@example.com",),
    phone_numbers=(PhoneNumber(number="+1 555 555 5555", extension="12"),),
    addresses=(Address(line1="1 Main St", city="Boston", postal_code="02101"),),
    current_company_name="Box Company",
    custom_fields={"salary": {"min": 1.5, "currency": "USD"}, "remote": True},
    tags=(TagName("Python"), TagName("Ruby")),
    ats_created_at=T0,
    ats_last_modified_at=T0 + HOUR,
)
JOB = JobRecord(
    external_id="j1",
    title="Engineer",
    hiring_team=(HiringTeamMember(name="Ana Lucia", role="Recruiter"),),
    ats_created_at=T0,
    ats_last_modified_at=T0 + HOUR,
)
APPLICATION = ApplicationRecord(
    external_id="a1",
    candidate_external_id="c1",
    job_external_id="j1",
    ats_created_at=T0,
    ats_last_modified_at=T0 + HOUR,
)
STAGE = StageRecord(external_id="s1", application_external_id="a1", name="Screening", entered_at=T0)
NOTE = NoteRecord(external_id="n1", candidate_external_id="c1", body="Calls back.", ats_created_at=T0)
NOTE_ON_APPLICATION = replace(NOTE, candidate_external_id=None, application_external_id="a1")
FEEDBACK = FeedbackRecord(
    external_id="f1",
    application_external_id="a1",
    interviewer_name="Kate Austen",
    evaluations=(Evaluation(attribute="Communication", result="yes"),),
    ats_created_at=T0,
)
ALL: list[Record] = [JOB, LOCKE, APPLICATION, STAGE, NOTE, FEEDBACK]


async def outcomes(pool: Pool, company: CompanyId, *records: Record) -> list[RecordOutcome]:
    return [result.outcome for result in await ingest(pool, company, PARTNER, records)]


async def test_every_kind_is_created_then_unchanged(pool: Pool, company: CompanyId) -> None:
    assert await outcomes(pool, company, *ALL) == [CREATED] * 6
    assert await outcomes(pool, company, *ALL) == [UNCHANGED] * 6


async def test_children_may_stand_before_their_parents_in_a_batch(pool: Pool, company: CompanyId) -> None:
    assert await outcomes(pool, company, *reversed(ALL)) == [CREATED] * 6


async def test_an_unchanged_record_writes_nothing(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, ALL)
    tables = ("job", "candidate", "application", "application_stage", "note", "interview_feedback")
    before = [await owner.fetch(f"select xmin, * from {table}") for table in tables]
    await ingest(pool, company, PARTNER, ALL)
    assert [await owner.fetch(f"select xmin, * from {table}") for table in tables] == before


async def test_what_the_ats_says_is_what_is_stored(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, ALL, now=T0 + 5 * HOUR)
    candidate = await owner.fetchrow("select * from candidate")
    assert candidate is not None
    assert candidate["email_addresses"] == ["john@example.com"]
    assert candidate["phone_numbers"] == '[{"number": "+1 555 555 5555", "extension": "12"}]'
    assert candidate["addresses"] == '[{"city": "Boston", "line1": "1 Main St", "postalCode": "02101"}]'
    assert candidate["custom_fields"] == '{"remote": true, "salary": {"min": 1.5, "currency": "USD"}}'
    assert (candidate["created_at"], candidate["last_modified_at"]) == (T0, T0 + HOUR)
    assert candidate["synced_at"] == T0 + 5 * HOUR
    assert (
        await owner.fetchval("select hiring_team from job") == '[{"name": "Ana Lucia", "role": "Recruiter"}]'
    )
    assert (
        await owner.fetchval("select evaluations from interview_feedback")
        == '[{"result": "yes", "attribute": "Communication"}]'
    )


async def test_an_older_state_never_overwrites_a_newer_one(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, [LOCKE])
    older = replace(LOCKE, first_name="Jonathan", tags=(), ats_last_modified_at=T0 + HOUR / 2)
    assert await outcomes(pool, company, older) == [STALE]
    assert await owner.fetchval("select first_name from candidate") == "John"
    assert await owner.fetchval("select count(*) from candidate_tag") == 2


async def test_a_field_that_is_left_out_becomes_null(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, [LOCKE])
    bare = CandidateRecord(external_id="c1", first_name="John", ats_last_modified_at=T0 + 2 * HOUR)
    assert await outcomes(pool, company, bare) == [UPDATED]
    row = await owner.fetchrow("select * from candidate")
    assert row is not None
    assert (row["last_name"], row["current_company_name"], row["email_addresses"]) == (None, None, [])
    assert (row["phone_numbers"], row["addresses"], row["custom_fields"]) == ("[]", "[]", "{}")
    assert row["created_at"] == T0


async def test_tags_and_do_not_contact_stay_where_the_caller_cannot_say_them(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, [replace(LOCKE, do_not_contact=True)])
    silent = replace(LOCKE, tags=None, do_not_contact=None, last_name="Lock")
    assert await outcomes(pool, company, silent) == [UPDATED]
    assert await owner.fetchval("select do_not_contact from candidate")
    assert await owner.fetchval("select count(*) from candidate_tag") == 2


async def test_tags_are_replaced_and_alone_make_an_update(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await ingest(pool, company, PARTNER, [LOCKE], now=T0 + HOUR)
    retagged = replace(LOCKE, tags=(TagName("Python"), TagName("Perl")))
    [result] = await ingest(pool, company, PARTNER, [retagged], now=T0 + 9 * HOUR)
    assert result.outcome is UPDATED
    names = await owner.fetch("select name from tag join candidate_tag on tag_id = tag.id order by name")
    assert [row["name"] for row in names] == ["Perl", "Python"]
    assert await owner.fetchval("select synced_at from candidate") == T0 + 9 * HOUR


@pytest.mark.parametrize("name", ["Do Not Contact", "do-not-contact", "DNC", "DO_NOT_CONTACT"])
async def test_a_tag_that_says_do_not_contact_decides_it(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, name: str
) -> None:
    await ingest(pool, company, PARTNER, [replace(LOCKE, tags=(TagName(name),))])
    assert await owner.fetchval("select do_not_contact from candidate")
    await ingest(pool, company, PARTNER, [replace(LOCKE, tags=())])
    assert not await owner.fetchval("select do_not_contact from candidate")


async def test_an_application_waits_for_whom_and_what_it_names(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    [result] = await ingest(pool, company, PARTNER, [APPLICATION])
    assert result.outcome is WAITING
    assert result.message == "Waits for candidate c1 and job j1, not arrived yet."
    assert result.path == ("atsCandidateId",)
    [again] = await ingest(pool, company, PARTNER, [APPLICATION])
    assert (again.outcome, again.message) == (UNCHANGED, result.message)

    await ingest(pool, company, PARTNER, [LOCKE])
    [half] = await ingest(pool, company, PARTNER, [APPLICATION])
    assert (half.outcome, half.path) == (UNCHANGED, ("atsJobPostingId",))
    await ingest(pool, company, PARTNER, [JOB])
    assert await owner.fetchval("select candidate_id is not null and job_id is not null from application")
    assert await outcomes(pool, company, APPLICATION) == [UNCHANGED]


async def test_application_and_candidate_that_arrive_at_the_same_time_find_each_other(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    for number in range(12):
        candidate = replace(LOCKE, external_id=f"c{number}", tags=None)
        application = replace(
            APPLICATION, external_id=f"a{number}", candidate_external_id=f"c{number}", job_external_id=None
        )
        await asyncio.gather(
            ingest(pool, company, PARTNER, [application]), ingest(pool, company, PARTNER, [candidate])
        )
    assert await owner.fetchval("select count(*) from application where candidate_id is null") == 0


@pytest.mark.parametrize("record", [STAGE, NOTE, FEEDBACK, NOTE_ON_APPLICATION])
async def test_what_comes_before_what_it_belongs_to_waits_and_is_there_when_that_arrives(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, record: Record
) -> None:
    [result] = await ingest(pool, company, PARTNER, [record])
    assert result.outcome is WAITING
    assert result.message in (
        "Waits for application a1, not arrived yet.",
        "Waits for candidate c1, not arrived yet.",
    )
    assert result.path in (("atsJobApplicationId",), ("atsCandidateId",))
    assert await outcomes(pool, company, record) == [UNCHANGED]
    assert await outcomes(pool, company, LOCKE, APPLICATION) == [CREATED, WAITING]
    assert await outcomes(pool, company, record) == [UNCHANGED]
    assert await owner.fetchval("select count(*) from waiting_record") == 0
    tables = ("application_stage", "note", "interview_feedback")
    assert sum([await owner.fetchval(f"select count(*) from {table}") for table in tables]) == 1


async def test_of_what_waits_the_latest_state_counts(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    later = replace(NOTE, body="Called back.", ats_last_modified_at=T0 + HOUR)
    assert await outcomes(pool, company, later) == [WAITING]
    assert await outcomes(pool, company, NOTE) == [STALE]
    await ingest(pool, company, PARTNER, [LOCKE])
    assert await owner.fetchval("select body from note") == "Called back."
    moved = replace(STAGE, name="Interview")
    assert await outcomes(pool, company, STAGE, moved) == [WAITING, WAITING]
    await ingest(pool, company, PARTNER, [APPLICATION])
    assert await owner.fetchval("select stage from application") == "Interview"


async def test_the_stage_of_an_application_is_the_one_it_entered_last(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    offer = StageRecord(
        external_id="s9", application_external_id="a1", name="Offer", entered_at=T0 + 3 * HOUR
    )
    await ingest(pool, company, PARTNER, [APPLICATION, offer])
    await ingest(pool, company, PARTNER, [STAGE])
    assert await owner.fetchval("select stage from application") == "Offer"
    await ingest(pool, company, PARTNER, [replace(STAGE, name="Second look", entered_at=T0 + 4 * HOUR)])
    assert await owner.fetchval("select stage from application") == "Second look"
    await ingest(pool, company, PARTNER, [replace(APPLICATION, ats_last_modified_at=T0 + 6 * HOUR)])
    assert await owner.fetchval("select stage from application") == "Second look"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "ACTIVE"),
        ({"disposition_reason": "Too far away"}, "REJECTED"),
        ({"rejected_at": T0}, "REJECTED"),
        ({"status": ApplicationStatus.HIRED, "disposition_reason": "Hired"}, "HIRED"),
    ],
)
async def test_the_status_follows_from_what_the_wire_api_can_say(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, said: dict[str, object], status: str
) -> None:
    await ingest(pool, company, PARTNER, [replace(APPLICATION, **said)])  # type: ignore[arg-type]
    assert await owner.fetchval("select status from application") == status


async def test_a_note_may_hang_on_candidate_or_application_under_the_same_id(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    on_application = replace(NOTE, candidate_external_id=None, application_external_id="a1")
    assert await outcomes(pool, company, LOCKE, APPLICATION, NOTE, on_application) == [
        CREATED,
        WAITING,
        CREATED,
        CREATED,
    ]
    assert await owner.fetchval("select count(*) from note") == 2


async def test_a_bad_record_fails_alone(pool: Pool, company: CompanyId, owner: asyncpg.Connection) -> None:
    bad = replace(LOCKE, external_id="c2", email_addresses=("ok@example.com", "nonsense"))
    good = replace(LOCKE, external_id="c3")
    results = await ingest(pool, company, PARTNER, [LOCKE, bad, good])
    assert [result.outcome for result in results] == [CREATED, REFUSED, CREATED]
    assert results[1].path == ("emailAddresses", "1")
    assert results[1].message == "emailAddresses.1 does not look like an e-mail address (x@x.x)."
    assert await owner.fetchval("select count(*) from candidate") == 2


async def test_records_of_one_key_in_a_batch_are_taken_in_their_order(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    later = replace(LOCKE, first_name="Jack", ats_last_modified_at=T0 + 2 * HOUR)
    assert await outcomes(pool, company, LOCKE, later, LOCKE, later) == [CREATED, UPDATED, STALE, UNCHANGED]
    assert await owner.fetchval("select first_name from candidate") == "Jack"


async def test_a_record_without_times_is_new_now_and_then_stays_as_old(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    record = JobRecord(external_id="j9", title="Gardener", listed_at=T0)
    [first] = await ingest(pool, company, PARTNER, [record], now=T0 + HOUR)
    [second] = await ingest(pool, company, PARTNER, [record], now=T0 + 2 * HOUR)
    changed = replace(record, title="Head gardener")
    [third] = await ingest(pool, company, PARTNER, [changed], now=T0 + 3 * HOUR)
    assert (first.outcome, second.outcome, third.outcome) == (CREATED, UNCHANGED, UPDATED)
    row = await owner.fetchrow("select created_at, last_modified_at from job")
    assert row is not None
    assert (row["created_at"], row["last_modified_at"]) == (T0, T0 + 3 * HOUR)


async def test_companies_and_partners_have_their_own_ids(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await owner.execute("insert into partner values ('Other ATS', '{}', '{}', false)")
    other_company = await live_company(owner)
    results = [
        *await ingest(pool, company, PARTNER, [LOCKE]),
        *await ingest(pool, company, "Other ATS", [replace(LOCKE, tags=None)]),
        *await ingest(pool, other_company, PARTNER, [LOCKE]),
    ]
    assert [result.outcome for result in results] == [CREATED] * 3
    assert len({result.id for result in results}) == 3
    # A partner's application is never joined to another partner's candidate of the same id.
    application = replace(APPLICATION, candidate_external_id="c2", job_external_id=None)
    await ingest(pool, company, PARTNER, [application])
    await ingest(pool, company, "Other ATS", [replace(LOCKE, external_id="c2", tags=None)])
    assert await owner.fetchval("select candidate_id from application") is None


async def test_the_same_records_get_the_same_keys_in_another_database_load(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    before = [result.id for result in await ingest(pool, company, PARTNER, ALL)]
    await owner.execute("truncate candidate, job, application cascade")
    assert [result.id for result in await ingest(pool, company, PARTNER, ALL)] == before


async def test_touched_candidates_are_those_whose_match_may_be_another_now(
    pool: Pool, company: CompanyId
) -> None:
    await ingest(pool, company, PARTNER, [LOCKE])
    results = await ingest(
        pool, company, PARTNER, [LOCKE, JOB, replace(LOCKE, external_id="c2"), replace(LOCKE, external_id="")]
    )
    assert touched_candidates(results) == [results[2].id]


async def test_a_run_counts_and_keeps_every_result(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    run = await start_run(pool, company, SyncRunKind.IMPORT, 7, now=T0)
    await ingest(pool, company, PARTNER, ALL, run=run)
    await ingest(pool, company, PARTNER, [replace(LOCKE, first_name="", external_id="bad\x00id")], run=run)
    await finish_run(pool, company, run, now=T0 + HOUR)
    row = await owner.fetchrow("select * from sync_run")
    assert row is not None
    assert (row["expected"], row["done"], row["refused"]) == (7, 7, 1)
    assert (row["started_at"], row["finished_at"]) == (T0, T0 + HOUR)
    refused = await owner.fetchrow("select * from record_result where outcome = 'REFUSED'")
    assert refused is not None
    assert (refused["entity"], refused["external_id"], refused["path"]) == (
        "candidate",
        "bad�id",
        ["atsCandidateId"],
    )
    assert await owner.fetchval("select count(*) from record_result") == 7


@pytest.mark.parametrize(("state", "code"), [(None, "BAD_USER_INPUT"), ("DISABLED", "INTEGRATION_DISABLED")])
async def test_no_run_begins_without_a_live_integration(
    pool: Pool, owner: asyncpg.Connection, state: str | None, code: str
) -> None:
    company = await live_company(owner, state=state)
    with pytest.raises(CallerError) as raised:
        await start_run(pool, company, SyncRunKind.CALL, 1)
    assert raised.value.code == code


async def test_an_unknown_partner_and_too_large_a_batch_are_the_callers_errors(
    pool: Pool, company: CompanyId
) -> None:
    for partner, records in (("Nobody", [LOCKE]), (PARTNER, [LOCKE] * (BATCH_MAX + 1))):
        with pytest.raises(CallerError) as raised:
            await ingest(pool, company, partner, records)
        assert raised.value.code is ErrorCode.BAD_USER_INPUT
