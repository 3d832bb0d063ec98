"""The two walls with one piece less: each table's row-level policy, and the company in what is compiled."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from app.database.pool import SERVICE_ROLE
from app.engine.mapping import Table
from loaders import tables
from tests.architecture.test_catalogue import (
    test_a_policy_is_a_plain_condition_and_checks_what_is_written_by_the_same as policies_are_plain,
)
from tests.architecture.test_catalogue import (
    test_every_tenant_table_stands_behind_row_level_security as every_table_is_walled,
)
from tests.tenancy.columns import tenant_columns
from tests.tenancy.hunt import hunting, no_company_condition

BREAKS: Final = {
    "dropped": 'drop policy of_bound_company on "{table}"',
    "switched off": 'alter table "{table}" disable row level security',
    "true for all": 'alter policy of_bound_company on "{table}" using (true) with check (true)',
    "true for all, in other words": (
        'alter policy of_bound_company on "{table}" '
        "using (company_id = bound_company() or company_id is not null) "
        "with check (company_id = bound_company() or company_id is not null)"
    ),
    "open to writing": 'alter policy of_bound_company on "{table}" with check (true)',
}
"""What may become of a table's policy; all but the first open the wall, the last one only for writing."""

_CHECKS: Final[dict[str, Callable[[asyncpg.Connection], Awaitable[None]]]] = {
    "catalogue": every_table_is_walled,
    "plain condition": policies_are_plain,
}

_REACHED: Final = """
select has_table_privilege($1, $2, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
  or has_any_column_privilege($1, $2, 'SELECT, INSERT, UPDATE')
"""


async def walled_tables(owner: asyncpg.Connection) -> list[str]:
    """Every table that has rows of companies."""
    return sorted({column.table for column in await tenant_columns(owner)})


async def policy_noticed_by(owner: asyncpg.Connection, table: str, broken: str) -> list[str]:
    """The checks that fail while the table's policy is broken so; it is whole again afterwards.

    A bound connection is asked for other companies' rows as well. Where the service may do nothing at
    all with a table, no policy matters: that is told as "out of reach".
    """
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute(BREAKS[broken].format(table=table))
        noticed = [name for name, check in _CHECKS.items() if await _fails(check, owner)]
        if not await owner.fetchval(_REACHED, SERVICE_ROLE, table):
            noticed.append("out of reach")
        return noticed + (["foreign rows"] if await _foreign_rows(owner, table) else [])
    finally:
        await transaction.rollback()


async def _fails(check: Callable[[asyncpg.Connection], Awaitable[None]], owner: asyncpg.Connection) -> bool:
    try:
        await check(owner)
    except AssertionError:
        return True
    return False


async def _foreign_rows(owner: asyncpg.Connection, table: str) -> bool:
    company = await owner.fetchval("select company_id from company order by company_id limit 1")
    if not await owner.fetchval(f"select has_table_privilege('{SERVICE_ROLE}', $1, 'SELECT')", table):
        return False
    await owner.execute(f"set local role {SERVICE_ROLE}")
    await owner.execute("select set_config('rsc.company', $1, true)", str(company))
    found: bool = await owner.fetchval(
        f'select exists (select from "{table}" where company_id <> $1)', company
    )
    await owner.execute("reset role")
    return found


async def sees_foreign_rows(owner: asyncpg.Connection) -> list[str]:
    """Of the whole wall: the tables of which a bound connection reads another company's rows."""
    async with owner.transaction():
        return [table for table in await walled_tables(owner) if await _foreign_rows(owner, table)]


# The compiler's condition


def compiled_tables() -> list[Table]:
    """What the compiler binds to the company."""
    known = {id(of): of for of in vars(tables).values() if isinstance(of, Table) and of.tenant}
    return sorted(known.values(), key=lambda of: of.name)


@contextmanager
def unbound(table: Table) -> Iterator[None]:
    """Meanwhile the compiler forgets the company in scans of this table."""
    object.__setattr__(table, "tenant", False)
    try:
        yield
    finally:
        object.__setattr__(table, "tenant", True)


async def leaks_of_table(dsn: str, table: Table, operations: int, seed: int) -> int | None:
    """After how many operations at most the search found what the missing condition tells; None: it did not.

    Row-level security is off meanwhile, or it would hold what the condition lets through. The companies of
    this database must have the same keys for their rows (`filled(..., same_keys=True)`), or a row could be
    reached by nobody who does not know its key.
    """
    with unbound(table):
        async with hunting(dsn, seed, role="none") as hunt:
            while hunt.tally.operations < operations:
                tally = await hunt.run(25)
                if tally.leaks:
                    return tally.operations
    return None


async def leaks_without_condition(dsn: str, operations: int, seed: int) -> int:
    """How many leaks there are when the compiler binds nothing to the company, and policies neither."""
    with no_company_condition():
        async with hunting(dsn, seed, role="none") as hunt:
            return len((await hunt.run(operations)).leaks)
