"""Every table that has rows of a company was decided on: it is erased, or kept for a reason."""

import asyncpg

from app.integration.erased_tables import ERASED, GONE_WITH, KEPT

TENANT_TABLES = """
select c.relname as name
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
"""
REFERENCES = """
select distinct s.relname as referring, t.relname as referred, k.confdeltype = 'c' as cascades
from pg_constraint k
join pg_class s on s.oid = k.conrelid
join pg_class t on t.oid = k.confrelid
where k.contype = 'f' and k.conrelid <> k.confrelid
"""
PRIMARY_KEYS = """
select
  c.relname as name,
  array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)) as key
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
where i.indisprimary
group by c.relname
"""


async def test_every_table_of_companies_is_erased_or_kept(owner: asyncpg.Connection) -> None:
    """A new table? Say in app/integration/erased_tables.py whether what it holds came from the ATS."""
    there = {row["name"] for row in await owner.fetch(TENANT_TABLES)}
    erased = {table.table for table in ERASED}
    assert there - erased - GONE_WITH.keys() - KEPT.keys() == set()
    assert (erased | GONE_WITH.keys() | KEPT.keys()) - there == set()
    assert len(erased) + len(GONE_WITH) + len(KEPT) == len(there)


async def test_what_refers_goes_before_what_is_referred_to(owner: asyncpg.Connection) -> None:
    place = {table.table: number for number, table in enumerate(ERASED)}
    for row in await owner.fetch(REFERENCES):
        if row["referred"] in place:
            if GONE_WITH.get(row["referring"]) == row["referred"]:
                assert row["cascades"]
                continue
            # Nothing that is kept holds on to what goes, and no row goes uncounted with another.
            assert row["referring"] in place, row
            assert place[row["referring"]] < place[row["referred"]], row


async def test_rows_are_named_by_their_whole_key(owner: asyncpg.Connection) -> None:
    keys = {row["name"]: row["key"] for row in await owner.fetch(PRIMARY_KEYS)}
    for table in ERASED:
        assert ["company_id", *table.key] == keys[table.table]
