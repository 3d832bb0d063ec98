"""What a document may cost, decided before it is validated (DESIGN.md, section 6).

Its length comes first (`app.engine.tokens`), before it is parsed. Then two walks. The first
(`app.engine.outline`) looks at each definition once, as it is written, and adds fragments up by their names:
that says how far the document expands without expanding it, so a bomb of fragments is refused after as many
steps as it has tokens. Only what stays small is then expanded, and the second walk (`app.engine.cost`) counts
aliases and costs there. Fields, arguments and fragments that do not exist are passed over: validation says so
better.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    Source,
    get_location,
)

from app.engine.cost import ENDLESS_COST, DocumentLimits, Expansion, OperationCost, too_costly
from app.engine.lexer import QuickLexer, QuickParser
from app.engine.outline import Outline, children_first, outline_of, place_of
from app.engine.tokens import COMMENTS_MAX, check_length
from app.errors import CallerError, ErrorCode

SELECTIONS_EXPANDED_MAX: Final = 2_000
"""Selections of a document's operations once their fragments are written out, and of all its definitions as
they are written. Validation looks at each some twenty times, and compares those of one name."""

DEFINITIONS_MAX: Final = 200
"""Operations and fragments, and whatever else stands in a document at their level."""

VALUES_MAX: Final = 2_000
"""Arguments, variables, and what is in lists and objects, of all definitions together."""

NESTING_MAX: Final = 100
"""Braces within braces, fragments written out. Depth counts fields only, and fragments nest without one."""

VALUE_NESTING_MAX: Final = 32
"""Lists and objects within each other, in an argument or in a variable's type."""

_MESSAGE_LENGTH_MAX: Final = 300


def parse_document(text: str, limits: DocumentLimits) -> DocumentNode:
    """Parse an executable document, with locations.

    Raises: CallerError with GRAPHQL_PARSE_FAILED and the place, TOKEN_LIMIT, or DEPTH_LIMIT for what is
    nested deeper than a parser can follow.
    """
    check_length(text, limits.document_tokens_max)
    source = Source(text)
    lexer = QuickLexer(source)
    parser = QuickParser(
        source,
        lexer=lexer,
        max_lexical_tokens=limits.document_tokens_max,
        max_comments=COMMENTS_MAX,
        allow_empty_selection_sets=False,
    )
    try:
        return parser.parse_document()
    except RecursionError:
        at = get_location(source, lexer.token.start)
        raise CallerError(
            ErrorCode.DEPTH_LIMIT,
            "The document is nested too deep to be read.",
            locations=[{"line": at.line, "column": at.column}],
        ) from None
    except GraphQLSyntaxError as error:
        places = [{"line": at.line, "column": at.column} for at in error.locations or ()]
        # A syntax error repeats the token it met, which may be a string of a megabyte.
        message = error.message[:_MESSAGE_LENGTH_MAX]
        raise CallerError(ErrorCode.GRAPHQL_PARSE_FAILED, message, locations=places) from None


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
            raise too_costly(cost, self.limits)


def check_limits(document: DocumentNode, schema: GraphQLSchema, limits: DocumentLimits) -> CostPlan:
    """Hold a parsed document against the limits, before validation.

    Takes time linear in the document's tokens, plus at most `SELECTIONS_EXPANDED_MAX` steps an operation.
    A document whose fragments form a cycle passes with a cost beyond every limit: validation explains it.

    Raises: CallerError DIRECTIVE_LIMIT, COST_LIMIT, DEPTH_LIMIT, ALIAS_LIMIT or NODE_LIMIT with the place.
    """
    fragments: dict[str, Outline] = {}
    operations: list[Outline] = []
    directives = selections = values = 0
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            continue  # A type definition has no place here, which validation says.
        outline = outline_of(definition)
        directives += len(outline.directives)
        if directives > limits.directives_max:
            raise CallerError(
                ErrorCode.DIRECTIVE_LIMIT,
                f"A document may have at most {limits.directives_max} directives.",
                locations=place_of(outline.directives[limits.directives_max - directives]),
            )
        selections += outline.expanded
        values += outline.values
        _check_number(selections, SELECTIONS_EXPANDED_MAX, "selections", definition)
        _check_number(values, VALUES_MAX, "arguments, variables and values in lists and objects", definition)
        if isinstance(definition, OperationDefinitionNode):
            operations.append(outline)
        else:
            fragments.setdefault(definition.name.value, outline)
    for outline in children_first([*operations, *fragments.values()], fragments):
        outline.add_up(fragments)
    remaining = SELECTIONS_EXPANDED_MAX
    for outline in operations:
        remaining -= outline.expanded
        expanded = SELECTIONS_EXPANDED_MAX - remaining
        what = "selections once its fragments are written out"
        _check_number(expanded, SELECTIONS_EXPANDED_MAX, what, outline.definition)
    for outline in [*operations, *fragments.values()]:
        _check_depth(outline, limits)
    _check_number(len(document.definitions), DEFINITIONS_MAX, "definitions", document.definitions[-1])
    costs: dict[str | None, OperationCost] = {}
    for outline in operations:
        operation = outline.definition
        assert isinstance(operation, OperationDefinitionNode)
        name = operation.name.value if operation.name else None
        cyclic = outline.cyclic
        costs[name] = ENDLESS_COST if cyclic else Expansion(schema, limits, fragments).cost_of(operation)
    return CostPlan(costs, limits)


def _check_number(number: int, most: int, what: str, at: Node) -> None:
    if number > most:
        message = f"The document has more than {most} {what}."
        raise CallerError(ErrorCode.COST_LIMIT, message, locations=place_of(at))


def _check_depth(outline: Outline, limits: DocumentLimits) -> None:
    if outline.depth > limits.depth_max and not outline.cyclic:
        raise CallerError(
            ErrorCode.DEPTH_LIMIT,
            f"Fields may be nested {limits.depth_max} deep, these are {outline.depth}.",
            locations=place_of(outline.deepest),
        )
    if outline.nesting > NESTING_MAX or outline.value_nesting > VALUE_NESTING_MAX:
        raise CallerError(
            ErrorCode.DEPTH_LIMIT,
            f"Fragments may be nested {NESTING_MAX} deep, values {VALUE_NESTING_MAX}.",
            locations=place_of(outline.definition),
        )
