"""A company whose integration is live, for tests that sync into it."""

from datetime import UTC, datetime
from itertools import count

import asyncpg

from app.ids import CompanyId, CompanyUrn, uuid7

PARTNER = "Demo ATS"
T0 = datetime(2024, 3, 1, 9, tzinfo=UTC)

_numbers = count(7_000)


async def live_company(
    owner: asyncpg.Connection, *, state: str | None = "LIVE", partner: str = PARTNER
) -> CompanyId:
    """A new company; `state` is its integration's, None for a company that has none."""
    company = CompanyId(uuid7())
    urn = f"urn:li:organization:{next(_numbers)}"
    await owner.execute("insert into company values ($1, $2, $3)", company, urn, f"Company {urn}")
    await owner.execute("insert into partner values ($1, '{}', '{}', false) on conflict do nothing", partner)
    if state is not None:
        await owner.execute(
            """
            insert into integration (company_id, id, partner_name, state, requested_at)
            values ($1, $2, $3, $4, $5)
            """,
            company,
            uuid7(),
            partner,
            state,
            T0,
        )
    return company


async def urn_of(owner: asyncpg.Connection, company: CompanyId) -> CompanyUrn:
    urn: str = await owner.fetchval("select urn from company where company_id = $1", company)
    return CompanyUrn(urn)
