"""What PostgreSQL's own catalogue says of the data model: the company first in every key, and two walls."""

import asyncpg
import pytest

# Of these the company's id is the whole key: there is nothing to lead.
_COMPANY_ITSELF = {"company"}

_TENANT_TABLES = """
select c.oid, c.relname as name, c.relrowsecurity as has_policies
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
where n.nspname = 'public' and c.relkind in ('r', 'p')
order by c.relname
"""


async def test_every_key_and_index_of_a_tenant_table_begins_with_the_company(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        f"""
        with tenant as ({_TENANT_TABLES})
        select tenant.name || '.' || i.indexrelid::regclass::text as index
        from tenant
        join pg_index i on i.indrelid = tenant.oid
        join pg_class ic on ic.oid = i.indexrelid
        join pg_am am on am.oid = ic.relam
        left join pg_attribute a on a.attrelid = tenant.oid and a.attnum = i.indkey[0]
        -- A trigram index cannot begin with a uuid; the two walls hold for its rows all the same.
        where a.attname is distinct from 'company_id' and am.amname <> 'gin'
        order by 1
        """
    )
    beyond = [row["index"] for row in rows if row["index"].split(".")[0] not in _COMPANY_ITSELF]
    assert beyond == []


async def test_every_tenant_table_has_a_primary_key(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        f"""
        with tenant as ({_TENANT_TABLES})
        select name from tenant
        where not exists (select from pg_index i where i.indrelid = tenant.oid and i.indisprimary)
        """
    )
    assert [row["name"] for row in rows] == []


async def test_a_reference_between_tenant_tables_cannot_cross_companies(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        f"""
        with tenant as ({_TENANT_TABLES})
        select k.conname as name
        from pg_constraint k
        join tenant source on source.oid = k.conrelid
        join tenant target on target.oid = k.confrelid
        left join pg_attribute mine on mine.attrelid = k.conrelid and mine.attnum = k.conkey[1]
        left join pg_attribute theirs on theirs.attrelid = k.confrelid and theirs.attnum = k.confkey[1]
        where k.contype = 'f'
          and (mine.attname, theirs.attname) is distinct from ('company_id', 'company_id')
        """
    )
    assert [row["name"] for row in rows] == []


async def test_every_tenant_table_stands_behind_row_level_security(owner: asyncpg.Connection) -> None:
    tables = await owner.fetch(_TENANT_TABLES)
    assert len(tables) > 10
    policies = await owner.fetch(
        """
        select tablename, qual, with_check, roles
        from pg_policies
        where schemaname = 'public'
        """
    )
    walled = {
        policy["tablename"]
        for policy in policies
        if "bound_company()" in (policy["qual"] or "") and "rsc_service" in policy["roles"]
    }
    assert [table["name"] for table in tables if not table["has_policies"]] == []
    assert {table["name"] for table in tables} - walled == set()


async def test_a_policy_is_a_plain_condition_and_checks_what_is_written_by_the_same(
    owner: asyncpg.Connection,
) -> None:
    policies = await owner.fetch(
        "select tablename, qual, with_check from pg_policies where schemaname = 'public'"
    )
    odd = [
        policy["tablename"]
        for policy in policies
        # A sub-select would be a plan node of its own for each scan of each statement.
        if "SELECT" in (policy["qual"] or "").upper() or policy["with_check"] != policy["qual"]
    ]
    assert odd == []


async def test_the_service_owns_nothing_and_passes_no_wall(owner: asyncpg.Connection) -> None:
    role = await owner.fetchrow("select * from pg_roles where rolname = 'rsc_service'")
    assert role is not None
    able = {
        name
        for name in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin")
        if role[name]
    }
    assert able == set()
    assert await owner.fetchval("select count(*) from pg_class where relowner = $1", role["oid"]) == 0
    assert await owner.fetchval("select count(*) from pg_auth_members where member = $1", role["oid"]) == 0


async def test_no_view_sees_past_the_wall(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """
        select c.relname as name
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('v', 'm')
          and not coalesce(c.reloptions @> array['security_invoker=true'], false)
        """
    )
    assert [row["name"] for row in rows] == []


@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE"])
async def test_what_was_audited_stays_as_it_was_written(owner: asyncpg.Connection, privilege: str) -> None:
    assert not await owner.fetchval("select has_table_privilege('rsc_service', 'audit_entry', $1)", privilege)
