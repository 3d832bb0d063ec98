"""Three companies that live while faults are injected, and everybody who works for them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import SigningKey
from app.ids import CompanyId, own_urn
from tests.faults.ats import Records
from tests.sync.companies import PARTNER, live_company, urn_of

COMPANIES: Final = 3
SEATS: Final = 6
"""Each may export 300 members a month."""
MEMBERS: Final = 1_500
KEPT: Final = tuple(f"kept-{number}" for number in range(6))
"""Candidates that are never changed nor deleted by the ATS: notes and tags are put on them."""
JOB: Final = UUID(int=0x70)
PROBES: Final = 9
"""The number of the connection that asks whether the service is back."""

_PARTNER: Final = """
insert into partner values ($1, '{UNIFIED_SEARCH,RECOMMENDED_MATCHES}', '{}', false)
on conflict do nothing
"""
_MEMBERS: Final = """
insert into member (urn, first_name, last_name)
select 'urn:li:person:x' || n, 'Member', 'Number' || n
from generate_series(0, $1::integer - 1) as n
"""
_STAFF: Final = f"""
insert into contract (company_id, id, urn, name, product_tier, activated) values
  ('{{company}}', '{UUID(int=0xA)}', 'urn:li:contract:{{number}}', 'C', 'RECRUITER_PROFESSIONAL_SERVICES',
   true);
insert into seat (company_id, id, contract_id, urn, first_name, last_name, state, is_admin, created_at)
select
  '{{company}}', ('00000000-0000-0000-0000-0000000000' || (50 + n))::uuid, '{UUID(int=0xA)}',
  'urn:li:seat:{{number}}-' || n, 'Seat', 'Number' || n, 'ACTIVE', true, '2026-01-01Z'
from generate_series(0, {SEATS - 1}) as n;
insert into job (company_id, id, partner_name, external_id, title, state, availability, created_at,
  last_modified_at, synced_at) values
  ('{{company}}', '{JOB}', '{PARTNER}', 'job-0', 'Engineer', 'LISTED', 'PUBLIC', '2026-02-01Z', '2026-02-01Z',
   '2026-03-01Z');
insert into candidate (company_id, id, partner_name, external_id, first_name, last_name, match_state,
  match_member_urn, created_at, last_modified_at, synced_at)
select
  '{{company}}', ('00000000-0000-0000-0000-000000000c' || (10 + n))::uuid, '{PARTNER}', 'kept-' || n, 'Kept',
  'Number' || n, 'MANUAL', 'urn:li:person:m000' || (n + 1), '2026-02-01Z', '2026-02-01Z', '2026-03-01Z'
from generate_series(0, {len(KEPT) - 1}) as n;
update integration set job_posting_viewers = 'ALL_PRODUCT_USERS', application_viewers = 'ALL_PRODUCT_USERS'
where company_id = '{{company}}';
"""


@dataclass
class Company:
    """A company with its tokens, and everything that it was told is done.

    `ats` are the connections of its ATS. `notes` are pairs of candidate and body; `switched` counts changes
    of company-wide access. `tags` has each tag that is on a candidate. `mutations` counts acknowledged ones.
    """

    number: int
    id: CompanyId
    urn: str
    tokens: Mapping[str, str]
    ats: list[Records]
    notes: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in KEPT})
    exports: dict[str, str] = field(default_factory=dict)
    is_wide: bool = False
    switched: int = 0
    mutations: int = 0


async def settle(owner: asyncpg.Connection, key: SigningKey, dice: random.Random) -> list[Company]:
    """Fill a migrated database with the companies."""
    await owner.execute(_PARTNER, PARTNER)
    await owner.execute(_MEMBERS, MEMBERS)
    companies = []
    for number in range(COMPANIES):
        company = await live_company(owner)
        await owner.execute(_STAFF.format(company=company, number=number))
        urn = await urn_of(owner, company)
        ats = [Records(place, urn, dice) for place in (1, PROBES)]
        companies.append(Company(number, company, urn, _tokens(key, urn, number), ats))
    return companies


def _tokens(key: SigningKey, urn: str, number: int) -> dict[str, str]:
    tokens = {
        "partner": issue_token(key, subject="ats", roles=[Role.PARTNER], company=urn, partner=PARTNER),
        "ats-user": issue_token(key, subject="user", roles=[Role.ATS_USER], company=urn, partner=PARTNER),
    }
    for seat in range(SEATS):
        tokens[f"seat-{seat}"] = issue_token(
            key,
            subject=f"recruiter-{seat}",
            roles=[Role.RECRUITER, Role.RECRUITER_ADMIN],
            company=urn,
            seat=f"urn:li:seat:{number}-{seat}",
        )
    return tokens


def kept_id(name: str) -> str:
    """Our id of a kept candidate; it is the same in every company."""
    number = int(name.removeprefix("kept-"))
    return own_urn("candidate", UUID(f"00000000-0000-0000-0000-000000000c{10 + number}"))
