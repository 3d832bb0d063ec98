"""What recruiters wrote about members in LinkedIn Recruiter."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature
from loaders.tables import CONTRACT, RECRUITER_NOTE, SEAT
from resolvers.enums import NoteVisibility
from resolvers.fields import column, entity, one, own_id
from resolvers.node import Node
from resolvers.references import ContractRef
from resolvers.seat import Seat


@entity(table=RECRUITER_NOTE, guards=(requires(Feature.NOTES_HISTORY),))
class RecruiterNote(Node):
    """A recruiter's note on a member's profile. A private one is there for its author's seat alone."""

    id: strawberry.ID = own_id("recruiter-note")
    body: str | None = column(says="What the note says, as plain text; null once it is deleted.")
    visibility: NoteVisibility = column(says="Whether it is shared on its contract or private to its author.")
    seat: Seat | None = one(SEAT, "{p}.seat_id", says="The seat of its author, if still known.")
    contract: ContractRef = one(CONTRACT, "{p}.contract_id", says="The contract that it was written on.")
    member_id: strawberry.ID = column("{t}.member_urn", says="Person URN of the member that it is about.")
    created_at: datetime = column(says="When it was written.")
    last_modified_at: datetime = column(says="When it was last changed or deleted.")
    is_deleted: bool = column(
        says="Whether it was deleted in Recruiter. It stays, without its body, so that copies can follow."
    )
