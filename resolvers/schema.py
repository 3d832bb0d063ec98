"""The schema as one: its root, and the types that are reached only by their ids."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers.binding import subgraph_sdl
from resolvers.federation import REPRESENTATION
from resolvers.mutation import Mutation
from resolvers.query import Query
from resolvers.scalars import SCALARS


def build_schema() -> strawberry.Schema:
    """The schema with all its types. Its fields are answered by the engine; see resolvers/fields.py."""
    config = StrawberryConfig(scalar_map={**SCALARS, **REPRESENTATION})
    return strawberry.Schema(query=Query, mutation=Mutation, config=config)


def print_sdl() -> str:
    """The text of `schema.graphql`: types by name, fields in the order of the code, a newline at the end."""
    return build_schema().as_str().rstrip("\n") + "\n"


def print_federation_sdl() -> str:
    """What `_service { sdl }` tells composers."""
    return subgraph_sdl(build_schema())
