"""Seats, InMails, recruiters' notes and stub profiles: LinkedIn's finders, as the gateway answers them too.

Windows of at most 12 hours in epoch milliseconds, the oldest first; pages by `start` and `count`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from app.errors import CallerError, ErrorCode
from app.simulator.answers import error, page, unauthenticated
from app.simulator.state import State
from app.simulator.world import Event
from app.wire.query import Query

COUNT_DEFAULT: Final = 10
COUNT_MAX: Final = 200
WINDOW_MAX_MS: Final = 12 * 3600 * 1000

_Find: TypeAlias = Callable[[State, Query], Sequence[Any]]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def _finder(name: str, find: _Find) -> Endpoint:
    async def answer(request: Request) -> Response:
        state: State = request.app.state.simulator
        if not state.knows_token(request.headers.get("authorization")):
            return unauthenticated()
        try:
            query = Query(request.url.query)
            if query.required("q") != name:
                return error(400, f"The resource has one finder: q={name}.")
            start = query.integer("start", 0)
            count = query.integer("count", COUNT_DEFAULT, low=1, high=COUNT_MAX)
            return page(find(state, query), start, count)
        except CallerError as refused:
            return error(400, refused.message)

    return answer


def _seats(state: State, query: Query) -> Sequence[Mapping[str, Any]]:
    contracts, active = query.texts("contracts"), query.flag("active")
    if not contracts:
        raise CallerError(ErrorCode.BAD_REQUEST, "The parameter contracts is required.")
    return [
        seat
        for seat in state.world.seats
        if seat["contractId"] in contracts and (active is None or seat["active"] is active)
    ]


def _inmails(state: State, query: Query) -> Sequence[Mapping[str, Any]]:
    viewer = query.required("viewer")
    found = _within(state.world.inmails, query, "timeRange.start", "timeRange.end")
    return [event.element for event in found if event.seat == viewer]


def _notes(state: State, query: Query) -> Sequence[Mapping[str, Any]]:
    found = _within(state.world.notes, query, "cutoffDate", "beforeDate", end_is_inclusive=True)
    return _on_contract(found, query)


def _stubs(state: State, query: Query) -> Sequence[Mapping[str, Any]]:
    return _on_contract(_within(state.world.stubs, query, "createdDateStart", "createdDateEnd"), query)


def _on_contract(events: Sequence[Event], query: Query) -> Sequence[Mapping[str, Any]]:
    contract, owners = query.required("contract"), query.texts("owners")
    return [
        event.element
        for event in events
        if event.contract == contract and (not owners or event.seat in owners)
    ]


def _within(
    events: Sequence[Event], query: Query, start: str, end: str, *, end_is_inclusive: bool = False
) -> Sequence[Event]:
    begins, ends = query.integer(start), query.integer(end)
    if not 0 <= ends - begins <= WINDOW_MAX_MS:
        raise CallerError(ErrorCode.BAD_REQUEST, f"From {start} to {end} are 12 hours at most.")
    last = ends if end_is_inclusive else ends - 1
    return [event for event in events if begins <= event.moment <= last]


FINDERS: Final[Mapping[str, Endpoint]] = {
    "/v2/seats": _finder("seatsByAttributes", _seats),
    "/v2/conversationEvents": _finder("criteria", _inmails),
    "/v2/prospectNotes": _finder("criteria", _notes),
    "/v2/mailStubs": _finder("contract", _stubs),
}
