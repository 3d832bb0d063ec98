"""A schema made for one thing: values that Python fills, at places of every nullability, and may fail to.

A box has items, 1 to 3; the query's two roots are both the box 0. Each filled field's loader is asked with
the number of its box or item.
"""

from collections.abc import Callable, Hashable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.mapping import (
    Catalogue,
    Column,
    Computed,
    FieldFacts,
    Key,
    Lookup,
    Many,
    Order,
    SameRow,
    Source,
    Table,
    TypeFacts,
)
from app.settings import Limits

SDL = """
type Query { box: Box  must: Box! }
type Box {
  n: Int!  name: String!  same: Box  mustSame: Box!
  value(plus: Int): Int  mustValue: Int!  made: Made  mustMade: Made!  several: [Made!]  mustSeveral: [Made!]!
  items: [Item!]!  softItems: [Item!]  holedItems: [Item]!
}
type Item { n: Int!  value: Int  mustValue: Int!  made: Made  mustMade: Made! }
type Made { a: Int!  b: String  more: [Made!] }
"""

FILLED = ("value", "mustValue", "made", "mustMade", "several", "mustSeveral")
_NUMBERS = "(values (1), (2), (3)) {t}(n)"
_BOX = Table(name="box", source="(select 0 as n) {t}", tenant=False)
_ITEM = Table(name="item", source=_NUMBERS, key="n", key_type="integer", tenant=False)


@dataclass(slots=True)
class Asker:
    """Who asks: granted everything. Holds the pool, as a request's context does."""

    pool: Pool
    key: Hashable = "anybody"
    memory: MutableMapping[Any, Any] = field(default_factory=dict)

    def check(self, guard: Any) -> None:
        return None

    def check_on(self, guard: Any, object_id: UUID) -> None:
        return None

    def granted_on(self, guard: Any) -> list[UUID]:
        return []


Fill = Callable[[str, Sequence[int], Mapping[str, Any]], Sequence[Any]]


async def _fetch(context: Asker, sql: str, arguments: list[Any]) -> bytes | None:
    return await context.pool.fetch_bytes(None, sql, arguments)


def made(number: int) -> dict[str, Any]:
    """An object of type Made."""
    return {"a": number, "b": None, "more": [{"a": number + 1, "b": "x", "more": None}]}


def boxes(fill: Fill) -> Engine:
    """An engine whose filled fields are `fill(field name, numbers, arguments)`, one value for each number."""

    def loader(name: str) -> Any:
        async def load(
            inputs: Sequence[Sequence[Any]], arguments: Mapping[str, Any], context: Any
        ) -> Sequence[Any]:
            return fill(name, [number for (number,) in inputs], arguments)

        return load

    schema = build_schema(SDL)
    items = Many(table=_ITEM, key="0", key_type="integer", parent="{p}.n", order=(Order("{t}.n", "integer"),))
    sources: dict[tuple[str, str], Source] = {
        ("Query", "box"): Lookup(table=_BOX, needs_one=False),
        ("Query", "must"): Lookup(table=_BOX, needs_one=False),
        ("Box", "name"): Column("'box \"0\"'::text"),
        ("Box", "same"): SameRow(),
        ("Box", "mustSame"): SameRow(),
        ("Box", "items"): items,
        ("Box", "softItems"): items,
        ("Box", "holedItems"): items,
        **{("Made", name): Key(name) for name in ("a", "b", "more")},
        **{(of, "n"): Column("{t}.n") for of in ("Box", "Item")},
        **{
            (of, name): Computed(load=loader(name), inputs=("{t}.n",))
            for of in ("Box", "Item")
            for name in FILLED
        },
    }
    types = ("Query", "Box", "Item", "Made")
    fields = {
        (of, name): FieldFacts(source=sources[(of, name)]) for of in types for name in _fields(schema, of)
    }
    catalogue = Catalogue(
        fields=fields,
        types={name: TypeFacts() for name in types},
        context={},
        tables_by_id_kind={},
        guards=dict.fromkeys(fields, ()),
        parse_id=lambda _: None,
    )
    return Engine(schema, catalogue, _fetch, Limits())


def _fields(schema: GraphQLSchema, of: str) -> Sequence[str]:
    found = schema.type_map[of]
    assert isinstance(found, GraphQLObjectType)
    return list(found.fields)
