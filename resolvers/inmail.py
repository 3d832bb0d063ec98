"""Messages between recruiters and members."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature
from loaders.tables import CONTRACT, INMAIL, MEMBER, READS_INMAIL_TEXT, SEAT
from resolvers.enums import InMailDirection, InMailState
from resolvers.fields import column, entity, one, own_id
from resolvers.node import Node
from resolvers.references import ContractRef, MemberRef
from resolvers.seat import Seat


@entity(table=INMAIL, guards=(requires(Feature.INMAIL_HISTORY),))
class InMail(Node):
    """A message between a recruiter and a member, of a contract that the viewer may read.

    `body` is null and `bodyWithheld` true where the viewer may know that it happened, but not what it says.
    """

    id: strawberry.ID = own_id("inmail")
    conversation_id: str = column(says="The same for all messages of one conversation.")
    sent_at: datetime = column(says="When the message was sent.")
    direction: InMailDirection = column(says="Whether the recruiter or the member wrote it.")
    state: InMailState = column(says="What became of the conversation.")
    subject: str | None = column(
        f"case when {READS_INMAIL_TEXT} then {{t}}.subject end",
        says="Its subject line; withheld like the body.",
    )
    body: str | None = column(
        f"case when {READS_INMAIL_TEXT} then {{t}}.body end", says="What it says, as plain text."
    )
    body_withheld: bool = column(
        f"(not {READS_INMAIL_TEXT})",
        says="Whether subject and body are kept from this viewer: they are for the seat's holder and the "
        "ATS partner's backend.",
    )
    seat: Seat | None = one(SEAT, "{p}.seat_id", says="The seat that it was sent from or to, if still known.")
    contract: ContractRef = one(CONTRACT, "{p}.contract_id", says="The contract that it belongs to.")
    member_id: strawberry.ID = column(
        "{t}.member_urn", says="The member's person URN, also where the profile may not be read."
    )
    member: MemberRef | None = one(
        MEMBER,
        "{p}.member_urn",
        says="The member's profile; null if it was closed.",
        guards=(requires(Feature.PROFILE_WIDGET),),
    )
