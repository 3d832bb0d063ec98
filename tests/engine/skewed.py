"""A company whose data are as lopsided as real ones get: what a plan for everybody must bear.

One job has 20,000 applications, one candidate 5,000; one tag is on nine candidates of ten. All other jobs
and candidates have about one each.
"""

from typing import Final

import asyncpg

URN: Final = "urn:li:organization:7001"
SEAT: Final = "urn:li:seat:70011"
CANDIDATES: Final = 20_000
JOBS: Final = 5_001
BUSY_CANDIDATE: Final = "c-1"
BUSY_JOB_APPLICATIONS: Final = CANDIDATES
BUSY_CANDIDATE_APPLICATIONS: Final = JOBS
COMMON_TAG: Final = "common"
RARE_TAG: Final = "rare"
QUIET_CANDIDATE: Final = "c-776"

_COMPANY: Final = "'00000000-0000-7000-8000-0000000000c0'::uuid"


def _key(number: str, kind: int) -> str:
    """A UUID of a number; `kind` keeps those of different tables apart."""
    return f"('00000000-0000-7000-800{kind}-' || lpad(to_hex({number}), 12, '0'))::uuid"


_FILL: Final = f"""
alter table candidate disable trigger user;
alter table candidate_tag disable trigger user;

insert into partner values ('Big ATS', '{{}}', '{{}}', false);
insert into company values ({_COMPANY}, '{URN}', 'Big');
insert into contract (company_id, id, urn, name, product_tier, activated) values
  ({_COMPANY}, {_key("1", 9)}, 'urn:li:contract:70', 'All', 'RECRUITER_CORPORATE', true);
insert into seat (company_id, id, contract_id, urn, first_name, last_name, state, is_admin, created_at) values
  ({_COMPANY}, {_key("1", 8)}, {_key("1", 9)}, '{SEAT}', 'Rosa', 'R', 'ACTIVE', false, '2020-01-01Z');
insert into integration (company_id, id, partner_name, state, company_wide_access, requested_at,
  job_posting_viewers, application_viewers) values
  ({_COMPANY}, {_key("1", 7)}, 'Big ATS', 'LIVE', false, '2020-01-01Z', 'ALL_PRODUCT_USERS',
  'ALL_PRODUCT_USERS');

insert into member (urn, first_name, last_name, headline)
select 'urn:li:person:b' || n, 'First' || n % 500, 'Last' || n, 'Engineer ' || n % 100
from generate_series(1, 5000) n;

insert into candidate (company_id, id, partner_name, external_id, first_name, last_name, match_state,
  match_member_urn, own_do_not_contact, do_not_contact, created_at, last_modified_at, synced_at)
select {_COMPANY}, {_key("n", 1)}, 'Big ATS', 'c-' || n, 'First' || n % 500, 'Last' || n,
  case when n % 4 = 0 then 'MATCHED' when n % 1000 = 1 then 'AMBIGUOUS' else 'UNMATCHED' end,
  case when n % 4 = 0 then 'urn:li:person:b' || n / 4 end, n % 500 = 0, n % 500 = 0,
  timestamptz '2020-01-01Z' + n * interval '1 hour', timestamptz '2024-01-01Z' + n * interval '1 minute',
  timestamptz '2025-01-01Z'
from generate_series(1, {CANDIDATES}) n;

insert into tag values ({_COMPANY}, {_key("1", 2)}, '{COMMON_TAG}', false),
  ({_COMPANY}, {_key("2", 2)}, '{RARE_TAG}', false);
insert into tag select {_COMPANY}, {_key("n", 2)}, 'tag ' || n, false from generate_series(3, 2000) n;
insert into candidate_tag
select {_COMPANY}, {_key("n", 1)}, {_key("1", 2)} from generate_series(1, {CANDIDATES}) n where n % 10 <> 0
union all
select {_COMPANY}, {_key("n", 1)}, {_key("2", 2)} from generate_series(1, {CANDIDATES}) n where n % 1000 = 0
union all
select {_COMPANY}, {_key("n", 1)}, {_key("3 + n % 1990", 2)} from generate_series(1, {CANDIDATES}) n;

insert into job (company_id, id, partner_name, external_id, title, state, availability, listed_at, created_at,
  last_modified_at, synced_at)
select {_COMPANY}, {_key("n", 3)}, 'Big ATS', 'j-' || n, 'Engineer ' || n % 100,
  case when n % 10 = 0 then 'CLOSED' else 'LISTED' end, 'PUBLIC',
  timestamptz '2020-01-01Z' + n * interval '1 hour', '2020-01-01Z', '2025-01-01Z', '2025-01-01Z'
from generate_series(1, {JOBS}) n;

insert into application (company_id, id, partner_name, external_id, candidate_id, job_id, applied_at, status,
  stage, last_modified_at, synced_at)
select {_COMPANY}, {_key("n", 4)}, 'Big ATS', 'a-' || n, {_key("n", 1)}, {_key("1", 3)},
  timestamptz '2021-01-01Z' + n * interval '1 minute', 'ACTIVE', 'Screen',
  timestamptz '2025-01-01Z', timestamptz '2025-01-01Z'
from generate_series(1, {BUSY_JOB_APPLICATIONS}) n
union all
select {_COMPANY}, {_key("n", 5)}, 'Big ATS', 'b-' || n, {_key("1", 1)}, {_key("n", 3)},
  timestamptz '2021-01-01Z' + n * interval '1 minute', 'REJECTED', 'Offer',
  timestamptz '2025-01-01Z', timestamptz '2025-01-01Z'
from generate_series(2, {BUSY_CANDIDATE_APPLICATIONS}) n;

insert into application_stage (company_id, id, application_id, external_id, name, entered_at)
select company_id, overlay(id::text placing '9' from 1 for 1)::uuid, id, 's', 'Screen', applied_at
from application;

insert into note (company_id, id, candidate_id, external_id, body, is_private, created_at, last_modified_at,
  synced_at)
select {_COMPANY}, {_key("n", 6)}, {_key("1 + n % 5000", 1)}, 'n-' || n, 'Said hello.', n % 2 = 0,
  timestamptz '2021-01-01Z' + n * interval '1 minute', timestamptz '2025-01-01Z', timestamptz '2025-01-01Z'
from generate_series(1, 10000) n;

insert into inmail (company_id, id, contract_id, seat_id, member_urn, conversation_id, direction, state,
  sent_at)
select {_COMPANY}, {_key("n", 7)}, {_key("1", 9)}, {_key("1", 8)}, 'urn:li:person:b' || 1 + n % 5000,
  'x' || n, 'SENT', 'SENT', timestamptz '2021-01-01Z' + n * interval '1 hour'
from generate_series(1, 10000) n;

alter table candidate enable trigger user;
alter table candidate_tag enable trigger user;
analyze;
"""


async def fill(dsn: str) -> None:
    """Fill a migrated database with all of it; takes a few seconds."""
    connection = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    try:
        await connection.execute(_FILL)
    finally:
        await connection.close()
