"""What is known of a member who answered an InMail."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature
from loaders.tables import SEAT, STUB_PROFILE
from resolvers.fields import column, entity, one, own_id
from resolvers.node import Node
from resolvers.seat import Seat


@entity(table=STUB_PROFILE, guards=(requires(Feature.INMAIL_STUB_PROFILE),))
class StubProfile(Node):
    """Profile and shared contact data of a member, as they were when the member answered an InMail."""

    id: strawberry.ID = own_id("stub-profile")
    member_id: strawberry.ID = column("{t}.member_urn", says="The member's person URN.")
    first_name: str = column(says="The member's given name.")
    last_name: str = column(says="The member's family name.")
    headline: str | None = column(says="What the member says of themselves in one line.")
    company_name: str | None = column(says="Where the member worked then.")
    job_title: str | None = column(says="What the member worked as then.")
    email_address: str | None = column(says="An e-mail address, only if the member shared it.")
    phone_number: str | None = column(says="A phone number, only if the member shared it.")
    created_at: datetime = column(says="When the member answered.")
    seat: Seat | None = one(SEAT, "{p}.seat_id", says="The seat that the member answered, if still known.")
