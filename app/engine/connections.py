"""Lists and connections, as parts of the statement."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import GraphQLField, GraphQLObjectType

from app.engine.arguments import Arguments
from app.engine.binds import Variables, render
from app.engine.compiler import Compiler, Nodes, each, locations_of, object_type
from app.engine.cursors import cursor_sql, mark_of, read_cursor
from app.engine.json_sql import Case, Json, Piece, Text
from app.engine.listing import Gathering, Listing, Output
from app.engine.mapping import Edges, Facets, Many, Order, Page, PageFacts, PageInfoPart, Source, Total
from app.engine.rows import Place, Row, Rows, table_conditions
from app.errors import CallerError, ErrorCode

PAGE_SIZE_DEFAULT: Final = 20
PAGE_SIZE_MAX: Final = 200
LISTS_MAX: Final = 150
"""Lists of one operation. Each is a part of the statement, and the time to plan grows faster than they do."""


class OperationCompiler(Compiler):
    """The compiler with its lists and connections."""

    def list_value(
        self, source: Source, definition: GraphQLField, nodes: Nodes, row: Row | None, place: Place
    ) -> Json:
        """A list or a connection below `row`, or at the root.

        Raises: CallerError COST_LIMIT beyond `LISTS_MAX`.
        """
        self.lists += 1
        if self.lists > LISTS_MAX:
            message = f"An operation may ask for {LISTS_MAX} lists; split it into several."
            raise CallerError(ErrorCode.COST_LIMIT, message, locations=locations_of(nodes))
        if isinstance(source, Many):
            assert row is not None
            return _many(self, source, definition, nodes, row, place)
        assert isinstance(source, Page)
        return _Connection(self, source, definition, nodes, row, place).json()


def _many(
    compiler: Compiler, source: Many, definition: GraphQLField, nodes: Nodes, row: Row, place: Place
) -> Json:
    of = object_type(definition.type)
    listing = _listing(compiler, source, row, source.order, None)
    at, table = each(place, definition.type), source.table
    element = compiler.object(of, nodes, listing.row, at)
    if table.remote is not None:
        alias = listing.row.alias
        element = (*compiler.stale(table, alias, at), *element)
        if source.named_by is not None:
            named_by = render(source.named_by, compiler.binds, {"t": alias, "p": row.alias})
            missing = compiler.missing(table, named_by, nodes, at, required=True)
            element = (Case(f"{alias}.{table.key} is null", missing, element),)
    output = Output(element, _all_of, "''")
    return listing.emit([output], lambda pieces: (Text("["), pieces[0], Text("]")))


def _all_of(rows: Gathering) -> str:
    return f"coalesce(string_agg({rows.value}, ','{rows.order}){rows.within}, '')"


def _listing(
    compiler: Compiler,
    source: Many | Page,
    parent: Row | None,
    order: Sequence[Order],
    arguments: Callable[[str, str], str] | None,
) -> Listing:
    table, binds = source.table, compiler.binds
    alias, name = compiler.new_name("t"), compiler.new_name("b")
    names = {"t": alias} if parent is None else {"t": alias, "p": parent.alias}
    base = render(source.source or table.source, binds, names, argument=arguments)
    is_shared = isinstance(source, Page) and source.shared
    if is_shared:
        shared = compiler.new_name("s")
        compiler.ctes.add(shared, f"select * from {base}")
        base = f"{shared} {alias}"
    conditions = table_conditions(table, alias, binds)
    if source.where:
        conditions.append(f"({render(source.where, binds, names, argument=arguments)})")
    unique = f"{alias}.{table.key}" if parent is None and source.source is None else None
    rows = Rows(name, many=True, source=base, unique=unique)
    compiler.ctes.reserve(name)
    return Listing(
        new_name=compiler.new_name,
        ctes=compiler.ctes,
        rows=rows,
        row=Row(rows, alias),
        base=base,
        key=None if source.key is None else render(source.key, binds, names),
        parent=parent,
        parent_key=None if source.parent is None else render(source.parent, binds, names),
        order=order,
        order_sql=[render(part.sql, binds, {"t": alias}) for part in order],
        conditions=conditions,
        shared=is_shared,
    )


class _Connection:
    """One connection field: its arguments, its rows, and the pieces of its JSON."""

    def __init__(
        self,
        compiler: Compiler,
        source: Page,
        definition: GraphQLField,
        nodes: Nodes,
        row: Row | None,
        place: Place,
    ) -> None:
        self.compiler = compiler
        self.source = source
        self.of: GraphQLObjectType = object_type(definition.type)
        self.nodes = nodes
        self.place = place
        self.arguments = compiler.arguments(definition, nodes, place)
        self.order = _order_of(source, self.arguments)
        self.listing = _listing(compiler, source, row, self.order, self._argument)
        self.listing.limit = self._page_size()
        self.listing.conditions += self._filters()
        self.mark = mark_of(self.order)
        self.cursor = cursor_sql(self.mark, self.listing.order_sql)
        self.listing.keyset = self._keyset()
        self.outputs: list[Output] = []

    def json(self) -> Json:
        """The connection's JSON in its parent."""
        row = Row(self.listing.row.rows, self.listing.row.alias, cursor=self.cursor)
        plan: list[tuple[Text, Callable[[Sequence[Piece]], Json]]] = []
        for number, (key, nodes) in enumerate(self.compiler.collector.below(self.nodes, self.of).items()):
            start = Text(f"{',' if number else ''}{json.dumps(key)}:")
            plan.append((start, self._member(nodes, row, self.place.at(key, may_be_null=False))))

        def compose(pieces: Sequence[Piece]) -> Json:
            members = (piece for start, member in plan for piece in (start, *member(pieces)))
            return (Text("{"), *members, Text("}"))

        return self.listing.emit(self.outputs, compose)

    def _member(self, nodes: Nodes, row: Row, place: Place) -> Callable[[Sequence[Piece]], Json]:
        if nodes[0].name.value == "__typename":
            name = json.dumps(self.of.name)
            return lambda _pieces: (Text(name),)
        facts, definition = self.compiler.facts(self.of, nodes)
        match facts.source:
            case Edges():
                element = self.compiler.object(
                    object_type(definition.type), nodes, row, each(place, definition.type)
                )
                number = self._output(Output(element, _all_of, "''"))
                return lambda pieces: (Text("["), pieces[number], Text("]"))
            case PageFacts():
                return self._page_info(object_type(definition.type), nodes)
            case Total(limit):
                counted = self.listing.count(limit)
                return lambda _pieces: counted
            case Facets() as facets:
                found = self.listing.found(
                    render(facets.columns, self.compiler.binds, {"t": row.alias}), facets.limit
                )
                array = render(facets.sql, self.compiler.binds, {"found": found})
                text = self.compiler.embedded(
                    object_type(definition.type), nodes, f"coalesce({array}, '[]'::jsonb)"
                )
                return lambda _pieces: text
            case source:
                raise AssertionError(f"A connection has no place for {source}.")

    def _page_info(self, of: GraphQLObjectType, nodes: Nodes) -> Callable[[Sequence[Piece]], Json]:
        members: list[tuple[Text, Callable[[Sequence[Piece]], Piece]]] = []
        for number, (key, below) in enumerate(self.compiler.collector.below(nodes, of).items()):
            start = Text(f"{',' if number else ''}{json.dumps(key)}:")
            members.append((start, self._page_fact(of, below)))
        return lambda pieces: (
            Text("{"),
            *(piece for start, member in members for piece in (start, member(pieces))),
            Text("}"),
        )

    def _page_fact(self, of: GraphQLObjectType, nodes: Nodes) -> Callable[[Sequence[Piece]], Piece]:
        if nodes[0].name.value == "__typename":
            return lambda _pieces: Text(json.dumps(of.name))
        part = self.compiler.facts(of, nodes)[0].source
        assert isinstance(part, PageInfoPart)
        match part.name:
            case "hasPreviousPage":
                known = Text("true" if "after" in self.arguments.shape else "false")
                return lambda _pieces: known
            case "hasNextPage":
                self.listing.one_more = True
                is_more = f"case when count(*) > {self.listing.limit} then 'true' else 'false' end"
                number = self._output(Output(None, lambda _rows: is_more, "'false'"))
            case "startCursor":
                number = self._output(Output(None, self._cursor_at("1"), "'null'", needs_ends=True))
            case _:
                last = f"least({self.listing.limit}, count(*))"
                number = self._output(Output(None, self._cursor_at(last), "'null'", needs_ends=True))
        return lambda pieces: pieces[number]

    def _cursor_at(self, position: str) -> Callable[[Gathering], str]:
        """The cursor of the page's row at `position`, made once: the other rows' cursors are not needed."""

        def gather(rows: Gathering) -> str:
            parts = [f"(array_agg({end}{rows.order}){rows.within})[{position}]" for end in rows.ends]
            cursor = cursor_sql(self.mark, parts)
            has_rows = f"least({self.listing.limit}, count(*)) > 0"
            return f"case when {has_rows} then '\"' || {cursor} || '\"' else 'null' end"

        return gather

    def _output(self, output: Output) -> int:
        self.outputs.append(output)
        return len(self.outputs) - 1

    def _argument(self, name: str, cast: str) -> str:
        return self._bound(tuple(name.split(".")), cast)

    def _bound(self, path: tuple[str, ...], cast: str) -> str:
        place = [*self.place.path, *path]
        key = ("argument", self.arguments.key, path)
        return self.compiler.binds.argument(key, cast, self.arguments.reader(*path), list(place))

    def _page_size(self) -> int:
        size = self.arguments.shape.get("first", PAGE_SIZE_DEFAULT)
        if not 0 <= size <= PAGE_SIZE_MAX:
            raise CallerError(
                ErrorCode.PAGE_LIMIT,
                f"first must be from 0 to {PAGE_SIZE_MAX}; take the rest with further pages by `after`.",
                path=[*self.place.path, "first"],
            )
        return int(size)

    def _filters(self) -> list[str]:
        inside = self.arguments.shape.get("filter") or {}
        given: list[tuple[str, ...]] = [(name,) for name in self.arguments.shape if name != "filter"]
        given += [("filter", name) for name, value in inside.items() if value is not None]
        return [
            self._filter(path, self.source.filters[path[-1]])
            for path in given
            if path[-1] in self.source.filters
        ]

    def _filter(self, path: tuple[str, ...], template: str) -> str:
        names = {"t": self.listing.row.alias}
        return f"({render(template, self.compiler.binds, names, lambda cast: self._bound(path, cast))})"

    def _keyset(self) -> str | None:
        if "after" not in self.arguments.shape:
            return None
        read, place = self.arguments.reader("after"), [*self.place.path, "after"]
        order, mark = self.order, self.mark

        def part_of(number: int) -> Callable[[Variables], Any]:
            return lambda variables: read_cursor(read(variables), mark, order, place)[number]

        values = [
            self.compiler.binds.add(("after", self.arguments.key, number), part.type, part_of(number))
            for number, part in enumerate(order)
        ]
        beyond = "<" if order[0].descending else ">"
        return f"({', '.join(self.listing.order_sql)}) {beyond} ({', '.join(values)})"


def _order_of(source: Page, arguments: Arguments) -> tuple[Order, ...]:
    wanted = arguments.shape.get("orderBy")
    if wanted is None:
        order = source.order
    else:
        first = source.orders[_name_of(wanted["field"])]
        order = (Order(first.sql, first.type, _name_of(wanted["direction"]) == "DESC"),)
    key = Order(f"{{t}}.{source.table.key}", source.table.key_type, order[0].descending)
    return order if order[-1].sql == key.sql else (*order, key)


def _name_of(value: Any) -> str:
    return str(getattr(value, "name", value))
