"""The SDL for composers: the public one, with keys and links, without what composers add themselves."""

from graphql import (
    DocumentNode,
    ObjectTypeDefinitionNode,
    SchemaExtensionNode,
    parse,
    print_ast,
)

from resolvers.schema import print_federation_sdl, print_sdl

SUBGRAPH = parse(print_federation_sdl())
PUBLIC = parse(print_sdl())


def objects(document: DocumentNode) -> dict[str, ObjectTypeDefinitionNode]:
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, ObjectTypeDefinitionNode)
    }


def applied(definition: ObjectTypeDefinitionNode) -> list[str]:
    return [print_ast(directive) for directive in definition.directives or ()]


def test_four_types_have_keys_and_page_info_may_be_of_others_too() -> None:
    public = objects(PUBLIC)
    added = {
        name: [one for one in applied(definition) if one not in applied(public[name])]
        for name, definition in objects(SUBGRAPH).items()
    }
    both = ['@key(fields: "id")', '@key(fields: "externalId")']
    assert {name: on for name, on in added.items() if on} == {
        "Application": both,
        "Candidate": both,
        "Job": both,
        "Member": both[:1],
        "PageInfo": ["@shareable"],
    }


def test_the_version_and_our_directives_are_linked() -> None:
    (head,) = (one for one in SUBGRAPH.definitions if isinstance(one, SchemaExtensionNode))
    said = [print_ast(directive) for directive in head.directives or ()]
    assert said[0].startswith('@link(url: "https://specs.apollo.dev/federation/v2.3"')
    assert '"@requiresFeature", "@requiresRole"' in said[1]
    assert said[2:] == [
        '@composeDirective(name: "@requiresFeature")',
        '@composeDirective(name: "@requiresRole")',
    ]


def test_everything_else_is_what_the_public_sdl_has() -> None:
    def told(document: DocumentNode) -> dict[str, str]:
        return {
            one.name.value: print_ast(one)  # type: ignore[attr-defined]
            for one in document.definitions
            if not isinstance(one, SchemaExtensionNode)
        }

    public, subgraph = told(PUBLIC), told(SUBGRAPH)
    assert public.keys() - subgraph.keys() == {"_Any", "_Entity", "_Service"}
    differing = {name for name, text in subgraph.items() if public[name] != text}
    assert differing == {"Application", "Candidate", "Job", "Member", "PageInfo", "Query"}
    fields = {name: {field.name.value for field in one.fields or ()} for name, one in objects(PUBLIC).items()}
    for name, one in objects(SUBGRAPH).items():
        left_out = fields[name] - {field.name.value for field in one.fields or ()}
        assert left_out == ({"_entities", "_service"} if name == "Query" else set())
