"""What is asked of the schema itself, which graphql-core answers."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    execute_sync,
)
from graphql.execution import Executor

from app.engine.documents import Operation, entry
from app.engine.request import RequestRefused
from app.engine.roots import INTROSPECTION
from app.errors import CallerError, ErrorCode

INTROSPECTED_MAX: Final = 12_500
"""Fields of an answer about the schema. All that tools ask for are 10,400 by now; a test holds it. What is
estimated before (`app.engine.cost`) goes by means, and the largest type has many times as many as most."""


def introspected(schema: GraphQLSchema, operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the operation's `__schema` and `__type`, by their keys.

    Raises: CallerError COST_LIMIT if it has too many fields; RequestRefused (BAD_REQUEST).
    """
    document = _introspection_only(operation)
    try:
        result = execute_sync(schema, document, variable_values=dict(given), executor_class=_Counting)
    except _TooManyError:
        raise CallerError(
            ErrorCode.COST_LIMIT,
            f"The answer would have more than {INTROSPECTED_MAX} fields of the schema: ask for less at once.",
        ) from None
    if result.errors:
        raise RequestRefused([entry(error, ErrorCode.BAD_REQUEST) for error in result.errors])
    return result.data or {}


class _TooManyError(BaseException):
    """Not an Exception: those are an error of one field to the library, which goes on with the next."""


class _Counting(Executor[Any]):
    """The library's executor, which ends when the answer becomes too large."""

    left = INTROSPECTED_MAX

    def execute_field(self, *of: Any) -> Any:
        """One field of the answer."""
        self.left -= 1
        if self.left < 0:
            raise _TooManyError
        return super().execute_field(*of)


def _introspection_only(operation: Operation) -> DocumentNode:
    """The document, with the operation's root fields other than introspection's left out."""

    def keep(selection_set: Any) -> Any:
        selections = []
        for selection in selection_set.selections:
            if selection.kind == "field":
                if selection.name.value in INTROSPECTION:
                    selections.append(selection)
            elif selection.kind == "inline_fragment":
                selections.append(_with_selections(selection, keep(selection.selection_set)))
            else:
                fragment = operation.document.fragments[selection.name.value]
                inline = InlineFragmentNode(
                    type_condition=fragment.type_condition,
                    directives=selection.directives,
                    selection_set=keep(fragment.selection_set),
                )
                selections.append(inline)
        return _copy(selection_set, selections=tuple(selections))

    node = operation.node
    kept: OperationDefinitionNode = _copy(node, selection_set=keep(node.selection_set))
    others = tuple(operation.document.fragments.values())
    return DocumentNode(definitions=(kept, *others))


def _with_selections(node: Any, selection_set: Any) -> Any:
    return _copy(node, selection_set=selection_set)


def _copy(node: Any, **changes: Any) -> Any:
    members = {name: getattr(node, name) for name in node.keys if hasattr(node, name)}
    return type(node)(**{**members, **changes})
