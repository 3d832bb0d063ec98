"""What a document may cost, decided before it is validated (DESIGN.md, section 6).

Two walks. The first looks at each definition once, as it is written, and adds fragments up by their names:
that says how far the document expands without expanding it, so a bomb of fragments is refused after as
many steps as it has tokens. Only what stays small is then expanded, and the second walk counts aliases
and costs there. Fields, arguments and fragments that do not exist are passed over: validation says so
better.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_location,
    get_named_type,
    parse,
)

from app.errors import CallerError, ErrorCode

COMMENTS_MAX: Final = 2_000
"""Comments are no tokens to a client, but each is one to the lexer."""

SELECTIONS_EXPANDED_MAX: Final = 10_000
"""Selections of one operation once its fragments are written out: as many as the tokens it may have."""

NESTING_MAX: Final = 100
"""Braces within braces, fragments written out. Depth counts fields only, and fragments nest without one."""

VALUE_NESTING_MAX: Final = 32
"""Lists and objects within each other, in an argument or in a variable's type."""

_PAGE_ARGUMENTS: Final = frozenset({"first", "last"})
_KEY_ARGUMENTS: Final = frozenset({"ids", "representations"})
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

_TOO_MANY_TOKENS: Final = re.compile(r"Syntax Error: Document contains more than \d+ (tokens|comments)\. .*")
_TOO_DEEP: Final = "Syntax Error: Document is nested too deeply. Parsing aborted."
_MESSAGE_LENGTH_MAX: Final = 300


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


