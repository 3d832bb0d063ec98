"""Who sees the jobs and applications that are on no access list, as the company's ATS sets it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.access.features import IntegrationState
from app.access.sight import VIEWERS_SETTING, SecurableEntity
from app.database.pool import Pool
from app.ids import CompanyId
from app.integration.consents import of_partner
from app.integration.held import Held, hold
from app.integration.life import NO_INTEGRATION
from app.refused import WriteRefused

_COLUMNS: Final[Mapping[SecurableEntity, str]] = MappingProxyType(
    {
        SecurableEntity.JOB_POSTING: "job_posting_viewers",
        SecurableEntity.APPLICATION: "application_viewers",
    }
)


async def set_viewers(
    pool: Pool,
    company: CompanyId,
    actor: str,
    *,
    partner: str | None,
    viewers: Mapping[SecurableEntity, str | None],
) -> UUID:
    """Set each that is given: ALL_PRODUCT_USERS (`app.access.sight`), or None for whoever is on a list alone.

    Possible before the integration is enabled and after it is disabled too: who sees what is said first.
    Raises: WriteRefused (NO_INTEGRATION), also where it is another partner's.
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        if of_partner(held, partner) in (None, IntegrationState.ERASED):
            raise WriteRefused(*NO_INTEGRATION)
        for entity, value in viewers.items():
            await _change(held, entity, value)
    return held.integration_id


async def _change(held: Held, entity: SecurableEntity, value: str | None) -> None:
    column = _COLUMNS[entity]
    before = await held.connection.fetchval(
        f"select {column} from integration where company_id = $1 and id = $2",
        held.company_id,
        held.integration_id,
    )
    if before != value:
        await held.change(**{column: value})
        await held.write_down("settings.changed", detail=f"{VIEWERS_SETTING[entity]} = {value or 'none'}")
