"""Whoever reads the schema alone can work with it."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_specified_directive,
    is_specified_scalar_type,
)

from resolvers.schema import build_schema


def described() -> Iterator[tuple[str, str | None]]:
    """Each element of the schema by its place, with its description."""
    schema = build_schema()._schema
    for name, of in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(of):
            continue
        yield name, of.description
        if isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in of.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument_name, argument in field.args.items():
                    yield f"{name}.{field_name}({argument_name})", argument.description
        elif isinstance(of, GraphQLInputObjectType):
            for field_name, input_field in of.fields.items():
                yield f"{name}.{field_name}", input_field.description
        elif isinstance(of, GraphQLEnumType):
            for value_name, value in of.values.items():
                yield f"{name}.{value_name}", value.description
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)} - {
        "the",
        "a",
        "an",
        "of",
    }


def test_every_element_has_a_description() -> None:
    found = dict(described())
    assert len(found) > 400
    assert [place for place, text in found.items() if text is None or len(text.strip()) < 10] == []


def test_no_description_only_repeats_the_name() -> None:
    repeating = [
        place
        for place, text in described()
        if words(text or "") <= words(place.replace("(", ".").replace(")", "").rsplit(".", 1)[-1])
    ]
    assert repeating == []


def test_descriptions_are_sentences() -> None:
    # A name in backticks or an id may begin one in lower case.
    odd = [
        place
        for place, text in described()
        if text and not (text.strip()[0].isupper() or text.strip()[0] in "`@")
    ]
    assert odd == []
    assert [place for place, text in described() if text and text.strip()[-1] not in ".!?`)"] == []
