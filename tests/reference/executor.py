"""Executes an operation field by field, with graphql-core's own `execute` and one resolver for all fields."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiodataloader import DataLoader
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLLeafType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute,
    get_named_type,
    parse,
)
from graphql.execution import Executor

from app.engine.federation import EntityKey, Representations
from app.engine.mapping import (
    AnyById,
    Catalogue,
    Column,
    Computed,
    Cursor,
    Edges,
    Embedded,
    EmbeddedItem,
    Facets,
    Guard,
    Item,
    Key,
    Lookup,
    Many,
    ManyById,
    One,
    Page,
    PageFacts,
    PageInfoPart,
    SameRow,
    Table,
    Total,
)
from tests.reference.connection import ROOT, Connection, PageQuery
from tests.reference.rows import Kinds, Row, Scan, inputs_of
from tests.reference.statement import Statement
from tests.reference.values import as_json, checked_leaf, column_json

Coordinate = tuple[str, str]


class _PlainExecutor(Executor[Any]):
    """Leaves are JSON already; they are only held against their type."""

    @staticmethod
    def complete_leaf_value(return_type: GraphQLLeafType, result: Any) -> Any:
        return checked_leaf(return_type, result)


@dataclass
class Visits:
    """What was asked of the reference: how often each field was answered, and how often refused."""

    answered: Counter[Coordinate] = field(default_factory=Counter)
    denied: Counter[Coordinate] = field(default_factory=Counter)


class Reference:
    """The schema as SDL says it, and the catalogue, for any number of requests."""

    def __init__(self, sdl: str, catalogue: Catalogue) -> None:
        self.schema: GraphQLSchema = build_schema(sdl)
        self.catalogue = catalogue
        self.kinds = Kinds(self.schema, catalogue)
        self.visits = Visits()
        moment = self.schema.type_map["DateTime"]
        assert isinstance(moment, GraphQLScalarType)
        moment.parse_value = _moment  # type: ignore[method-assign]
        moment.coerce_input_value = _moment

    async def execute(
        self, query: str, variables: Mapping[str, Any] | None, context: Any, operation_name: str | None = None
    ) -> dict[str, Any]:
        """The response to a valid operation, as a client would parse it."""
        request = Request(self, context)
        result = execute(
            self.schema,
            parse(query),
            context_value=request,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            field_resolver=_resolve,
            type_resolver=_type_of,
            executor_class=_PlainExecutor,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        for error in result.errors or ():
            if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
                raise error.original_error
            if "code" not in (error.extensions or {}):
                raise AssertionError(f"Not a refusal: {error}")
        return dict(result.formatted)


class Request:
    """One request: its context, and the loaders that live as long as it does."""

    def __init__(self, reference: Reference, context: Any) -> None:
        self.reference = reference
        self.schema = reference.schema
        self.catalogue = reference.catalogue
        self.kinds = reference.kinds
        self.context = context
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def fetch(self, sql: str, args: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
        """All rows of a statement, as the viewer's company."""
        rows: Sequence[Mapping[str, Any]] = await self.context.pool.fetch(self.context.company_id, sql, args)
        return rows

    def loader(
        self, key: Hashable, load: Callable[[list[Any]], Coroutine[Any, Any, list[Any]]]
    ) -> DataLoader[Any, Any]:
        """The request's one loader of this key, made at its first use."""
        found = self._loaders.get(key)
        if found is None:
            found = self._loaders[key] = DataLoader(batch_load_fn=load)
        return found

    def scan(self, table: Table, type_name: str, **more: Any) -> Scan:
        """A scan of a table's rows for objects of a type."""
        statement = Statement(self.catalogue, self.context)
        return Scan(statement, table, type_name, self.kinds.expressions(type_name), **more)

    def refuse(self, guards: Sequence[Guard], decided_on: Any = None) -> None:
        """Raise what the first guard that does not let the viewer pass tells.

        With `decided_on` they are asked of that object.
        """
        for guard in guards:
            check = self.context.check
            denial = check(guard) if decided_on is None else self.context.check_on(guard, decided_on)
            if denial is not None:
                raise GraphQLError(
                    denial.message, extensions={"code": denial.code.value, **denial.extensions}
                )

    # Rows by a key.

    def one(self, source: One, type_name: str, key: Any) -> Any:
        """The row that a to-one relation leads to."""
        column = source.key or source.table.key

        async def load(keys: list[Any]) -> list[Row | None]:
            found = await self._by_column(self.scan(source.table, type_name), column, keys)
            return [_only(found.get(one, [])) for one in keys]

        return self.loader(("one", source.table.name, column, type_name), load).load(key)

    def by_id(self, table: Table, type_name: str, key: str) -> Any:
        """The row that a public id names; `key` is its value as text."""

        async def load(keys: list[Any]) -> list[Row | None]:
            scan = self.scan(table, type_name, by_id=True)
            rows = await self._by_column(scan, table.id_column, keys, table.id_type)
            found = {str(value): one for value, one in rows.items()}
            return [_only(found.get(one, [])) for one in keys]

        return self.loader(("id", type_name), load).load(key)

    def many(self, source: Many, type_name: str, key: Any) -> Any:
        """The rows that a to-many relation leads to, in its order."""

        async def load(keys: list[Any]) -> list[list[Row]]:
            scan = self.scan(source.table, type_name, source=source.source)
            if source.where is not None:
                scan.conditions.append(scan.fill(source.where))
            own_key = scan.fill(source.key)
            scan.conditions.append(f"{own_key} = any({scan.statement.bind(keys, f'{source.key_type}[]')})")
            sql = f"select {own_key} as k, {scan.columns()} {scan.from_where()} {scan.order_by(source.order)}"
            found: dict[Any, list[Row]] = {}
            for record in await self.fetch(sql, scan.statement.args):
                found.setdefault(record["k"], []).append(scan.row(record))
            return [found.get(one, []) for one in keys]

        return self.loader(("many", id(source), type_name), load).load(key)

    async def _by_column(
        self, scan: Scan, column: str, keys: list[Any], sql_type: str | None = None
    ) -> dict[Any, list[Row]]:
        cast = sql_type or (scan.table.key_type if column == scan.table.key else _type_of_key(keys[0]))
        scan.conditions.append(f"r.{column} = any({scan.statement.bind(keys, f'{cast}[]')})")
        found: dict[Any, list[Row]] = {}
        sql = f"select r.{column} as k, {scan.columns()} {scan.from_where()}"
        for record in await self.fetch(sql, scan.statement.args):
            found.setdefault(record["k"], []).append(scan.row(record))
        return found

    async def lookup(self, source: Lookup, type_name: str, arguments: Mapping[str, Any]) -> Row | None:
        """The row that a root field's arguments name."""
        scan = self.scan(source.table, type_name, by_id=True)
        if source.where is not None:
            scan.conditions.append(scan.fill(source.where))
        given = {name: value for name, value in arguments.items() if value is not None}
        for name, value in given.items():
            scan.conditions.append(scan.fill(source.by[name], value))
        if source.needs_one and not given:
            return None
        sql = f"select {scan.columns()} {scan.from_where()}"
        return _only([scan.row(record) for record in await self.fetch(sql, scan.statement.args)])

    def node(self, public_id: str) -> Any:
        """What an id names: a row, or nothing where it names nothing that the viewer may know of.

        Raises: GraphQLError where the id's type is refused, whether there is such an object or not.
        """
        named = self.catalogue.parse_id(public_id)
        if named is None or named[0] not in self.catalogue.tables_by_id_kind:
            return None
        type_name, table = self.catalogue.tables_by_id_kind[named[0]]
        self.refuse(self.catalogue.types[type_name].guards)
        return self.by_id(table, type_name, named[1])

    def entity(self, representation: Mapping[str, Any]) -> Any:
        """What a representation names, likewise; by its id if it has one, else by another key."""
        of_type = representation["__typename"]
        facts = self.catalogue.types.get(of_type)
        if facts is None or not facts.keys:
            return None
        public_id = representation.get("id")
        if isinstance(public_id, str):
            named = self.catalogue.parse_id(public_id)
            known = None if named is None else self.catalogue.tables_by_id_kind.get(named[0])
            return self.node(public_id) if known is not None and known[0] == of_type else None
        for key in facts.keys:
            if isinstance(representation.get(key.field), str):
                self.refuse(facts.guards)
                assert facts.table is not None
                return self.by_key(facts.table, of_type, key, representation[key.field])
        return None

    def by_key(self, table: Table, type_name: str, key: EntityKey, value: str) -> Any:
        """The row that a key other than the id names."""

        async def load(values: list[str]) -> list[Row | None]:
            scan = self.scan(table, type_name, by_id=True)
            column = scan.fill(str(key.sql))
            scan.conditions.append(scan.fill(str(key.where)))
            scan.conditions.append(f"{column} = any({scan.statement.bind(values, 'text[]')})")
            rows = await self.fetch(
                f"select {column} as k, {scan.columns()} {scan.from_where()}", scan.statement.args
            )
            found = {record["k"]: scan.row(record) for record in rows}
            assert len(found) == len(rows)
            return [found.get(one) for one in values]

        return self.loader(("key", type_name, key.field), load).load(value)

    def computed(
        self, source: Computed, coordinate: Coordinate, row: Row | None, arguments: dict[str, Any]
    ) -> Any:
        """What Python makes of one place."""

        async def load(places: list[str]) -> list[Any]:
            return list(await source.load([json.loads(place) for place in places], arguments, self.context))

        loader = self.loader(("computed", coordinate, _text_of(arguments)), load)
        return loader.load(json.dumps(inputs_of(source, row)))


