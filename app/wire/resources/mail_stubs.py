"""`/v2/mailStubs?q=contract`: what members shared when they answered an InMail."""

from typing import Final

from app.access.directives import requires
from app.access.features import Feature
from app.wire.answers import Handled
from app.wire.registry import Resource
from app.wire.request import WireRequest
from app.wire.statements import epoch_ms, page
from app.wire.windows import allow_on_contract, context_of, element_of, page_of, seats_named, window_of
from loaders.tables import STUB_PROFILE

_STUBS: Final = page(
    STUB_PROFILE,
    {
        "id": "'urn:rsc:stub-profile:' || {t}.id",
        "createdAt": epoch_ms("{t}.created_at"),
        "contract": "shared.urn",
        "owner": "holder.urn",
        "member": "{t}.member_urn",
        "firstName": "{t}.first_name",
        "lastName": "{t}.last_name",
        "headline": "{t}.headline",
        "companyName": "{t}.company_name",
        "jobTitle": "{t}.job_title",
        "emailAddress": "{t}.email_address",
        "phoneNumber": "{t}.phone_number",
    },
    moment="{t}.created_at",
    joins="""join contract shared on shared.company_id = {company} and shared.id = {t}.contract_id
  left join seat holder on holder.company_id = {company} and holder.id = {t}.seat_id""",
    where=(
        "{t}.contract_id = {arg.contract:uuid}",
        "{t}.created_at >= {arg.start_at:timestamptz} and {t}.created_at < {arg.end_at:timestamptz}",
        "{arg.owners:text[]} is null or holder.urn = any({arg.owners:text[]})",
    ),
)


async def by_contract(request: WireRequest) -> Handled:
    """Stub profiles of the contract in a window of time, oldest first; with `owners` only of these seats."""
    context, query = context_of(request), request.query
    urn = query.required("contract")
    window = window_of(query, "createdDateStart", "createdDateEnd")
    owners = seats_named(query, "owners")
    contract = allow_on_contract(context, requires(Feature.INMAIL_STUB_PROFILE), urn)
    values = {"contract": contract, "start_at": window.start, "end_at": window.end, "owners": owners}
    return await page_of(context, query, _STUBS, values, element_of)


RESOURCE: Final = Resource(path="mailStubs", finders={"contract": by_contract})
