"""What recruiters of Northwind did on contract 5001 at noon and on 5002, which is not activated."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
COMPANY: Final = UUID(int=0x1001)
OTHER: Final = UUID(int=0x2002)
ACTIVATED: Final = "urn:li:contract:5001"
DARK: Final = "urn:li:contract:5002"
FOREIGN: Final = "urn:li:contract:6001"
SEATS: Final = {
    "ada": "urn:li:seat:71",
    "rolf": "urn:li:seat:72",
    "ina": "urn:li:seat:73",
    "dora": "urn:li:seat:74",
}
EXPORT: Final = UUID(int=0xE1)
EXPORT_OF_CLOSED: Final = UUID(int=0xE2)
EXPORT_FROM_DARK: Final = UUID(int=0xE3)
MINUTE: Final = timedelta(minutes=1)


def ms(moment: datetime) -> int:
    """A time as the wire says it."""
    return int(moment.timestamp() * 1000)


_SQL: Final = f"""
insert into partner values ('{DEMO_PARTNER}', '{{}}', '{{}}', false);
insert into company values
  ('{COMPANY}', '{NORTHWIND}', 'Northwind'), ('{OTHER}', '{CONTOSO}', 'Contoso');
insert into integration (company_id, id, partner_name, state, requested_at) values
  ('{COMPANY}', '{UUID(int=0x1)}', '{DEMO_PARTNER}', 'LIVE', '2026-01-01Z'),
  ('{OTHER}', '{UUID(int=0x2)}', '{DEMO_PARTNER}', 'LIVE', '2026-01-01Z');
insert into contract values
  ('{COMPANY}', '{UUID(int=0xA)}', '{ACTIVATED}', 'RPS', 'RECRUITER_PROFESSIONAL_SERVICES', true),
  ('{COMPANY}', '{UUID(int=0xB)}', '{DARK}', 'Corporate', 'RECRUITER_CORPORATE', false),
  ('{OTHER}', '{UUID(int=0xC)}', '{FOREIGN}', 'Contoso''s', 'RECRUITER_CORPORATE', true);
insert into seat
  (company_id, id, contract_id, urn, first_name, last_name, state, is_admin, member_urn, created_at)
values
  ('{COMPANY}', '{UUID(int=0x71)}', '{UUID(int=0xA)}', '{SEATS["ada"]}', 'Ada', 'A', 'ACTIVE', true,
   'urn:li:person:ada', '2026-01-01Z'),
  ('{COMPANY}', '{UUID(int=0x72)}', '{UUID(int=0xA)}', '{SEATS["rolf"]}', 'Rolf', 'R', 'ACTIVE', false,
   null, '2026-01-02Z'),
  ('{COMPANY}', '{UUID(int=0x73)}', '{UUID(int=0xA)}', '{SEATS["ina"]}', 'Ina', 'I', 'INACTIVE', false,
   null, '2026-01-03Z'),
  ('{COMPANY}', '{UUID(int=0x74)}', '{UUID(int=0xB)}', '{SEATS["dora"]}', 'Dora', 'D', 'ACTIVE', false,
   null, '2026-01-04Z');
insert into member
  (urn, first_name, last_name, headline, public_profile_url, positions, is_closed)
values
  ('urn:li:person:mary', 'Mary', 'Major', 'Engineer at Works', 'https://www.linkedin.com/in/mary-major',
   '[{{"title": "Engineer", "companyName": "Works"}}]', false),
  ('urn:li:person:paul', 'Paul', 'Plain', null, null, '[]', false),
  ('urn:li:person:gone', 'Gone', 'Away', null, null, '[]', true);
insert into job
  (company_id, id, partner_name, external_id, title, state, availability, created_at, last_modified_at,
   synced_at)
values
  ('{COMPANY}', '{UUID(int=0x10B)}', '{DEMO_PARTNER}', 'job-1', 'Engineer', 'LISTED', 'PUBLIC',
   '2026-01-01Z', '2026-01-01Z', '2026-01-01Z');
