"""A company small enough to know by heart: who is in it, and what they wrote.

Contracts A and C have contract access, B only company-wide access. Rosa and Jonas sit on A, Mila on B,
Nina on C. Anna (candidate `x-1`) is the member m1, in the job already and not to be contacted; Bela's member
m2 closed the account; Cora may be m1 or m3; the ATS does not know m4. All ids are fixed, so that a test can
name them.
"""

from typing import Final
from uuid import UUID

import asyncpg

COMPANY, OTHER_COMPANY = UUID(int=1), UUID(int=2)
URN, OTHER_URN = "urn:li:organization:9001", "urn:li:organization:9002"
A, B, C, FOREIGN = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC), UUID(int=0xF)
ANNA, BELA, CORA, OLD_ANNA, STRANGER = (UUID(int=0xCA0 + n) for n in range(5))
JOB, EXPORT = UUID(int=0x70), UUID(int=0xE0)
PARTNER: Final = "Test ATS"


def own(kind: str, key: UUID) -> str:
    return f"urn:rsc:{kind}:{key}"


_COMPANIES: Final = f"""
insert into partner values ('{PARTNER}', '{{UNIFIED_SEARCH,TELEPATHY,RECOMMENDED_MATCHES}}', '{{}}', false),
  ('Old ATS', '{{}}', '{{}}', true);
insert into company values ('{COMPANY}', '{URN}', 'Ours'), ('{OTHER_COMPANY}', '{OTHER_URN}', 'Theirs');
insert into contract (company_id, id, urn, name, product_tier, activated) values
  ('{COMPANY}', '{A}', 'urn:li:contract:A', 'A', 'RECRUITER_PROFESSIONAL_SERVICES', true),
  ('{COMPANY}', '{B}', 'urn:li:contract:B', 'B', 'RECRUITER_CORPORATE', false),
  ('{COMPANY}', '{C}', 'urn:li:contract:C', 'C', 'RECRUITER_CORPORATE', true),
  ('{OTHER_COMPANY}', '{FOREIGN}', 'urn:li:contract:F', 'F', 'RECRUITER_CORPORATE', true);
insert into seat (company_id, id, contract_id, urn, first_name, last_name, state, is_admin, created_at) values
  ('{COMPANY}', '{UUID(int=0x51)}', '{A}', 'urn:li:seat:rosa', 'Rosa', 'R', 'ACTIVE', false, '2026-01-01Z'),
  ('{COMPANY}', '{UUID(int=0x52)}', '{A}', 'urn:li:seat:jonas', 'Jonas', 'J', 'ACTIVE', true, '2026-01-02Z'),
  ('{COMPANY}', '{UUID(int=0x53)}', '{B}', 'urn:li:seat:mila', 'Mila', 'M', 'ACTIVE', false, '2026-01-03Z'),
  ('{COMPANY}', '{UUID(int=0x54)}', '{C}', 'urn:li:seat:nina', 'Nina', 'N', 'ACTIVE', false, '2026-01-04Z'),
  ('{OTHER_COMPANY}', '{UUID(int=0x5F)}', '{FOREIGN}', 'urn:li:seat:eve', 'Eve', 'E', 'ACTIVE', false,
   '2026-01-05Z');
insert into integration (company_id, id, partner_name, state, company_wide_access, requested_at) values
  ('{COMPANY}', '{UUID(int=0x11)}', '{PARTNER}', 'LIVE', true, '2026-01-01Z'),
  ('{COMPANY}', '{UUID(int=0x12)}', 'Old ATS', 'ERASED', false, '2020-01-01Z'),
  ('{OTHER_COMPANY}', '{UUID(int=0x1F)}', '{PARTNER}', 'LIVE', true, '2026-01-01Z');
update integration set job_posting_viewers = 'ALL_PRODUCT_USERS', application_viewers = 'ALL_PRODUCT_USERS';
"""

