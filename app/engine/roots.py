"""The root's fields, and the whole statement."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, cast

from graphql import GraphQLObjectType, OperationDefinitionNode, is_non_null_type

from app.engine.arguments import Arguments
from app.engine.binds import Variables, check_text, render
from app.engine.compiler import Compiler, Nodes, locations_of, object_type
from app.engine.json_sql import NULL, Json, Sql, Text, inner, is_late, outer, quote
from app.engine.mapping import AnyById, Computed, Lookup, ManyById, Page, Table
from app.engine.plan import Denied, Plan
from app.engine.rows import EACH, Place, Row, Rows, table_conditions
from app.errors import CallerError, ErrorCode

NODES_MAX: Final = 1_000
INTROSPECTION: Final = ("__schema", "__type")


def compile_operation(compiler: Compiler, operation: OperationDefinitionNode) -> Plan:
    """The plan of a query; introspection is left to graphql-core, and said so in the plan.

    Raises: CallerError (BAD_USER_INPUT, PAGE_LIMIT) for an argument that no plan can be made for.
    """
    root = compiler.schema.query_type
    assert root is not None
    selected = compiler.collector.fields(root, [operation.selection_set])
    introspects = any(nodes[0].name.value in INTROSPECTION for nodes in selected.values())
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
    )


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
    if isinstance(source, ManyById):
        return _nodes(compiler, nodes, place)
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


def _nodes(compiler: Compiler, nodes: Nodes, place: Place) -> Json:
    """The things that a list of ids names: one block a type, put back into the order of the ids."""
    arguments = _arguments_of_root(compiler, nodes, place)
    read = arguments.reader("ids")
    parse = compiler.catalogue.parse_id
    ids_place = [*place.path, "ids"]
    kinds = kinds_of(read(compiler.variables), parse)
    joins, values = [], []
    element = place.at(EACH, may_be_null=True)
    for kind in kinds:
        if kind not in compiler.catalogue.tables_by_id_kind:
            continue
        of, table = _type_of(compiler, kind)
        element = replace(element, among=_positions(read, parse, kind))
        refusing = [
            g for g in compiler.catalogue.types[of.name].guards if compiler.access.check(g) is not None
        ]
        if refusing:
            compiler.denied.append(Denied(place=element, guard=refusing[0], locations=locations_of(nodes)))
            continue
        joined = _nodes_of_kind(compiler, kind, of, table, nodes, element, arguments)
        joins.append(f"left join {joined} on {joined}.k = u.id and u.kind = {quote(kind)}")
        values.append(f"{joined}.j")
        if table.remote is not None:
            missing = inner(compiler.missing(table, "u.id", nodes, element))
            values.append(f"case when u.kind = {quote(kind)} then {missing} end")

    def kinds_read(variables: Variables) -> list[str]:
        ids = _checked(read(variables), ids_place)
        return [named[0] if (named := parse(one)) else "" for one in ids]

    def keys_read(variables: Variables) -> list[str]:
        return [named[1] if (named := parse(one)) else "" for one in read(variables)]

    kind_bind = compiler.binds.add(("kinds", arguments.key), "text[]", kinds_read)
    key_bind = compiler.binds.add(("keys", arguments.key), "text[]", keys_read)
    value = f"coalesce({', '.join([*values, quote('null')])})"
    return (
        Sql(
            f"(select '[' || coalesce(string_agg({value}, ',' order by u.ord), '') || ']' from "
            f"unnest({kind_bind}, {key_bind}) with ordinality u(kind, id, ord) {' '.join(joins)})"
        ),
    )


def _nodes_of_kind(
    compiler: Compiler,
    kind: str,
    of: GraphQLObjectType,
    table: Table,
    nodes: Nodes,
    element: Place,
    arguments: Arguments,
) -> str:
    """A part of the statement with `k`, an id's value as text, and `j`, its object: all ids of a kind."""
    alias, name, joined = compiler.new_name("t"), compiler.new_name("b"), compiler.new_name("a")
    rows = Rows(name, many=True, source=render(table.source, compiler.binds, {"t": alias}))
    read, parse = arguments.reader("ids"), compiler.catalogue.parse_id

    def keys(variables: Variables) -> list[Any]:
        found = (parse(one) for one in read(variables))
        return [named[1] for named in found if named is not None and named[0] == kind]

    bound = compiler.binds.add(("keys", arguments.key, kind), f"{table.id_type}[]", keys)
    rows.conditions = [
        *table_conditions(table, alias, compiler.binds, by_id=True),
        f"{alias}.{table.id_column} = any({bound})",
    ]
    compiler.ctes.reserve(name)
    value = (*compiler.stale(table, alias, element), *compiler.object(of, nodes, Row(rows, alias), element))
    key = rows.expose(f"{alias}.{table.id_column}::text")
    text = outer(value, rows.expose)
    compiler.ctes.fill(name, f"select {', '.join(rows.columns)} {rows.from_where()}")
    compiler.ctes.add(joined, f"select {key} as k, {text} as j {rows.behind()}")
    return joined


def kinds_of(ids: Any, parse: Callable[[str], tuple[str, Any] | None]) -> list[str]:
    """The kinds that ids name, each once, in the order of their names."""
    return sorted({named[0] for one in ids or () if isinstance(one, str) and (named := parse(one))})


def _positions(
    read: Callable[[Variables], Any], parse: Callable[[str], tuple[str, Any] | None], kind: str
) -> Callable[[Variables], list[int]]:
    return lambda variables: [
        index for index, one in enumerate(read(variables)) if (named := parse(one)) and named[0] == kind
    ]


def _checked(ids: list[str] | None, place: list[str]) -> list[str]:
    if ids is None:
        # A variable with a default may stand at a non-null argument, and be null all the same.
        raise CallerError(ErrorCode.BAD_USER_INPUT, "The ids must not be null.", path=list(place))
    if len(ids) > NODES_MAX:
        raise CallerError(
            ErrorCode.NODE_LIMIT, f"At most {NODES_MAX:,} ids a request; split the list.", path=list(place)
        )
    check_text(ids, list(place))
    return ids


def _arguments_of_root(compiler: Compiler, nodes: Nodes, place: Place) -> Arguments:
    root = cast("GraphQLObjectType", compiler.schema.query_type)
    return compiler.arguments(root.fields[nodes[0].name.value], nodes, place)


def _type_of(compiler: Compiler, kind: str) -> tuple[GraphQLObjectType, Table]:
    name, table = compiler.catalogue.tables_by_id_kind[kind]
    return cast("GraphQLObjectType", compiler.schema.type_map[name]), table
