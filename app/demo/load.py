"""Loading the demo: LinkedIn's side as the database's owner, the ATS's side through the sync path.

A load is complete when its mark stands in Northwind's audit trail. Without the mark, whatever there is of
the demo is taken away and loaded anew: a load that was interrupted leaves nothing half done behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import asyncpg

from app.auth.personas import DEMO_PARTNER
from app.database.pool import Pool
from app.demo import conversations, exports, history, profiles, store
from app.demo.casting import Cast, Role, cast
from app.demo.clock import NOW, SEED, key_at, stream
from app.demo.history import Run
from app.demo.lists import restrict
from app.demo.openings import Opening, openings
from app.demo.organizations import CONTOSO_ORGANIZATION, NORTHWIND_ORGANIZATION, ORGANIZATIONS, Organization
from app.demo.people import Population
from app.demo.processes import Family
from app.demo.records import families as families_of
from app.errors import CallerError, ErrorCode
from app.matching.match import match_candidates
from app.matching.recommend import rank_matches
from app.sync.ingest import BATCH_MAX, ingest
from app.sync.runs import finish_run, start_run

VERSION: Final = "3"
"""Changes with the demo's data: an older version of them is replaced."""
LOADED_ACTION: Final = "demo.loaded"

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

_RECOMMENDATIONS_A_JOB: Final = 40
_LOCK_KEY: Final = 0x7273_6364_656D  # "rscdem"


@dataclass(frozen=True, slots=True)
class CompanySummary:
    """What a company has; `matched` counts MATCHED and MANUAL candidates."""

    name: str
    candidates: int
    matched: int
    jobs: int
    applications: int
    inmails: int
    recruiter_notes: int


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo has. `loaded` is False where all of it was there already."""

    loaded: bool
    members: int
    companies: tuple[CompanySummary, ...]


@dataclass(frozen=True, slots=True)
class _Cast:
    """One company's part of the demo."""

    organization: Organization
    roles: Sequence[Role]
    jobs: Sequence[Opening]
    families: Sequence[Family]
    runs: Sequence[Run]


async def load_demo(
    owner_dsn: str, pool: Pool, *, progress: Progress | None = None, fresh: bool = False
) -> DemoSummary:
    """Load the demo's two companies unless they are complete; with `fresh`, take them away first.

    `owner_dsn` is the migrated database as the owner of its tables; `pool` the service's pool on it. What
    was added to the demo's companies since they were loaded stays, except with `fresh`.
    Raises: CallerError (BAD_USER_INPUT) if another company has one of the demo's organization URNs.
    """
    report = progress or _silent
    connection = await asyncpg.connect(owner_dsn, server_settings={"TimeZone": "UTC"})
    try:
        # Two that start at once would take away each other's rows.
        await connection.execute("select pg_advisory_lock($1)", _LOCK_KEY)
        is_needed = fresh or not await _is_complete(connection)
        if is_needed:
            await _load(connection, pool, report)
        return await _summary(connection, loaded=is_needed)
    finally:
        await connection.close()


async def _is_complete(connection: asyncpg.Connection) -> bool:
    mark = await connection.fetchval(
        "select detail from audit_entry where company_id = $1 and action = $2",
        NORTHWIND_ORGANIZATION.id,
        LOADED_ACTION,
    )
    return bool(mark == _mark())


def _mark() -> str:
    return f"version {VERSION}, seed {SEED}"


async def _load(connection: asyncpg.Connection, pool: Pool, report: Progress) -> None:
    report("Drawing people", 0, 1)
    people = cast()
    parts = [_part(organization, people) for organization in ORGANIZATIONS]
    report("Drawing people", 1, 1)
    await _add_linkedin(connection, people, report)
    total = sum(len(run.records) for part in parts for run in part.runs)
    done = 0
    for part in parts:
        for run in part.runs:
            done = await _sync(pool, part.organization, run, report, done, total)
    # Statistics now, or the joins below are planned for empty tables.
    await connection.execute("analyze")
    for number, part in enumerate(parts):
        report("Matching and recommending", number, len(parts))
        await match_candidates(pool, part.organization.id, now=part.runs[-1].at + timedelta(minutes=20))
        await _add_activity(connection, part, people)
        await rank_matches(pool, part.organization.id, limit=_RECOMMENDATIONS_A_JOB)
        if part.organization is CONTOSO_ORGANIZATION:
            await restrict(pool, part.jobs, part.families)
    report("Matching and recommending", len(parts), len(parts))
    await _complete(connection)


