"""`/v2/prospectNotes?q=criteria`: recruiters' notes on members, deleted ones too."""

from typing import Final

from app.access.directives import requires
from app.access.features import Feature
from app.wire.answers import Handled
from app.wire.registry import Resource
from app.wire.request import WireRequest
from app.wire.statements import epoch_ms, page
from app.wire.windows import allow_on_contract, context_of, element_of, page_of, seats_named, window_of
from loaders.tables import RECRUITER_NOTE

_NOTES: Final = page(
    RECRUITER_NOTE,
    {
        "id": "'urn:rsc:recruiter-note:' || {t}.id",
        "contract": "noted.urn",
        "owner": "holder.urn",
        "prospect": "{t}.member_urn",
        "note": "{t}.body",
        "active": "(not {t}.is_deleted)",
        "visibility": "{t}.visibility",
        "createdAt": epoch_ms("{t}.created_at"),
        "lastModifiedAt": epoch_ms("{t}.last_modified_at"),
    },
    moment="{t}.last_modified_at",
    joins="""join contract noted on noted.company_id = {company} and noted.id = {t}.contract_id
  left join seat holder on holder.company_id = {company} and holder.id = {t}.seat_id""",
    where=(
        "{t}.contract_id = {arg.contract:uuid}",
        "{t}.last_modified_at >= {arg.start_at:timestamptz}",
        "{t}.last_modified_at < {arg.end_at:timestamptz}",
        "{arg.owners:text[]} is null or holder.urn = any({arg.owners:text[]})",
    ),
)


async def by_criteria(request: WireRequest) -> Handled:
    """Notes of the contract that were written, changed or deleted in a window, oldest change first.

    `beforeDate` is inclusive, as LinkedIn documents it.
    """
    context, query = context_of(request), request.query
    urn = query.required("contract")
    window = window_of(query, "cutoffDate", "beforeDate", end_is_inclusive=True)
    owners = seats_named(query, "owners")
    contract = allow_on_contract(context, requires(Feature.NOTES_HISTORY), urn)
    values = {"contract": contract, "start_at": window.start, "end_at": window.end, "owners": owners}
    return await page_of(context, query, _NOTES, values, element_of)


RESOURCE: Final = Resource(path="prospectNotes", finders={"criteria": by_criteria})
