"""What the reads of recruiting activity have in common: windows of time, pages, and whose rows they may be.

The decisions are GraphQL's own (`app.access`), asked about the contract that the call names or, for a seat,
the seat's. A contract that is not the company's counts as one that is not enabled, so nobody learns of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from asyncpg import Record

from app.access.directives import RequiresFeature
from app.access.guards import Denial
from app.engine.binds import check_text
from app.errors import CallerError, ErrorCode
from app.ids import linkedin_kind
from app.sync.validate import EPOCH
from app.wire.answers import PageAnswer
from app.wire.query import Query
from app.wire.request import WireRequest
from app.wire.statements import Statement
from loaders.context import RequestContext

WINDOW_MAX: Final = timedelta(hours=12)
COUNT_DEFAULT: Final = 10
COUNT_MAX: Final = 200
OWNERS_MAX: Final = 100
_START_MAX: Final = 1_000_000_000
_TIME_MAX_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""
_ABOUT_THE_PAGE: Final = frozenset({"total", "is_row", "fit_at", "fit_key"})
# Some key that no contract of ours has: what is not the company's is decided on it.
_NOBODYS: Final = uuid5(UUID(int=0), "a contract that is nobody's")


@dataclass(frozen=True, slots=True)
class Window:
    """From `start`, inclusive, to `end`, exclusive."""

    start: datetime
    end: datetime


def context_of(request: WireRequest) -> RequestContext:
    """Who asks and what is granted, as GraphQL's loaders know it."""
    return RequestContext(request.grants, request.pool, signing_key=request.signing_key)


def window_of(query: Query, start: str, end: str, *, end_is_inclusive: bool = False) -> Window:
    """The window that two parameters in epoch milliseconds name.

    Without an end it ends now, without a beginning it begins 12 hours before its end.
    Raises: CallerError (BAD_USER_INPUT) for one that is longer than 12 hours or ends before it begins: what
    is cut off would never be read.
    """
    now = int(datetime.now(UTC).timestamp() * 1000)
    longest_ms = int(WINDOW_MAX / timedelta(milliseconds=1))
    ends = query.integer(end, now, high=_TIME_MAX_MS)
    starts = query.integer(start, max(0, ends - longest_ms), high=_TIME_MAX_MS)
    if ends < starts:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{end} is earlier than {start}.")
    if ends - starts > longest_ms:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"{start}: a window has at most 12 hours; read the time from {start} to {end} in several.",
        )
    until = EPOCH + timedelta(milliseconds=ends)
    return Window(
        EPOCH + timedelta(milliseconds=starts),
        until + timedelta(milliseconds=1) if end_is_inclusive and ends < _TIME_MAX_MS else until,
    )


def allow_on_contract(context: RequestContext, guard: RequiresFeature, urn: str) -> UUID:
    """The key of the contract of this URN, if the viewer may have the feature there.

    Raises: CallerError (403) with GraphQL's reason and mend.
    """
    key = next((one.id for one in context.viewer.contracts if one.urn == urn), _NOBODYS)
    allow(context.check_on(guard.guard, key))
    return key


def allow(denial: Denial | None) -> None:
    """Raises: CallerError (403) saying what GraphQL says where it refuses."""
    if denial is not None:
        raise CallerError(denial.code, denial.message, status=403, extensions=denial.extensions)


def seats_named(query: Query, name: str) -> list[str] | None:
    """The seats' URNs in a parameter, None if it is left out.

    Raises: CallerError (BAD_USER_INPUT) for too many, or for one that is no seat's.
    """
    return urns_named(query, name, "seat") or None


def urns_named(query: Query, name: str, kind: str) -> list[str]:
    """LinkedIn's URNs of one kind in a parameter.

    Raises: CallerError (BAD_USER_INPUT) for too many, or for one of another kind.
    """
    urns = query.texts(name)
    if len(urns) > OWNERS_MAX:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} has more than {OWNERS_MAX} values.")
    for urn in urns:
        if linkedin_kind(urn) != kind:
            raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} must be urn:li:{kind}:….")
    return urns


def text_named(query: Query, name: str) -> str | None:
    """A text that goes into a statement. Raises: CallerError for what PostgreSQL cannot hold."""
    text = query.text(name)
    check_text(text, [name])
    return text


async def page_of(
    context: RequestContext,
    query: Query,
    statement: Statement,
    values: Mapping[str, Any],
    shape: Callable[[Record], Mapping[str, Any]],
    decide: Callable[[Record], object] | None = None,
) -> PageAnswer:
    """One page of what the statement finds; `shape` makes an element of a row.

    With `fields` in the URL, elements have those members only. `decide` looks at the statement's facts before
    anything is told, where the decision needs what only the database knows.
    Raises: CallerError (BAD_USER_INPUT) for a page that cannot be, and what `decide` raises.
    """
    start = query.integer("start", 0, high=_START_MAX)
    count = query.integer("count", COUNT_DEFAULT, low=1, high=COUNT_MAX)
    fields = fields_named(query)
    rows = await statement.rows(context, {**values, "start": start, "count": count})
    if decide is not None:
        decide(rows[0])
    elements = [projected(shape(row), fields) for row in rows if row["is_row"]]
    return PageAnswer(elements=elements, start=start, count=count, total=rows[0]["total"])


def fields_named(query: Query) -> frozenset[str]:
    """The members that the client wants (`fields=id,createdAt`); none for all of them."""
    return frozenset(
        name.strip() for text in query.texts("fields") for name in text.split(",") if name.strip()
    )


def projected(element: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """The element without what is null, and with these members only if any are named."""
    return {
        name: value for name, value in element.items() if value is not None and (not fields or name in fields)
    }


def element_of(row: Record) -> Mapping[str, Any]:
    """All columns of a row, which have the wire's names."""
    return {name: value for name, value in row.items() if name not in _ABOUT_THE_PAGE}


def members(row: Record, *names: str) -> dict[str, Any]:
    """These columns of a row, which have the wire's names."""
    return {name: row[name] for name in names}
