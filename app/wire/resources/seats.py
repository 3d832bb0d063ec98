"""`/v2/seats?q=seatsByAttributes`: who recruits on a contract."""

from collections.abc import Mapping
from typing import Any, Final

from asyncpg import Record

from app.errors import CallerError, ErrorCode
from app.wire.answers import Handled
from app.wire.registry import Resource
from app.wire.request import WireRequest
from app.wire.statements import page
from app.wire.windows import context_of, members, page_of, urns_named
from loaders.tables import SEAT

_SEATS: Final = page(
    SEAT,
    {
        "urn": "{t}.urn",
        "firstName": "{t}.first_name",
        "lastName": "{t}.last_name",
        "contractId": "seated.urn",
        "member": "{t}.member_urn",
        "state": "{t}.state",
        "active": "({t}.state = 'ACTIVE')",
        "admin": "{t}.is_admin",
    },
    moment="{t}.created_at",
    joins="join contract seated on seated.company_id = {company} and seated.id = {t}.contract_id",
    where=(
        f"{SEAT.rows_by_id}",
        "seated.urn = any({arg.contracts:text[]})",
        "{arg.active:boolean} is null or ({t}.state = 'ACTIVE') = {arg.active:boolean}",
    ),
)


async def seats_by_attributes(request: WireRequest) -> Handled:
    """Seats of the named contracts, the oldest first; by `active` only those that are (not) ACTIVE."""
    contracts = urns_named(request.query, "contracts", "contract")
    if not contracts:
        raise CallerError(ErrorCode.BAD_REQUEST, "The parameter contracts is required.")
    values = {"contracts": contracts, "active": request.query.flag("active")}
    return await page_of(context_of(request), request.query, _SEATS, values, _element)


def _element(row: Record) -> Mapping[str, Any]:
    number = row["urn"].rpartition(":")[2]
    return {
        # LinkedIn's are numbers; others read `urn:li:seat:{id}` from it all the same.
        "id": int(number) if number.isdecimal() and number == str(int(number)) else number,
        "urn": row["urn"],
        **members(row, "firstName", "lastName", "contractId", "member", "active", "admin", "state"),
    }


RESOURCE: Final = Resource(path="seats", finders={"seatsByAttributes": seats_by_attributes})
