"""From the Strawberry schema to what the engine reads, and the checks without which no schema is built.

The catalogue is read off the very objects that print the schema, so what is printed is what is enforced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_interface_type,
    is_non_null_type,
    is_object_type,
)

from app.access.guards import Guard, implies
from app.engine.mapping import Catalogue, Column, Computed, Edges, FieldFacts, Table, TypeFacts
from app.ids import linkedin_kind, split_own
from loaders.context import CONTEXT
from loaders.sight import RULES
from resolvers.fields import FACTS, TYPE_FACTS
from resolvers.subgraph import print_subgraph_sdl

Place = tuple[str, str]


class SchemaRefused(Exception):
    """The schema must not be served: it says something that could not be kept."""


def bind(schema: strawberry.Schema) -> tuple[GraphQLSchema, Catalogue]:
    """The GraphQL schema and its catalogue.

    Raises: SchemaRefused, naming each field, for a field without a mapping; a field that nothing guards
    and that is not marked public; a non-null field that a guard may refuse although its parent is there.
    """
    graphql_schema = schema._schema
    objects = _objects(graphql_schema)
    types = {of.name: _type_facts(of) for of in objects}
    fields = {
        (of.name, name): _field_facts(of, name, field) for of in objects for name, field in of.fields.items()
    }
    _bind_subgraph(schema, fields)
    guards = _guards(graphql_schema, types, fields)
    problems = [*_unguarded(graphql_schema, types, fields), *_refusable(graphql_schema, types, guards)]
    if problems:
        raise SchemaRefused("\n".join(problems))
    catalogue = Catalogue(
        fields=fields,
        types=types,
        context=CONTEXT,
        tables_by_id_kind=_kinds(graphql_schema, types),
        guards=guards,
        parse_id=parse_id,
        rules=RULES,
    )
    return graphql_schema, catalogue


def _bind_subgraph(schema: strawberry.Schema, fields: dict[Place, FieldFacts]) -> None:
    """Give what tells the schema its text, which is printed when somebody first asks for it."""
    sdl = cache(partial(subgraph_sdl, schema))

    async def tell(inputs: Sequence[Any], arguments: Any, context: Any) -> Sequence[Any]:  # noqa: ARG001
        return [{"sdl": sdl()} for _ in inputs]

    for place, facts in fields.items():
        if isinstance(facts.source, Computed) and facts.source.tells_schema:
            fields[place] = replace(facts, source=replace(facts.source, load=tell))


def subgraph_sdl(schema: strawberry.Schema) -> str:
    """What `_service` tells of this schema."""
    declared = {of.name: _type_facts(of) for of in _objects(schema._schema)}
    keys = {name: [key.field for key in facts.keys] for name, facts in declared.items() if facts.keys}
    return print_subgraph_sdl(schema.as_str(), keys)


def parse_id(text: Any) -> tuple[str, str] | None:
    """A public id's kind (`candidate`, `li:person`) and, as text, the value that its table knows it by."""
    if not isinstance(text, str):
        return None
    own = split_own(text)
    if own is not None:
        return own
    kind = linkedin_kind(text)
    return (f"li:{kind}", text) if kind else None


