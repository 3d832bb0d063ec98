"""The rows that a part of a statement reads: its FROM, its conditions, and what later parts need of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.engine.binds import Binds, Variables, render
from app.engine.mapping import Table

EACH: Final = "*"
"""Stands in a path for the index of a list's element."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the answer a value goes: response keys and `EACH`.

    `nullable` is how many of them lead to the nearest place that may be null, which an error at a
    non-null value makes null (GraphQL specification, 6.4.4).
    """

    path: tuple[str, ...] = ()
    nullable: int = 0
    among: Callable[[Variables], list[int]] | None = None
    """Which elements of the first list on the path it concerns, where the request decides it (`nodes`)."""

    def at(self, key: str, *, may_be_null: bool) -> "Place":
        """The place of a field, or with `EACH` of a list's elements, below this one."""
        path = (*self.path, key)
        return Place(path, len(path) if may_be_null else self.nullable, self.among)


@dataclass(slots=True)
class Rows:
    """One SELECT over a table and what is joined to it, many rows or at most one.

    It becomes a materialized common table expression of its `name` as soon as something is joined behind
    it (`late`); what those later parts need of a row is exposed as a column.
    """

    name: str
    many: bool
    source: str
    unique: str | None = None
    """An expression that no two of the rows have in common, if one is known."""
    conditions: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    ones: dict[tuple[str, str], str] = field(default_factory=dict)
    _exposed: dict[str, str] = field(default_factory=dict)

    def expose(self, sql: str) -> str:
        """A row's expression as a column that later parts can name."""
        column = self._exposed.setdefault(sql, f"c{len(self._exposed)}")
        return f"{self.name}.{column}"

    @property
    def columns(self) -> list[str]:
        """The exposed columns, as items of a SELECT."""
        return [f"{sql} as {column}" for sql, column in self._exposed.items()]

    def from_where(self, *more: str) -> str:
        """The FROM and WHERE clauses, with further conditions."""
        conditions = [*self.conditions, *more]
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return f"from {' '.join([self.source, *self.joins])}{where}"

    def behind(self) -> str:
        """The FROM clause of what is selected behind this block."""
        return " ".join([f"from {self.name}", *self.late])


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `rows`, as the table `alias` sees it.

    `cursor` is the SQL of its cursor where it is a connection's row. With `only_if`, what is read below it
    is read only where that condition holds.
    """

    rows: Rows
    alias: str
    cursor: str | None = None
    only_if: str | None = None

    def parent_key(self, sql: str) -> str:
        """A key that relations below compare with; null where nothing below is to be read."""
        return f"case when {self.only_if} then {sql} end" if self.only_if else sql


def company_condition(alias: str, binds: Binds) -> str:
    """The condition that every scan of a tenant table has: the row is the viewer's company's."""
    return f"{alias}.company_id = {binds.context('company')}"


def table_conditions(table: Table, alias: str, binds: Binds, *, by_id: bool = False) -> list[str]:
    """What a row of the table must always fulfil: the company, and the table's own rules."""
    conditions = [company_condition(alias, binds)] if table.tenant else []
    rules = [table.rows, table.rows_by_id if by_id else None]
    rendered = [render(rule, binds, {"t": alias}) for rule in rules if rule]
    return conditions + [f"({rule})" for rule in rendered if rule != "true"]
