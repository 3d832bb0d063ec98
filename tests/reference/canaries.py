"""What only one company's rows say, and where it stands in an answer."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import asyncpg

_TABLES: Final = """
  select table_name, bool_or(column_name = 'company_id') as is_tenant
  from information_schema.columns
  join information_schema.tables using (table_schema, table_name)
  where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'rsc_migration'
  group by table_name
"""
_WORD: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|urn:li:\w+:[\w-]+")


async def canaries_of(owner: asyncpg.Connection, company_urn: str) -> frozenset[str]:
    """Every text in the company's rows, its ids included, that stands in nobody else's."""
    own: set[str] = set()
    others: set[str] = set()
    company_id = await owner.fetchval("select company_id from company where urn = $1", company_urn)
    for table in await owner.fetch(_TABLES):
        mine = "company_id = $1" if table["is_tenant"] else "$1::uuid is null"
        query = f"select {mine} as mine, to_jsonb(t)::text as row from {table['table_name']} t"
        for record in await owner.fetch(query, company_id):
            (own if record["mine"] else others).update(_texts(json.loads(record["row"])))
    return frozenset(text for text in own - others if len(text) > 3)


def found_in(answer: Any, canaries: frozenset[str]) -> set[str]:
    """The canaries that an answer says: as a value, as an id within one, or inside a cursor."""
    return {text for text in _texts(answer) if text in canaries}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inside in value.values():
            yield from _texts(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _texts(inside)
    elif isinstance(value, str):
        yield value
        yield from _WORD.findall(value)
        yield from _texts(_inside_cursor(value))


def _inside_cursor(text: str) -> Any:
    try:
        inside = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    return inside if isinstance(inside, list) else None
