"""Things that a list of keys names: `nodes(ids)`, and `_entities(representations)` of a federation.

Each way to name something (the ids of one type, another key of a type) is one block of the statement,
whatever the number of keys; the answers are put back into the order in which they were asked for.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast

from graphql import GraphQLObjectType

from app.engine.arguments import Arguments
from app.engine.binds import Variables, check_text, render
from app.engine.compiler import Compiler, Nodes, locations_of
from app.engine.federation import Representations
from app.engine.json_sql import Json, Sql, inner, outer, quote
from app.engine.mapping import Catalogue, Table
from app.engine.plan import Denied
from app.engine.rows import EACH, Place, Row, Rows, table_conditions
from app.errors import CallerError, ErrorCode

KEYS_MAX: Final = 1_000

Named: TypeAlias = tuple[str, str]
"""A way to name things, and the key as text. The way is a kind of ids (`candidate`), or a type and one of its
other keys (`Candidate.externalId`)."""

ReadNamed: TypeAlias = Callable[[Variables], list[Named | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where the things are that are named in one way."""

    name: str
    of: GraphQLObjectType
    table: Table
    column: str
    column_type: str
    where: str | None = None


def things(compiler: Compiler, source: Any, nodes: Nodes, place: Place, *, root: GraphQLObjectType) -> Json:
    """The list of what `ids` or `representations` name, null for each that names nothing."""
    arguments = compiler.arguments(root.fields[nodes[0].name.value], nodes, place)
    by_id = not isinstance(source, Representations)
    argument = "ids" if by_id else "representations"
    read, parse = arguments.reader(argument), _parser(compiler.catalogue, by_id=by_id)

    def named(variables: Variables) -> list[Named | None]:
        return [parse(one) for one in read(variables) or ()]

    def check(variables: Variables) -> None:
        given, at = read(variables), [*place.path, argument]
        _check_number(given, at, by_id=by_id)
        # Of a representation nothing but the key is looked at, and so nothing else can be wrong.
        check_text(given if by_id else [one[1] for one in named(variables) if one], [*at])

    return _list(compiler, nodes, place, arguments, named, check)


