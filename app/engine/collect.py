"""Which fields a selection asks for, merged by response key as the GraphQL specification has it (6.3.2)."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
    value_from_ast_untyped,
)

from app.errors import CallerError, ErrorCode


class Collector:
    """Collects the fields of one operation, whose `@skip` and `@include` are decided by `variables`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def fields(
        self, of: GraphQLObjectType, selections: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """By response key, in order, the field nodes that apply to the object type `of`."""
        collected: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection_set in selections:
            self._collect(of, selection_set, collected, visited)
        return collected

    def below(self, nodes: Iterable[FieldNode], of: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        """The fields that merged field nodes ask for below themselves."""
        return self.fields(of, (node.selection_set for node in nodes if node.selection_set is not None))

    def _collect(
        self,
        of: GraphQLObjectType,
        selection_set: SelectionSetNode,
        collected: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for selection in selection_set.selections:
            if not self._is_included(selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                collected.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self._applies(condition.name.value, of):
                    self._collect(of, selection.selection_set, collected, visited)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name not in visited:
                    visited.add(name)
                    fragment = self._fragments[name]
                    if self._applies(fragment.type_condition.name.value, of):
                        self._collect(of, fragment.selection_set, collected, visited)

    def _applies(self, condition: str, of: GraphQLObjectType) -> bool:
        if condition == of.name:
            return True
        named = self._schema.type_map[condition]
        if not is_abstract_type(named):
            return False
        abstract: GraphQLAbstractType = named
        return self._schema.is_sub_type(abstract, of)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        for directive in directives:
            name = directive.name.value
            if name in ("skip", "include"):
                (argument,) = directive.arguments or ()
                condition = value_from_ast_untyped(argument.value, dict(self._variables))
                if not isinstance(condition, bool):
                    # A variable whose default is not null may be null all the same.
                    raise CallerError(
                        ErrorCode.BAD_USER_INPUT,
                        f"@{name} needs true or false, and its variable is null.",
                        path=[f"@{name}", "if"],
                    )
                if condition is (name == "skip"):
                    return False
        return True
