"""Where an access rule is gone, a check fails: the short form of `python -m tests.tenancy.mutants`."""

import random
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import TestServer
from tests.tenancy.guard_mutants import GuardMutants, guards_of, printed_guards
from tests.tenancy.tenants import filled
from tests.tenancy.wall_mutants import (
    BREAKS,
    compiled_tables,
    leaks_of_table,
    policy_noticed_by,
    sees_foreign_rows,
    walled_tables,
)

_DOZEN = 12


@pytest.fixture(scope="module")
async def alike(server: TestServer, migrated: str) -> AsyncIterator[str]:
    """The owner's DSN of a database with two companies whose rows have the same keys."""
    template = await filled(server, migrated, 2, same_keys=True)
    async with server.copy_of(template) as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def owner_of_alike(alike: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(alike)
    yield connection
    await connection.close()


def test_the_guards_of_the_catalogue_are_those_of_the_committed_schema() -> None:
    mutants = GuardMutants()
    assert guards_of(mutants.whole) == printed_guards()
    assert sum(map(len, printed_guards().values())) == len(list(mutants))


def test_a_guard_that_is_gone_is_noticed() -> None:
    mutants = GuardMutants()
    # Another dozen each time; which it was is in the failure.
    some = random.sample(list(mutants), _DOZEN)
    assert [str(mutant) for mutant in some if mutants.noticed_by(mutant) is None] == []


async def test_a_bound_connection_reads_no_foreign_row_of_any_table(
    owner_of_alike: asyncpg.Connection,
) -> None:
    assert await sees_foreign_rows(owner_of_alike) == []


@pytest.mark.parametrize("broken", BREAKS)
async def test_a_policy_that_is_broken_is_noticed(owner_of_alike: asyncpg.Connection, broken: str) -> None:
    tables = await walled_tables(owner_of_alike)
    assert len(tables) > 40
    assert [table for table in tables if not await policy_noticed_by(owner_of_alike, table, broken)] == []


async def test_a_table_that_is_compiled_without_the_company_is_noticed(alike: str) -> None:
    candidate = next(table for table in compiled_tables() if table.name == "candidate")
    assert await leaks_of_table(alike, candidate, 300, seed=2002) is not None