def shape_of_keys(catalogue: Catalogue, value: Any) -> Hashable:
    """What a plan may depend on of a variable that stands for ids or representations, or inside one."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return frozenset(shape for one in value if (shape := _shape_of_key(catalogue, one)) is not None)
    return _shape_of_key(catalogue, value)


def _shape_of_key(catalogue: Catalogue, value: Any) -> Hashable:
    # What names nothing is left out: else whoever invents kinds would fill the cache of plans.
    if isinstance(value, dict):
        named = _named_by(catalogue, value)
        return named[0] if named is not None else None
    if not isinstance(value, str):
        return None
    if value in catalogue.types and catalogue.types[value].keys:
        return "type", value
    by_id = catalogue.parse_id(value)
    return by_id[0] if by_id is not None and by_id[0] in catalogue.tables_by_id_kind else None


def _parser(catalogue: Catalogue, *, by_id: bool) -> Callable[[Any], Named | None]:
    return catalogue.parse_id if by_id else lambda one: _named_by(catalogue, one)


def _named_by(catalogue: Catalogue, representation: Mapping[str, Any]) -> Named | None:
    """What a representation names by its key; nothing else that it says is looked at.

    The id counts where there is one; else the first of the type's other keys. None for what is no entity,
    has no key, or has the id of another type.
    """
    facts = catalogue.types.get(representation.get("__typename", ""))
    if facts is None or not facts.keys:
        return None
    of_type = representation["__typename"]
    for key in facts.keys:
        value = representation.get(key.field)
        if not isinstance(value, str):
            continue
        if key.sql is not None:
            return f"{of_type}.{key.field}", value
        named = catalogue.parse_id(value)
        known = None if named is None else catalogue.tables_by_id_kind.get(named[0])
        return named if known is not None and known[0] == of_type else None
    return None


def _check_number(given: Any, at: list[str], *, by_id: bool) -> None:
    if given is None:
        # A variable with a default may stand at a non-null argument, and be null all the same.
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"The {at[-1]} must not be null.", path=list(at))
    if len(given) > KEYS_MAX:
        code = ErrorCode.NODE_LIMIT if by_id else ErrorCode.COST_LIMIT
        message = f"At most {KEYS_MAX:,} {at[-1]} a request; split the list."
        raise CallerError(code, message, path=list(at))


def _list(
    compiler: Compiler,
    nodes: Nodes,
    place: Place,
    arguments: Arguments,
    named: ReadNamed,
    check: Callable[[Variables], None],
) -> Json:
    joins, values = [], []
    for name in sorted({one[0] for one in named(compiler.variables) if one is not None}):
        way = _way(compiler, name)
        if way is None:
            continue
        element = replace(place.at(EACH, may_be_null=True), among=_positions(named, name))
        refusing = [
            guard
            for guard in compiler.catalogue.types[way.of.name].guards
            if compiler.access.check(guard) is not None
        ]
        if refusing:
            compiler.denied.append(Denied(place=element, guard=refusing[0], locations=locations_of(nodes)))
            continue
        joined = _block(compiler, way, nodes, element, arguments, named)
        joins.append(f"left join {joined} on {joined}.k = u.id and u.kind = {quote(name)}")
        values.append(f"{joined}.j")
        if way.table.remote is not None:
            missing = inner(compiler.missing(way.table, "u.id", nodes, element))
            values.append(f"case when u.kind = {quote(name)} then {missing} end")

    def names_read(variables: Variables) -> list[str]:
        check(variables)
        return [one[0] if one is not None else "" for one in named(variables)]

    def keys_read(variables: Variables) -> list[str]:
        return [one[1] if one is not None else "" for one in named(variables)]

    name_bind = compiler.binds.add(("kinds", arguments.key), "text[]", names_read)
    key_bind = compiler.binds.add(("keys", arguments.key), "text[]", keys_read)
    value = f"coalesce({', '.join([*values, quote('null')])})"
    return (
        Sql(
            f"(select '[' || coalesce(string_agg({value}, ',' order by u.ord), '') || ']' from "
            f"unnest({name_bind}, {key_bind}) with ordinality u(kind, id, ord) {' '.join(joins)})"
        ),
    )


def _way(compiler: Compiler, name: str) -> _Way | None:
    catalogue = compiler.catalogue
    of_type, _, field = name.partition(".")
    if not field:
        known = catalogue.tables_by_id_kind.get(name)
        if known is None:
            return None
        of_type, table = known
        of = cast("GraphQLObjectType", compiler.schema.type_map[of_type])
        return _Way(
            name=name, of=of, table=table, column=f"{{t}}.{table.id_column}", column_type=table.id_type
        )
    own = catalogue.types[of_type].table
    (key,) = (one for one in catalogue.types[of_type].keys if one.field == field)
    assert own is not None
    assert key.sql is not None
    of = cast("GraphQLObjectType", compiler.schema.type_map[of_type])
    return _Way(name=name, of=of, table=own, column=key.sql, column_type="text", where=key.where)


def _block(
    compiler: Compiler, way: _Way, nodes: Nodes, element: Place, arguments: Arguments, named: ReadNamed
) -> str:
    """A part of the statement with `k`, a key as text, and `j`, its object: all that is named in one way."""
    alias, name, joined = compiler.new_name("t"), compiler.new_name("b"), compiler.new_name("a")
    rows = Rows(name, many=True, source=render(way.table.source, compiler.binds, {"t": alias}))

    def keys(variables: Variables) -> list[Any]:
        return [one[1] for one in named(variables) if one is not None and one[0] == way.name]

    bound = compiler.binds.add(("keys", arguments.key, way.name), f"{way.column_type}[]", keys)
    column = render(way.column, compiler.binds, {"t": alias})
    rows.conditions = [
        *table_conditions(way.table, alias, compiler.binds, by_id=True),
        f"{column} = any({bound})",
    ]
    if way.where is not None:
        rows.conditions.append(f"({render(way.where, compiler.binds, {'t': alias})})")
    compiler.ctes.reserve(name)
    row = Row(rows, alias)
    value = (*compiler.stale(way.table, alias, element), *compiler.object(way.of, nodes, row, element))
    key = rows.expose(f"{column}::text")
    text = outer(value, rows.expose)
    compiler.ctes.fill(name, f"select {', '.join(rows.columns)} {rows.from_where()}")
    compiler.ctes.add(joined, f"select {key} as k, {text} as j {rows.behind()}")
    return joined


def _positions(named: ReadNamed, way: str) -> Callable[[Variables], list[int]]:
    return lambda variables: [
        index for index, one in enumerate(named(variables)) if one is not None and one[0] == way
    ]
