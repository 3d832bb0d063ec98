"""A large database for the benchmark: the shape of real use, written straight into the tables.

Not a way in for data: it goes round the sync path, as the owner of the tables, because only reading is
measured there. A main company (Fabrikam) has nearly everything; a second one (Litware), with a fiftieth of
it, is there so that no statement may forget whose rows it reads. Of the candidates 60 % are matched, evenly;
each has about three tags, two notes, and applications with three stages each. The same arguments give
the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from app.auth.personas import DEMO_PARTNER
from app.demo import conversations, profiles, scale_records, store
from app.demo.clock import NOW, SEED, key_at, stream
from app.demo.history import AUDIT_COLUMNS
from app.demo.people import Person, Population
from app.demo.scale_records import BEGAN, LIVES, SEATS, Tenant, email, member_urn, namesake
from app.errors import CallerError, ErrorCode
from app.ids import CompanyUrn, ContractUrn, SeatUrn

MAIN_COMPANY: Final = CompanyUrn("urn:li:organization:9001")
SMALL_COMPANY: Final = CompanyUrn("urn:li:organization:9002")
MAIN_CONTRACT: Final = ContractUrn("urn:li:contract:9501")
SMALL_CONTRACT: Final = ContractUrn("urn:li:contract:9601")
MAIN_SEAT: Final = SeatUrn("urn:li:seat:9701")
SMALL_SEAT: Final = SeatUrn("urn:li:seat:9801")

_LOADED_ACTION: Final = "scale.loaded"
_SMALL_SHARE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSummary:
    """What the main company has. Its candidates are `cand-000001` …, its jobs `job-0001` …"""

    loaded: bool
    members: int
    candidates: int
    jobs: int
    applications: int


async def load_scale(
    owner_dsn: str,
    *,
    members: int = 50_000,
    candidates: int = 40_000,
    applications_per_candidate: int = 2,
) -> ScaleSummary:
    """Fill a migrated database, half a minute or one; a second call with the same numbers does nothing.

    Candidate number n (from 1) is, where it is matched, member n - 1. `members` are at least `candidates`.
    Raises: CallerError (BAD_USER_INPUT) if the database was filled with other numbers.
    """
    if members < candidates:
        raise CallerError(ErrorCode.BAD_USER_INPUT, "There must be at least as many members as candidates.")
    population = Population(SEED)
    lives = [population.person(number) for number in range(LIVES)]
    each, few = applications_per_candidate, max(1, candidates // _SMALL_SHARE)
    main = Tenant(MAIN_COMPANY, "Fabrikam", MAIN_CONTRACT, 9_701, candidates, each, lives)
    small = Tenant(SMALL_COMPANY, "Litware", SMALL_CONTRACT, 9_801, few, each, lives)
    mark = f"{members} members, {candidates} candidates, {each} applications each"
    connection = await asyncpg.connect(owner_dsn, server_settings={"TimeZone": "UTC"})
    try:
        known = await connection.fetchval(
            "select detail from audit_entry where company_id = $1 and action = $2", main.id, _LOADED_ACTION
        )
        if known not in (None, mark):
            raise CallerError(ErrorCode.BAD_USER_INPUT, f"This database has {known}, not {mark}.")
        if known is None:
            async with connection.transaction():
                await _fill(connection, lives, members, (main, small))
                row = (
                    main.id,
                    key_at(NOW, stream("scale")),
                    NOW,
                    "rsc bench",
                    _LOADED_ACTION,
                    main.urn,
                    mark,
                )
                await store.copy(connection, "audit_entry", AUDIT_COLUMNS, [row])
            await connection.execute("vacuum analyze")
    finally:
        await connection.close()
    return ScaleSummary(
        loaded=known is None,
        members=members,
        candidates=candidates,
        jobs=main.jobs,
        applications=candidates * each,
    )


async def _fill(
    connection: asyncpg.Connection, lives: Sequence[Person], members: int, tenants: Sequence[Tenant]
) -> None:
    await store.add_partners(connection)
    await store.copy(connection, "member", profiles.MEMBER_COLUMNS, _member_rows(lives, members))
    contacts = ((member_urn(number), "EMAIL", email(number)) for number in range(members))
    await store.copy(connection, "member_contact", profiles.CONTACT_COLUMNS, contacts)
    # Whom not to contact is known here; asking once for each tag would take longer than all the rest.
    for table in ("candidate", "candidate_tag"):
        await connection.execute(f"alter table {table} disable trigger do_not_contact")
    for tenant in tenants:
        await _copy_organization(connection, tenant)
        await _copy_records(connection, tenant)
    for table in ("candidate", "candidate_tag"):
        await connection.execute(f"alter table {table} enable trigger do_not_contact")
    # Who is who stands in the rows already: only reading is measured, with no matching beside it.
    for queue in ("candidate_to_match", "member_to_match"):
        await connection.execute(f"delete from {queue}")


def _member_rows(lives: Sequence[Person], count: int) -> Iterator[tuple[Any, ...]]:
    prototypes = list(profiles.member_rows(dict(enumerate(lives))))
    url = profiles.MEMBER_COLUMNS.index("public_profile_url")
    for number in range(count):
        life, named = prototypes[number % LIVES], lives[namesake(number)].name
        address = f"https://www.linkedin.com/in/{named.latin_first}-{named.latin_last}-{number:06d}"
        yield (member_urn(number), named.first, named.last, *life[3:url], address, *life[url + 1 :])


async def _copy_organization(connection: asyncpg.Connection, tenant: Tenant) -> None:
    key, contract = tenant.id, tenant.contract_id
    await store.copy(connection, "company", ("company_id", "urn", "name"), [(key, tenant.urn, tenant.name)])
    await store.copy(
        connection,
        "contract",
        ("company_id", "id", "urn", "name", "product_tier", "activated"),
        [(key, contract, tenant.contract, "Bench", "RECRUITER_CORPORATE", True)],
    )
    seats = ((number, f"urn:li:seat:{tenant.first_seat + number}") for number in range(SEATS))
    await store.copy(
        connection,
        "seat",
        ("company_id", "id", "contract_id", "urn", "first_name", "last_name", "state", "created_at"),
        [(key, tenant.seat_id(n), contract, urn, "Ada", f"Nr. {n}", "ACTIVE", BEGAN) for n, urn in seats],
    )
    integration = key_at(BEGAN, stream("integration", tenant.first_seat))
    await store.copy(
        connection,
        "integration",
        (
            *("company_id", "id", "partner_name", "state", "company_wide_access", "job_posting_viewers"),
            *("application_viewers", "requested_at", "enabled_at"),
        ),
        [
            (
                *(key, integration, DEMO_PARTNER, "LIVE", True, "ALL_PRODUCT_USERS"),
                *("ALL_PRODUCT_USERS", BEGAN, BEGAN),
            )
        ],
    )


async def _copy_records(connection: asyncpg.Connection, tenant: Tenant) -> None:
    inmails, stubs, notes = tenant.activity_rows()
    tables = (
        ("tag", ("company_id", "id", "name", "is_do_not_contact"), tenant.tag_rows()),
        ("job", scale_records.JOB_COLUMNS, tenant.job_rows()),
        ("candidate", scale_records.CANDIDATE_COLUMNS, tenant.candidate_rows()),
        ("candidate_tag", ("company_id", "candidate_id", "tag_id"), tenant.tagging_rows()),
        ("note", scale_records.NOTE_COLUMNS, tenant.note_rows()),
        ("application", scale_records.APPLICATION_COLUMNS, tenant.application_rows()),
        ("application_stage", scale_records.STAGE_COLUMNS, tenant.stage_rows()),
        ("interview_feedback", scale_records.FEEDBACK_COLUMNS, tenant.feedback_rows()),
        ("inmail", conversations.INMAIL_COLUMNS, inmails),
        ("stub_profile", conversations.STUB_COLUMNS, stubs),
        ("recruiter_note", conversations.NOTE_COLUMNS, notes),
    )
    for table, columns, rows in tables:
        await store.copy(connection, table, columns, rows)
