"""The two consents: the ATS admin's requests the integration, the Recruiter admin's enables it.

Between them stands the partner's approval, for partners that must be asked first. Both consents cover the
sync of historical candidates, applications and jobs, and are kept with who gave them and when.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.access.features import IntegrationState, ProductTier, must_be_asked_first
from app.database.pool import Pool
from app.ids import CompanyId, own_urn, uuid7
from app.integration.held import Held, hold
from app.integration.life import SeveralRefused, Step, after
from app.refused import WriteRefused, not_found

CONTRACTS_MAX: Final = 200
"""Contracts that one call may name."""

COVERS: Final = ("candidate", "application", "job")
"""What a consent covers the sync of, and what a re-sync brings anew."""


async def request_integration(
    pool: Pool, company: CompanyId, actor: str, *, partner: str, own_partner: str | None
) -> UUID:
    """The ATS admin's consent to use RSC with this partner; answers the integration's key.

    `own_partner` is whom the admin's token is of, if it says so. A request that was not enabled yet may be
    replaced by one to another partner; after an erasure it opens a new generation.
    Raises: WriteRefused (NOT_FOUND, OTHER_PARTNER, ALREADY_REQUESTED, and as `life.after`).
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        asked_first = await connection.fetchval(
            "select must_be_asked_first from partner where name = $1", partner
        )
        if asked_first is None:
            raise WriteRefused("NOT_FOUND", "No ATS partner has this name.", "input", "partner")
        if own_partner not in (None, partner):
            raise WriteRefused(
                "OTHER_PARTNER",
                "An ATS admin asks for the integration with their own ATS.",
                "input",
                "partner",
            )
        waits = bool(asked_first) or must_be_asked_first(partner)
        step = Step.REQUEST_OF_PARTNER_TO_BE_ASKED if waits else Step.REQUEST
        state = after(step, held.state)
        if held.state in _ASKED and held.row["partner_name"] == partner:
            raise WriteRefused("ALREADY_REQUESTED", "The integration with this partner is requested already.")
        integration, generation = await _open(held, partner, state)
        await _consent(held, integration, generation, "ATS")
        await held.write_down(
            "integration.requested",
            detail=f"{partner}; {'must be asked first' if waits else 'ready at once'}",
        )
        await held.tell(partner, integration, state)
    return integration


async def approve_integration(pool: Pool, company: CompanyId, actor: str, *, partner: str | None) -> UUID:
    """The partner is ready; `partner` is whom the token is of. Raises: WriteRefused as `life.after`."""
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        state = after(Step.APPROVE, of_partner(held, partner))
        await held.change(state=state.value)
        await held.write_down("integration.approved")
    return held.integration_id


async def enable_integration(
    pool: Pool,
    company: CompanyId,
    actor: str,
    *,
    contract_ids: Sequence[str],
    company_wide_access: bool,
) -> UUID:
    """The Recruiter admin's consent: enables, activates these contracts (by URN) and begins the first sync.

    Contracts that are active already stay so. After a change of the company's id the sync is a re-sync, and
    features wait for it.
    Raises: WriteRefused (TOO_MANY, NOTHING_TO_ENABLE, and as `life.after`), SeveralRefused (NOT_FOUND and
    RECRUITER_LITE for each contract that cannot be activated).
    """
    if len(contract_ids) > CONTRACTS_MAX:
        raise WriteRefused(
            "TOO_MANY", f"A call names at most {CONTRACTS_MAX} contracts.", "input", "contractIds"
        )
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        state = after(Step.ENABLE, held.state)
        contracts = await _contracts(held, contract_ids)
        active = await connection.fetchval(
            "select exists (select from contract where company_id = $1 and activated)", company
        )
        if not (contracts or active or company_wide_access):
            raise WriteRefused(
                "NOTHING_TO_ENABLE", "Name a contract, or choose company-wide access.", "input", "contractIds"
            )
        run = await _begin_sync(held)
        await held.change(
            state=state.value,
            enabled_at=held.at,
            disabled_at=None,
            acknowledged_at=None,
            company_wide_access=company_wide_access,
            resync_run_id=run if held.row["resync_due"] else None,
        )
        await _consent(held, held.integration_id, held.row["generation"], "RECRUITER")
        await held.write_down("integration.enabled", detail="second consent, by a Recruiter admin")
        for urn in await _activate(held, contracts):
            await held.write_down("contract.activated", urn)
        if company_wide_access is not held.row["company_wide_access"]:
            await held.write_down(f"companyWideAccess.{'enabled' if company_wide_access else 'disabled'}")
        await held.tell(held.row["partner_name"], held.integration_id, state)
    return held.integration_id


