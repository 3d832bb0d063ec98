"""What was selected of a value that Python made, as a function of that value."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from app.engine.collect import Collector
from app.engine.mapping import Catalogue, Column, Key

Project = Callable[[Any], Any]


class NotNullable(Exception):
    """A loader gave no value where the schema promises one."""


def projection(
    schema: GraphQLSchema,
    catalogue: Catalogue,
    collector: Collector,
    of: GraphQLOutputType,
    nodes: list[FieldNode],
) -> Project:
    """A function from a loader's value to what JSON says of it; objects are mappings by `Key.name`, or by
    field names where rows of the same type have columns.

    The function raises NotNullable for a None where the type has none.
    """
    if is_non_null_type(of):
        below = projection(schema, catalogue, collector, of.of_type, nodes)

        def required(value: Any) -> Any:
            if value is None:
                raise NotNullable
            return below(value)

        return required
    if is_list_type(of):
        each = projection(schema, catalogue, collector, of.of_type, nodes)
        return lambda value: None if value is None else [each(one) for one in value]
    if is_leaf_type(of):
        return lambda value: None if value is None else of.serialize(value)
    return _object(schema, catalogue, collector, cast("GraphQLObjectType", of), nodes)


def _object(
    schema: GraphQLSchema,
    catalogue: Catalogue,
    collector: Collector,
    of: GraphQLObjectType,
    nodes: list[FieldNode],
) -> Project:
    members: list[tuple[str, str | None, Project | None]] = []
    for key, below in collector.below(nodes, of).items():
        name = below[0].name.value
        if name == "__typename":
            members.append((key, None, None))
            continue
        facts = catalogue.fields[(of.name, name)]
        # A type that rows have too may be made: then its fields go by their names.
        assert isinstance(facts.source, Key | Column)
        assert not facts.guards
        member = facts.source.name if isinstance(facts.source, Key) else name
        inside = projection(schema, catalogue, collector, of.fields[name].type, below)
        members.append((key, member, inside))

    def project(value: Mapping[str, Any] | None) -> Any:
        if value is None:
            return None
        return {
            key: of.name if inside is None or name is None else inside(value[name])
            for key, name, inside in members
        }

    return project
