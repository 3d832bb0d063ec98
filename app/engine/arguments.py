"""A field's arguments: what a plan may depend on, and how each request's values are read.

Values are coerced by graphql-core's own rules. A plan is made for one *shape* of the variables: which are
given, which booleans, integers and enum values they have, which fields an input object has. Everything
else (text, ids, times, lists) is read at each request and bound.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    Undefined,
    ValueNode,
    VariableNode,
    is_non_null_type,
    value_from_ast,
)

from app.engine.binds import Variables, check_text
from app.errors import CallerError, ErrorCode

_ABSENT: Final = object()


class Arguments:
    """The arguments of one field node at `place`, in a plan for one shape of variables.

    Raises: CallerError (BAD_USER_INPUT) for null where the schema wants a value. Validation lets it pass: a
    variable with a default may stand at a non-null place, and be null all the same.
    """

    def __init__(
        self, definition: GraphQLField, node: FieldNode, variables: Variables, place: Sequence[str]
    ) -> None:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        self._place = place
        self._readers = {
            name: _reader(argument, given.get(name), [*place, name])
            for name, argument in definition.args.items()
        }
        self.shape: dict[str, Any] = {
            name: value
            for name, read in self._readers.items()
            if (value := read(variables)) is not _ABSENT and value is not None
        }
        """The arguments that are given and not null; only what the shape has may decide the plan."""
        self.key: Hashable = id(node)
        for name, argument in definition.args.items():
            if is_non_null_type(argument.type) and name not in self.shape:
                raise _null_at([*place, name])

    def reader(self, *path: str) -> Callable[[Variables], Any]:
        """Reads one argument, or a field inside it, at each request; None where it is not given."""
        read_top = self._readers[path[0]]

        def read(variables: Variables) -> Any:
            value = read_top(variables)
            for name in path[1:]:
                value = value.get(name) if isinstance(value, dict) else None
            return None if value is _ABSENT else _plain(value)

        return read

    def values(self, variables: Variables) -> dict[str, Any]:
        """All arguments that are given, as one request has them.

        Raises: CallerError (BAD_USER_INPUT) for text that PostgreSQL cannot hold: they may end up there.
        """
        values = {
            name: _plain(value)
            for name, read in self._readers.items()
            if (value := read(variables)) is not _ABSENT
        }
        for name, value in values.items():
            check_text(value, [*self._place, name])
        return values


def shape_of(value: Any) -> Hashable:
    """What of a variable's value a plan may depend on."""
    if isinstance(value, dict):
        return tuple(sorted((name, shape_of(inside)) for name, inside in value.items()))
    if value is None or isinstance(value, bool | int | Enum):
        return value
    return "given"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(inside) for name, inside in value.items()}
    return value


def _reader(
    argument: GraphQLArgument, node: ValueNode | None, place: list[str]
) -> Callable[[Variables], Any]:
    default = _default(argument)
    if node is None:
        return lambda _variables: default
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: variables.get(name, default)
    if not _has_variable(node):
        constant = value_from_ast(node, argument.type)
        return lambda _variables: constant

    def read(variables: Mapping[str, Any]) -> Any:
        value = value_from_ast(node, argument.type, dict(variables))
        if value is Undefined:
            raise _null_at(place)
        return value

    return read


def _null_at(place: list[str]) -> CallerError:
    return CallerError(
        ErrorCode.BAD_USER_INPUT, "A variable is null where the schema wants a value.", path=place
    )


def _default(argument: GraphQLArgument) -> Any:
    default = argument.default_value
    return _ABSENT if default is Undefined else default


def _has_variable(node: ValueNode) -> bool:
    if isinstance(node, VariableNode):
        return True
    for inside in getattr(node, "values", None) or ():
        if _has_variable(inside):
            return True
    return any(_has_variable(inside.value) for inside in getattr(node, "fields", None) or ())
