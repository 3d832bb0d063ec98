"""Companies like Contoso, as many as wanted, each with a canary of its own in every text-like column."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final

import asyncpg

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import CONTOSO, DEMO_PARTNER
from app.database.pool import Pool
from app.demo import load_demo
from tests.conftest import TestServer
from tests.http.conftest import KEY
from tests.tenancy.canaries import mark
from tests.tenancy.columns import TenantColumn, tenant_columns

# What the demo has no row of at Contoso, made of what it has.
_FURTHER: Final = f"""
insert into ats_integration select company_id, id, 'ONE_CLICK_EXPORT',
  (select urn from company c where c.company_id = i.company_id), 'RECRUITER', 'Our ATS', now()
  from integration i;
insert into callback (company_id, partner_name, url, secret, previous_secret, previous_until, set_at)
  select company_id, partner_name, 'https://ats.example/callback', 'whsec_' || repeat('A', 40),
    'whsec_' || repeat('B', 40), now(), now()
  from integration;
insert into candidate_alternative select company_id, id, 'urn:li:person:m0001', 0, 0.5,
  '[{{"method": "EMAIL", "detail": "the same address"}}]' from candidate;
insert into candidate_to_match (company_id, candidate_id) select company_id, id from candidate
  on conflict do nothing;
insert into company_key select company_id, decode(repeat('00', 64), 'hex'), decode(repeat('01', 64), 'hex')
  from company;
insert into consent (company_id, id, integration_id, generation, side, given_by, given_at, covers)
  select company_id, gen_random_uuid(), id, 1, 'ATS', 'somebody', now(), '{{candidate}}' from integration;
insert into deleted_record
  select company_id, 'hash', now() from company;
insert into erasure_receipt (company_id, id, integration_id, generation, requested_at, finished_at, counts,
  remark, signature) select company_id, gen_random_uuid(), id, 1, now(), now(),
  '[{{"entity": "candidate", "erased": 12}}]', 'All of it', 'signed' from integration;
insert into idempotent_answer select company_id, decode(repeat('00', 32), 'hex'),
  decode(repeat('00', 32), 'hex'), 200, '{{"x-restli-id": "one"}}', 'one', now() from company;
insert into import_position (company_id, content_hash, sync_run_id, step, refused_file)
  select distinct on (company_id) company_id, decode(repeat('00', 32), 'hex'), id, 'DONE', 'refused.jsonl'
  from sync_run;
insert into job_posting_task select company_id, gen_random_uuid(), partner_name, external_id, 'FAILED',
  'It was not taken.', id, now() from job;
insert into outbox (company_id, id, partner_name, type, payload, state, created_at, next_attempt_at,
  give_up_at, last_error) select company_id, id, '{DEMO_PARTNER}', 'EXPORT_CANDIDATE_PROFILE',
  '{{"note": "exported"}}', 'DEAD', now(), now(), now(), 'It did not answer.' from export;
insert into recommended_match_decision select company_id, id, 'urn:li:person:m0001', 'SAVED', null, now()
  from job;
insert into refused_match select company_id, id, 'urn:li:person:m0002', null, now() from candidate limit 20;
insert into registered_origin select company_id, 'https://ats.example' from company;
insert into seat_connection select distinct on (company_id) company_id, '{DEMO_PARTNER}', 'u-1', id, now()
  from seat;
insert into tombstone select company_id, 'job', 'hash', 1 from company;
insert into waiting_record select distinct on (company_id) company_id, '{DEMO_PARTNER}', 'application',
  external_id, 'note', 'waiting', 'what it said', now() from application;
insert into widget_token_exchange select company_id, 'token', now() from company;
insert into wire_usage select company_id, 'records', now(), 1 from company;
update candidate set custom_fields = '{{"shoe size": "large"}}', addresses = '[{{"city": "Berlin"}}]',
  phone_numbers = '[{{"number": "+49 30 123456"}}]',
  match_evidence = '[{{"method": "EMAIL", "detail": "the same address"}}]';
update job set hiring_team = '[{{"name": "Mary", "role": "Lead"}}]';
update interview_feedback set evaluations = '[{{"attribute": "skill", "result": "good"}}]';
update seat set is_admin = urn = (select max(urn) from seat), state = 'ACTIVE';
update contract set product_tier = 'RECRUITER_PROFESSIONAL_SERVICES', activated = true;
update partner set supported_features = array['UNIFIED_SEARCH', 'RECOMMENDED_MATCHES'];
"""
# Tables that the clone leaves to PostgreSQL: a document is made of its candidate.
_MADE: Final = frozenset({"candidate_search"})
_TAKE_AWAY: Final = """
delete from "{table}" where company_id {of} (select company_id from company where urn = $1)
"""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One company and the Authorization headers of its people, by who they are."""

    number: int
    urn: str
    name: str
    bearers: Mapping[str, str]


