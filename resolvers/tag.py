"""Labels that the ATS puts on candidates."""

import strawberry

from loaders.tables import TAG
from resolvers.fields import column, entity, own_id
from resolvers.node import Node


@entity(table=TAG, public=True)
class Tag(Node):
    """A label that the ATS puts on candidates; one for each name in a company."""

    id: strawberry.ID = own_id("tag")
    name: str = column(says="What the label says, spelled as in the ATS.")
    is_do_not_contact: bool = column(
        says="Whether the label means that its candidates must not be contacted nor exported."
    )
