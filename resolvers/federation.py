"""What a federation asks of a subgraph: how its objects are named from outside, and what it tells."""

from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from app.engine.federation import EntityKey
from resolvers.fields import entity, key

BY_ID: Final = EntityKey("id")
BY_EXTERNAL_ID: Final = EntityKey("externalId", "{t}.external_id", "{t}.partner_name = {partner_name}")
"""The id that the ATS has for it: what a vendor beside the same ATS knows, who never heard of our ids."""

Representation = NewType("Representation", dict)  # type: ignore[type-arg]


def read_representation(value: Any) -> dict[str, str]:
    """The texts of a representation: its type's name, and what may be a key.

    Whatever else a caller sends ends here; an object is read from its source by its key alone.
    Raises: GraphQLError for what is no representation.
    """
    # In a document any part may be a variable, so that what is missing here may yet come.
    if not isinstance(value, dict):
        raise GraphQLError("A representation is an object with a __typename and a key of that type.")
    return {name: text for name, text in value.items() if isinstance(text, str)}


REPRESENTATION: Final[dict[object, ScalarDefinition]] = {
    Representation: strawberry.scalar(
        name="_Any",
        description=(
            "An object as a federation's router names it: `__typename` and a key of that type, such as "
            '`{__typename: "Candidate", id: "urn:rsc:candidate:…"}`. Nothing else of it is read.'
        ),
        parse_value=read_representation,
    )
}


@entity(public=True, name="_Service")
class Service:
    """The schema as a subgraph of a federation."""

    sdl: str = key(
        "sdl", says="The SDL with the directives that composition needs; for those who may introspect."
    )
