"""Access lists as they come in: each entry on its own outcome, in any order, as often as it may."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.sync.acls import (
    BATCH_MAX,
    NOT_THERE,
    AclAssignee,
    EntityAcl,
    delete_acls,
    find_acls,
    put_acls,
    read_acls,
)
from app.sync.ingest import ingest
from app.sync.records import ApplicationRecord, JobRecord, RecordOutcome
from tests.sync.companies import PARTNER, live_company, urn_of

CREATED, UNCHANGED, WAITING = RecordOutcome.CREATED, RecordOutcome.UNCHANGED, RecordOutcome.WAITING
DELETED, REFUSED = RecordOutcome.DELETED, RecordOutcome.REFUSED
ROSA, JONAS = "urn:li:person:m-rosa", "urn:li:person:m-jonas"


def job_on(acl: str, job: str) -> EntityAcl:
    return EntityAcl(entity_type="JOB_POSTING", entity_id=job, acl_id=acl)


def application_on(acl: str, application: str) -> EntityAcl:
    return EntityAcl(entity_type="APPLICATION", entity_id=application, acl_id=acl)


def assigned(acl: str, member: str, kind: str = "JOB_POSTING") -> AclAssignee:
    return AclAssignee(entity_type=kind, acl_id=acl, member_urn=member)


async def outcomes(pool: Pool, company: CompanyId, *entries: Any) -> list[RecordOutcome]:
    return [one.outcome for one in await put_acls(pool, company, PARTNER, entries)]


async def rows(owner: asyncpg.Connection, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await owner.fetch(f"select * from {table} order by 1, 2, 3, 4, 5")]


async def with_job(pool: Pool, owner: asyncpg.Connection) -> CompanyId:
    """A live company that has the job j-1."""
    company = await live_company(owner)
    await ingest(pool, company, PARTNER, [JobRecord(external_id="j-1", title="Cook")])
    return company


async def test_an_entry_is_kept_once_however_often_it_comes(pool: Pool, owner: asyncpg.Connection) -> None:
    company = await with_job(pool, owner)
    entry = job_on("team", "j-1")
    assert await outcomes(pool, company, entry, entry) == [CREATED, UNCHANGED]
    assert await outcomes(pool, company, entry) == [UNCHANGED]
    assert await rows(owner, "entity_acl") == [(company, PARTNER, "JOB_POSTING", "j-1", "team")]
    person = assigned("team", ROSA)
    assert await outcomes(pool, company, person) == [CREATED]
    assert await outcomes(pool, company, person) == [UNCHANGED]
    assert await rows(owner, "entity_acl_assignee") == [(company, PARTNER, "JOB_POSTING", "team", ROSA)]


async def test_a_list_of_jobs_is_not_the_list_of_applications_of_the_same_name(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await with_job(pool, owner)
    await put_acls(pool, company, PARTNER, [assigned("team", ROSA), assigned("team", JONAS, "APPLICATION")])
    assert [row[2:] for row in await rows(owner, "entity_acl_assignee")] == [
        ("APPLICATION", "team", JONAS),
        ("JOB_POSTING", "team", ROSA),
    ]


async def test_what_has_not_arrived_waits_and_the_entry_says_for_what(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await with_job(pool, owner)
    entries = [job_on("team", "j-1"), job_on("team", "j-2"), application_on("team", "j-1")]
    results = await put_acls(pool, company, PARTNER, entries)
    assert [one.outcome for one in results] == [CREATED, WAITING, WAITING]
    assert [one.message for one in results] == [
        None,
        "Waits for job j-2, not arrived yet.",
        "Waits for application j-1, not arrived yet.",
    ]
    assert results[1].path == ("atsEntityId",)
    again = (await put_acls(pool, company, PARTNER, entries))[1]
    assert (again.outcome, again.message) == (UNCHANGED, "Waits for job j-2, not arrived yet.")
    await ingest(pool, company, PARTNER, [JobRecord(external_id="j-2", title="Waiter")])
    assert (await put_acls(pool, company, PARTNER, entries))[1].message is None


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (job_on("", "j-1"), "atsEntityAclId"),
        (job_on("team", ""), "atsEntityId"),
        (job_on("team", "j\x00"), "atsEntityId"),
        (job_on("te\ud800am", "j-1"), "atsEntityAclId"),
        (job_on("t" * 301, "j-1"), "atsEntityAclId"),
        (EntityAcl(entity_type="CANDIDATE", entity_id="c-1", acl_id="team"), "atsEntityType"),
        (EntityAcl(entity_type="", entity_id="c-1", acl_id="team"), "atsEntityType"),
    ],
)
async def test_an_entry_that_cannot_be_kept_fails_alone(
    pool: Pool, owner: asyncpg.Connection, entry: EntityAcl, path: str
) -> None:
    company = await with_job(pool, owner)
    results = await put_acls(pool, company, PARTNER, [entry, job_on("team", "j-1")])
    assert [one.outcome for one in results] == [REFUSED, CREATED]
    assert results[0].path == (path,)
    assert (results[0].message or "").startswith(path)
    assert len(await rows(owner, "entity_acl")) == 1
    assert await read_acls(pool, company, PARTNER, [entry]) == [False]


@pytest.mark.parametrize("member", ["", "rosa", "urn:li:seat:7001", "urn:li:person:", "urn:li:person:a b"])
async def test_an_assignee_is_a_person(pool: Pool, owner: asyncpg.Connection, member: str) -> None:
    company = await with_job(pool, owner)
    results = await put_acls(pool, company, PARTNER, [assigned("team", member), assigned("team", ROSA)])
    assert [one.outcome for one in results] == [REFUSED, CREATED]
    assert results[0].path == ("assignee",)


async def test_deleting_takes_off_what_is_there_and_succeeds_for_what_is_not(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await with_job(pool, owner)
    await put_acls(pool, company, PARTNER, [job_on("team", "j-1"), job_on("all", "j-1")])
    await put_acls(pool, company, PARTNER, [assigned("team", ROSA)])
    results = await delete_acls(pool, company, PARTNER, [job_on("team", "j-1"), job_on("team", "j-9")])
    assert [(one.outcome, one.message) for one in results] == [(DELETED, None), (DELETED, NOT_THERE)]
    assert [row[3:] for row in await rows(owner, "entity_acl")] == [("j-1", "all")]
    assert len(await rows(owner, "entity_acl_assignee")) == 1
    again = await delete_acls(pool, company, PARTNER, [assigned("team", ROSA), assigned("team", ROSA)])
    assert [one.outcome for one in again] == [DELETED, DELETED]
    assert await rows(owner, "entity_acl_assignee") == []


async def test_entries_can_be_read_and_found(pool: Pool, owner: asyncpg.Connection) -> None:
    company = await with_job(pool, owner)
    entries = [job_on("team", "j-1"), job_on("all", "j-1"), job_on("team", "j-2"), application_on("x", "a-1")]
    await put_acls(pool, company, PARTNER, entries)
    asked = [entries[1], job_on("all", "j-2"), entries[3]]
    assert await read_acls(pool, company, PARTNER, asked) == [True, False, True]
    assert await read_acls(pool, company, PARTNER, []) == []

    async def found(**like: Any) -> tuple[list[EntityAcl], int]:
        page = await find_acls(pool, company, PARTNER, EntityAcl, **{"start": 0, "count": 10, **like})
        return page.entries, page.total

    assert await found(entity_type="JOB_POSTING", entity_id="j-1") == ([entries[1], entries[0]], 2)
    assert await found(acl_id="team") == ([entries[0], entries[2]], 2)
    assert await found(start=1, count=2) == ([entries[1], entries[0]], 4)
    assert await found(start=4, count=2) == ([], 4)
    assert await found(acl_id="no\x00body") == ([], 0)
    assert await found(acl_id="nobody") == ([], 0)


async def test_companies_and_partners_have_lists_of_their_own(pool: Pool, owner: asyncpg.Connection) -> None:
    company, other = await with_job(pool, owner), await with_job(pool, owner)
    await owner.execute("insert into partner values ('Other ATS', '{}', '{}', false)")
    entry = job_on("team", "j-1")
    await put_acls(pool, company, PARTNER, [entry])
    assert await read_acls(pool, other, PARTNER, [entry]) == [False]
    assert await read_acls(pool, company, "Other ATS", [entry]) == [False]
    assert (await find_acls(pool, other, PARTNER, EntityAcl, start=0, count=9)).total == 0
    assert (await delete_acls(pool, other, PARTNER, [entry]))[0].message == NOT_THERE
    assert await read_acls(pool, company, PARTNER, [entry]) == [True]


async def test_lists_are_taken_as_records_are_only_while_the_integration_is_enabled(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await live_company(owner, state="DISABLED")
    for change in (put_acls, delete_acls):
        with pytest.raises(CallerError) as refused:
            await change(pool, company, PARTNER, [job_on("team", "j-1")])
        assert (refused.value.code, refused.value.status) == (ErrorCode.INTEGRATION_DISABLED, 403)


async def test_a_batch_too_large_a_company_or_partner_unknown_is_refused_as_a_whole(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await live_company(owner)
    entry = job_on("team", "j-1")
    for of, partner, entries in (
        (company, PARTNER, [entry] * (BATCH_MAX + 1)),
        (company, "Nobody", [entry]),
        (CompanyId(UUID(int=1)), PARTNER, [entry]),
    ):
        with pytest.raises(CallerError) as refused:
            await put_acls(pool, of, partner, entries)
        assert refused.value.code is ErrorCode.BAD_USER_INPUT


async def test_a_list_of_what_was_erased_is_late_like_the_record_itself(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await live_company(owner)
    await owner.execute(
        """
        insert into tombstone (company_id, entity, key_hash, generation)
        select $1, entity, keyed_hash($1, $2 || chr(31) || id), 1
        from (values ('job', 'j-1'), ('application', 'a-1')) as gone (entity, id)
        """,
        *(company, PARTNER),
    )
    results = await put_acls(
        pool,
        company,
        PARTNER,
        [job_on("team", "j-1"), application_on("team", "a-1"), job_on("team", "a-1")],
    )
    assert [one.outcome for one in results] == [REFUSED, REFUSED, WAITING]
    assert results[0].message == "was erased as the company asked."


async def test_an_erased_company_takes_neither_lists_nor_persons(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await live_company(owner, state="ERASED")
    assert await outcomes(pool, company, job_on("team", "j-1")) == [REFUSED]
    assert await outcomes(pool, company, assigned("team", ROSA)) == [REFUSED]
    assert await rows(owner, "entity_acl_assignee") == []


async def test_a_list_outlives_the_record_that_is_on_it(pool: Pool, owner: asyncpg.Connection) -> None:
    company = await with_job(pool, owner)
    application = ApplicationRecord(external_id="a-1", candidate_external_id="c-1", job_external_id="j-1")
    await ingest(pool, company, PARTNER, [application])
    await put_acls(pool, company, PARTNER, [application_on("team", "a-1")])
    await owner.execute("delete from application where company_id = $1", company)
    assert await read_acls(pool, company, PARTNER, [application_on("team", "a-1")]) == [True]


async def test_only_the_first_and_the_last_entry_of_a_kind_move_what_workers_watch(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company, other = await with_job(pool, owner), await with_job(pool, owner)

    async def moves(change: Any, *entries: Any, of: CompanyId = company) -> bool:
        before = await owner.fetchval("select version from facts_version")
        await change(pool, of, PARTNER, entries)
        return bool(await owner.fetchval("select version from facts_version") > before)

    assert await moves(put_acls, job_on("team", "j-1"), job_on("team", "j-2"))
    assert not await moves(put_acls, job_on("team", "j-3"))
    assert not await moves(put_acls, job_on("team", "j-3"))
    assert not await moves(put_acls, assigned("team", ROSA))
    assert await moves(put_acls, application_on("team", "a-1"))
    assert await moves(put_acls, job_on("team", "j-1"), of=other)
    assert not await moves(delete_acls, job_on("team", "j-3"), job_on("team", "j-4"))
    assert not await moves(delete_acls, job_on("team", "j-1"))
    assert await moves(delete_acls, job_on("team", "j-2"))
    assert await moves(delete_acls, application_on("team", "a-1"))


async def test_what_is_known_of_a_company_says_what_its_lists_and_settings_are(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    company = await with_job(pool, owner)
    urn = await urn_of(owner, company)
    facts = FactsCache(pool)

    async def known() -> tuple[set[str], set[str]]:
        await facts.watch.read_now()
        found = await facts.company(urn)
        assert found is not None
        assert found.integration is not None
        return set(found.integration.unlisted_open_to_all), set(found.integration.on_lists)

    nothing: set[str] = set()
    assert await known() == (nothing, nothing)
    await put_acls(pool, company, PARTNER, [application_on("team", "a-1")])
    assert await known() == (nothing, {"APPLICATION"})
    await owner.execute(
        "update integration set job_posting_viewers = 'ALL_PRODUCT_USERS' where company_id = $1", company
    )
    assert await known() == ({"JOB_POSTING"}, {"APPLICATION"})
    await delete_acls(pool, company, PARTNER, [application_on("team", "a-1")])
    assert await known() == ({"JOB_POSTING"}, nothing)