def parse_document(text: str, limits: DocumentLimits) -> DocumentNode:
    """Parse an executable document, with locations.

    Raises: CallerError with GRAPHQL_PARSE_FAILED and the place, TOKEN_LIMIT, or DEPTH_LIMIT for what is
    nested deeper than a parser can follow.
    """
    try:
        return parse(
            text,
            max_lexical_tokens=limits.document_tokens_max,
            max_comments=COMMENTS_MAX,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        places = [{"line": at.line, "column": at.column} for at in error.locations or ()]
        if _TOO_MANY_TOKENS.fullmatch(error.message):
            raise CallerError(
                ErrorCode.TOKEN_LIMIT,
                f"The document has more than {limits.document_tokens_max} tokens or {COMMENTS_MAX} comments.",
                locations=places,
            ) from None
        if error.message == _TOO_DEEP:
            raise CallerError(
                ErrorCode.DEPTH_LIMIT, "The document is nested too deep to be read.", locations=places
            ) from None
        # A syntax error repeats the token it met, which may be a string of a megabyte.
        message = error.message[:_MESSAGE_LENGTH_MAX]
        raise CallerError(ErrorCode.GRAPHQL_PARSE_FAILED, message, locations=places) from None


@dataclass(frozen=True, slots=True)
class _Size:
    """How often something is repeated, if a variable says it: a page size, or the number of keys."""

    variable: str
    of_keys: bool


_Product = tuple[_Size, ...]


@dataclass(frozen=True, slots=True)
class OperationCost:
    """The cost of one operation: a constant, and terms that its variables multiply."""

    constant: int
    terms: tuple[tuple[int, _Product], ...]
    defaults: Mapping[str, Any]

    def evaluate(self, variables: Mapping[str, Any] | None, limits: DocumentLimits) -> int:
        """The cost with these variables, as they came (before coercion).

        Raises: CallerError NODE_LIMIT if a variable holds more keys than one field may take.
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
                    known = sizes[size] = _keys(value, size, limits) if size.of_keys else _page(value, limits)
                amount *= known
            total += amount
        return total


@dataclass(frozen=True, slots=True)
class CostPlan:
    """What the operations of one document cost. Made once a document, asked once a request."""

    operations: Mapping[str | None, OperationCost]
    limits: DocumentLimits

    def cost(self, variables: Mapping[str, Any] | None = None, operation_name: str | None = None) -> int:
        """The cost of one operation with these variables; of an only one whatever name is asked for.

        An unknown name costs 0: that there is no such operation is said elsewhere.
        Raises: CallerError NODE_LIMIT as `OperationCost.evaluate`.
        """
        operation = self.operations.get(operation_name)
        if operation is None and len(self.operations) == 1:
            operation = next(iter(self.operations.values()))
        return operation.evaluate(variables, self.limits) if operation is not None else 0

    def check(self, variables: Mapping[str, Any] | None = None, operation_name: str | None = None) -> None:
        """Raises: CallerError COST_LIMIT or NODE_LIMIT if the request would cost too much."""
        cost = self.cost(variables, operation_name)
        if cost > self.limits.cost_max:
            raise _too_costly(cost, self.limits)


def check_limits(document: DocumentNode, schema: GraphQLSchema, limits: DocumentLimits) -> CostPlan:
    """Hold a parsed document against the limits, before validation.

    Takes time linear in the document's tokens, plus at most `SELECTIONS_EXPANDED_MAX` steps an operation.
    A document whose fragments form a cycle passes with a cost beyond every limit: validation explains it.

    Raises: CallerError DIRECTIVE_LIMIT, COST_LIMIT, DEPTH_LIMIT, ALIAS_LIMIT or NODE_LIMIT with the place.
    """
    fragments: dict[str, _Outline] = {}
    operations: list[_Outline] = []
    directives = 0
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            continue  # A type definition has no place here, which validation says.
        outline = _outline(definition)
        directives += len(outline.directives)
        if directives > limits.directives_max:
            raise CallerError(
                ErrorCode.DIRECTIVE_LIMIT,
                f"A document may have at most {limits.directives_max} directives.",
                locations=_place(outline.directives[limits.directives_max - directives]),
            )
        if isinstance(definition, OperationDefinitionNode):
            operations.append(outline)
        else:
            fragments.setdefault(definition.name.value, outline)
    for outline in _children_first([*operations, *fragments.values()], fragments):
        outline.add_up(fragments)
    remaining = SELECTIONS_EXPANDED_MAX
    for outline in operations:
        remaining -= outline.expanded
        if remaining < 0:
            raise CallerError(
                ErrorCode.COST_LIMIT,
                f"The document has more than {SELECTIONS_EXPANDED_MAX} selections once its fragments are "
                "written out.",
                locations=_place(outline.definition),
            )
    for outline in [*operations, *fragments.values()]:
        _check_depth(outline, limits)
    costs: dict[str | None, OperationCost] = {}
    for outline in operations:
        operation = outline.definition
        assert isinstance(operation, OperationDefinitionNode)
        name = operation.name.value if operation.name else None
        cyclic = outline.cyclic
        costs[name] = _ENDLESS if cyclic else _Expansion(schema, limits, fragments).cost_of(operation)
    return CostPlan(costs, limits)


_ENDLESS: Final = OperationCost(sys.maxsize, (), {})


@dataclass(slots=True)
class _Outline:
    """One definition as it is written, then with what its fragments add."""

    definition: OperationDefinitionNode | FragmentDefinitionNode
    directives: list[Node] = field(default_factory=list)
    spreads: list[tuple[str, int, int]] = field(default_factory=list)
    """Each spread: the fragment's name, fields around it, braces around it."""
    expanded: int = 0
    depth: int = 0
    deepest: Node | None = None
    nesting: int = 0
    value_nesting: int = 0
    cyclic: bool = False

    def add_up(self, fragments: "Mapping[str, _Outline]") -> None:
        """Add the spread fragments, whose own sums must be complete (or which are part of a cycle)."""
        for name, fields_around, braces_around in self.spreads:
            fragment = fragments.get(name)
            if fragment is None:
                continue
            self.cyclic = self.cyclic or fragment.cyclic
            self.expanded += fragment.expanded
            self.nesting = max(self.nesting, braces_around + fragment.nesting)
            if fields_around + fragment.depth > self.depth:
                self.depth = fields_around + fragment.depth
                self.deepest = fragment.deepest


def _outline(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Outline:
    """The definition's own sums: one step a node."""
    outline = _Outline(definition, directives=list(definition.directives))
    for variable in definition.variable_definitions or ():
        outline.directives.extend(variable.directives)
        outline.value_nesting = max(
            outline.value_nesting, _nesting([variable.type]), _nesting([variable.default_value])
        )
    pending: list[tuple[SelectionSetNode, int, int]] = [(definition.selection_set, 0, 1)]
    while pending:
        selections, fields_around, braces = pending.pop()
        outline.nesting = max(outline.nesting, braces)
        for selection in selections.selections:
            outline.expanded += 1
            outline.directives.extend(selection.directives)
            for directive in selection.directives:
                _note_values(outline, directive.arguments)
            if isinstance(selection, FieldNode):
                if fields_around >= outline.depth:
                    outline.depth, outline.deepest = fields_around + 1, selection
                _note_values(outline, selection.arguments)
                if selection.selection_set:
                    pending.append((selection.selection_set, fields_around + 1, braces + 1))
            elif isinstance(selection, InlineFragmentNode):
                pending.append((selection.selection_set, fields_around, braces + 1))
            elif isinstance(selection, FragmentSpreadNode):
                outline.spreads.append((selection.name.value, fields_around, braces))
    return outline


def _note_values(outline: _Outline, arguments: Iterable[Any]) -> None:
    for argument in arguments:
        if isinstance(argument.value, ListValueNode | ObjectValueNode):
            outline.value_nesting = max(outline.value_nesting, _nesting([argument.value]))


def _nesting(layer: list[Any]) -> int:
    """How deep lists and objects nest in a value, or list types in a type; 0 for a plain one."""
    levels = -1
    while layer:
        levels += 1
        below: list[Any] = []
        for node in layer:
            if isinstance(node, ListValueNode):
                below.extend(node.values)
            elif isinstance(node, ObjectValueNode):
                below.extend(entry.value for entry in node.fields)
            elif isinstance(node, ListTypeNode | NonNullTypeNode):
                below.append(node.type)
        layer = below
    return levels


def _children_first(outlines: list[_Outline], fragments: Mapping[str, _Outline]) -> Iterable[_Outline]:
    """Every outline once, after the fragments that it spreads; marks those on the way into a cycle."""
    entered: set[int] = set()
    left: set[int] = set()
    for start in outlines:
        way = [(start, iter(start.spreads))]
        while way:
            outline, rest = way[-1]
            entered.add(id(outline))
            for name, _, _ in rest:
                fragment = fragments.get(name)
                if fragment is None or id(fragment) in left:
                    continue
                if id(fragment) in entered:
                    fragment.cyclic = outline.cyclic = True
                    continue
                way.append((fragment, iter(fragment.spreads)))
                break
            else:
                way.pop()
                if id(outline) not in left:
                    left.add(id(outline))
                    yield outline


def _check_depth(outline: _Outline, limits: DocumentLimits) -> None:
    if outline.depth > limits.depth_max and not outline.cyclic:
        raise CallerError(
            ErrorCode.DEPTH_LIMIT,
            f"Fields may be nested {limits.depth_max} deep, these are {outline.depth}.",
            locations=_place(outline.deepest),
        )
    if outline.nesting > NESTING_MAX or outline.value_nesting > VALUE_NESTING_MAX:
        raise CallerError(
            ErrorCode.DEPTH_LIMIT,
            f"Fragments may be nested {NESTING_MAX} deep, values {VALUE_NESTING_MAX}.",
            locations=_place(outline.definition),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A selection set that belongs to a level, and how often what it selects is answered."""

    selections: SelectionSetNode
    parent: GraphQLNamedType | None
    times: int
    product: _Product


class _Expansion:
    """The second walk: one operation, level by level as its answer will be, fragments written out."""

    def __init__(
        self, schema: GraphQLSchema, limits: DocumentLimits, fragments: Mapping[str, _Outline]
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._fragments = fragments
        self._terms: dict[_Product, int] = {(): 0}

    def cost_of(self, operation: OperationDefinitionNode) -> OperationCost:
        """The operation's cost. Raises: CallerError ALIAS_LIMIT, NODE_LIMIT, or COST_LIMIT if it is certain."""
        root = self._schema.get_root_type(operation.operation)
        levels = [[_Part(operation.selection_set, root, 1, ())]]
        while levels:
            levels.extend(self._level(levels.pop()))
        constant = self._terms.pop(())
        if constant > self._limits.cost_max:
            raise _too_costly(constant, self._limits, operation)
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
                            locations=_place(selection),
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

    def _spread(self, part: _Part, fragment: _Outline) -> _Part:
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
        for argument in node.arguments:
            said = argument.name.value
            if said in _PAGE_ARGUMENTS and not isinstance(argument.value, NullValueNode):
                paged = False
                if isinstance(argument.value, VariableNode):
                    product = (*product, _Size(argument.value.name.value, of_keys=False))
                else:
                    times *= _page(_literal(argument.value), self._limits)
            elif said in _KEY_ARGUMENTS:
                if isinstance(argument.value, VariableNode):
                    product = (*product, _Size(argument.value.name.value, of_keys=True))
                elif isinstance(argument.value, ListValueNode):
                    times *= _keys(argument.value.values, argument.value, self._limits)
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


def _keys(value: Any, at: _Size | Node, limits: DocumentLimits) -> int:
    count = len(value) if isinstance(value, list | tuple) else 1
    if count > limits.nodes_max:
        where = f"${at.variable}" if isinstance(at, _Size) else "the list"
        raise CallerError(
            ErrorCode.NODE_LIMIT,
            f"At most {limits.nodes_max} ids may be asked for at once, {where} has {count}.",
            locations=None if isinstance(at, _Size) else _place(at),
        )
    return count


def _too_costly(cost: int, limits: DocumentLimits, node: Node | None = None) -> CallerError:
    shown = str(cost) if cost < 10**9 else "far more"
    return CallerError(
        ErrorCode.COST_LIMIT,
        f"The operation costs {shown}, and {limits.cost_max} are allowed. A field costs one, times the page "
        "sizes around it: ask for smaller pages or fewer fields.",
        locations=_place(node) if node is not None else None,
    )


def _place(node: Node | None) -> list[dict[str, int]] | None:
    if node is None or node.loc is None:
        return None
    at = get_location(node.loc.source, node.loc.start)
    return [{"line": at.line, "column": at.column}]
