"""The second walk over a document: one operation, level by level as its answer will be, with its cost.

Only what the first walk (`app.engine.outline`) found small enough is expanded here.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from app.engine.outline import Outline, place_of
from app.errors import CallerError, ErrorCode

_PAGE_ARGUMENTS: Final = frozenset({"first", "last"})
_KEY_ARGUMENTS: Final = {"ids": ErrorCode.NODE_LIMIT, "representations": ErrorCode.COST_LIMIT}
"""Arguments that are lists of keys, and the code of having too many."""
_INTROSPECTION_SIZES: Final = {
    "fields": 5,
    "inputFields": 2,
    "enumValues": 3,
    "possibleTypes": 2,
    "args": 1,
    "interfaces": 1,
    "directives": 10,
    "locations": 3,
}
"""About how many there are of each: without it thirty aliases of `types` would be thirty free answers."""


class DocumentLimits(Protocol):
    """The part of the program's limits that a document is held against."""

    @property
    def document_tokens_max(self) -> int: ...
    @property
    def depth_max(self) -> int: ...
    @property
    def aliases_per_level_max(self) -> int: ...
    @property
    def directives_max(self) -> int: ...
    @property
    def cost_max(self) -> int: ...
    @property
    def page_size_default(self) -> int: ...
    @property
    def page_size_max(self) -> int: ...
    @property
    def nodes_max(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Size:
    """How often something is repeated, if a variable says it: a page size, or the number of keys."""

    variable: str
    too_many_keys: ErrorCode | None = None


_Product = tuple[_Size, ...]


@dataclass(frozen=True, slots=True)
class OperationCost:
    """The cost of one operation: a constant, and terms that its variables multiply."""

    constant: int
    terms: tuple[tuple[int, _Product], ...]
    defaults: Mapping[str, Any]

    def evaluate(self, variables: Mapping[str, Any] | None, limits: DocumentLimits) -> int:
        """The cost with these variables, as they came (before coercion).

        Raises: CallerError NODE_LIMIT or COST_LIMIT if a variable holds more keys than one field may take.
        """
        if not self.terms:
            return self.constant
        given = variables or {}
        sizes: dict[_Size, int] = {}
        total = self.constant
        for coefficient, product in self.terms:
            amount = coefficient
            for size in product:
                known = sizes.get(size)
                if known is None:
                    value = given.get(size.variable, self.defaults.get(size.variable))
                    known = sizes[size] = (
                        _page(value, limits)
                        if size.too_many_keys is None
                        else _keys(value, size, size.too_many_keys, limits)
                    )
                amount *= known
            total += amount
        return total


ENDLESS_COST: Final = OperationCost(sys.maxsize, (), {})


@dataclass(frozen=True, slots=True)
class _Part:
    """A selection set that belongs to a level, and how often what it selects is answered."""

    selections: SelectionSetNode
    parent: GraphQLNamedType | None
    times: int
    product: _Product


class Expansion:
    """The second walk: one operation, level by level as its answer will be, fragments written out."""

    def __init__(
        self, schema: GraphQLSchema, limits: DocumentLimits, fragments: Mapping[str, Outline]
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._fragments = fragments
        self._terms: dict[_Product, int] = {(): 0}

    def cost_of(self, operation: OperationDefinitionNode) -> OperationCost:
        """The operation's cost.

        Raises: CallerError ALIAS_LIMIT, NODE_LIMIT, or COST_LIMIT where no variable can help.
        """
        root = self._schema.get_root_type(operation.operation)
        levels = [[_Part(operation.selection_set, root, 1, ())]]
        while levels:
            levels.extend(self._level(levels.pop()))
        constant = self._terms.pop(())
        if constant > self._limits.cost_max:
            raise too_costly(constant, self._limits, operation)
        defaults = {
            definition.variable.name.value: _literal(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        return OperationCost(constant, tuple((n, product) for product, n in self._terms.items()), defaults)

    def _level(self, parts: list[_Part]) -> list[list[_Part]]:
        """Count one level of the answer; returns the levels below it, one a response key."""
        below: dict[str, list[_Part]] = {}
        keys: dict[str, set[str]] = {}
        while parts:
            part = parts.pop()
            for selection in part.selections.selections:
                if isinstance(selection, FieldNode):
                    name = selection.name.value
                    key = selection.alias.value if selection.alias else name
                    named = keys.setdefault(name, set())
                    named.add(key)
                    if len(named) > self._limits.aliases_per_level_max:
                        raise CallerError(
                            ErrorCode.ALIAS_LIMIT,
                            f"A field may be asked for under at most {self._limits.aliases_per_level_max} "
                            "names at one level.",
                            locations=place_of(selection),
                        )
                    self._terms[part.product] = self._terms.get(part.product, 0) + part.times
                    if selection.selection_set:
                        below.setdefault(key, []).append(
                            self._below(part, selection, selection.selection_set)
                        )
                elif isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    parent = self._schema.get_type(condition.name.value) if condition else part.parent
                    parts.append(_Part(selection.selection_set, parent, part.times, part.product))
                elif isinstance(selection, FragmentSpreadNode):
                    fragment = self._fragments.get(selection.name.value)
                    if fragment is not None:
                        parts.append(self._spread(part, fragment))
        return list(below.values())

    def _spread(self, part: _Part, fragment: Outline) -> _Part:
        definition = fragment.definition
        assert isinstance(definition, FragmentDefinitionNode)
        parent = self._schema.get_type(definition.type_condition.name.value)
        return _Part(definition.selection_set, parent, part.times, part.product)

    def _below(self, part: _Part, node: FieldNode, selections: SelectionSetNode) -> _Part:
        name = node.name.value
        parent = part.parent
        known = isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        definition = self._schema.get_field(parent, name) if known else None  # type: ignore[arg-type]
        times = 1
        product = part.product
        paged = definition is not None and "first" in definition.args
        for argument in node.arguments or ():
            said = argument.name.value
            if said in _PAGE_ARGUMENTS and not isinstance(argument.value, NullValueNode):
                paged = False
                if isinstance(argument.value, VariableNode):
                    product = (*product, _Size(argument.value.name.value))
                else:
                    times *= _page(_literal(argument.value), self._limits)
            elif said in _KEY_ARGUMENTS:
                if isinstance(argument.value, VariableNode):
                    product = (*product, _Size(argument.value.name.value, _KEY_ARGUMENTS[said]))
                elif isinstance(argument.value, ListValueNode):
                    times *= _keys(argument.value.values, argument.value, _KEY_ARGUMENTS[said], self._limits)
        if paged:
            times *= self._limits.page_size_default
        if parent is not None and parent.name.startswith("__"):
            times *= len(self._schema.type_map) if name == "types" else _INTROSPECTION_SIZES.get(name, 1)
        below = get_named_type(definition.type) if definition is not None else None
        return _Part(selections, below, part.times * times, product)


def _literal(node: ValueNode | None) -> Any:
    """A number as int, a list as its nodes, anything else as None; no number is too long to read."""
    if isinstance(node, IntValueNode):
        return int(node.value[:10])
    return node.values if isinstance(node, ListValueNode) else None


def _page(value: Any, limits: DocumentLimits) -> int:
    """How many a page has if asked for with `value`; what is no number is refused by coercion."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(min(max(value, 0), limits.page_size_max))
    return limits.page_size_default


def _keys(value: Any, at: _Size | Node, too_many: ErrorCode, limits: DocumentLimits) -> int:
    count = len(value) if isinstance(value, list | tuple) else 1
    if count > limits.nodes_max:
        where = f"${at.variable}" if isinstance(at, _Size) else "the list"
        raise CallerError(
            too_many,
            f"At most {limits.nodes_max} things may be asked for at once, {where} has {count}.",
            locations=None if isinstance(at, _Size) else place_of(at),
        )
    return count


def too_costly(cost: int, limits: DocumentLimits, node: Node | None = None) -> CallerError:
    shown = str(cost) if cost < 10**9 else "far more"
    return CallerError(
        ErrorCode.COST_LIMIT,
        f"The operation costs {shown}, and {limits.cost_max} are allowed. A field costs one, times the page "
        "sizes around it: ask for smaller pages or fewer fields.",
        locations=place_of(node) if node is not None else None,
    )