def _resolve(parent: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Every field's resolver."""
    request: Request = info.context
    coordinate = (info.parent_type.name, info.field_name)
    visits = request.reference.visits
    decided_on = request.catalogue.types[coordinate[0]].decided_on
    try:
        request.refuse(
            request.catalogue.guards[coordinate],
            parent.value(decided_on) if decided_on is not None and isinstance(parent, Row) else None,
        )
        value = _value(request, coordinate, parent, get_named_type(info.return_type).name, arguments)
    except GraphQLError:
        visits.denied[coordinate] += 1
        raise
    visits.answered[coordinate] += 1
    return value


def _value(request: Request, coordinate: Coordinate, parent: Any, of: str, arguments: dict[str, Any]) -> Any:
    match request.catalogue.fields[coordinate].source:
        case Column(sql) as column:
            return column_json(column, parent.value(sql))
        case Item(key):
            return parent.get(key)
        case Embedded(sql):
            return json.loads(parent.value(sql))
        case EmbeddedItem(key):
            return parent.get(key) or []
        case SameRow():
            return parent.seen_as(of)
        case One() as one:
            key = parent.value(one.parent)
            return None if key is None else request.one(one, of, key)
        case Many() as many:
            key = parent.value(many.parent)
            return [] if key is None else request.many(many, of, key)
        case Lookup() as lookup:
            return request.lookup(lookup, of, arguments)
        case Computed() as computed:
            return request.computed(computed, coordinate, parent, arguments)
        case Key(name):
            return as_json(parent[name])
        case AnyById():
            return request.node(arguments["id"])
        case ManyById():
            return [_or_error(request.node, public_id) for public_id in arguments["ids"]]
        case Representations():
            return [_or_error(request.entity, one) for one in arguments["representations"]]
        case source:
            return _of_connection(request, coordinate, source, parent, of, arguments)


def _of_connection(
    request: Request, coordinate: Coordinate, source: Any, parent: Any, of: str, arguments: dict[str, Any]
) -> Any:
    match source:
        case Page() as page:
            key = ROOT if page.parent is None else parent.value(page.parent)
            query = PageQuery(request, page, of, arguments)
            loader_key = f"{coordinate} {_text_of(arguments)}"
            return Connection(query, loader_key, key, is_empty=key is None)
        case Edges():
            return _edges(parent)
        case PageFacts():
            return parent
        case PageInfoPart(name):
            return parent.page_fact(name)
        case Total(limit):
            return parent.total(limit)
        case Facets() as facets:
            return _facets(parent, facets)
        case Cursor():
            return parent.cursor
    raise AssertionError(f"{coordinate} has no source that is known: {source}")


async def _edges(connection: Connection) -> Sequence[Row]:
    return (await connection.page()).rows


async def _facets(connection: Connection, facets: Facets) -> Any:
    return json.loads(await connection.query.facets(facets))


def _or_error(find: Callable[[Any], Any], named_by: Any) -> Any:
    try:
        return find(named_by)
    except GraphQLError as error:
        return error


def _type_of(value: Any, _info: GraphQLResolveInfo[Any], _abstract: Any) -> str:
    name: str = value.type_name
    return name


def _only(rows: Sequence[Row]) -> Row | None:
    assert len(rows) <= 1, "a key that names several rows"
    return rows[0] if rows else None


def _type_of_key(key: Any) -> str:
    return "text" if isinstance(key, str) else "uuid"


def _text_of(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, sort_keys=True, default=str)


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value)
