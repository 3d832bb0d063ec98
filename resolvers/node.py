"""Everything that has an id of its own."""

import strawberry


@strawberry.interface(description="Everything that has an id of its own and can be asked for by it.")
class Node:
    """The interface; each type says what its id looks like."""

    id: strawberry.ID = strawberry.field(description="Stable for ever, and unique among all types.")
