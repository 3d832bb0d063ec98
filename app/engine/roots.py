"""The root's fields, and the whole statement."""

import json
from collections.abc import Callable
from typing import Any, Final, cast

from graphql import GraphQLObjectType, OperationDefinitionNode, is_non_null_type

from app.engine.arguments import Arguments
from app.engine.binds import render
from app.engine.by_key import things
from app.engine.compiler import Compiler, Nodes, object_type
from app.engine.federation import Representations
from app.engine.json_sql import NULL, Json, Sql, Text, inner, is_late, outer, quote
from app.engine.mapping import AnyById, Computed, Lookup, ManyById, Page, Table
from app.engine.plan import Plan
from app.engine.rows import Place, Row, Rows, table_conditions
from app.errors import CallerError, ErrorCode

INTROSPECTION: Final = ("__schema", "__type")


def compile_operation(compiler: Compiler, operation: OperationDefinitionNode) -> Plan:
    """The plan of a query; introspection is left to graphql-core, and said so in the plan.

    Raises: CallerError (BAD_USER_INPUT, PAGE_LIMIT) for an argument that no plan can be made for.
    """
    root = compiler.schema.query_type
    assert root is not None
    selected = compiler.collector.fields(root, [operation.selection_set])
    names = {nodes[0].name.value for nodes in selected.values()}
    introspects = not names.isdisjoint(INTROSPECTION)
    pieces: list[Any] = []
    for number, (key, nodes) in enumerate(selected.items()):
        pieces.append(Text(f"{',' if number else ''}{json.dumps(key)}:"))
        pieces.extend(_root_field(compiler, root, key, nodes))
    text = inner((Text('{"data":{'), *pieces, Text("}}")))
    statement = f"{compiler.ctes.render()}select convert_to({text}, 'UTF8')"
    return Plan(
        sql=statement,
        parameters=compiler.binds.parameters,
        denied=tuple(compiler.denied),
        holes=tuple(compiler.holes),
        introspects=introspects,
        tells_schema=introspects or any(_tells_schema(compiler, root, name) for name in names),
    )


def _tells_schema(compiler: Compiler, root: GraphQLObjectType, name: str) -> bool:
    facts = compiler.catalogue.fields.get((root.name, name))
    return facts is not None and isinstance(facts.source, Computed) and facts.source.tells_schema


def _root_field(compiler: Compiler, root: GraphQLObjectType, key: str, nodes: Nodes) -> Json:
    name = nodes[0].name.value
    if name == "__typename":
        return (Text(json.dumps(root.name)),)
    if name in INTROSPECTION:
        return NULL
    facts, definition = compiler.facts(root, nodes)
    place = Place().at(key, may_be_null=not is_non_null_type(definition.type))
    source = facts.source
    if isinstance(source, AnyById):
        return _node(compiler, nodes, place)
    if isinstance(source, ManyById | Representations):
        return things(compiler, source, nodes, place, root=root)
    if compiler.denies(compiler.catalogue.guards[(root.name, name)], nodes, place):
        return NULL
    match source:
        case Lookup():
            return _lookup(compiler, source, nodes, place)
        case Page():
            return compiler.list_value(source, definition, nodes, None, place)
        case Computed():
            return compiler.computed(source, definition, nodes, None, place)
        case _:
            raise AssertionError(f"The root has no place for {source}.")


def _lookup(compiler: Compiler, source: Lookup, nodes: Nodes, place: Place) -> Json:
    root = cast("GraphQLObjectType", compiler.schema.query_type)
    definition = root.fields[nodes[0].name.value]
    arguments = compiler.arguments(definition, nodes, place)
    given = [name for name in source.by if name in arguments.shape]
    if source.needs_one and not given:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"{nodes[0].name.value} needs one of its arguments: {', '.join(source.by)}.",
            path=list(place.path),
        )
    alias = compiler.new_name("t")
    conditions = []
    key: str | None = None
    for name in given:
        value = _argument(compiler, arguments, name, place)
        condition = render(source.by[name], compiler.binds, {"t": alias}, value)
        conditions.append(f"({condition})")
        column, is_key, said = condition.partition(" = ")
        if is_key and column == f"{alias}.{source.table.key}":
            key = said
    if source.where:
        conditions.append(f"({render(source.where, compiler.binds, {'t': alias})})")
    of = object_type(definition.type)
    return _single(compiler, source.table, of, nodes, place, alias, conditions, key)


def _argument(compiler: Compiler, arguments: Arguments, name: str, place: Place) -> Callable[[str], str]:
    key, at = ("argument", arguments.key, (name,)), [*place.path, name]
    return lambda cast_to: compiler.binds.argument(key, cast_to, arguments.reader(name), list(at))


def _single(
    compiler: Compiler,
    table: Table,
    of: GraphQLObjectType,
    nodes: Nodes,
    place: Place,
    alias: str,
    conditions: list[str],
    key: str | None = None,
) -> Json:
    """The one row that the conditions name, as an object or null; `key` is its key where they say it."""
    name = compiler.new_name("b")
    rows = Rows(name, many=False, source=render(table.source, compiler.binds, {"t": alias}))
    rows.conditions = [*table_conditions(table, alias, compiler.binds, by_id=True), *conditions]
    compiler.ctes.reserve(name)
    value = (*compiler.stale(table, alias, place), *compiler.object(of, nodes, Row(rows, alias), place))
    otherwise = quote("null") if key is None else inner(compiler.missing(table, key, nodes, place))
    if not is_late(value):
        return (Sql(f"coalesce((select {inner(value)} {rows.from_where()} limit 1), {otherwise})"),)
    text = outer(value, rows.expose)
    columns = ", ".join(rows.columns) or "1 as one"
    compiler.ctes.fill(name, f"select {columns} {rows.from_where()} limit 1")
    return (Sql(f"coalesce((select {text} {rows.behind()}), {otherwise})"),)


def _node(compiler: Compiler, nodes: Nodes, place: Place) -> Json:
    """The thing that an id names. Its type is read off the id, which is part of the plan's shape."""
    arguments = _arguments_of_root(compiler, nodes, place)
    read = arguments.reader("id")
    named = compiler.catalogue.parse_id(read(compiler.variables))
    kind = named[0] if named else None
    if kind is None or kind not in compiler.catalogue.tables_by_id_kind:
        return NULL
    of, table = _type_of(compiler, kind)
    if compiler.denies(compiler.catalogue.types[of.name].guards, nodes, place):
        return NULL
    alias = compiler.new_name("t")
    value = compiler.binds.argument(
        ("argument", arguments.key, ("id",)), f"id:{kind}", read, [*place.path, "id"]
    )
    by_id = [f"{alias}.{table.id_column} = {value}"]
    return _single(compiler, table, of, nodes, place, alias, by_id, value)


def _arguments_of_root(compiler: Compiler, nodes: Nodes, place: Place) -> Arguments:
    root = cast("GraphQLObjectType", compiler.schema.query_type)
    return compiler.arguments(root.fields[nodes[0].name.value], nodes, place)


def _type_of(compiler: Compiler, kind: str) -> tuple[GraphQLObjectType, Table]:
    name, table = compiler.catalogue.tables_by_id_kind[kind]
    return cast("GraphQLObjectType", compiler.schema.type_map[name]), table
