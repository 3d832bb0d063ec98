"""How far the delivery of an export has come, and what to do about one that was given up."""

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from asyncpg import Connection

from app.database.pool import Pool
from app.exports.known import ExportState, held_export
from app.ids import CompanyId
from app.outbox.delivery import Progress
from app.outbox.events import OF_EVERY_EVENT, EventState, EventType, enqueue, hold, is_sayable
from app.refused import WriteRefused, not_found

_NOTIFICATION: Final = ("input", "notificationId")


async def follow_delivery(connection: Connection, progress: Progress) -> None:
    """Take over what an attempt brought, in the transaction in which the outbox does.

    An export that the ATS has confirmed meanwhile stays CREATED.
    """
    reached = {EventState.DELIVERED: ExportState.DELIVERED, EventState.DEAD: ExportState.FAILED}
    await connection.execute(
        """
        update export
        set
          state = case when state = 'CREATED' then state else coalesce($3, state) end,
          attempts = attempts + 1,
          last_error = $4
        where company_id = $1 and id = $2
        """,
        progress.event.company_id,
        progress.event.id,
        reached.get(progress.state),
        progress.error,
    )


async def resend_notification(
    pool: Pool, company: CompanyId, *, event_id: UUID, partner: str | None, now: datetime | None = None
) -> None:
    """Queue a DEAD event again, for another 24 hours; with an export's event the export is resent.

    One that waits already goes on waiting. `partner`: only events for it; None: any.
    Raises: WriteRefused, NOT_FOUND; NOT_FAILED where the ATS has taken it; NOT_SENDABLE where the stored
    event was edited and says what none may say.
    """
    async with pool.transaction(company) as connection:
        state = await hold(connection, company, event_id)
        row = await connection.fetchrow(
            "select type, partner_name, payload from outbox where company_id = $1 and id = $2",
            *(company, event_id),
        )
        if state is None or row is None or partner not in (None, row["partner_name"]):
            raise not_found("notification", *_NOTIFICATION)
        if state is EventState.DELIVERED:
            raise WriteRefused("NOT_FAILED", "The ATS has taken this notification already.", *_NOTIFICATION)
        if state is EventState.PENDING:
            return
        await enqueue(
            connection,
            company,
            row["type"],
            _said_again(row["payload"]),
            event_id=event_id,
            partner_name=row["partner_name"],
            now=now,
        )
        if row["type"] == EventType.EXPORT_CANDIDATE_PROFILE:
            await _requested_again(connection, company, event_id)


def _said_again(payload: str) -> dict[str, str | int]:
    """What a stored event says of its own: checked when it was queued, but a database can be edited."""
    own = {name: value for name, value in orjson.loads(payload).items() if name not in OF_EVERY_EVENT}
    if not all(map(is_sayable, own.values())):
        raise WriteRefused(
            "NOT_SENDABLE",
            "The stored notification holds more than ids, states and numbers, which may not be sent: ask "
            "those who run the gateway to correct it in the database.",
            *_NOTIFICATION,
        )
    return own


async def resend_export(
    pool: Pool, company: CompanyId, *, export_id: UUID, partner: str | None, now: datetime | None = None
) -> UUID:
    """Queue a FAILED export again, for another 24 hours; answers its key.

    One that waits for its delivery already goes on waiting. `partner`: only its own exports; None: any.
    Raises: WriteRefused, NOT_FOUND or, where the ATS has been told, NOT_FAILED.
    """
    async with pool.transaction(company) as connection:
        export = await held_export(connection, company, export_id, partner=partner)
        if export.state in (ExportState.DELIVERED, ExportState.CREATED):
            raise WriteRefused(
                "NOT_FAILED", "The ATS has been told of this export already.", "input", "exportId"
            )
        if export.state is ExportState.REQUESTED and export.event is EventState.PENDING:
            return export.id
        await enqueue(
            connection,
            company,
            EventType.EXPORT_CANDIDATE_PROFILE,
            event_id=export.id,
            partner_name=export.partner,
            now=now,
        )
        await _requested_again(connection, company, export.id)
        return export.id


async def _requested_again(connection: Connection, company: CompanyId, export: UUID) -> None:
    await connection.execute(
        """
        update export
        set state = 'REQUESTED', last_error = null
        where company_id = $1 and id = $2 and state <> 'CREATED'
        """,
        company,
        export,
    )
