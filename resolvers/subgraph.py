"""The schema as a subgraph of a Federation v2 graph, as SDL.

It is the public SDL's own syntax tree with keys and links added, so nothing is said twice. Strawberry's
federation schema is not used: it makes an entity of whatever a caller sends, resolves one after the other,
and tells the SDL to anybody.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphql import DefinitionNode, DirectiveNode, DocumentNode, ObjectTypeDefinitionNode, parse, print_ast

FEDERATION_URL: Final = "https://specs.apollo.dev/federation/v2.3"
"""Old enough for every composer and router of Federation v2; nothing of a later version is needed."""

ACCESS_URL: Final = "https://rsc-gateway.example/access/v1.0"
"""Names our two directives in a supergraph. A name and no address: nothing is ever fetched from it."""

_OURS: Final = ("@requiresFeature", "@requiresRole")
_SHARED: Final = frozenset({"PageInfo"})
"""Types that every Relay schema has, and that other subgraphs may therefore define too."""


def print_subgraph_sdl(public_sdl: str, keys: Mapping[str, Sequence[str]]) -> str:
    """The SDL for composers; `keys` has by type the fields that are each a key of it."""
    definitions = [
        _as_in_subgraph(definition, keys)
        for definition in parse(public_sdl, no_location=True).definitions
        if not _is_of_federation(definition)
    ]
    return _HEAD + print_ast(DocumentNode(definitions=tuple(definitions))) + "\n"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_HEAD: Final = (
    f'extend schema\n  @link(url: "{FEDERATION_URL}", '
    f"import: [{_names(('@key', '@shareable', '@composeDirective'))}])\n"
    f'  @link(url: "{ACCESS_URL}", import: [{_names(_OURS)}])\n'
    + "".join(f'  @composeDirective(name: "{name}")\n' for name in _OURS)
    + "\n"
)


def _is_of_federation(node: Any) -> bool:
    """`_Any`, `_Entity`, `_entities` and the like: composers know them, and want them left out."""
    name: str = node.name.value
    return name.startswith("_")


def _as_in_subgraph(definition: Any, keys: Mapping[str, Sequence[str]]) -> DefinitionNode:
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition  # type: ignore[no-any-return]
    name = definition.name.value
    added = [f'@key(fields: "{field}")' for field in keys.get(name, ())]
    if name in _SHARED:
        added.append("@shareable")
    members: dict[str, Any] = {member: getattr(definition, member) for member in definition.keys}
    members["directives"] = (*(definition.directives or ()), *(_directive(text) for text in added))
    members["fields"] = tuple(field for field in definition.fields or () if not _is_of_federation(field))
    return ObjectTypeDefinitionNode(**members)


def _directive(text: str) -> DirectiveNode:
    (definition,) = parse(f"type _ {text}", no_location=True).definitions
    assert isinstance(definition, ObjectTypeDefinitionNode)
    (directive,) = definition.directives or ()
    return directive
