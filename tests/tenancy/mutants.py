"""Removes every access rule, one at a time, and prints what nobody noticed.

`python -m tests.tenancy.mutants`. The rules are the guards of the schema, the row-level policies (each broken
in several ways, in a transaction that is rolled back), and the company in what is compiled, as a whole and
table by table.
"""

import asyncio
import sys
from collections import Counter

import asyncpg

from app.database.migrate import migrate
from tests.conftest import TestServer
from tests.tenancy.__main__ import database_server, say
from tests.tenancy.guard_mutants import GuardMutants
from tests.tenancy.tenants import filled
from tests.tenancy.wall_mutants import (
    BREAKS,
    compiled_tables,
    leaks_of_table,
    leaks_without_condition,
    policy_noticed_by,
    walled_tables,
)

_COMPANIES = 4
_OPERATIONS_MAX = 3_000
_SEED = 2002


def main() -> int:
    """The exit code: 1 if a mutant survived."""
    with database_server() as dsn:
        survivors = [*guards(), *asyncio.run(_walls(dsn))]
    say(f"survivors: {len(survivors)}")
    for survivor in survivors:
        say(f"  {survivor}")
    return 1 if survivors else 0


def guards() -> list[str]:
    """The guards whose removal nothing notices."""
    mutants = GuardMutants()
    noticed: Counter[str] = Counter()
    survivors = []
    for mutant in mutants:
        by = mutants.noticed_by(mutant)
        if by is None:
            survivors.append(str(mutant))
        else:
            noticed[by] += 1
    say(f"guards removed        {noticed.total() + len(survivors)}, noticed by {dict(noticed)}")
    return survivors


async def _walls(dsn: str) -> list[str]:
    server = TestServer(dsn)
    try:
        basis = await server.fill_template("migrated", migrate)
        template = await filled(server, basis, _COMPANIES)
        alike = await filled(server, basis, _COMPANIES, same_keys=True)
        async with server.copy_of(template) as database:
            survivors = [*await _policies(database), *await _condition(database)]
        async with server.copy_of(alike) as database:
            return survivors + await _tables(database)
    finally:
        await server.drop_templates()


async def _policies(database: str) -> list[str]:
    owner = await asyncpg.connect(database)
    noticed: Counter[str] = Counter()
    survivors = []
    tables = await walled_tables(owner)
    for table in tables:
        for broken in BREAKS:
            by = await policy_noticed_by(owner, table, broken)
            noticed.update(by)
            survivors += [] if by else [f"the policy of {table}, {broken}"]
    await owner.close()
    count = len(tables) * len(BREAKS)
    say(f"policies broken       {count} of {len(tables)} tables, noticed by {dict(noticed)}")
    return survivors


async def _condition(database: str) -> list[str]:
    leaks = await leaks_without_condition(database, 300, _SEED)
    say(f"compiled condition    without it {leaks} of 300 operations tell what is foreign")
    return [] if leaks else ["the compiler's company condition"]


async def _tables(database: str) -> list[str]:
    survivors = []
    for table in compiled_tables():
        after = await leaks_of_table(database, table, _OPERATIONS_MAX, _SEED)
        say(f"  not asked of {table.name:<24} noticed after {after} operations")
        survivors += [] if after else [f"the compiler's company condition of {table.name}"]
    return survivors


if __name__ == "__main__":
    sys.exit(main())
