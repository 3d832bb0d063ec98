"""The part of the schema that a client's registered operations reach, as SDL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    UnionTypeDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

_COMPOSITE: Final = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)


def schema_for(schema: GraphQLSchema, sdl: str, documents: Iterable[str]) -> str:
    """The SDL with only what `documents`, which are valid for `schema`, name: fields, arguments, types.

    Input types are whole, since a variable may fill any part of them. Directives stay on what stays. The
    answer is a valid schema: a type of which only `__typename` is asked keeps its first field.
    """
    types = TypeInfo(schema)
    reached = _Reached(types)
    for document in documents:
        visit(parse(document), TypeInfoVisitor(types, reached))
    definitions = parse(sdl).definitions
    by_name: dict[str, Any] = {one.name.value: one for one in definitions if hasattr(one, "name")}
    _complete(reached, by_name)
    kept: dict[str, Any] = {
        name: _narrowed(one, reached)
        for name, one in by_name.items()
        if name in reached.types and not isinstance(one, DirectiveDefinitionNode)
    }
    for name in {name for node in kept.values() for name in _directives_on(node)}:
        if name in by_name:
            kept[name] = by_name[name]
    _add_what_is_named(kept, by_name)
    return print_ast(
        DocumentNode(
            definitions=tuple(
                kept[one.name.value] for one in definitions if hasattr(one, "name") and one.name.value in kept
            )
        )
    )


class _Reached(Visitor):
    """Collects which fields, which of their arguments and which types operations name."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self._within: list[tuple[str, str]] = []
        self.fields: dict[str, set[str]] = defaultdict(set)
        self.arguments: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.types: set[str] = set()

    def enter_selection_set(self, *_: Any) -> None:
        parent = self._types.get_parent_type()
        if parent is not None:
            self.types.add(parent.name)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._types.get_parent_type()
        type_name = parent.name if parent is not None else ""
        self._within.append((type_name, node.name.value))
        if not node.name.value.startswith("__"):
            self.fields[type_name].add(node.name.value)

    def leave_field(self, *_: Any) -> None:
        self._within.pop()

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if self._within and self._types.get_directive() is None:
            self.arguments[self._within[-1]].add(node.name.value)


def _complete(reached: _Reached, definitions: Mapping[str, Any]) -> None:
    """Give each type at least one field, each union a member, and each object what its interfaces have."""
    for union in [definitions.get(name) for name in reached.types]:
        if isinstance(union, UnionTypeDefinitionNode):
            members = [one.name.value for one in union.types or ()]
            if reached.types.isdisjoint(members):
                reached.types.add(members[0])
    composite = [name for name in reached.types if isinstance(definitions.get(name), _COMPOSITE)]
    for name in composite:
        if not reached.fields[name]:
            reached.fields[name].add(definitions[name].fields[0].name.value)
    for name in composite:
        for interface in definitions[name].interfaces or ():
            if interface.name.value in reached.types:
                reached.fields[name] |= reached.fields[interface.name.value]


def _narrowed(definition: Any, reached: _Reached) -> Node:
    if isinstance(definition, UnionTypeDefinitionNode):
        members = tuple(one for one in definition.types or () if one.name.value in reached.types)
        return _with(definition, types=members)
    if not isinstance(definition, _COMPOSITE):
        return definition  # type: ignore[no-any-return]
    name = definition.name.value
    return _with(
        definition,
        interfaces=tuple(one for one in definition.interfaces or () if one.name.value in reached.types),
        fields=tuple(
            _narrowed_field(field, reached.arguments[(name, field.name.value)])
            for field in definition.fields or ()
            if field.name.value in reached.fields[name]
        ),
    )


def _narrowed_field(field: FieldDefinitionNode, named: set[str]) -> Node:
    return _with(field, arguments=tuple(one for one in field.arguments or () if one.name.value in named))


def _with(node: Node, **changes: Any) -> Node:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **changes})


def _add_what_is_named(kept: dict[str, Any], definitions: Mapping[str, Any]) -> None:
    """Add the enums, scalars and input types that what is kept names, and what these name in turn."""
    unread = list(kept.values())
    while unread:
        for name in _names_in(unread.pop()):
            found = definitions.get(name)
            if name not in kept and found is not None and not isinstance(found, _COMPOSITE):
                kept[name] = found
                unread.append(found)


def _names_in(node: Node) -> Iterator[str]:
    return (one.name.value for one in _nodes_below(node) if isinstance(one, NamedTypeNode))


def _directives_on(node: Node) -> Iterator[str]:
    return (one.name.value for one in _nodes_below(node) if isinstance(one, DirectiveNode))


def _nodes_below(node: Node) -> list[Node]:
    found: list[Node] = []

    class Collect(Visitor):
        def enter(self, node: Node, *_: Any) -> None:
            found.append(node)

    visit(node, Collect())
    return found
