"""From an operation to a plan: walks the selection once and writes its statement.

The walk answers JSON pieces (json_sql.py). Lists are in `connections.py`, whose compiler is the whole one;
the root's fields in `roots.py`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final, Protocol, TypeAlias, TypeVar, cast
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_location,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
)

from app.engine.arguments import Arguments
from app.engine.binds import Binds, Variables, render
from app.engine.collect import Collector
from app.engine.json_sql import NULL, Case, Json, Sql, Text, inner, present, quote
from app.engine.listing import Ctes
from app.engine.mapping import (
    Catalogue,
    Column,
    Computed,
    Cursor,
    Embedded,
    EmbeddedItem,
    FieldFacts,
    Form,
    Guard,
    Item,
    Made,
    One,
    Reference,
    SameRow,
    Source,
    Table,
)
from app.engine.plan import Denied, GuardHole, Hole, LoadHole, Location, MissingHole, StaleHole
from app.engine.projection import projection
from app.engine.rows import EACH, Place, Row, table_conditions

Nodes: TypeAlias = list[FieldNode]
R_co = TypeVar("R_co", covariant=True)

_FORMS: Final = {
    "Boolean": Form.TRUTH,
    "Int": Form.NUMBER,
    "Float": Form.REAL,
    "DateTime": Form.MOMENT,
    "Date": Form.DAY,
}


OUTCOME: Final = "\0outcome"
"""Where a command's outcome stands among the variables; no variable of a document has such a name."""


class Access(Protocol):
    """Who asks, as far as the engine must know: what passes decides the plan, row by row or as a whole."""

    @property
    def key(self) -> Any:
        """Equal for all who pass the same guards."""

    def check(self, guard: Any) -> Any | None:
        """None if the guard is passed, else the refusal."""

    def check_on(self, guard: Any, object_id: UUID) -> Any | None:
        """The same, decided on one object."""

    def granted_on(self, guard: Any) -> list[UUID]:
        """The objects on which the guard is passed."""

    @property
    def memory(self) -> MutableMapping[Any, Any]:
        """Lives as long as what is granted; see `binds.Remembers`."""


