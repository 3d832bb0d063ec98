"""Connecting a seat to a user of the ATS."""

from collections.abc import Mapping
from typing import Any

import strawberry

from app.access.directives import requires_role
from app.access.features import Role, SeatState
from app.engine.mapping import Outcome
from app.refused import WriteRefused
from app.seats.connect import connect_seat
from loaders.context import RequestContext
from loaders.tables import SEAT
from resolvers.arguments import argument
from resolvers.fields import command, entity, made, reference
from resolvers.seat import Seat
from resolvers.user_error import UserError
from resolvers.writes import done, refused_as


@strawberry.input(description="Which user of the ATS the seat's holder is.")
class ConnectSeatInput:
    """The argument of `connectSeat`."""

    ats_user_id: str = strawberry.field(
        description="The ATS's own id of its user, 1 to 300 characters, as widget tokens have it."
    )


@entity()
class SeatPayload:
    """What became of a write on a seat."""

    seat: Seat | None = reference(SEAT, "seat", says="The viewer's seat; null if it was not connected.")
    user_errors: list[UserError] = made("userErrors", says="What the caller must mend; empty if it was done.")


async def run_connect_seat(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """See `app.seats.connect.connect_seat`."""
    company, integration, seat = context.viewer.company, context.viewer.integration, context.viewer.seat
    try:
        if company is None or seat is None:
            raise WriteRefused("NO_SEAT", "Only the holder of a seat can connect it.")
        if seat.state is not SeatState.ACTIVE:
            raise WriteRefused("SEAT_INACTIVE", "This seat is not active; ask a Recruiter admin.")
        if integration is None:
            raise WriteRefused("NO_INTEGRATION", "The company has no integration; ask an ATS admin.")
        ats_user = arguments["input"]["atsUserId"]
        await connect_seat(context.pool, company.company_id, integration.partner_name, seat.id, ats_user)
    except WriteRefused as refusal:
        return refused_as("seat", refusal)
    return done("seat", seat.id)


@entity()
class SeatMutations:
    """What a seat's holder can say of it."""

    connect_seat: SeatPayload | None = command(
        run_connect_seat,
        says="A seat holder says, once, which ATS user they are. Widget tokens for that ATS user act for "
        "this seat.",
        arguments={"input": argument(ConnectSeatInput, "Which user of the ATS it is.")},
        guards=(requires_role(Role.RECRUITER),),
    )
