"""The demo, searched by one of its recruiters; and two small companies that tests fill themselves."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId
from tests.benchmarks.quality import Desk, desk_on
from tests.conftest import TestServer
from tests.reference.world import demo_template
from tests.sync.companies import live_company


@pytest.fixture(scope="session")
async def desk(server: TestServer, migrated: str) -> AsyncIterator[Desk]:
    """Asks the loaded demo."""
    template = await demo_template(server, migrated)
    async with server.copy_of(template) as dsn, Pool(dsn, size=2) as pool:
        yield await desk_on(pool)


@pytest.fixture
async def company(owner: asyncpg.Connection) -> CompanyId:
    return await live_company(owner)


@pytest.fixture
async def other_company(owner: asyncpg.Connection) -> CompanyId:
    return await live_company(owner)


async def add_member(
    owner: asyncpg.Connection, name: str, *, first: str = "Ada", last: str = "Berg", headline: str = ""
) -> str:
    """A member of that name in the URN; answers the URN."""
    urn = f"urn:li:person:{name}"
    await owner.execute(
        "insert into member (urn, first_name, last_name, headline) values ($1, $2, $3, $4)",
        *(urn, first, last, headline),
    )
    return urn


async def add_candidate(
    owner: asyncpg.Connection, company: UUID, number: int, *, last: str = "Berg", member: str | None = None
) -> UUID:
    """A candidate of the company; answers its key."""
    key = UUID(int=number)
    await owner.execute(
        """
        insert into candidate (company_id, id, partner_name, external_id, first_name, last_name, match_state,
          match_member_urn, created_at, last_modified_at, synced_at)
        values ($1, $2, 'Demo ATS', $3, 'Ada', $4,
          case when $5::text is null then 'UNMATCHED' else 'MATCHED' end, $5,
          '2026-01-01Z', '2026-01-01Z', '2026-01-01Z')
        """,
        *(company, key, str(number), last, member),
    )
    return key
