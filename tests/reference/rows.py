"""Rows, fetched whole: for a row of an object type, every expression that any of its fields may need.

What was selected makes no difference to a fetch, so a statement depends only on the kind of row and on the
keys of one batch.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from app.engine.mapping import (
    Catalogue,
    Column,
    Computed,
    Embedded,
    Many,
    One,
    Order,
    Page,
    SameRow,
    Table,
)
from tests.reference.statement import Statement, conjunction


@dataclass(slots=True)
class Row:
    """One row, as seen by the object type it was fetched for: values by the template that names them."""

    type_name: str
    values: Mapping[str, Any]
    cursor: str | None = None

    def value(self, template: str) -> Any:
        """The value of an expression over this row."""
        return self.values[template]

    def seen_as(self, type_name: str) -> "Row":
        """The same row as an object of another type."""
        return Row(type_name, self.values, self.cursor)


def _json_of(template: str) -> str:
    return f"to_json({template})::text"


@dataclass
class Kinds:
    """Which expressions a row of each type is fetched with."""

    schema: GraphQLSchema
    catalogue: Catalogue
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def expressions(self, type_name: str) -> tuple[str, ...]:
        """Templates, each once."""
        known = self._known.get(type_name)
        if known is None:
            known = self._known[type_name] = tuple(dict.fromkeys(self._all(type_name)))
        return known

    def _all(self, type_name: str) -> Iterator[str]:
        of = self.schema.type_map[type_name]
        assert isinstance(of, GraphQLObjectType)
        decided_on = self.catalogue.types[type_name].decided_on
        if decided_on is not None:
            yield decided_on
        for name, definition in of.fields.items():
            match self.catalogue.fields[(type_name, name)].source:
                case Column(sql) | Embedded(sql):
                    yield sql
                case One(parent=parent) | Many(parent=parent):
                    yield parent
                case Page(parent=str(parent)):
                    yield parent
                case Computed(inputs=inputs):
                    yield from map(_json_of, inputs)
                case SameRow():
                    yield from self._all(get_named_type(definition.type).name)
                case _:
                    pass


def inputs_of(source: Computed, row: Row | None) -> list[Any]:
    """The JSON values that a loader is given for one place."""
    if row is None:
        assert not source.inputs
        return []
    texts = [row.value(_json_of(template)) for template in source.inputs]
    return [None if text is None else json.loads(text) for text in texts]


@dataclass
class Scan:
    """One SELECT over the rows of one table, seen as one object type, with all that always holds for them."""

    statement: Statement
    table: Table
    type_name: str
    expressions: Sequence[str]
    source: str | None = None
    arguments: Mapping[str, Any] | None = None
    by_id: bool = False
    conditions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        table = self.table
        if table.tenant:
            self.conditions.append(f"r.company_id = {self.statement.company()}")
        for rule in (table.rows, table.rows_by_id if self.by_id else None):
            if rule is not None:
                self.conditions.append(self.fill(rule))

    def fill(self, template: str, value: Any = None) -> str:
        """A template over this scan's rows."""
        return self.statement.fill(template, "r", value=value, arguments=self.arguments)

    def from_where(self) -> str:
        """The FROM and WHERE clauses."""
        return f"from {self.fill(self.source or self.table.source)}\n{conjunction(self.conditions)}"

    def order_by(self, order: Sequence[Order]) -> str:
        """The ORDER BY clause."""
        parts = [f"{self.fill(part.sql)} {'desc' if part.descending else 'asc'}" for part in order]
        return f"order by {', '.join(parts)}"

    def columns(self) -> str:
        """All expressions of the row as c0, c1, …"""
        parts = [f"{self.fill(template)} as c{n}" for n, template in enumerate(self.expressions)]
        return ", ".join(parts or ["1 as nothing"])

    def row(self, record: Mapping[str, Any], cursor: str | None = None) -> Row:
        """A record of `columns` as a row."""
        values = {template: record[f"c{n}"] for n, template in enumerate(self.expressions)}
        return Row(self.type_name, values, cursor)
