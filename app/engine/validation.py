"""Whether a document is valid: the rules of graphql-core, with fewer steps from one to the next.

The library brings each node to each of its thirty rules, those that do not look at such nodes included, and
names to all of them although none looks at names; and it finds what it knows of a node by a hash over all
that is below it. None of that changes what the rules say.
"""

from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    ParallelVisitor,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    Visitor,
    specified_rules,
    visit,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.visitor import BREAK, SKIP, EnterLeaveVisitor
from graphql.pyutils import RefMap
from graphql.validation import validation_context
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage, VariableUsageVisitor

ERRORS_MAX: Final = 20
"""Errors that a caller is told of one document; one more says that there were more."""

# Comparing fields of one name with each other is quadratic, and takes a second by the library's own budget.
# The introspection that tools ask for needs less than a fifteenth of this one.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 8_000

# The same for fragments that many operations share, which only documents of many operations do.
validation_context.MAX_FRAGMENT_WORK = 5_000

_NOT_LOOKED_AT: Final = frozenset({"description", "name", "alias"})
_KEYS: Final = {
    kind: tuple(key for key in keys if key not in _NOT_LOOKED_AT)
    for kind, keys in QUERY_DOCUMENT_KEYS.items()
}


def validate_document(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """The document's errors, none if it is valid; at most `ERRORS_MAX` and one, and without suggestions.

    The document must have kept the limits on nesting, and the schema must be a valid one.
    """
    errors: list[GraphQLError] = []

    def on_error(error: GraphQLError) -> None:
        if len(errors) >= ERRORS_MAX:
            raise ValidationAbortedError(
                "Too many validation errors, error limit reached. Validation aborted."
            )
        errors.append(error)

    type_info = TypeInfo(schema)
    context = _Context(schema, document, type_info, on_error, hide_suggestions=True)
    rules = _Rules([rule(context) for rule in specified_rules])
    try:
        _walk(document, type_info, rules)
    except ValidationAbortedError as error:
        # Without its frames, which hold the whole document.
        error.__context__ = None
        errors.append(error.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    return errors


def _walk(root: Node, type_info: TypeInfo, visitor: Visitor) -> None:
    walker = TypeInfoVisitor(type_info, visitor)
    try:
        visit(root, walker, _KEYS)
    finally:
        _forget(*getattr(visitor, "visitors", ()), visitor, walker)


def _forget(*known: object) -> None:
    """Take away what these know.

    They hold themselves by their methods. Left alone, they and the document would live until the garbage
    collector comes, and when it comes everybody waits.
    """
    for one in known:
        vars(one).clear()


class _Context(ValidationContext):
    """The library's, which knows its nodes by what they are and not by all that they hold."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("_fragment_spreads", "_variable_usages", "_recursive_variable_usages"):
            assert getattr(self, name) == {}
            setattr(self, name, RefMap())

    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        """Where this definition itself uses variables, as the library finds it, but past names."""
        usages: list[VariableUsage] | None = self._variable_usages.get(node)
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            looking = VariableUsageVisitor(self._type_info, fragment)
            usages = self._variable_usages[node] = looking.usages
            _walk(node, self._type_info, looking)
        return usages


class _Rules(ParallelVisitor):
    """The rules side by side; a node is brought to those that look at its kind."""

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """What is done with a node of this kind when it is come to, and when it is left."""
        known = self.enter_leave_map.get(kind)
        if known is None:
            known = self.enter_leave_map[kind] = self._of_kind(kind)
        return known

    def _of_kind(self, kind: str) -> EnterLeaveVisitor:
        of_rules = [(place, rule.get_enter_leave_for_kind(kind)) for place, rule in enumerate(self.visitors)]
        entering = [(place, does.enter) for place, does in of_rules if does.enter is not None]
        # A rule that skips a node has entered it, and looks on when it is left.
        leaving = [(place, does.leave) for place, does in of_rules if does.enter or does.leave]
        skipping = self.skipping

        def enter(node: Node, *args: Any) -> None:
            for place, look in entering:
                if skipping[place] is None:
                    wish = look(node, *args)
                    if wish is SKIP:
                        skipping[place] = node
                    elif wish is BREAK:
                        skipping[place] = BREAK

        def leave(node: Node, *args: Any) -> None:
            for place, look in leaving:
                skipped = skipping[place]
                if skipped is None:
                    if look is not None and look(node, *args) is BREAK:
                        skipping[place] = BREAK
                elif skipped is node:
                    skipping[place] = None

        return EnterLeaveVisitor(enter if entering else None, leave if leaving else None)
