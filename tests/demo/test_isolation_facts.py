"""Contoso is there so that a leak would show: the same members, the same kinds of rows, other keys."""

import asyncpg

from app.auth.personas import NORTHWIND
from app.database.pool import Pool
from app.demo.organizations import CONTOSO_ORGANIZATION, NORTHWIND_ORGANIZATION


async def test_both_companies_know_some_of_the_same_members(demo: asyncpg.Connection) -> None:
    shared = await demo.fetch(
        """
        select n.match_member_urn from candidate n
        join candidate c on c.match_member_urn = n.match_member_urn
        where n.company_id = $1 and c.company_id = $2
        """,
        NORTHWIND_ORGANIZATION.id,
        CONTOSO_ORGANIZATION.id,
    )
    assert len(shared) == 20
    assert "urn:li:person:m0001" in {row[0] for row in shared}


async def test_the_showcases_member_has_inmails_of_either_company(demo: asyncpg.Connection) -> None:
    rows = await demo.fetch("select distinct company_id from inmail where member_urn = 'urn:li:person:m0001'")
    assert {row[0] for row in rows} == {NORTHWIND_ORGANIZATION.id, CONTOSO_ORGANIZATION.id}


async def test_no_external_id_is_used_by_both(demo: asyncpg.Connection) -> None:
    for table in ("candidate", "job", "application"):
        both = await demo.fetchval(
            f"select count(*) from (select from {table} group by external_id having count(*) > 1) as x"
        )
        assert both == 0, table


async def test_a_connection_bound_to_contoso_sees_no_row_of_northwind(demo_dsn: str) -> None:
    async with Pool(demo_dsn, size=1) as pool, pool.acquire(CONTOSO_ORGANIZATION.id) as connection:
        tables = await connection.fetch(
            """
            select c.table_name from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and c.column_name = 'company_id' and t.table_type = 'BASE TABLE'
            """
        )
        assert len(tables) > 20
        for (table,) in tables:
            foreign = await connection.fetchval(
                f'select count(*) from "{table}" where company_id <> $1', CONTOSO_ORGANIZATION.id
            )
            assert foreign == 0, table
        assert await connection.fetchval("select company_of($1)", NORTHWIND) == NORTHWIND_ORGANIZATION.id
        assert await connection.fetchval("select count(*) from candidate") == 60
