"""A company with a trail to write into."""

import asyncpg
import pytest

from app.ids import CompanyId
from tests.sync.companies import live_company


@pytest.fixture
async def company(owner: asyncpg.Connection) -> CompanyId:
    return await live_company(owner)
