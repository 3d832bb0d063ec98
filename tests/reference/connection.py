"""Connections: one page of each parent's rows, by a window over all parents of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type

from app.engine.mapping import Facets, Order, Page
from tests.reference import cursor
from tests.reference.rows import Row, Scan
from tests.reference.statement import Statement

if TYPE_CHECKING:
    from tests.reference.executor import Request

PAGE_SIZE = 20
ROOT = ""
"""The parent of what has none."""
NOT_FILTERS = ("first", "after", "orderBy", "filter")


@dataclass(frozen=True, slots=True)
class OnePage:
    """The rows of one page, and whether there are more behind it."""

    rows: Sequence[Row]
    has_more: bool


@dataclass
class PageQuery:
    """One connection field with its arguments, for all its parents."""

    request: "Request"
    source: Page
    type_name: str
    arguments: Mapping[str, Any]

    @property
    def edge_type(self) -> str:
        """The object type of the edges."""
        of = self.request.schema.type_map[self.type_name]
        assert isinstance(of, GraphQLObjectType)
        return str(get_named_type(of.fields["edges"].type).name)

    @property
    def order(self) -> tuple[Order, ...]:
        """What the rows are ordered by, made unique by the key."""
        order = self.source.order
        wanted = self.arguments.get("orderBy")
        if wanted is not None:
            chosen = self.source.orders[wanted["field"]]
            order = (Order(chosen.sql, chosen.type, wanted["direction"] == "DESC"),)
        key = f"{{t}}.{self.source.table.key}"
        if order[-1].sql != key:
            order = (*order, Order(key, self.source.table.key_type, order[0].descending))
        return order

    def scan(self) -> Scan:
        """The rows that the filters let through, whatever the parent and the page."""
        scan = Scan(
            Statement(self.request.catalogue, self.request.context),
            self.source.table,
            self.edge_type,
            self.request.kinds.expressions(self.edge_type),
            source=self.source.source,
            arguments=self.arguments,
        )
        if self.source.where is not None:
            scan.conditions.append(scan.fill(self.source.where))
        asked = {name: value for name, value in self.arguments.items() if name not in NOT_FILTERS}
        for name, value in (asked | (self.arguments.get("filter") or {})).items():
            if value is not None and name in self.source.filters:
                scan.conditions.append(scan.fill(self.source.filters[name], value))
        return scan

    async def pages(self, parents: Sequence[Any]) -> list[OnePage]:
        """A page for each parent; the root is the one parent `ROOT`."""
        first = self.arguments.get("first")
        size = PAGE_SIZE if first is None else first
        scan, order = self.scan(), self.order
        self._begin_behind(scan, order)
        key = self._among(scan, parents)
        orders = ", ".join(f"{scan.fill(part.sql)} as o{n}" for n, part in enumerate(order))
        sql = (
            f"select * from (\nselect {key} as k, {orders}, {scan.columns()},\n"
            f"row_number() over (partition by {key} {scan.order_by(order)}) as place\n{scan.from_where()}\n"
            f") as placed where place <= {size + 1} order by k, place"
        )
        found: dict[Any, list[Row]] = {}
        for record in await self.request.fetch(sql, scan.statement.args):
            written = cursor.write(order, [record[f"o{n}"] for n in range(len(order))])
            found.setdefault(record["k"], []).append(scan.row(record, written))
        return [OnePage(rows[:size], len(rows) > size) for rows in (found.get(k, []) for k in parents)]

    async def counts(self, parents: Sequence[Any]) -> list[int]:
        """For each parent, how many rows there are with these filters."""
        scan = self.scan()
        key = self._among(scan, parents)
        sql = f"select {key} as k, count(*) as n {scan.from_where()} group by 1"
        found = {record["k"]: record["n"] for record in await self.request.fetch(sql, scan.statement.args)}
        return [found.get(parent, 0) for parent in parents]

    async def facets(self, facets: Facets) -> str:
        """The JSON text of a summary of all that was found, the root's."""
        scan = self.scan()
        found = (
            f"(select {scan.fill(facets.columns)} {scan.from_where()} {scan.order_by(self.order)} "
            f"limit {facets.limit})"
        )
        filled = found.join(scan.fill(part) for part in facets.sql.split("{found}"))
        records = await self.request.fetch(f"select {filled} as summary", scan.statement.args)
        return str(records[0]["summary"] or "[]")

    def _among(self, scan: Scan, parents: Sequence[Any]) -> str:
        """The SQL of a row's parent, after adding the condition that it is one of these."""
        if self.source.key is None:
            return "''::text"
        key = scan.fill(self.source.key)
        among = scan.statement.bind(list(parents), f"{self.source.key_type}[]")
        scan.conditions.append(f"{key} = any({among})")
        return key

    def _begin_behind(self, scan: Scan, order: Sequence[Order]) -> None:
        """Keep what stands behind the cursor, part by part: less or equal so far, and then less."""
        after = self.arguments.get("after")
        if after is None:
            return
        values = cursor.read(order, after)
        ways: list[str] = []
        equal: list[str] = []
        for part, value in zip(order, values, strict=True):
            own, bound = scan.fill(part.sql), scan.statement.bind(value, part.type)
            ways.append(" and ".join([*equal, f"{own} {'<' if part.descending else '>'} {bound}"]))
            equal.append(f"{own} = {bound}")
        scan.conditions.append(" or ".join(ways))


@dataclass(frozen=True, slots=True)
class Connection:
    """What a connection field answers: one parent's page, not fetched yet."""

    query: PageQuery
    loader_key: str
    parent: Any
    is_empty: bool
    """The parent has no key at all, so that there is nothing to fetch."""

    async def page(self) -> OnePage:
        """This parent's page."""
        if self.is_empty:
            return OnePage((), False)
        loader = self.query.request.loader((self.loader_key, "pages"), self.query.pages)
        page: OnePage = await loader.load(self.parent)
        return page

    async def total(self, limit: int | None) -> int:
        """How many there are, whatever the page; at most `limit`."""
        if self.is_empty:
            return 0
        loader = self.query.request.loader((self.loader_key, "counts"), self.query.counts)
        count: int = await loader.load(self.parent)
        return count if limit is None else min(count, limit)

    async def page_fact(self, name: str) -> Any:
        """A field of PageInfo."""
        if name == "hasPreviousPage":
            return self.query.arguments.get("after") is not None
        page = await self.page()
        match name:
            case "hasNextPage":
                return page.has_more
            case "startCursor":
                return page.rows[0].cursor if page.rows else None
            case _:
                return page.rows[-1].cursor if page.rows else None