def of_partner(held: Held, partner: str | None) -> IntegrationState | None:
    """The integration's state towards this partner; None (there is no such thing) towards another one.

    Who the company's partner is was decided from facts that may be a moment old, so it is asked again.
    """
    if partner is not None and held.row is not None and partner != held.row["partner_name"]:
        return None
    return held.state


_ASKED: Final = frozenset({IntegrationState.REQUESTED, IntegrationState.PARTNER_READY})


async def _open(held: Held, partner: str, state: IntegrationState) -> tuple[UUID, int]:
    """Begin the integration, or begin it again; answers its key and generation."""
    if held.state not in (None, IntegrationState.ERASED):
        await held.change(state=state.value, partner_name=partner, requested_at=held.at, acknowledged_at=None)
        if partner != held.row["partner_name"]:
            # Who sees what is on no list is for the new ATS to say.
            await held.change(job_posting_viewers=None, application_viewers=None)
        return held.integration_id, held.row["generation"]
    unfinished = await held.connection.fetchval(
        "select id from erasure_receipt where company_id = $1 and finished_at is null", held.company_id
    )
    if unfinished is not None:
        raise WriteRefused(
            "ERASURE_UNFINISHED",
            f"The company's ATS data are still being erased ({own_urn('erasure-receipt', unfinished)}); "
            "request the integration when that is done.",
        )
    integration = uuid7()
    generation: int = await held.connection.fetchval(
        """
        insert into integration
          (company_id, id, partner_name, state, requested_at, generation, job_posting_viewers,
           application_viewers)
        select $1, $2, $3, $4, $5, coalesce(max(generation), 0) + 1,
          -- What this ATS once set up outlives an erasure, as its callback does.
          (array_agg(job_posting_viewers order by generation desc) filter (where partner_name = $3))[1],
          (array_agg(application_viewers order by generation desc) filter (where partner_name = $3))[1]
        from integration
        where company_id = $1
        returning generation
        """,
        held.company_id,
        integration,
        partner,
        state.value,
        held.at,
    )
    return integration, generation


async def _consent(held: Held, integration: UUID, generation: int, side: str) -> None:
    await held.connection.execute(
        """
        insert into consent (company_id, id, integration_id, generation, side, given_by, given_at, covers)
        values ($1, $2, $3, $4, $5, without_person($1, $6), $7, $8)
        """,
        held.company_id,
        uuid7(),
        integration,
        generation,
        side,
        held.actor,
        held.at,
        list(COVERS),
    )


async def _contracts(held: Held, urns: Sequence[str]) -> Mapping[UUID, str]:
    """The contracts by key. Raises: SeveralRefused with one refusal for each that cannot be activated."""
    rows = await held.connection.fetch(
        """
        select id, urn, name, product_tier
        from contract
        where company_id = $1 and urn = any($2::text[])
        order by urn
        """,
        held.company_id,
        [urn.replace("\x00", "") for urn in urns],
    )
    known = {row["urn"]: row for row in rows}
    refusals = []
    for position, urn in enumerate(urns):
        path = ("input", "contractIds", str(position))
        if urn not in known:
            refusals.append(not_found("contract", *path))
        elif known[urn]["product_tier"] == ProductTier.RECRUITER_LITE:
            refusals.append(recruiter_lite(known[urn]["name"], *path))
    if refusals:
        raise SeveralRefused(*refusals)
    return {row["id"]: row["urn"] for row in rows}


def recruiter_lite(name: str, *path: str) -> WriteRefused:
    """The contract never has RSC."""
    return WriteRefused("RECRUITER_LITE", f"Contract '{name}' is Recruiter Lite, which never has RSC.", *path)


async def _activate(held: Held, contracts: Mapping[UUID, str]) -> list[str]:
    """Activate those that are not; answers their URNs."""
    rows: list[Any] = await held.connection.fetch(
        """
        update contract
        set activated = true
        where company_id = $1 and id = any($2::uuid[]) and not activated
        returning urn
        """,
        held.company_id,
        list(contracts),
    )
    return sorted(row["urn"] for row in rows)


async def _begin_sync(held: Held) -> UUID:
    """The run of the first sync, or of the re-sync; how many records are to come is not known."""
    run = uuid7()
    await held.connection.execute(
        """
        insert into sync_run (company_id, id, integration_id, kind, entities, started_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        held.company_id,
        run,
        held.integration_id,
        "RESYNC" if held.row["resync_due"] else "FIRST",
        list(COVERS),
        held.at,
    )
    return run
