"""A Recruiter dashboard of the company, and what was recruited on it."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature, ProductTier
from loaders.tables import CONTRACT, INMAIL, RECRUITER_NOTE, SEAT, STUB_PROFILE
from resolvers.arguments import argument
from resolvers.connection import Connection
from resolvers.fields import column, entity, linkedin_id, page
from resolvers.inmail import InMail
from resolvers.node import Node
from resolvers.orders import newest_first, oldest_first
from resolvers.recruiter_note import RecruiterNote
from resolvers.seat import Seat
from resolvers.stub_profile import StubProfile


def _window(moment: str) -> dict[str, str]:
    """The conditions of a window over `moment`, a column of the listed table."""
    return {
        "since": f"{{t}}.{moment} >= {{v:timestamptz}}",
        "until": f"{{t}}.{moment} < {{v:timestamptz}}",
        "seat": (
            "{t}.seat_id = (select named.id from seat named "
            "where named.company_id = {company} and named.urn = {v:text})"
        ),
    }


_WINDOW_ARGUMENTS = {
    "since": argument(datetime, "Where the window of time begins: this moment or later."),
    "until": argument(datetime | None, "Where the window ends: before this moment. Without it, it is open."),
    "seat": argument(strawberry.ID | None, "Only of this seat, by its URN."),
}


@entity(table=CONTRACT, public=True, decided_on="{t}.id")
class Contract(Node):
    """A Recruiter dashboard of the company.

    Guarded fields are decided on this very contract, whoever asks. Its lists are windows of time, oldest
    first, that can be read again and give the same.
    """

    id: strawberry.ID = linkedin_id("contract", "contract")
    name: str = column(says="The contract's name, as its administrators know it.")
    product_tier: ProductTier = column(says="The product that the contract is for.")
    activated: bool = column(
        says="Whether contract access is switched on: then every feature is granted on this contract."
    )
    seats: Connection[Seat] = page(
        SEAT,
        key="{t}.contract_id",
        parent="{p}.id",
        order=newest_first("created_at"),
        says="The seats on this contract, the newest first.",
    )
    in_mails: Connection[InMail] | None = page(
        INMAIL,
        key="{t}.contract_id",
        parent="{p}.id",
        order=oldest_first("sent_at"),
        filters=_window("sent_at"),
        arguments=_WINDOW_ARGUMENTS,
        required=("since",),
        says="InMails that were sent or received in a window of time, oldest first.",
        guards=(requires(Feature.INMAIL_HISTORY),),
    )
    recruiter_notes: Connection[RecruiterNote] | None = page(
        RECRUITER_NOTE,
        key="{t}.contract_id",
        parent="{p}.id",
        order=oldest_first("last_modified_at"),
        filters=_window("last_modified_at"),
        arguments=_WINDOW_ARGUMENTS,
        required=("since",),
        says="Notes that were written, changed or deleted in a window of time, oldest change first.",
        guards=(requires(Feature.NOTES_HISTORY),),
    )
    stub_profiles: Connection[StubProfile] | None = page(
        STUB_PROFILE,
        key="{t}.contract_id",
        parent="{p}.id",
        order=oldest_first("created_at"),
        filters=_window("created_at"),
        arguments=_WINDOW_ARGUMENTS,
        required=("since",),
        says="Stub profiles that came about in a window of time, oldest first.",
        guards=(requires(Feature.INMAIL_STUB_PROFILE),),
    )