_PEOPLE: Final = f"""
insert into member (urn, first_name, last_name, headline, location, public_profile_url, is_closed, positions)
values
  ('urn:li:person:m1', 'Anna', 'Kowalska', 'Backend Engineer', 'Gdansk',
   'https://www.linkedin.com/in/Anna-Kowalska/', false,
   '[{{"title": "Backend Engineer", "companyName": "Brightmere", "startDate": "2020-03-01"}}]'),
  ('urn:li:person:m2', 'Bela', 'Nagy', 'Backend Engineer', 'Szeged',
   'https://www.linkedin.com/in/bela', true, '[]'),
  ('urn:li:person:m3', 'Cora', 'Lind', 'Backend Engineer', 'Malmo', null, false, '[]'),
  ('urn:li:person:m4', 'Dora', 'Berg', 'Cook', 'Oslo', null, false, '[]');
insert into candidate (company_id, id, partner_name, external_id, first_name, last_name, current_job_title,
  match_state, match_member_urn, created_at, last_modified_at, synced_at) values
  ('{COMPANY}', '{ANNA}', '{PARTNER}', 'x-1', 'Anna', 'Kowalska', 'Engineer', 'MATCHED', 'urn:li:person:m1',
   '2026-02-01Z', '2026-02-09Z', '2026-03-01Z'),
  ('{COMPANY}', '{BELA}', '{PARTNER}', 'x-2', 'Bela', null, null, 'MATCHED', 'urn:li:person:m2',
   '2026-02-02Z', '2026-02-08Z', '2026-03-01Z'),
  ('{COMPANY}', '{CORA}', '{PARTNER}', 'x-3', 'Cora', 'Lind', 'Backend Engineer', 'AMBIGUOUS', null,
   '2026-02-03Z', '2026-02-07Z', '2026-03-01Z'),
  ('{COMPANY}', '{OLD_ANNA}', 'Old ATS', 'x-1', 'Anna', 'Old', null, 'UNMATCHED', null,
   '2026-02-04Z', '2026-02-06Z', '2026-03-01Z'),
  ('{OTHER_COMPANY}', '{STRANGER}', '{PARTNER}', 'x-1', 'Anna', 'Stranger', null, 'MATCHED',
   'urn:li:person:m1', '2026-02-05Z', '2026-02-05Z', '2026-03-01Z');
insert into candidate_alternative values
  ('{COMPANY}', '{CORA}', 'urn:li:person:m3', 0, 0.6, '[]'),
  ('{COMPANY}', '{CORA}', 'urn:li:person:m1', 1, 0.5, '[]');
insert into tag values ('{COMPANY}', '{UUID(int=0x7A)}', 'alumni', false),
  ('{COMPANY}', '{UUID(int=0x7B)}', 'blocked', true);
insert into candidate_tag values ('{COMPANY}', '{ANNA}', '{UUID(int=0x7A)}'),
  ('{COMPANY}', '{ANNA}', '{UUID(int=0x7B)}');
insert into job (company_id, id, partner_name, external_id, title, state, availability, posted_through_rsc,
  created_at, last_modified_at, synced_at) values
  ('{COMPANY}', '{JOB}', '{PARTNER}', 'j-1', 'Backend Engineer', 'LISTED', 'PUBLIC', true,
   '2026-02-01Z', '2026-02-01Z', '2026-03-01Z');
insert into application (company_id, id, partner_name, external_id, candidate_id, job_id, applied_at, status,
  stage, last_modified_at, synced_at) values
  ('{COMPANY}', '{UUID(int=0xA1)}', '{PARTNER}', 'a-1', '{ANNA}', '{JOB}', '2026-02-05Z', 'ACTIVE', 'Offer',
   '2026-02-05Z', '2026-03-01Z');
insert into note (company_id, id, candidate_id, external_id, body, is_private, created_at, last_modified_at,
  synced_at) values
  ('{COMPANY}', '{UUID(int=0x4A)}', '{ANNA}', 'n-1', 'open', false, '2026-02-01Z', '2026-02-01Z',
   '2026-03-01Z'),
  ('{COMPANY}', '{UUID(int=0x4B)}', '{ANNA}', 'n-2', 'closed', true, '2026-02-02Z', '2026-02-02Z',
   '2026-03-01Z');
insert into recommended_match values
  ('{COMPANY}', '{JOB}', 'urn:li:person:m1', 0.8, '{{fits}}'),
  ('{COMPANY}', '{JOB}', 'urn:li:person:m4', 0.5, '{{fits}}'),
  ('{COMPANY}', '{JOB}', 'urn:li:person:m2', 0.9, '{{fits}}'),
  ('{COMPANY}', '{JOB}', 'urn:li:person:m3', 0.7, '{{fits}}');
insert into export (company_id, id, member_urn, job_id, seat_id, state, requested_at) values
  ('{COMPANY}', '{EXPORT}', 'urn:li:person:m3', '{JOB}', '{UUID(int=0x51)}', 'REQUESTED', '2026-02-10Z');
"""


