"""A canary in every column that the ATS fills, by the sync where there is a way, and how to look for it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId
from app.sync.ingest import ingest
from app.sync.records import (
    Address,
    ApplicationRecord,
    CandidateRecord,
    Evaluation,
    FeedbackRecord,
    HiringTeamMember,
    JobRecord,
    NoteRecord,
    PhoneNumber,
    Record,
    StageRecord,
    TagName,
)
from app.sync.runs import SyncRunKind, start_run
from tests.integration.company import COMPANY, PARTNER, SEATS

CANARY: Final = "kanarienvogel"
MEMBER: Final = "urn:li:person:kanarienvogel-m"
AT: Final = datetime(2026, 2, 1, tzinfo=UTC)


def said(what: str) -> str:
    return f"{CANARY}-{what}"


def records(number: int = 1) -> list[Record]:
    """One of each kind, with a canary in every field that takes text."""
    job, candidate = said(f"job{number}"), said(f"cand{number}")
    return [
        JobRecord(
            external_id=job,
            title=said("title"),
            requisition_code=said("code"),
            description=said("description"),
            location=said("location"),
            department=said("department"),
            company_apply_url=f"https://{CANARY}.example/apply",
            hiring_team=(HiringTeamMember(name=said("manager"), role=said("role")),),
            posted_through_rsc=True,
            ats_created_at=AT,
        ),
        CandidateRecord(
            external_id=candidate,
            first_name=said("first"),
            last_name=said("last"),
            prefix=said("prefix"),
            suffix=said("suffix"),
            email_addresses=(f"{CANARY}@example.com",),
            phone_numbers=(PhoneNumber(number="+49 30 123456", extension=said("ext")),),
            addresses=(Address(line1=said("line1"), city=said("city"), country="DE"),),
            current_company_name=said("company"),
            current_job_title=said("job title"),
            source=said("source"),
            external_profile_url=f"https://{CANARY}.example/profile",
            linkedin_profile_url=f"https://www.linkedin.com/in/{CANARY}",
            custom_fields={said("field"): said("value")},
            tags=(TagName(said(f"tag{number}")),),
            ats_created_at=AT,
        ),
        *_below(job, candidate, said(f"app{number}")),
    ]


def _below(job: str, candidate: str, application: str) -> list[Record]:
    return [
        ApplicationRecord(
            external_id=application,
            candidate_external_id=candidate,
            job_external_id=job,
            job_name=said("job name"),
            candidate_email=f"{CANARY}@example.com",
            source=said("channel"),
            disposition_reason=said("reason"),
            ats_created_at=AT,
        ),
        StageRecord(
            external_id=said("stage"),
            application_external_id=application,
            name=said("stage"),
            entered_at=AT,
        ),
        NoteRecord(
            external_id=said("note"),
            candidate_external_id=candidate,
            body=said("note"),
            author_name=said("author"),
            ats_created_at=AT,
        ),
        NoteRecord(
            external_id=said("note of application"),
            application_external_id=application,
            body=said("note"),
            ats_created_at=AT,
        ),
        FeedbackRecord(
            external_id=said("feedback"),
            application_external_id=application,
            interviewer_name=said("interviewer"),
            feedback=said("feedback"),
            evaluations=(Evaluation(attribute=said("skill"), result=said("good")),),
            ats_created_at=AT,
        ),
    ]


_DERIVED: Final = """
insert into recommended_match select company_id, id, '{member}', 0.5, array['{canary}-reason'] from job
  where company_id = '{company}';
insert into recommended_match_decision
  select company_id, id, '{member}', 'SAVED', null, now() from job where company_id = '{company}';
insert into refused_match
  select company_id, id, '{member}', null, now() from candidate where company_id = '{company}';
insert into candidate_alternative
  select company_id, id, '{member}', 0, 0.5, '[{{"method": "EMAIL", "detail": "{canary}"}}]' from candidate
  where company_id = '{company}';
insert into waiting_record
  values ('{company}', '{partner}', 'application', '{canary}-app', 'note', '{canary}-note',
    '{canary}', now());