def _part(organization: Organization, people: Cast) -> _Cast:
    is_northwind = organization is NORTHWIND_ORGANIZATION
    roles = people.northwind if is_northwind else people.contoso
    # Interviewers are colleagues, not members: they have names of their own.
    jobs = openings(organization, Population(SEED + (1 if is_northwind else 2)))
    families = families_of(organization, roles, jobs)
    return _Cast(organization, roles, jobs, families, history.runs(organization, jobs, families))


async def _add_linkedin(connection: asyncpg.Connection, people: Cast, report: Progress) -> None:
    report("Adding members", 0, len(people.members))
    async with connection.transaction():
        await store.remove(connection)
        await _refuse_strangers(connection)
        await store.add_partners(connection)
        for organization in ORGANIZATIONS:
            await store.add_organization(connection, organization)
        await store.copy(connection, "member", profiles.MEMBER_COLUMNS, profiles.member_rows(people.members))
        contacts = profiles.contact_rows(people.members)
        await store.copy(connection, "member_contact", profiles.CONTACT_COLUMNS, contacts)
    await connection.execute("analyze member, member_contact")
    report("Adding members", len(people.members), len(people.members))


async def _refuse_strangers(connection: asyncpg.Connection) -> None:
    taken = await connection.fetchval(
        "select urn from company where urn = any($1::text[])",
        [organization.urn for organization in ORGANIZATIONS],
    )
    if taken is not None:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"This database has a company {taken} that is not the demo's; load the demo into another one.",
        )


async def _sync(
    pool: Pool, organization: Organization, run: Run, report: Progress, done: int, total: int
) -> int:
    """Send one run as the partner would; answers how many records are sent now, of all runs."""
    if not run.records:
        return done
    begun = await start_run(pool, organization.id, run.kind, len(run.records), now=run.at)
    for start in range(0, len(run.records), BATCH_MAX):
        report("Syncing records", done, total)
        batch = run.records[start : start + BATCH_MAX]
        at = run.at + timedelta(minutes=start // BATCH_MAX)
        await ingest(pool, organization.id, DEMO_PARTNER, batch, run=begun, now=at)
        done += len(batch)
    report("Syncing records", done, total)
    minutes = 1 + len(run.records) // BATCH_MAX
    await finish_run(pool, organization.id, begun, now=run.at + timedelta(minutes=minutes))
    return done


async def _add_activity(connection: asyncpg.Connection, part: _Cast, people: Cast) -> None:
    organization = part.organization
    candidate_keys = await store.keys(connection, organization, "candidate")
    job_keys = await store.keys(connection, organization, "job")
    done = conversations.activity(organization, part.roles, people.members, part.jobs)
    sent = list(
        exports.export_rows(organization, part.roles, people.members, part.jobs, candidate_keys, job_keys)
    )
    trail = history.audit_rows(organization, part.families, candidate_keys)
    async with connection.transaction():
        await store.decide_by_hand(connection, organization, part.families, candidate_keys)
        await store.copy(connection, "inmail", conversations.INMAIL_COLUMNS, done.inmails)
        await store.copy(connection, "stub_profile", conversations.STUB_COLUMNS, done.stubs)
        await store.copy(connection, "recruiter_note", conversations.NOTE_COLUMNS, done.notes)
        await store.copy(connection, "export", exports.EXPORT_COLUMNS, sent)
        await store.copy(connection, "outbox", exports.EVENT_COLUMNS, exports.event_rows(sent))
        await store.copy(connection, "audit_entry", history.AUDIT_COLUMNS, trail)


async def _complete(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        for organization in ORGANIZATIONS:
            await store.go_live(connection, organization)
        company, at = NORTHWIND_ORGANIZATION, NOW
        row = (company.id, key_at(at, stream("mark")), at, "rsc demo", LOADED_ACTION, company.urn, _mark())
        await store.copy(connection, "audit_entry", history.AUDIT_COLUMNS, [row])
    await connection.execute("analyze")


async def _summary(connection: asyncpg.Connection, *, loaded: bool) -> DemoSummary:
    companies = []
    for organization in (NORTHWIND_ORGANIZATION, CONTOSO_ORGANIZATION):
        row = await connection.fetchrow(
            """
            select
              (select count(*) from candidate where company_id = $1) as candidates,
              (select count(match_member_urn) from candidate where company_id = $1) as matched,
              (select count(*) from job where company_id = $1) as jobs,
              (select count(*) from application where company_id = $1) as applications,
              (select count(*) from inmail where company_id = $1) as inmails,
              (select count(*) from recruiter_note where company_id = $1) as recruiter_notes
            """,
            organization.id,
        )
        if row is not None:
            companies.append(CompanySummary(organization.name, *row))
    members = await connection.fetchval("select count(*) from member")
    return DemoSummary(loaded, members, tuple(companies))


def _silent(label: str, done: int, total: int) -> None:
    pass
