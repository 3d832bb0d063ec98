"""One person's licence on one contract."""

import strawberry

from app.access.features import SeatState
from loaders.tables import CONTRACT, SEAT
from resolvers.fields import column, entity, linkedin_id, one
from resolvers.node import Node
from resolvers.references import ContractRef


@entity(table=SEAT, public=True)
class Seat(Node):
    """One person's licence of LinkedIn Recruiter, on one contract of the company."""

    id: strawberry.ID = linkedin_id("seat", "seat")
    first_name: str = column(says="Given name of the person who holds the seat.")
    last_name: str = column(says="Family name of the person who holds the seat.")
    state: SeatState = column(says="Whether the seat can be used; only an ACTIVE one is granted anything.")
    is_admin: bool = column(says="Whether its holder may administer Recruiter, while the seat is ACTIVE.")
    member_id: strawberry.ID | None = column(
        "{t}.member_urn", says="The holder's own person URN, if known: whom an access list of the ATS names."
    )
    contract: ContractRef = one(CONTRACT, "{p}.contract_id", says="The contract that the seat is on.")
