"""The first walk over a document: each definition as it is written, summed up by the names of its fragments.

It says how far the document expands without expanding it, so a bomb of fragments is known after as many
steps as it has tokens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListTypeNode,
    ListValueNode,
    Node,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_location,
)


@dataclass(slots=True)
class Outline:
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
    values: int = 0
    """Variables, arguments of fields and directives, and what is in lists and objects."""
    cyclic: bool = False

    def add_up(self, fragments: "Mapping[str, Outline]") -> None:
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


def outline_of(definition: OperationDefinitionNode | FragmentDefinitionNode) -> Outline:
    """The definition's own sums: one step a node."""
    outline = Outline(definition, directives=list(definition.directives or ()))
    for variable in definition.variable_definitions or ():
        outline.directives.extend(variable.directives or ())
        outline.values += 1
        _note_nesting(outline, variable.type)
        if variable.default_value is not None:
            _note_nesting(outline, variable.default_value)
    pending: list[tuple[SelectionSetNode, int, int]] = [(definition.selection_set, 0, 1)]
    while pending:
        selections, fields_around, braces = pending.pop()
        outline.nesting = max(outline.nesting, braces)
        for selection in selections.selections:
            outline.expanded += 1
            outline.directives.extend(selection.directives or ())
            for directive in selection.directives or ():
                _note_values(outline, directive.arguments or ())
            if isinstance(selection, FieldNode):
                if fields_around >= outline.depth:
                    outline.depth, outline.deepest = fields_around + 1, selection
                _note_values(outline, selection.arguments or ())
                if selection.selection_set:
                    pending.append((selection.selection_set, fields_around + 1, braces + 1))
            elif isinstance(selection, InlineFragmentNode):
                pending.append((selection.selection_set, fields_around, braces + 1))
            elif isinstance(selection, FragmentSpreadNode):
                outline.spreads.append((selection.name.value, fields_around, braces))
    return outline


def _note_values(outline: Outline, arguments: Iterable[Any]) -> None:
    for argument in arguments:
        outline.values += 1
        if isinstance(argument.value, ListValueNode | ObjectValueNode):
            _note_nesting(outline, argument.value)


def _note_nesting(outline: Outline, node: Node) -> None:
    """Note how deep lists and objects nest in a value, or list types in a type, and how much is in them."""
    levels = -1
    layer: list[Any] = [node]
    while layer:
        levels += 1
        below: list[Any] = []
        for one in layer:
            if isinstance(one, ListValueNode):
                below.extend(one.values)
            elif isinstance(one, ObjectValueNode):
                below.extend(entry.value for entry in one.fields)
            elif isinstance(one, ListTypeNode | NonNullTypeNode):
                below.append(one.type)
        outline.values += len(below)
        layer = below
    outline.value_nesting = max(outline.value_nesting, levels)


def children_first(outlines: list[Outline], fragments: Mapping[str, Outline]) -> Iterable[Outline]:
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


def place_of(node: Node | None) -> list[dict[str, int]] | None:
    if node is None or node.loc is None:
        return None
    at = get_location(node.loc.source, node.loc.start)
    return [{"line": at.line, "column": at.column}]
