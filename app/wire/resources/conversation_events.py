"""`/v2/conversationEvents?q=criteria`: InMails that a seat sent and received."""

from collections.abc import Mapping
from typing import Any, Final

from asyncpg import Record

from app.access.directives import requires
from app.access.features import Feature
from app.errors import CallerError, ErrorCode
from app.wire.answers import Handled
from app.wire.registry import Resource
from app.wire.request import WireRequest
from app.wire.statements import epoch_ms, page
from app.wire.windows import (
    allow_on_contract,
    context_of,
    members,
    page_of,
    text_named,
    urns_named,
    window_of,
)
from loaders.tables import INMAIL, READS_INMAIL_TEXT, SEAT

THREAD: Final = "urn:li:messagingThread:"

_EVENTS: Final = page(
    INMAIL,
    {
        "id": "'urn:rsc:inmail:' || {t}.id",
        "createdAt": epoch_ms("{t}.sent_at"),
        "thread": "{t}.conversation_id",
        "owner": "holder.urn",
        "contract": "mailed.urn",
        "member": "{t}.member_urn",
        "direction": "{t}.direction",
        "state": "{t}.state",
        "subject": f"case when {READS_INMAIL_TEXT} then {{t}}.subject end",
        "body": f"case when {READS_INMAIL_TEXT} then {{t}}.body end",
        "withheld": f"(not {READS_INMAIL_TEXT})",
    },
    moment="{t}.sent_at",
    joins="""join seat holder on holder.company_id = {company} and holder.id = {t}.seat_id
  join contract mailed on mailed.company_id = {company} and mailed.id = {t}.contract_id""",
    where=(
        "holder.urn = {arg.viewer:text}",
        "{t}.sent_at >= {arg.start_at:timestamptz} and {t}.sent_at < {arg.end_at:timestamptz}",
        "{arg.thread:text} is null or {t}.conversation_id = {arg.thread:text}",
    ),
    facts={
        "seat_contract": "(select seated.urn from seat named join contract seated "
        "on seated.company_id = {company} and seated.id = named.contract_id "
        "where named.company_id = {company} and named.urn = {arg.viewer:text} "
        f"and {str(SEAT.rows_by_id).replace('{t}', 'named')})"
    },
)


async def by_criteria(request: WireRequest) -> Handled:
    """InMails of the seat `viewer` in a window of time, oldest first, decided on the seat's contract."""
    context, query = context_of(request), request.query
    viewers = urns_named(query, "viewer", "seat")
    if len(viewers) != 1:
        raise CallerError(ErrorCode.BAD_REQUEST, "The parameter viewer must be one seat's URN.")
    window = window_of(query, "timeRange.start", "timeRange.end")
    thread = text_named(query, "threadUrn")
    values = {
        "viewer": viewers[0],
        "start_at": window.start,
        "end_at": window.end,
        "thread": None if thread is None else thread.removeprefix(THREAD),
    }

    def decide(row: Record) -> None:
        allow_on_contract(context, requires(Feature.INMAIL_HISTORY), row["seat_contract"] or "")

    return await page_of(context, query, _EVENTS, values, _element, decide)


def _element(row: Record) -> Mapping[str, Any]:
    sent = row["direction"] == "SENT"
    content = {name: row[name] for name in ("subject", "body") if row[name] is not None}
    return {
        **members(row, "id", "createdAt", "owner", "contract", "direction", "state"),
        "thread": f"{THREAD}{row['thread']}",
        "author": row["owner"] if sent else row["member"],
        "recipients": [row["member"] if sent else row["owner"]],
        "content": content,
        "contentWithheld": True if row["withheld"] else None,
    }


RESOURCE: Final = Resource(path="conversationEvents", finders={"criteria": by_criteria})