insert into export (company_id, id, member_urn, job_id, seat_id, state, requested_at) values
  ('{COMPANY}', '{EXPORT}', 'urn:li:person:mary', '{UUID(int=0x10B)}', '{UUID(int=0x72)}', 'DELIVERED',
   '2026-03-02 12:00:00Z'),
  ('{COMPANY}', '{EXPORT_OF_CLOSED}', 'urn:li:person:gone', '{UUID(int=0x10B)}', '{UUID(int=0x72)}',
   'DELIVERED', '2026-03-02 12:00:00Z'),
  ('{COMPANY}', '{EXPORT_FROM_DARK}', 'urn:li:person:paul', '{UUID(int=0x10B)}', '{UUID(int=0x74)}',
   'DELIVERED', '2026-03-02 12:00:00Z');
"""


async def fill(dsn: str) -> None:
    """Fill a migrated database with the company and what its recruiters did."""
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_SQL)
        await _converse(owner)
        await _note(owner)
        await _share(owner)
    finally:
        await owner.close()


async def _converse(owner: asyncpg.Connection) -> None:
    """Three InMails of Rolf's a minute apart from noon on, one 13 hours later, one of Dora's and of Ada's."""
    for number, (contract, seat, minutes, direction) in enumerate(
        (
            (0xA, 0x72, 0, "SENT"),
            (0xA, 0x72, 1, "RECEIVED"),
            (0xA, 0x72, 2, "SENT"),
            (0xA, 0x72, 13 * 60, "SENT"),
            (0xB, 0x74, 0, "SENT"),
            (0xA, 0x71, 0, "SENT"),
        )
    ):
        await owner.execute(
            """
            insert into inmail (company_id, id, contract_id, seat_id, member_urn, conversation_id, sent_at,
              direction, state, subject, body)
            values ($1, $2, $3, $4, 'urn:li:person:mary', $5, $6, $7, 'REPLIED', 'Hello', $8)
            """,
            *(COMPANY, UUID(int=0x100 + number), UUID(int=contract), UUID(int=seat)),
            *(f"talk-{number % 2}", NOON + minutes * MINUTE, direction, f"Text {number}"),
        )


async def _note(owner: asyncpg.Connection) -> None:
    """A shared note, a private one, a deleted one, each changed a minute later than written; one on 5002."""
    for number, (contract, seat, body, visibility) in enumerate(
        (
            (0xA, 0x72, "Shared", "SHARED"),
            (0xA, 0x72, "Private", "PRIVATE"),
            (0xA, 0x71, None, "SHARED"),
            (0xB, 0x74, "Dark", "SHARED"),
        )
    ):
        await owner.execute(
            """
            insert into recruiter_note (company_id, id, contract_id, seat_id, member_urn, body, visibility,
              is_deleted, created_at, last_modified_at)
            values ($1, $2, $3, $4, 'urn:li:person:mary', $5, $6, $7, $8, $9)
            """,
            *(COMPANY, UUID(int=0x200 + number), UUID(int=contract), UUID(int=seat), body, visibility),
            *(body is None, NOON + number * MINUTE, NOON + (number + 1) * MINUTE),
        )


async def _share(owner: asyncpg.Connection) -> None:
    """Mary shared her e-mail address with Rolf, Paul nothing with Ada, Mary something on 5002."""
    for number, (contract, seat, member, email) in enumerate(
        (
            (0xA, 0x72, "mary", "mary@mail.example"),
            (0xA, 0x71, "paul", None),
            (0xB, 0x74, "mary", "mary@mail.example"),
        )
    ):
        await owner.execute(
            """
            insert into stub_profile (company_id, id, contract_id, seat_id, member_urn, first_name, last_name,
              email_address, created_at)
            values ($1, $2, $3, $4, $5, $6, 'Last', $7, $8)
            """,
            *(COMPANY, UUID(int=0x300 + number), UUID(int=contract), UUID(int=seat)),
            *(f"urn:li:person:{member}", member.capitalize(), email, NOON + number * MINUTE),
        )
