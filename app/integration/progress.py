"""The first sync and the re-sync: which run they are, and what follows when the run is over."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection

from app.access.features import IntegrationState
from app.database.pool import Pool
from app.ids import CompanyId
from app.integration.consents import of_partner
from app.integration.held import SERVICE, Held, hold
from app.integration.life import Step, after

_OPEN: Final = """
select r.id
from sync_run r
join integration i on i.company_id = r.company_id and i.id = r.integration_id
where r.company_id = $1
  and i.state = 'SYNCING'
  and r.kind in ('FIRST', 'RESYNC')
  and r.finished_at is null
order by r.started_at desc, r.id desc
limit 1
"""


async def open_run(connection: Connection, company: CompanyId) -> UUID | None:
    """The first sync or re-sync that goes on now: records that come without a run are part of it."""
    run = await connection.fetchval(_OPEN, company)
    return None if run is None else UUID(int=run.int)


async def run_finished(
    connection: Connection, company: CompanyId, run: UUID, *, now: datetime | None = None
) -> None:
    """A FIRST or RESYNC run was finished in this transaction: the integration is LIVE if it was the last.

    Nothing follows for an integration that was disabled or erased meanwhile, nor for an older one.
    """
    held = await hold(connection, company, SERVICE, now=now)
    if held.state is not IntegrationState.SYNCING:
        return
    kind = await connection.fetchval(
        "select kind from sync_run where company_id = $1 and id = $2 and integration_id = $3",
        company,
        run,
        held.integration_id,
    )
    if kind is None or await open_run(connection, company) is not None:
        return
    await _go_live(held, resynced=kind == "RESYNC" and run == held.row["resync_run_id"])


async def finish_sync(pool: Pool, company: CompanyId, actor: str, *, partner: str | None) -> UUID:
    """The partner has sent everything: ends the runs of the first sync or re-sync; answers the integration.

    Raises: WriteRefused as `life.after`.
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        after(Step.FINISH_SYNC, of_partner(held, partner))
        await connection.execute(
            """
            update sync_run
            set finished_at = greatest($3, started_at)
            where company_id = $1 and integration_id = $2 and kind in ('FIRST', 'RESYNC')
              and finished_at is null
            """,
            company,
            held.integration_id,
            held.at,
        )
        await _go_live(held, resynced=True)
    return held.integration_id


async def _go_live(held: Held, *, resynced: bool) -> None:
    state = after(Step.FINISH_SYNC, held.state)
    await held.change(state=state.value, resync_due=held.row["resync_due"] and not resynced)
    await held.write_down("integration.live", detail="everything was synced")
    await held.tell(held.row["partner_name"], held.integration_id, state)