def _objects(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    return [of for name, of in schema.type_map.items() if is_object_type(of) and not name.startswith("__")]


def _definition(of: GraphQLNamedType | GraphQLField) -> Any:
    return of.extensions.get("strawberry-definition")


def _type_facts(of: GraphQLObjectType) -> TypeFacts:
    declared = getattr(_definition(of).origin, TYPE_FACTS, None)
    if not isinstance(declared, TypeFacts):
        raise SchemaRefused(f"{of.name} is not declared with @entity.")
    return declared


def _field_facts(of: GraphQLObjectType, name: str, field: GraphQLField) -> FieldFacts:
    definition = _definition(field)
    facts = definition.metadata.get(FACTS)
    if not isinstance(facts, FieldFacts):
        raise SchemaRefused(f"{of.name}.{name} does not say where its value comes from.")
    if isinstance(facts.source, Column) and not facts.source.sql:
        column = f"{{t}}.{definition.python_name}"
        return replace(facts, source=replace(facts.source, sql=column))
    return facts


def _carried(of: GraphQLNamedType, fields: Mapping[Place, FieldFacts]) -> list[GraphQLNamedType]:
    """The type, and for a connection what its edges hold: a count of them tells of them too."""
    if not isinstance(of, GraphQLObjectType):
        return [of]
    carried: list[GraphQLNamedType] = [of]
    for name, field in of.fields.items():
        if isinstance(fields[(of.name, name)].source, Edges):
            edge = get_named_type(field.type)
            node = edge.fields.get("node") if isinstance(edge, GraphQLObjectType) else None
            if node is not None:
                carried.append(get_named_type(node.type))
    return carried


def _guards(
    schema: GraphQLSchema, types: Mapping[str, TypeFacts], fields: Mapping[Place, FieldFacts]
) -> dict[Place, tuple[Guard, ...]]:
    """For each field all guards that hold for it: its own, and those of the types that it leads to."""
    guards: dict[Place, tuple[Guard, ...]] = {}
    for (of, name), facts in fields.items():
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        found: list[Any] = list(facts.guards)
        for carried in _carried(get_named_type(parent.fields[name].type), fields):
            if carried.name in types:
                found += types[carried.name].guards
        guards[(of, name)] = tuple(dict.fromkeys(found))
    return guards


def _unguarded(
    schema: GraphQLSchema, types: Mapping[str, TypeFacts], fields: Mapping[Place, FieldFacts]
) -> list[str]:
    """Fields that neither a guard of their own, nor one on their type or parent, nor `public` covers."""
    covered = {name for name, facts in types.items() if facts.guards}
    # What is public is the type's own values; what it leads to must say so itself.
    public = {name for name, facts in types.items() if facts.is_public}
    ways: dict[str, list[Place]] = {}
    for of, name in fields:
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        target = get_named_type(parent.fields[name].type)
        if not is_interface_type(target):
            ways.setdefault(target.name, []).append((of, name))

    def is_covered(place: Place) -> bool:
        facts = fields[place]
        parent = schema.type_map[place[0]]
        assert isinstance(parent, GraphQLObjectType)
        target = get_named_type(parent.fields[place[1]].type)
        leads_to = [types[one.name] for one in _carried(target, fields) if one.name in types]
        by_type = any(one.guards for one in leads_to) or any(one.is_public for one in leads_to[-1:])
        by_parent = place[0] in covered or (place[0] in public and not is_object_type(target))
        return bool(facts.guards) or facts.is_public or by_type or by_parent

    # What is reached only through covered fields is covered; each round may cover what hangs below.
    while newly := {
        name
        for name in types
        if name not in covered | public and ways.get(name) and all(map(is_covered, ways[name]))
    }:
        covered |= newly
    return [
        f"{of}.{name} is guarded neither by itself, nor by its type or parent; guard it or mark it public."
        for of, name in fields
        if not is_covered((of, name))
    ]


def _refusable(
    schema: GraphQLSchema, types: Mapping[str, TypeFacts], guards: Mapping[Place, tuple[Guard, ...]]
) -> list[str]:
    """Non-null fields with a guard that whoever holds their parent has not already passed."""
    passed: dict[str, list[Any]] = {name: list(facts.guards) for name, facts in types.items()}
    ways: dict[str, list[Place]] = {}
    for place in guards:
        ways.setdefault(_target(schema, *place), []).append(place)
    # A type without guards of its own has passed what every way to it has passed; what that is may grow
    # with each round, and is settled when a round adds nothing.
    settled = False
    while not settled:
        settled = True
        for name, facts in types.items():
            if not facts.guards and name in ways:
                each = [{*guards[place], *passed[place[0]]} for place in ways[name]]
                common = set.intersection(*each)
                settled = settled and common == set(passed[name])
                passed[name] = list(common)
    problems = []
    for (of, name), found in guards.items():
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        if is_non_null_type(parent.fields[name].type):
            problems += [
                f"{of}.{name} is non-null, but {guard} may refuse it; make it nullable or guard its parent."
                for guard in found
                if not any(implies(outer, guard) for outer in passed[of])
            ]
    return problems


def _target(schema: GraphQLSchema, of: str, field: str) -> str:
    parent = schema.type_map[of]
    assert isinstance(parent, GraphQLObjectType)
    target: GraphQLNamedType = get_named_type(parent.fields[field].type)
    return target.name


def _kinds(schema: GraphQLSchema, types: Mapping[str, TypeFacts]) -> dict[str, tuple[str, Table]]:
    """What ids name: only what has one of its own, not every other view of the same table."""
    kinds: dict[str, tuple[str, Table]] = {}
    for name, facts in types.items():
        of = schema.type_map[name]
        assert isinstance(of, GraphQLObjectType)
        has_id = any(interface.name == "Node" for interface in of.interfaces)
        if has_id and facts.table is not None and facts.table.id_kind is not None:
            kinds[facts.table.id_kind] = (name, facts.table)
    return kinds
