"""The mutation's root: what each area adds to it."""

from resolvers.fields import entity


@entity()
class Mutation:
    """What can be done. What the caller did wrong is in a payload's userErrors; refusals are errors."""
