"""What clients were promised is there, and `schema.graphql` is what the code prints."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)

from resolvers.schema import print_sdl

PROMISED = parse((Path(__file__).parent / "promised_names.graphql").read_text(encoding="utf-8"))
PRINTED = parse(print_sdl())
FILE = Path(__file__).parents[2] / "schema.graphql"

WithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode


def definitions(document: DocumentNode) -> dict[str, Node]:
    return {d.name.value: d for d in document.definitions}  # type: ignore[attr-defined]


def directives(node: Node) -> set[str]:
    return {print_ast(directive) for directive in getattr(node, "directives", None) or ()}


def fields_of(document: DocumentNode) -> Iterator[tuple[str, FieldDefinitionNode | InputValueDefinitionNode]]:
    for name, definition in definitions(document).items():
        if isinstance(definition, WithFields):
            for field in definition.fields or ():
                yield f"{name}.{field.name.value}", field


def arguments_of(document: DocumentNode) -> dict[str, InputValueDefinitionNode]:
    return {
        f"{name}({argument.name.value}:)": argument
        for name, field in fields_of(document)
        for argument in getattr(field, "arguments", None) or ()
    }


def said(node: Node) -> str:
    """Type and nullability, and a default value if there is one."""
    default = getattr(node, "default_value", None)
    return print_ast(node.type) + (f" = {print_ast(default)}" if default else "")  # type: ignore[attr-defined]


def differing(promised: Mapping[str, str], printed: Mapping[str, str]) -> dict[str, tuple[str, str | None]]:
    return {name: (of, printed.get(name)) for name, of in promised.items() if printed.get(name) != of}


def test_the_committed_schema_is_the_one_that_the_code_prints() -> None:
    assert FILE.read_text(encoding="utf-8") == print_sdl(), "run `rsc schema > schema.graphql`"


def test_printing_is_stable() -> None:
    assert print_sdl() == print_sdl()


def test_every_promised_definition_is_there_as_the_same_kind() -> None:
    promised, printed = definitions(PROMISED), definitions(PRINTED)
    assert {name: d.kind for name, d in promised.items()}.items() <= {
        name: d.kind for name, d in printed.items()
    }.items()


def test_every_promised_field_has_the_promised_type() -> None:
    promised = {name: said(field) for name, field in fields_of(PROMISED)}
    printed = {name: said(field) for name, field in fields_of(PRINTED)}
    assert len(promised) > 200
    assert differing(promised, printed) == {}


def test_every_promised_argument_has_the_promised_type() -> None:
    promised = {name: said(argument) for name, argument in arguments_of(PROMISED).items()}
    printed = {name: said(argument) for name, argument in arguments_of(PRINTED).items()}
    assert len(promised) > 50
    assert differing(promised, printed) == {}


def test_no_argument_or_input_field_is_required_beyond_the_promised_ones() -> None:
    required = {
        n for n, argument in arguments_of(PRINTED).items() if isinstance(argument.type, NonNullTypeNode)
    }
    assert required <= arguments_of(PROMISED).keys()
    inputs = {
        name: field
        for name, field in fields_of(PRINTED)
        if isinstance(field, InputValueDefinitionNode) and isinstance(field.type, NonNullTypeNode)
    }
    assert inputs.keys() <= {name for name, _ in fields_of(PROMISED)}


def test_enums_have_the_promised_values_in_the_promised_order() -> None:
    def values(document: DocumentNode) -> dict[str, list[str]]:
        return {
            name: [value.name.value for value in definition.values or ()]
            for name, definition in definitions(document).items()
            if isinstance(definition, EnumTypeDefinitionNode)
        }

    promised, printed = values(PROMISED), values(PRINTED)
    assert {name: printed[name] for name in promised} == promised


def test_types_implement_the_promised_interfaces() -> None:
    def interfaces(document: DocumentNode) -> dict[str, set[str]]:
        return {
            name: {interface.name.value for interface in definition.interfaces or ()}
            for name, definition in definitions(document).items()
            if isinstance(definition, ObjectTypeDefinitionNode)
        }

    promised, printed = interfaces(PROMISED), interfaces(PRINTED)
    assert {name: printed[name] for name in promised} == promised


def test_types_and_fields_carry_exactly_the_promised_directives() -> None:
    promised = {name: directives(d) for name, d in definitions(PROMISED).items()} | {
        name: directives(field) for name, field in fields_of(PROMISED)
    }
    printed = {name: directives(d) for name, d in definitions(PRINTED).items()} | {
        name: directives(field) for name, field in fields_of(PRINTED)
    }
    assert {name: printed[name] for name in promised} == promised
    assert all(not on for name, on in printed.items() if name not in promised)


@pytest.mark.parametrize("name", ["requiresFeature", "requiresRole"])
def test_the_directives_are_declared_as_promised(name: str) -> None:
    promised, printed = definitions(PROMISED)[name], definitions(PRINTED)[name]
    assert [said(a) for a in printed.arguments] == [said(a) for a in promised.arguments]  # type: ignore[attr-defined]
    assert [at.value for at in printed.locations] == [at.value for at in promised.locations]  # type: ignore[attr-defined]
