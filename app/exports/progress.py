"""How far the delivery of an export has come, and what to do about one that was given up."""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from app.database.pool import Pool
from app.exports.known import ExportState, held_export
from app.ids import CompanyId
from app.outbox.delivery import Progress
from app.outbox.events import EventState, EventType, enqueue
from app.refused import WriteRefused


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
        await connection.execute(
            "update export set state = 'REQUESTED', last_error = null where company_id = $1 and id = $2",
            company,
            export.id,
        )
        return export.id
