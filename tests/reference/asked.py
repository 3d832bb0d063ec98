"""What an operation asks for, place by place, so that its answer can be read back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

Coordinate = tuple[str, str]
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

_ROUNDS: Final = 8
"""How many levels below it a field's need is felt."""


@dataclass
class Scope:
    """What is asked for at one place of the answer, under which response keys."""

    of: Composite
    members: dict[str, "Member"] = field(default_factory=dict)
    mostly: str | None = None
    """Of an interface or a union: the type that is there most likely."""


@dataclass
class Member:
    """A response key: the field behind it, with its arguments and what is asked for below it."""

    parent: str
    definition: GraphQLField
    name: str
    arguments: str
    scope: Scope | None

    @property
    def coordinate(self) -> str:
        """What a cursor of this field fits to: the field, and the order it was asked in."""
        order = self.arguments.partition("orderBy:")[2]
        return f"{self.parent}.{self.name} {order.partition('}')[0] if order else ''}"


def cursors(scope: Scope, data: Any) -> Iterator[tuple[str, str]]:
    """Every cursor of an answer, with what it fits to."""
    for member, value in _members(scope, data):
        if member.scope is None:
            continue
        if "after" in member.definition.args:
            for cursor in _own_cursors(member.scope, value):
                yield member.coordinate, cursor
        yield from cursors(member.scope, value)


def _members(scope: Scope, data: Any) -> Iterator[tuple[Member, Any]]:
    if isinstance(data, list):
        for one in data:
            yield from _members(scope, one)
    elif isinstance(data, dict):
        for key, member in scope.members.items():
            if key in data:
                yield member, data[key]


def _own_cursors(connection: Scope, data: Any) -> Iterator[str]:
    for member, value in _members(connection, data):
        if member.name in ("edges", "pageInfo") and member.scope is not None:
            for leaf, cursor in _members(member.scope, value):
                if leaf.name in ("cursor", "startCursor", "endCursor") and cursor:
                    yield cursor


class Coverage:
    """Which fields were answered and refused so far, and so which to ask for."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.answered: Counter[Coordinate] = Counter()
        self.refused: Counter[Coordinate] = Counter()
        self._fields = readable_fields(schema)
        self._below = {
            place: [(below.name, name) for below in _objects_of(schema, one) for name in below.fields]
            for place, one in self._fields.items()
        }
        self._needs: dict[Coordinate, float] = {}

    def note(self, root: Scope, answer: Mapping[str, Any]) -> None:
        """Count what an answer has."""
        self._count(root, answer.get("data"))
        for error in answer.get("errors") or ():
            scope: Scope | None = root
            for key in error.get("path") or ():
                member = scope.members.get(key) if scope is not None else None
                if member is not None:
                    place, scope = (member.parent, member.name), member.scope
            self.refused[place] += 1
        self._needs.clear()

    def need(self, place: Coordinate) -> float:
        """From 0 to 1: how seldom the field, or one below it, was answered, or refused though guarded."""
        if not self._needs:
            needs = {one: self._own_need(one) for one in self._fields}
            for _ in range(_ROUNDS):
                for one, below in self._below.items():
                    if below:
                        needs[one] = max(needs[one], 0.85 * max(needs[inside] for inside in below))
            self._needs = needs
        return self._needs[place]

    def _count(self, scope: Scope, data: Any) -> None:
        for member, value in _members(scope, data):
            self.answered[(member.parent, member.name)] += 1
            if member.scope is not None:
                self._count(member.scope, value)

    def _own_need(self, place: Coordinate) -> float:
        node = self._fields[place].ast_node
        is_guarded = node is not None and bool(node.directives)
        seldom = self.refused[place] if is_guarded else self.answered[place]
        return float((1 + min(seldom, self.answered[place])) ** -0.7)


def readable_fields(schema: GraphQLSchema) -> dict[Coordinate, GraphQLField]:
    """Every field of an object type that a query can lead to."""
    assert schema.query_type is not None
    reached = {schema.query_type.name: schema.query_type}
    waiting = [schema.query_type]
    while waiting:
        for one in waiting.pop().fields.values():
            new = [of for of in _objects_of(schema, one) if of.name not in reached]
            reached.update((of.name, of) for of in new)
            waiting += new
    return {(of.name, name): one for of in reached.values() for name, one in of.fields.items()}


def _objects_of(schema: GraphQLSchema, one: GraphQLField) -> list[GraphQLObjectType]:
    below = get_named_type(one.type)
    if isinstance(below, GraphQLInterfaceType | GraphQLUnionType):
        return list(schema.get_possible_types(below))
    return [below] if isinstance(below, GraphQLObjectType) else []
