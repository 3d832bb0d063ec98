"""Whoever asks whatever of the whole application learns nothing of another company: the short form."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import TestServer
from tests.tenancy.canaries import mark, said_in
from tests.tenancy.hunt import hunting, no_company_condition
from tests.tenancy.tenants import filled, without_canary

COMPANIES = 6
OPERATIONS = 1_500


@pytest.fixture(scope="module")
async def tenants_template(server: TestServer, migrated: str) -> str:
    return await filled(server, migrated, COMPANIES)


@pytest.fixture
async def tenants(server: TestServer, tenants_template: str) -> AsyncIterator[str]:
    """The owner's DSN of a database with the companies, the test's own."""
    async with server.copy_of(tenants_template) as dsn:
        yield dsn


async def test_every_text_of_every_tenant_table_has_the_canary_of_each_company(tenants: str) -> None:
    owner = await asyncpg.connect(tenants)
    missing = await without_canary(owner, COMPANIES)
    await owner.close()
    assert missing == []


async def test_no_answer_header_log_or_metric_says_what_is_another_companys(tenants: str) -> None:
    async with hunting(tenants, seed=2002, documents=250) as hunt:
        tally = await hunt.run(OPERATIONS)
    assert tally.leaks == []
    assert tally.faults == []
    assert set(tally.kinds) == {
        *("query", "node ids", "_entities", "search", "filter", "mutation"),
        *("wire read", "wire find", "wire write"),
    }
    # It was asked for what is foreign, and there was something to be told.
    assert tally.foreign_named > OPERATIONS / 2
    assert tally.own > OPERATIONS / 2


async def test_the_search_finds_what_leaks_where_both_walls_are_gone(tenants: str) -> None:
    with no_company_condition():
        async with hunting(tenants, seed=2002, role="none") as hunt:
            tally = await hunt.run(200)
    assert {leak.call.kind for leak in tally.leaks} >= {"query", "node ids", "_entities"}


def test_a_canary_is_found_inside_of_a_cursor() -> None:
    # The cursor says `["x","zzzzzzz","zq05x017q"]`.
    assert said_in('{"cursor":"WyJ4Iiwienp6enp6eiIsInpxMDV4MDE3cSJd"}') == {mark(5, 17)}