class Compiler(ABC):
    """Compiles one operation. What passes `access`, and the variables' shape, decide what comes out."""

    @abstractmethod
    def list_value(
        self, source: Source, definition: GraphQLField, nodes: Nodes, row: Row | None, place: Place
    ) -> Json:
        """A list or a connection below `row`, or at the root."""

    def __init__(
        self,
        schema: GraphQLSchema,
        catalogue: Catalogue,
        fragments: Mapping[str, FragmentDefinitionNode],
        access: Access,
        variables: Variables,
    ) -> None:
        self.schema = schema
        self.catalogue = catalogue
        self.access = access
        self.variables = variables
        self.collector = Collector(schema, fragments, variables)
        self.binds = Binds(catalogue, access)
        self.ctes = Ctes()
        self.denied: list[Denied] = []
        self.holes: list[Hole] = []
        self.lists = 0
        self._names = 0

    def new_name(self, prefix: str) -> str:
        """A name that the statement does not have yet."""
        self._names += 1
        return f"{prefix}{self._names}"

    def object(self, of: GraphQLObjectType, nodes: Sequence[FieldNode], row: Row, place: Place) -> Json:
        """The JSON object of type `of` that the merged field nodes ask for, of this row."""
        return self.members(of, self.collector.below(nodes, of), row, place)

    def members(self, of: GraphQLObjectType, selected: Mapping[str, Nodes], row: Row, place: Place) -> Json:
        """The JSON object with these members."""
        pieces: list[Any] = []
        for number, (key, nodes) in enumerate(selected.items()):
            pieces.append(Text(f"{',' if number else ''}{json.dumps(key)}:"))
            pieces.extend(self.field(of, nodes, row, self._place(of, nodes, key, place)))
        return (Text("{"), *pieces, Text("}"))

    def field(self, of: GraphQLObjectType, nodes: Nodes, row: Row, place: Place) -> Json:
        """One field's value, or what stands for it where it is denied."""
        name = nodes[0].name.value
        if name == "__typename":
            return (Text(json.dumps(of.name)),)
        guards = self.catalogue.guards[(of.name, name)]
        decided_on = self.catalogue.types[of.name].decided_on
        if guards and decided_on is not None:
            return self._decided_by_row(of, nodes, row, place, guards, decided_on)
        if self.denies(guards, nodes, place):
            return NULL
        return self.value(of, nodes, row, place)

    def denies(self, guards: Sequence[Guard], nodes: Nodes, place: Place) -> bool:
        """Whether a guard refuses this viewer; the refusal is remembered for the answer's errors."""
        for guard in guards:
            if self.access.check(guard) is not None:
                self.denied.append(Denied(place=place, guard=guard, locations=locations_of(nodes)))
                return True
        return False

    def value(self, of: GraphQLObjectType, nodes: Nodes, row: Row, place: Place) -> Json:
        """One field's value, by where it comes from; its guards have passed."""
        facts, definition = self.facts(of, nodes)
        source = facts.source
        match source:
            case Column():
                return self._column(source, definition.type, row)
            case SameRow():
                return self.object(object_type(definition.type), nodes, row, place)
            case One():
                return self._one(source, definition.type, nodes, row, place)
            case Embedded(sql):
                array = render(sql, self.binds, {"t": row.alias})
                return self.embedded(object_type(definition.type), nodes, array)
            case Cursor() if row.cursor is not None:
                return (Sql(f"'\"' || {row.cursor} || '\"'"),)
            case Computed():
                return self.computed(source, definition, nodes, row, place)
            case Reference(table, name):
                key = self.binds.add(("reference", name), table.key_type, _reference(name))
                return self._joined(table, table.key, key, definition.type, nodes, row, place)
            case Made(name):
                return self._made(name, definition, nodes, place)
            case _:
                return self.list_value(source, definition, nodes, row, place)

    def facts(self, of: GraphQLObjectType, nodes: Nodes) -> tuple[FieldFacts, GraphQLField]:
        """What the catalogue and the schema say of a field."""
        name = nodes[0].name.value
        return self.catalogue.fields[(of.name, name)], of.fields[name]

    def arguments(self, definition: GraphQLField, nodes: Nodes, place: Place) -> Arguments:
        """The arguments of merged field nodes, which validation has found to be the same."""
        return Arguments(definition, nodes[0], self.variables, place.path)

    def embedded(self, of: GraphQLObjectType, nodes: Nodes, array: str) -> Json:
        """A JSON array of objects that is stored as such."""
        alias = self.new_name("e")
        parts: list[Any] = []
        for number, (key, below) in enumerate(self.collector.below(nodes, of).items()):
            parts.append(Text(f"{',' if number else ''}{json.dumps(key)}:"))
            if below[0].name.value == "__typename":
                parts.append(Text(json.dumps(of.name)))
                continue
            facts, definition = self.facts(of, below)
            if isinstance(facts.source, EmbeddedItem):
                inside = f"{alias}.v -> '{facts.source.key}'"
                parts.extend(self.embedded(object_type(definition.type), below, inside))
            else:
                assert isinstance(facts.source, Item)
                text = f"({alias}.v -> '{facts.source.key}')::text"
                is_required = is_non_null_type(definition.type)
                parts.append(Sql(present(text) if is_required else f"coalesce({text}, 'null')"))
        element = inner((Text("{"), *parts, Text("}")))
        elements = f"select string_agg({element}, ',') from jsonb_array_elements({array}) {alias}(v)"
        return (Text("["), Sql(f"coalesce(({elements}), '')"), Text("]"))

    def computed(
        self, source: Computed, definition: GraphQLField, nodes: Nodes, row: Row | None, place: Place
    ) -> Json:
        """A hole that Python fills."""
        arguments = self.arguments(definition, nodes, place)
        names = {} if row is None else {"t": row.alias, "p": row.alias}
        inputs = [
            f"coalesce(to_json({render(sql, self.binds, names)})::text, 'null')" for sql in source.inputs
        ]
        hole = LoadHole(
            place=place,
            load=source.load,
            arguments=arguments.values,
            project=projection(self.schema, self.catalogue, self.collector, definition.type, nodes),
            locations=locations_of(nodes),
        )
        return (Sql(self._hole(hole, " || ',' || ".join(inputs))),)

    def _made(self, name: str, definition: GraphQLField, nodes: Nodes, place: Place) -> Json:
        hole = LoadHole(
            place=place,
            load=_as_made,
            arguments=lambda variables: {"value": variables[OUTCOME].values[name]},
            project=projection(self.schema, self.catalogue, self.collector, definition.type, nodes),
            locations=locations_of(nodes),
        )
        return (Sql(self._hole(hole, "")),)

    def _hole(self, hole: Hole, inputs: str) -> str:
        self.holes.append(hole)
        return f"chr(1) || '{len(self.holes) - 1}:[' || {inputs or quote('')} || ']' || chr(1)"

    def _decided_by_row(
        self,
        of: GraphQLObjectType,
        nodes: Nodes,
        row: Row,
        place: Place,
        guards: Sequence[Guard],
        decided_on: str,
    ) -> Json:
        object_id = render(decided_on, self.binds, {"t": row.alias})
        hole = GuardHole(place=place, guards=tuple(guards), locations=locations_of(nodes))
        refused: Json = (Sql(self._hole(hole, f"to_json({object_id})::text")),)
        # Who passes nowhere has nothing compiled; each object's own refusal is found when it is written.
        if any(self.access.check(guard) is not None for guard in guards):
            return refused
        granted = " and ".join(
            f"{object_id} = any({self.binds.of_context(('granted', guard), 'uuid[]', _granted_on(guard))})"
            for guard in guards
        )
        granted_row = Row(row.rows, row.alias, row.cursor, only_if=granted)
        return (Case(granted, self.value(of, nodes, granted_row, place), refused),)

    def _one(self, source: One, of: GraphQLOutputType, nodes: Nodes, row: Row, place: Place) -> Json:
        parent = render(source.parent, self.binds, {"p": row.alias, "t": row.alias})
        key = source.key or source.table.key
        return self._joined(source.table, key, parent, of, nodes, row, place)

    def _joined(
        self,
        table: Table,
        key: str,
        parent: str,
        of: GraphQLOutputType,
        nodes: Nodes,
        row: Row,
        place: Place,
    ) -> Json:
        """The object of the one row of `table` whose `key` equals the expression `parent`."""
        alias = row.rows.ones.get((f"{table.name}.{key}", parent))
        if alias is None:
            alias = row.rows.ones[(f"{table.name}.{key}", parent)] = self.new_name("t")
            conditions = table_conditions(table, alias, self.binds)
            on = " and ".join([*conditions, f"{alias}.{key} = {parent}"])
            row.rows.joins.append(f"left join {render(table.source, self.binds, {'t': alias})} on {on}")
        json_object = self.object(object_type(of), nodes, Row(row.rows, alias, only_if=row.only_if), place)
        if table.remote is not None:
            json_object = (*self.stale(table, alias, place), *json_object)
            missing = self.missing(table, parent, nodes, place, required=is_non_null_type(of))
            return (Case(f"{alias}.{key} is null", missing, json_object),)
        if is_non_null_type(of):
            return json_object
        return (Case(f"{alias}.{key} is null", NULL, json_object),)

    def missing(self, table: Table, key: str, nodes: Nodes, place: Place, *, required: bool = False) -> Json:
        """What stands for a row that is not there: null, or a hole if its source was not asked for `key`."""
        if table.remote is None:
            return NULL
        hole = MissingHole(place=place, remote=table.remote, locations=locations_of(nodes))
        emitted: Json = (Sql(self._hole(hole, f"to_json({key})::text")),)
        if required:
            return emitted
        known = render(table.remote.known, self.binds, {"key": key})
        return (Case(f"{key} is null or {known}", NULL, emitted),)

    def stale(self, table: Table, alias: str, place: Place) -> Json:
        """What stands before a row that is there: nothing, or a hole if its source is to be asked again."""
        if table.remote is None:
            return ()
        hole = self._hole(StaleHole(place=place, remote=table.remote), f"to_json({alias}.{table.key})::text")
        fresh = render(table.remote.fresh, self.binds, {"t": alias})
        return (Sql(f"case when {fresh} then '' else {hole} end"),)

    def _column(self, source: Column, of: GraphQLOutputType, row: Row) -> Json:
        value = render(source.sql, self.binds, {"t": row.alias})
        is_required = is_non_null_type(of)
        form = source.form or _form_of(of)
        if form in (Form.NAME, Form.URN):
            start = f'"{source.prefix}'
            if is_required:
                return (Text(start), Sql(present(f"({value})::text")), Text('"'))
            return (Sql(f"coalesce({quote(start)} || ({value})::text || '\"', 'null')"),)
        text = f"({value})::text" if form is Form.NUMBER else f"to_json({value})::text"
        return (Sql(present(text) if is_required else f"coalesce({text}, 'null')"),)

    def _place(self, of: GraphQLObjectType, nodes: Nodes, key: str, place: Place) -> Place:
        name = nodes[0].name.value
        may_be_null = name != "__typename" and not is_non_null_type(of.fields[name].type)
        return place.at(key, may_be_null=may_be_null)


