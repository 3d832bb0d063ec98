"""What the schema needs of the database: the columns that must never be null.

A NULL where the schema promises a value would make the whole answer NULL, so it is looked for at start.
"""

import re
from collections.abc import Iterator
from typing import Final

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_non_null_type

from app.engine.mapping import Catalogue, Column, Edges, Embedded, Many, One, Page, SameRow, Table

_RELATION: Final = re.compile(r"([a-z_]+) \{t\}")
_COLUMN: Final = re.compile(r"\{[tp]\}\.([a-z_]+)")


def required_columns(schema: GraphQLSchema, catalogue: Catalogue) -> set[tuple[str, str]]:
    """`(relation, column)` for every column that a non-null field is made of, and for every key."""
    required: set[tuple[str, str]] = set()
    for name, relation in _rows(schema, catalogue):
        of = schema.type_map[name]
        assert isinstance(of, GraphQLObjectType)
        for field, definition in of.fields.items():
            source = catalogue.fields[(name, field)].source
            sql = source.sql if isinstance(source, Column | Embedded) else None
            if isinstance(source, One):
                sql = source.parent
            found = _COLUMN.fullmatch(sql) if sql is not None else None
            if found and (is_non_null_type(definition.type) or isinstance(source, Embedded)):
                required.add((relation, found[1]))
    return required


def _rows(schema: GraphQLSchema, catalogue: Catalogue) -> set[tuple[str, str]]:
    """Which object types are views of which relation's rows."""
    rows = {
        (name, relation)
        for name, facts in catalogue.types.items()
        if facts.table is not None and (relation := _relation(facts.table))
    }
    while more := set(_further(schema, catalogue, rows)) - rows:
        rows |= more
    return rows


def _further(
    schema: GraphQLSchema, catalogue: Catalogue, rows: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    for (of, field), facts in catalogue.fields.items():
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        target = get_named_type(parent.fields[field].type)
        if isinstance(facts.source, SameRow):
            yield from ((target.name, relation) for name, relation in rows if name == of)
        elif isinstance(facts.source, Many | Page) and (relation := _relation(facts.source.table)):
            yield (target.name, relation)
            if isinstance(target, GraphQLObjectType):
                for inside, edges in target.fields.items():
                    if isinstance(catalogue.fields[(target.name, inside)].source, Edges):
                        yield (get_named_type(edges.type).name, relation)


def _relation(table: Table) -> str | None:
    found = _RELATION.fullmatch(table.source)
    return found[1] if found else None
