"""The small company of tests/resolvers, with one thing of each kind that is another company's."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import asyncpg

from app.access.features import Role
from tests.resolvers import world
from tests.resolvers.world import COMPANY, OTHER_COMPANY, PARTNER

NEW_URN: Final = "urn:li:organization:9009"
OUR_RUN, FOREIGN_RUN = UUID(int=0x91), UUID(int=0x92)
FOREIGN_JOB, FOREIGN_EXPORT = UUID(int=0x93), UUID(int=0x94)
OUR_EVENT, FOREIGN_EVENT = UUID(int=0x96), UUID(int=0x97)
UNKNOWN: Final = UUID(int=0xDEAD)

PEOPLE: Final[Mapping[str, tuple[frozenset[Role], str | None, str | None]]] = {
    # Roles, the seat and the partner that the token names. Jonas's seat makes him an admin, Mila's contract
    # has company-wide access only.
    "rosa": (frozenset({Role.RECRUITER}), "urn:li:seat:rosa", None),
    "jonas": (frozenset({Role.RECRUITER, Role.RECRUITER_ADMIN}), "urn:li:seat:jonas", None),
    "mila": (frozenset({Role.RECRUITER}), "urn:li:seat:mila", None),
    "ats-user": (frozenset({Role.ATS_USER}), None, PARTNER),
    "ats-admin": (frozenset({Role.ATS_USER, Role.ATS_ADMIN}), None, PARTNER),
    "partner": (frozenset({Role.PARTNER}), None, PARTNER),
    "support": (frozenset({Role.SUPPORT}), None, None),
    "staff": (frozenset({Role.STAFF}), None, None),
    "admin in name only": (frozenset({Role.RECRUITER_ADMIN}), "urn:li:seat:rosa", None),
}

_FURTHER: Final = f"""
insert into job (company_id, id, partner_name, external_id, title, state, availability, created_at,
  last_modified_at, synced_at)
values ('{OTHER_COMPANY}', '{FOREIGN_JOB}', '{PARTNER}', 'j-9', 'Engineer', 'LISTED', 'PUBLIC', '2026-02-01Z',
  '2026-02-01Z', '2026-03-01Z');
insert into export (company_id, id, member_urn, job_id, seat_id, state, requested_at) values
  ('{OTHER_COMPANY}', '{FOREIGN_EXPORT}', 'urn:li:person:m3', '{FOREIGN_JOB}', '{UUID(int=0x5F)}', 'FAILED',
   '2026-02-10Z');
insert into sync_run (company_id, id, integration_id, kind, entities, started_at) values
  ('{COMPANY}', '{OUR_RUN}', '{UUID(int=0x11)}', 'IMPORT', '{{candidate}}', '2026-02-01Z'),
  ('{OTHER_COMPANY}', '{FOREIGN_RUN}', '{UUID(int=0x1F)}', 'IMPORT', '{{candidate}}', '2026-02-01Z');
"""


def _given_up(company: UUID, event: UUID) -> str:
    """A change of the integration that the ATS never took."""
    return f"""
    insert into outbox (company_id, id, partner_name, type, payload, state, attempts, created_at,
      next_attempt_at, give_up_at, last_error)
    values ('{company}', '{event}', '{PARTNER}', 'INTEGRATION_STATUS_CHANGE', '{{"state": "LIVE"}}', 'DEAD',
      12, '2026-02-01Z', '2026-02-02Z', '2026-02-02Z', 'It did not answer.');
    """


async def fill(dsn: str) -> None:
    """Fill a migrated database with both companies."""
    await world.fill(dsn)
    connection = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    try:
        await connection.execute(_FURTHER)
        await connection.execute(_given_up(COMPANY, OUR_EVENT) + _given_up(OTHER_COMPANY, FOREIGN_EVENT))
    finally:
        await connection.close()
