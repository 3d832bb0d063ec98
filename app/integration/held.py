"""An integration held for a step: read under its company's lock, changed, and everybody told."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection

from app.access.features import IntegrationState
from app.audit import record
from app.ids import CompanyId, own_urn, uuid7
from app.outbox.callbacks import callback_of
from app.outbox.events import EventType, enqueue

SERVICE: Final = "rsc-gateway"
"""Who acts in the audit trail where no person does."""

_COMPANY: Final = """
select urn, name
from company
where company_id = $1
for no key update
"""
# The one that is not erased, else the one that was erased last.
_INTEGRATION: Final = """
select id, partner_name, state, company_wide_access, one_click_export_company_wide, generation,
  acknowledged_at, resync_due, resync_run_id
from integration
where company_id = $1
order by state = 'ERASED', generation desc, requested_at desc
limit 1
for no key update
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A company and its integration, locked until the transaction ends. `state` is None without one."""

    connection: Connection
    company_id: CompanyId
    company_urn: str
    company_name: str
    actor: str
    at: datetime
    row: Any

    @property
    def state(self) -> IntegrationState | None:
        return None if self.row is None else IntegrationState(self.row["state"])

    @property
    def integration_id(self) -> UUID:
        return UUID(int=self.row["id"].int)

    @property
    def urn(self) -> str:
        """The integration's public id."""
        return own_urn("integration", self.integration_id)

    async def change(self, **columns: Any) -> None:
        """Set columns of the integration."""
        changes = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 3))
        await self.connection.execute(
            f"update integration set {changes} where company_id = $1 and id = $2",
            self.company_id,
            self.integration_id,
            *columns.values(),
        )

    async def write_down(self, action: str, subject: str | None = None, detail: str | None = None) -> None:
        """An entry of the audit trail; without a subject it is about the company."""
        await record(
            self.connection,
            self.company_id,
            actor=self.actor,
            action=action,
            subject=subject or self.company_urn,
            detail=detail,
            at=self.at,
        )

    async def tell(self, partner_name: str, integration_id: UUID, state: IntegrationState) -> None:
        """Queue the notification that the state has changed, if the partner has said where it is called."""
        if await callback_of(self.connection, self.company_id, partner_name) is None:
            return
        # The same moment of the same integration is the same event, however often it is told.
        said = f"{integration_id} {state} {self.at.isoformat()}"
        noise = hashlib.sha256(said.encode()).digest()[:10]
        await enqueue(
            self.connection,
            self.company_id,
            EventType.INTEGRATION_STATUS_CHANGE,
            {"integration": own_urn("integration", integration_id), "state": state.value},
            event_id=uuid7(int(self.at.timestamp() * 1000), noise),
            partner_name=partner_name,
            now=self.at,
        )

    async def end_syncs(self) -> None:
        """Whatever run is still open is over: its records are not taken any more."""
        await self.connection.execute(
            """
            update sync_run
            set finished_at = greatest($3, started_at)
            where company_id = $1 and integration_id = $2 and finished_at is null
            """,
            self.company_id,
            self.integration_id,
            self.at,
        )


async def hold(
    connection: Connection, company_id: CompanyId, actor: str, *, now: datetime | None = None
) -> Held:
    """Lock the company and its integration, in this order, which everybody keeps who takes both.

    The company's row is what a batch of records locks too: so no batch is half taken when a step is done.
    `actor` is the subject of the token.
    """
    company = await connection.fetchrow(_COMPANY, company_id)
    assert company is not None
    return Held(
        connection=connection,
        company_id=company_id,
        company_urn=company["urn"],
        company_name=company["name"],
        actor=actor,
        at=now or datetime.now(UTC),
        row=await connection.fetchrow(_INTEGRATION, company_id),
    )
