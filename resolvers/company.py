"""The customer: the tenant that everything else belongs to."""

import strawberry

from loaders.tables import COMPANY
from resolvers.fields import column, entity, linkedin_id
from resolvers.node import Node


@entity(table=COMPANY, public=True)
class Company(Node):
    """The customer. Nothing of one company is ever seen by another."""

    id: strawberry.ID = linkedin_id("organization", "company")
    name: str = column(says="The company's name, as LinkedIn has it.")