insert into idempotent_answer values ('{company}', decode(repeat('00', 32), 'hex'),
  decode(repeat('00', 32), 'hex'), 200, '{{"x-restli-id": "{canary}"}}', '{canary}', now());
insert into job_posting_task
  values ('{company}', gen_random_uuid(), '{partner}', '{canary}-job', 'FAILED', '{canary}', null, now());
insert into import_position (company_id, content_hash, sync_run_id, step, refused_file)
  select company_id, decode(repeat('00', 32), 'hex'), id, 'DONE', '{canary}' from sync_run
  where company_id = '{company}' limit 1;
insert into entity_acl values ('{company}', '{partner}', 'JOB_POSTING', '{canary}-job', '{canary}-list');
insert into entity_acl_assignee
  values ('{company}', '{partner}', 'JOB_POSTING', '{canary}-list', '{member}');
insert into seat_connection
  select company_id, '{partner}', '{canary}-user', id, now() from seat where urn = '{seat}';
update candidate set middle_initial = '{canary}', match_state = 'MANUAL', match_member_urn = '{member}',
  match_confidence = 1, match_evidence = '[{{"method": "MANUAL", "detail": "{canary}"}}]',
  match_linked_by = (select id from seat where urn = '{seat}'), match_linked_at = now()
  where company_id = '{company}';
insert into export (company_id, id, member_urn, job_id, seat_id, candidate_id, state, requested_at,
  last_error)
  select c.company_id, gen_random_uuid(), '{member}', j.id, s.id, c.id, 'CREATED', now(), '{canary}-error'
  from candidate c join job j using (company_id) join seat s on s.urn = '{seat}'
  where c.company_id = '{company}' limit 1;
insert into outbox (company_id, id, partner_name, type, payload, created_at, next_attempt_at, give_up_at,
  last_error)
  select company_id, id, '{partner}', 'EXPORT_CANDIDATE_PROFILE', '{{"x": "{canary}"}}', now(), now(), now(),
    '{canary}-error'
  from export where company_id = '{company}';
"""


async def release(owner: asyncpg.Connection, pool: Pool, *, families: int = 1) -> list[UUID]:
    """Fill everything that came or was made of what came from the ATS; answers the candidates' keys."""
    run = await start_run(pool, CompanyId(COMPANY), SyncRunKind.CALL, None)
    for number in range(1, families + 1):
        results = await ingest(pool, CompanyId(COMPANY), PARTNER, records(number), run=run)
        assert {result.outcome.value for result in results} == {"CREATED"}
    await owner.execute(
        _DERIVED.format(member=MEMBER, canary=CANARY, company=COMPANY, partner=PARTNER, seat=SEATS["ada"])
    )
    await owner.execute("update record_result set message = $1, path = array[$1]", CANARY)
    rows = await owner.fetch("select id from candidate where company_id = $1 order by id", COMPANY)
    return [row["id"] for row in rows]


async def unfilled(owner: asyncpg.Connection, tables: list[str]) -> set[str]:
    """Columns of text or JSON of these tables without any canary: there the search proves nothing."""
    columns = await owner.fetch(
        """
        select table_name, column_name
        from information_schema.columns
        where table_schema = 'public' and table_name = any($1::text[])
          and data_type in ('text', 'jsonb', 'ARRAY')
        """,
        tables,
    )
    found = set()
    for table, column in columns:
        if not await owner.fetchval(
            f'select exists (select from "{table}" where "{column}"::text like $1)', f"%{CANARY}%"
        ):
            found.add(f"{table}.{column}")
    return found


async def sightings(owner: asyncpg.Connection, *needles: str) -> AsyncIterator[tuple[str, Any]]:
    """Every row of every table in which one of these occurs."""
    tables = await owner.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE'"
    )
    for (table,) in tables:
        rows = await owner.fetch(
            f'select t::text as row from "{table}" t where t::text like any($1::text[])',
            [f"%{needle}%" for needle in needles],
        )
        for row in rows:
            yield table, row["row"]
