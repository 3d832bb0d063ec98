"""A company whose integration begins where a test wants it, with everybody who has a hand in its life.

Contracts A and B may have RSC, L is Recruiter Lite; F is another company's. Ada (an admin) and Rolf (not one)
have seats on A, Fay is the other company's admin.
"""

from typing import Final
from uuid import UUID

import asyncpg

from app.access.features import Role
from app.integration.erased_tables import ERASED

COMPANY, OTHER = UUID(int=0xC0), UUID(int=0xC1)
URN, OTHER_URN, THIRD_URN = (f"urn:li:organization:{number}" for number in (8001, 8002, 8003))
NAME: Final = "Ours, Inc."
PARTNER, NEW_PARTNER, SLOW_PARTNER, LISTED_PARTNER = "Test ATS", "New ATS", "Slow ATS", "iCIMS"
A, B, LITE, FOREIGN = (f"urn:li:contract:{name}" for name in "ABLF")
FIRST_INTEGRATION: Final = UUID(int=0x11)

ATS: Final[dict[str, tuple[frozenset[Role], str | None]]] = {
    "ats-admin": (frozenset({Role.ATS_USER, Role.ATS_ADMIN}), PARTNER),
    "ats-admin of any": (frozenset({Role.ATS_ADMIN}), None),
    "ats-user": (frozenset({Role.ATS_USER}), PARTNER),
    "partner": (frozenset({Role.PARTNER}), PARTNER),
    "slow partner": (frozenset({Role.PARTNER}), SLOW_PARTNER),
    "support": (frozenset({Role.SUPPORT}), None),
    "staff": (frozenset({Role.STAFF}), None),
    "other ats-admin": (frozenset({Role.ATS_ADMIN}), PARTNER),
}
"""Who has no seat: roles and the partner that the token names."""

SEATS: Final = {"ada": "urn:li:seat:ada", "rolf": "urn:li:seat:rolf", "fay": "urn:li:seat:fay"}
OF_OTHER: Final = frozenset({"fay", "other ats-admin"})

_SQL: Final = f"""
insert into partner values
  ('{PARTNER}', '{{UNIFIED_SEARCH,RECOMMENDED_MATCHES}}', '{{}}', false),
  ('{NEW_PARTNER}', '{{}}', '{{}}', false),
  ('{SLOW_PARTNER}', '{{}}', '{{}}', true),
  ('{LISTED_PARTNER}', '{{}}', '{{}}', false);
insert into company values ('{COMPANY}', '{URN}', '{NAME}'), ('{OTHER}', '{OTHER_URN}', 'Theirs');
insert into contract (company_id, id, urn, name, product_tier, activated) values
  ('{COMPANY}', '{UUID(int=0xA)}', '{A}', 'Contract A', 'RECRUITER_CORPORATE', false),
  ('{COMPANY}', '{UUID(int=0xB)}', '{B}', 'Contract B', 'RECRUITER_PROFESSIONAL_SERVICES', false),
  ('{COMPANY}', '{UUID(int=0xD)}', '{LITE}', 'Lite', 'RECRUITER_LITE', false),
  ('{OTHER}', '{UUID(int=0xF)}', '{FOREIGN}', 'Contract F', 'RECRUITER_CORPORATE', false);
insert into seat (company_id, id, contract_id, urn, first_name, last_name, state, is_admin, created_at) values
  ('{COMPANY}', '{UUID(int=0x51)}', '{UUID(int=0xA)}', '{SEATS["ada"]}', 'Ada', 'A', 'ACTIVE', true,
   '2026-01-01Z'),
  ('{COMPANY}', '{UUID(int=0x52)}', '{UUID(int=0xA)}', '{SEATS["rolf"]}', 'Rolf', 'R', 'ACTIVE', false,
   '2026-01-01Z'),
  ('{OTHER}', '{UUID(int=0x53)}', '{UUID(int=0xF)}', '{SEATS["fay"]}', 'Fay', 'F', 'ACTIVE', true,
   '2026-01-01Z');
"""


TAKE_BACK: Final = "".join(
    [
        "update integration set resync_run_id = null;",
        *(f"delete from {table.table};" for table in ERASED),
        *(
            f"delete from {table};"
            for table in (
                *("erasure_receipt", "tombstone", "consent", "sync_run", "integration", "callback"),
                *("inmail", "audit_entry", "audit_head", "company_key", "company_urn"),
            )
        ),
        f"update company set urn = '{URN}' where company_id = '{COMPANY}' and urn <> '{URN}';",
        f"update company set urn = '{OTHER_URN}' where company_id = '{OTHER}' and urn <> '{OTHER_URN}';",
        "update contract set activated = false where activated;",
    ]
)
"""Takes the database back to what `fill` made of it, a lot faster than a copy of it is made."""


async def fill(dsn: str) -> None:
    """Fill a migrated database: the companies, and no integration."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_SQL)
    finally:
        await connection.close()


async def begin_in(owner: asyncpg.Connection, state: str | None, *, partner: str = PARTNER) -> None:
    """Put the company's integration into this state, as if it had come there; None: there is none."""
    if state is None:
        return
    await owner.execute(
        """
        insert into integration
          (company_id, id, partner_name, state, job_posting_viewers, application_viewers, requested_at,
          enabled_at, disabled_at, erased_at)
        values ($1, $2, $3, $4, 'ALL_PRODUCT_USERS', 'ALL_PRODUCT_USERS', '2026-01-01Z',
          case when $4 in ('SYNCING', 'LIVE', 'DISABLED', 'ERASED') then timestamptz '2026-01-02Z' end,
          case when $4 = 'DISABLED' then timestamptz '2026-01-03Z' end,
          case when $4 = 'ERASED' then timestamptz '2026-01-03Z' end)
        """,
        COMPANY,
        FIRST_INTEGRATION,
        partner,
        state,
    )


async def post_job(owner: asyncpg.Connection, number: int, *, state: str = "LISTED") -> UUID:
    """A job that was posted through RSC."""
    key = UUID(int=0x1000 + number)
    await owner.execute(
        """
        insert into job (company_id, id, partner_name, external_id, requisition_code, title, state,
          availability, posted_through_rsc, listed_at, created_at, last_modified_at, synced_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'PUBLIC', true, '2026-01-01Z',
          '2026-01-01Z', '2026-01-01Z', now())
        """,
        COMPANY,
        key,
        PARTNER,
        f"job-{number}",
        f"REQ-{number}",
        f"Engineer {number}",
        state,
    )
    return key
