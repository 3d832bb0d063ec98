"""Who asks: the demo's personas, and what they would be if other things were switched on."""

import random
from dataclasses import replace
from typing import Final

from app.access.features import Feature, IntegrationState, Role, SeatState
from app.access.sight import SecurableEntity
from app.access.viewer import CompanyFacts, IntegrationFacts, SeatFacts, Viewer, effective_roles
from app.auth.facts import FactsCache
from app.auth.personas import PERSONAS, Persona
from app.database.pool import Pool

OTHER_MEMBER: Final = "urn:li:person:somebody"
"""A person without a seat who is on lists."""
_ENTITIES: Final = ("candidate", "application", "job")


async def persona_viewers(pool: Pool) -> dict[str, Viewer]:
    """Each persona as the database has it now, by name."""
    facts = FactsCache(pool)
    return {name: await _viewer(facts, persona) for name, persona in PERSONAS.items()}


async def _viewer(facts: FactsCache, persona: Persona) -> Viewer:
    company = await facts.company(persona.company)
    assert company is not None
    seat = await facts.seat(company, persona.seat) if persona.seat is not None else None
    assert (seat is None) == (persona.seat is None)
    return Viewer(
        subject=persona.subject,
        roles=effective_roles(persona.roles, seat),
        company=company,
        seat=seat,
        partner=persona.partner,
        client=None,
    )


def varied(rng: random.Random, viewer: Viewer) -> Viewer:
    """The viewer, with some of the facts that access is decided from changed at random."""
    company, seat, roles = viewer.company, viewer.seat, viewer.roles
    assert company is not None
    if company.integration is not None and rng.random() < 0.3:
        # Nothing but a re-sync: some features are granted, and those that wait for one entity are not.
        waiting = replace(company.integration, resyncing=frozenset({rng.choice(_ENTITIES)}))
        return replace(viewer, company=replace(company, integration=waiting))
    if rng.random() < 0.6:
        company = _varied_company(rng, company)
    if seat is not None and rng.random() < 0.4:
        seat = _varied_seat(rng, seat)
    if rng.random() < 0.3:
        roles = roles | {rng.choice(list(Role))}
    return replace(viewer, company=company, seat=seat, roles=effective_roles(roles, seat))


def _varied_company(rng: random.Random, company: CompanyFacts) -> CompanyFacts:
    integration = company.integration
    if integration is not None and rng.random() < 0.7:
        integration = None if rng.random() < 0.1 else _varied_integration(rng, integration)
    contracts = tuple(
        replace(contract, activated=not contract.activated) if rng.random() < 0.3 else contract
        for contract in company.contracts
    )
    return replace(company, integration=integration, contracts=contracts)


def _varied_integration(rng: random.Random, integration: IntegrationFacts) -> IntegrationFacts:
    return replace(
        integration,
        state=rng.choice((*IntegrationState, IntegrationState.LIVE, IntegrationState.LIVE)),
        company_wide_access=rng.random() < 0.5,
        one_click_export_company_wide=rng.random() < 0.5,
        supported_features=frozenset(one for one in Feature if rng.random() < 0.7),
        resyncing=frozenset(one for one in _ENTITIES if rng.random() < 0.15),
        unlisted_open_to_all=frozenset(one for one in SecurableEntity if rng.random() < 0.7),
        # That nothing is on a list is never said where something is: a plan goes by it.
        on_lists=integration.on_lists | {one for one in SecurableEntity if rng.random() < 0.3},
    )


def _varied_seat(rng: random.Random, seat: SeatFacts) -> SeatFacts:
    return replace(
        seat,
        state=rng.choice(list(SeatState)),
        is_admin=rng.random() < 0.5,
        member_urn=rng.choice((seat.member_urn, seat.member_urn, OTHER_MEMBER, None)),
    )