def _written(table: str, columns: str, number: int, contract: UUID, seat: int, values: str) -> str:
    return (
        f"insert into {table} (company_id, id, contract_id, seat_id, member_urn, {columns}) values ("
        f"'{COMPANY}', '{UUID(int=number)}', '{contract}', '{UUID(int=seat)}', 'urn:li:person:m1', {values});"
    )


_INMAIL = "conversation_id, direction, state, subject, sent_at, body"
_NOTE = "created_at, last_modified_at, visibility, is_deleted, body"
_STUB = "created_at, first_name, last_name"


def _sent(number: int, contract: UUID, seat: int, moment_and_body: str) -> str:
    return _written(
        "inmail", _INMAIL, number, contract, seat, f"'t', 'SENT', 'SENT', 'Hello', {moment_and_body}"
    )


def _noted(number: int, contract: UUID, seat: int, rest: str) -> str:
    return _written("recruiter_note", _NOTE, number, contract, seat, rest)


def _shared(number: int, contract: UUID, seat: int, moment_and_name: str) -> str:
    day, name = moment_and_name.split(", ")
    return _written("stub_profile", _STUB, number, contract, seat, f"{day}, 'Anna', {name}")


_ACTIVITY: Final = "".join(
    [
        _sent(0x31, A, 0x51, "'2026-02-01Z', 'by Rosa'"),
        _sent(0x32, A, 0x52, "'2026-02-02Z', 'by Jonas'"),
        _sent(0x33, C, 0x54, "'2026-02-03Z', 'by Nina'"),
        _noted(0x41, A, 0x51, "'2026-02-01Z', '2026-02-01Z', 'SHARED', false, 'r+'"),
        _noted(0x42, A, 0x51, "'2026-02-02Z', '2026-02-02Z', 'PRIVATE', false, 'r-'"),
        _noted(0x43, A, 0x52, "'2026-02-03Z', '2026-02-03Z', 'PRIVATE', false, 'j-'"),
        _noted(0x44, C, 0x54, "'2026-02-04Z', '2026-02-04Z', 'SHARED', false, 'n+'"),
        _noted(0x45, A, 0x52, "'2026-02-05Z', '2026-02-06Z', 'SHARED', true, null"),
        _shared(0x61, A, 0x51, "'2026-02-01Z', 'first on A'"),
        _shared(0x62, A, 0x52, "'2026-02-02Z', 'second on A'"),
        _shared(0x63, C, 0x54, "'2026-02-03Z', 'on C'"),
    ]
)


async def fill(dsn: str) -> None:
    """Fill a migrated database with all of it."""
    connection = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    try:
        await connection.execute(_COMPANIES + _PEOPLE + _ACTIVITY)
        await connection.execute("analyze")
    finally:
        await connection.close()
