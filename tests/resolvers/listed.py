"""The small company with jobs that are on access lists, and the same of its neighbour under the same ids.

Rosa is the person m-rosa, Jonas m-jonas; Nina's seat names nobody. Anna applied for every job; of the job
`j-hidden` twice. What she did is at a stage, with a note and feedback, whose texts name the application.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId
from app.sync.acls import AclAssignee, AclResult, EntityAcl, delete_acls, put_acls
from tests.resolvers.world import ANNA, COMPANY, JOB, OTHER_COMPANY, PARTNER, STRANGER, own

ROSA, JONAS = "urn:li:person:m-rosa", "urn:li:person:m-jonas"
JOBS: Final = ("j-1", "j-open", "j-mine", "j-hidden", "j-all")
APPLICATIONS: Final = {
    "a-1": "j-1",
    "a-open": "j-open",
    "a-kept": "j-open",
    "a-mine": "j-mine",
    "a-hidden": "j-hidden",
    "a-shown": "j-hidden",
    "a-all": "j-all",
    "a-none": None,
}
"""For which job each of Anna's applications is."""


def job_key(name: str, company: UUID = COMPANY) -> UUID:
    if name == "j-1" and company == COMPANY:
        return JOB
    return UUID(int=0x7000 + JOBS.index(name) + (0x100 if company == OTHER_COMPANY else 0))


def application_key(name: str, company: UUID = COMPANY) -> UUID:
    if name == "a-1" and company == COMPANY:
        return UUID(int=0xA1)
    return UUID(int=0xA000 + list(APPLICATIONS).index(name) + (0x100 if company == OTHER_COMPANY else 0))


def note_key(name: str) -> UUID:
    return UUID(int=application_key(name).int + 0x40000)


def job_id(name: str) -> str:
    return own("job", job_key(name))


def application_id(name: str) -> str:
    return own("application", application_key(name))


def note_id(name: str) -> str:
    return own("note", note_key(name))


_JOB: Final = """
insert into job (company_id, id, partner_name, external_id, title, state, availability, posted_through_rsc,
  created_at, last_modified_at, synced_at)
values ($1, $2, $3, $4, 'Title of ' || $4, 'LISTED', 'PUBLIC', true, '2026-02-01Z', '2026-02-01Z', now())
on conflict do nothing
"""
_APPLICATION: Final = """
insert into application (company_id, id, partner_name, external_id, candidate_external_id, candidate_id,
  job_external_id, job_id, applied_at, status, stage, last_modified_at, synced_at)
values ($1, $2, $3, $4, 'x-1', $5, $6, $7, $8, 'ACTIVE', 'stage of ' || $4, now(), now())
on conflict (company_id, id) do update
set job_external_id = excluded.job_external_id, stage = excluded.stage
"""


async def fill(dsn: str) -> None:
    """Add to the small company; there are no lists yet."""
    connection = await asyncpg.connect(dsn)
    try:
        for company, candidate in ((COMPANY, ANNA), (OTHER_COMPANY, STRANGER)):
            await _add_records(connection, company, candidate)
        await connection.execute(
            """
            update seat set member_urn = 'urn:li:person:m-rosa' where urn = 'urn:li:seat:rosa';
            update seat set member_urn = 'urn:li:person:m-jonas' where urn = 'urn:li:seat:jonas';
            """
        )
        await connection.execute(
            "insert into recommended_match values ($1, $2, 'urn:li:person:m4', 0.5, '{fits}')",
            *(COMPANY, job_key("j-hidden")),
        )
        await connection.execute(
            """
            insert into export (company_id, id, member_urn, job_id, seat_id, state, requested_at)
            values ($1, $2, 'urn:li:person:m4', $3, $4, 'REQUESTED', '2026-02-10Z')
            """,
            *(COMPANY, UUID(int=0xE1), job_key("j-hidden"), UUID(int=0x51)),
        )
    finally:
        await connection.close()


async def _add_records(connection: asyncpg.Connection, company: UUID, candidate: UUID) -> None:
    for name in JOBS:
        await connection.execute(_JOB, company, job_key(name, company), PARTNER, name)
    for day, (name, job) in enumerate(APPLICATIONS.items(), 1):
        key = application_key(name, company)
        applied = await connection.fetchval("select timestamptz '2026-02-01Z' + $1 * interval '1 day'", day)
        named = None if job is None else job_key(job, company)
        await connection.execute(_APPLICATION, company, key, PARTNER, name, candidate, job, named, applied)
        further = UUID(int=key.int + 0x40000)
        await connection.execute(
            "insert into application_stage values ($1, $2, $3, 's', 'stage of ' || $4, now())",
            *(company, further, key, name),
        )
        await connection.execute(
            """
            insert into note (company_id, id, application_id, external_id, body, created_at, last_modified_at,
              synced_at)
            values ($1, $2, $3, 'n', 'note of ' || $4, now(), now(), now())
            """,
            *(company, further, key, name),
        )
        await connection.execute(
            """
            insert into interview_feedback (company_id, id, application_id, external_id, feedback, created_at)
            values ($1, $2, $3, 'f', 'feedback of ' || $4, now())
            """,
            *(company, further, key, name),
        )


def on(kind: str, acl: str, *entities: str) -> list[EntityAcl]:
    return [EntityAcl(entity_type=kind, entity_id=one, acl_id=acl) for one in entities]


def who(kind: str, acl: str, *members: str) -> list[AclAssignee]:
    return [AclAssignee(entity_type=kind, acl_id=acl, member_urn=one) for one in members]


async def put(pool: Pool, entries: Sequence[Any], company: UUID = COMPANY) -> list[AclResult]:
    return await put_acls(pool, CompanyId(company), PARTNER, entries)


async def delete(pool: Pool, entries: Sequence[Any], company: UUID = COMPANY) -> list[AclResult]:
    return await delete_acls(pool, CompanyId(company), PARTNER, entries)


async def put_lists(pool: Pool, company: UUID = COMPANY) -> None:
    """Rosa's list has `j-mine` and, of applications, `a-shown`; Jonas's `j-hidden` and `a-kept`."""
    of_jobs = [
        *on("JOB_POSTING", "rosas", "j-mine"),
        *on("JOB_POSTING", "jonas's", "j-hidden"),
        *on("JOB_POSTING", "ALL_PRODUCT_USERS", "j-all"),
    ]
    of_applications = [*on("APPLICATION", "rosas", "a-shown"), *on("APPLICATION", "jonas's", "a-kept")]
    await put(pool, of_jobs + of_applications, company)
    await put(
        pool,
        [
            one
            for kind in ("JOB_POSTING", "APPLICATION")
            for one in (*who(kind, "rosas", ROSA), *who(kind, "jonas's", JONAS))
        ],
        company,
    )


async def set_viewers(
    owner: asyncpg.Connection, jobs: str | None, applications: str | None, company: UUID = COMPANY
) -> None:
    """What the integration's settings say of jobs and applications that are on no list."""
    await owner.execute(
        """
        update integration
        set job_posting_viewers = $2, application_viewers = $3
        where company_id = $1 and state <> 'ERASED'
        """,
        *(company, jobs, applications),
    )