def each(place: Place, of: GraphQLOutputType) -> Place:
    """The place of a list's elements."""
    item = cast(Any, get_nullable_type(of)).of_type
    return place.at(EACH, may_be_null=not is_non_null_type(item))


def object_type(of: GraphQLOutputType) -> GraphQLObjectType:
    """The object type inside a field's type."""
    return cast(GraphQLObjectType, get_named_type(of))


def locations_of(nodes: Sequence[FieldNode]) -> tuple[Location, ...]:
    """Where in the document a field is asked for, as errors tell it."""
    found: list[Location] = []
    for node in nodes:
        if node.loc is not None:
            at = get_location(node.loc.source, node.loc.start)
            found.append({"line": at.line, "column": at.column})
    return tuple(found)


async def _as_made(inputs: Sequence[Any], arguments: Mapping[str, Any], context: Any) -> list[Any]:
    del context  # a loader has one; what was made is among the arguments already
    return [arguments["value"]] * len(inputs)


def _reference(name: str) -> Callable[[Variables], Any]:
    return lambda variables: variables[OUTCOME].references.get(name)


def _granted_on(guard: Guard) -> Any:
    return lambda context: context.granted_on(guard)


def _form_of(of: GraphQLOutputType) -> Form:
    nullable = get_nullable_type(of)
    named = get_named_type(of)
    if is_list_type(nullable):
        return Form.NAMES if is_enum_type(named) else Form.TEXTS
    return Form.NAME if is_enum_type(named) else _FORMS.get(named.name, Form.TEXT)
