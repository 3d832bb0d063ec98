"""A live company in the test's own database."""

from pathlib import Path

import asyncpg
import pytest

from app.ids import CompanyId, CompanyUrn
from tests.sync.companies import live_company, urn_of


@pytest.fixture
async def company(owner: asyncpg.Connection) -> CompanyId:
    return await live_company(owner)


@pytest.fixture
async def urn(owner: asyncpg.Connection, company: CompanyId) -> CompanyUrn:
    return await urn_of(owner, company)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, where a load writes what it refuses: the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