async def filled(server: TestServer, migrated: str, companies: int, *, same_keys: bool = False) -> str:
    """The name of the template with so many companies, LinkedIn's members and nothing of the demo's two.

    With `same_keys` a row has the same id in each company, as the tables' keys allow: then nothing but the
    company tells the rows apart.
    """
    model = await server.fill_template("tenants_model", _fill_model, basis=migrated)
    name = f"tenants_{companies}{'_alike' if same_keys else ''}"
    return await server.fill_template(name, partial(_clone, companies, same_keys), basis=model)


async def _fill_model(dsn: str) -> None:
    """Contoso, with rows in every table."""
    async with Pool(dsn, size=2) as pool:
        await load_demo(dsn, pool)
    owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    try:
        await owner.execute("set session_replication_role = replica")
        await _remove(owner, {column.table for column in await tenant_columns(owner)}, "not in")
        await owner.execute(_FURTHER)
    finally:
        await owner.close()


async def _clone(companies: int, same_keys: bool, dsn: str) -> None:
    owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    try:
        columns = await tenant_columns(owner)
        tables = {table: list(of) for table, of in groupby(columns, lambda column: column.table)}
        # Nothing may be worked out anew of what is only copied.
        await owner.execute("set session_replication_role = replica")
        for company in range(companies):
            for table, of in tables.items():
                if table not in _MADE:
                    await owner.execute(_cloned(table, of, company, same_keys=same_keys))
        await _remove(owner, set(tables), "in")
        await owner.execute(
            "set session_replication_role = origin; "
            "select refresh_candidate_search(company_id, array_agg(id)) from candidate group by company_id;"
            "update integration set company_wide_access = company_id::text like 'c0ca___0%'; analyze"
        )
    finally:
        await owner.close()


async def _remove(owner: asyncpg.Connection, tables: set[str], of: str) -> None:
    # Its own table is the last: the others' rows are found through it.
    for table in sorted(tables, key="company".__eq__):
        await owner.execute(_TAKE_AWAY.format(table=table, of=of), CONTOSO)


def _cloned(table: str, columns: list[TenantColumn], company: int, *, same_keys: bool) -> str:
    given = [column for column in columns if not column.is_generated]
    names = ", ".join(f'"{column.name}"' for column in given)
    values = ", ".join(column.as_of(company, same_keys=same_keys) for column in given)
    model = f"(select company_id from company where urn = '{CONTOSO}')"
    return f'insert into "{table}" ({names}) select {values} from "{table}" s where s.company_id = {model}'


async def tenants(owner: asyncpg.Connection) -> list[Tenant]:
    """All companies, in the order of their numbers."""
    rows = await owner.fetch(
        "select c.company_id, c.urn, c.name, array_agg(s.urn order by s.is_admin, s.urn) as seats "
        "from company c join seat s using (company_id) group by c.company_id order by c.company_id"
    )
    return [
        Tenant(number, row["urn"], row["name"], _bearers(row["urn"], row["seats"]))
        for number, row in enumerate(rows)
    ]


def _bearers(urn: str, seats: list[str]) -> dict[str, str]:
    people: dict[str, tuple[set[Role], str | None, str | None]] = {
        "recruiter": ({Role.RECRUITER}, seats[0], None),
        "recruiter-admin": ({Role.RECRUITER, Role.RECRUITER_ADMIN}, seats[-1], None),
        "ats-user": ({Role.ATS_USER}, None, DEMO_PARTNER),
        "ats-admin": ({Role.ATS_USER, Role.ATS_ADMIN}, None, DEMO_PARTNER),
        "partner": ({Role.PARTNER}, None, DEMO_PARTNER),
        "support": ({Role.SUPPORT}, None, None),
        "staff": ({Role.STAFF}, None, None),
    }
    return {
        who: "Bearer "
        + issue_token(
            KEY, subject=who, roles=roles, company=urn, seat=seat, partner=partner, lifetime_s=36_000
        )
        for who, (roles, seat, partner) in people.items()
    }


async def without_canary(owner: asyncpg.Connection, companies: int) -> list[str]:
    """Columns that should have each company's canary in some row, and have not."""
    missing = []
    for column in await tenant_columns(owner):
        if column.number is None:
            continue
        for company in range(companies):
            if not await owner.fetchval(
                f'select exists (select from "{column.table}" where "{column.name}"::text like $1)',
                f"%{mark(company, column.number)}%",
            ):
                missing.append(f"{column.table}.{column.name} of {company}")
    return missing
