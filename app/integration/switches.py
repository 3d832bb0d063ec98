"""Switching things on and off while the integration lives, and switching the whole of it off on both sides.

A switch that already stands as asked is left alone: no entry in the audit trail, no error.
"""

from typing import Any, Final
from uuid import UUID

from app.access.features import ONE_CLICK_EXPORT_SETTING, DescribedEnum, ProductTier, graphql_enum
from app.database.pool import Pool
from app.ids import CompanyId, own_urn
from app.integration.consents import of_partner, recruiter_lite
from app.integration.held import Held, hold
from app.integration.life import SeveralRefused, Step, after
from app.refused import WriteRefused, not_found

LISTED_MAX: Final = 100
"""Open jobs that a refusal to disable lists one by one."""


@graphql_enum
class OpenPostedJobs(DescribedEnum):
    """What disabling does about jobs that were posted through RSC and are still open."""

    REFUSE = "REFUSE", "Nothing is disabled while there are any; userErrors lists them."
    LEAVE_OPEN = "LEAVE_OPEN", "They stay open, and can no longer be closed through RSC."


async def disable_integration(
    pool: Pool, company: CompanyId, actor: str, *, open_posted_jobs: OpenPostedJobs, names_jobs: bool
) -> UUID:
    """Switch the integration off on our side; the partner's calls are refused from now on.

    With `names_jobs` a refusal says the open jobs' titles, else only their ids.
    Raises: SeveralRefused (OPEN_POSTED_JOBS, one for each, the last listed first), WriteRefused as
    `life.after`.
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        state = after(Step.DISABLE, held.state)
        jobs = await _open_posted_jobs(held)
        if jobs and open_posted_jobs is OpenPostedJobs.REFUSE:
            raise SeveralRefused(*_still_open(jobs, names_jobs))
        await held.end_syncs()
        await held.change(state=state.value, disabled_at=held.at, acknowledged_at=None)
        left = f"{len(jobs)}{'+' if len(jobs) > LISTED_MAX else ''} posted jobs left open" if jobs else None
        await held.write_down("integration.disabled", detail=left)
        await held.tell(held.row["partner_name"], held.integration_id, state)
    return held.integration_id


async def acknowledge_disable(pool: Pool, company: CompanyId, actor: str, *, partner: str | None) -> UUID:
    """The ATS's side of disabling: it has stopped calling. Raises: WriteRefused as `life.after`."""
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        after(Step.ACKNOWLEDGE, of_partner(held, partner))
        if held.row["acknowledged_at"] is None:
            await held.change(acknowledged_at=held.at)
            await held.write_down("integration.disableAcknowledged")
    return held.integration_id


async def set_company_wide_access(pool: Pool, company: CompanyId, actor: str, *, enabled: bool) -> UUID:
    """The all-contracts checkbox. Raises: WriteRefused as `life.after`."""
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        after(Step.SWITCH, held.state)
        if held.row["company_wide_access"] is not enabled:
            await held.change(company_wide_access=enabled)
            await held.write_down(f"companyWideAccess.{'enabled' if enabled else 'disabled'}")
    return held.integration_id


async def set_integration_settings(
    pool: Pool, company: CompanyId, actor: str, *, one_click_export_company_wide: bool | None
) -> UUID:
    """Settings that are None stay as they are. Raises: WriteRefused as `life.after`."""
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        after(Step.SWITCH, held.state)
        wanted = one_click_export_company_wide
        if wanted is not None and held.row["one_click_export_company_wide"] is not wanted:
            await held.change(one_click_export_company_wide=wanted)
            await held.write_down(
                "settings.changed", detail=f"{ONE_CLICK_EXPORT_SETTING} = {'true' if wanted else 'false'}"
            )
    return held.integration_id


async def activate_contract(pool: Pool, company: CompanyId, actor: str, *, contract_id: str) -> UUID:
    """Switch contract access on for this contract (by URN); answers the contract's key.

    Raises: WriteRefused (NOT_FOUND, RECRUITER_LITE, and as `life.after`).
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        contract = await _contract(held, contract_id)
        after(Step.SWITCH, held.state)
        if contract["product_tier"] == ProductTier.RECRUITER_LITE:
            raise recruiter_lite(contract["name"], "input", "contractId")
        return await _switch(held, contract, activated=True)


async def deactivate_contract(pool: Pool, company: CompanyId, actor: str, *, contract_id: str) -> UUID:
    """Switch contract access off for this contract (by URN), whatever the integration's state.

    Raises: WriteRefused (NOT_FOUND).
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        return await _switch(held, await _contract(held, contract_id), activated=False)


async def _contract(held: Held, urn: str) -> Any:
    row = await held.connection.fetchrow(
        """
        select id, urn, name, product_tier, activated
        from contract
        where company_id = $1 and urn = $2
        for no key update
        """,
        held.company_id,
        urn.replace("\x00", ""),
    )
    if row is None:
        raise not_found("contract", "input", "contractId")
    return row


async def _switch(held: Held, contract: Any, *, activated: bool) -> UUID:
    if contract["activated"] is not activated:
        await held.connection.execute(
            "update contract set activated = $3 where company_id = $1 and id = $2",
            held.company_id,
            contract["id"],
            activated,
        )
        await held.write_down(f"contract.{'activated' if activated else 'deactivated'}", contract["urn"])
    return UUID(int=contract["id"].int)


async def _open_posted_jobs(held: Held) -> list[Any]:
    rows: list[Any] = await held.connection.fetch(
        """
        select id, title, requisition_code
        from job
        where company_id = $1 and posted_through_rsc and state = 'LISTED'
        order by listed_order_at desc, id desc
        limit $2
        """,
        held.company_id,
        LISTED_MAX + 1,
    )
    return rows


def _still_open(jobs: list[Any], names_jobs: bool) -> list[WriteRefused]:
    path = ("input", "openPostedJobs")
    refusals = []
    for job in jobs[:LISTED_MAX]:
        said = own_urn("job", job["id"])
        if names_jobs:
            code = f" ({job['requisition_code']})" if job["requisition_code"] else ""
            said = f"'{job['title']}'{code}, {said},"
        refusals.append(
            WriteRefused(
                "OPEN_POSTED_JOBS",
                f"Job {said} was posted through RSC and is still open: close it first, or say LEAVE_OPEN.",
                *path,
            )
        )
    if len(jobs) > LISTED_MAX:
        refusals.append(
            WriteRefused("OPEN_POSTED_JOBS", f"More than {LISTED_MAX} jobs are still open.", *path)
        )
    return refusals
