"""The demo's personas as viewers, with the facts of the demo, without a database."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from app.access.features import Feature, IntegrationState, ProductTier, SeatState
from app.access.guards import Grants, grants_of
from app.access.viewer import (
    CompanyFacts,
    ContractFacts,
    IntegrationFacts,
    SeatFacts,
    Viewer,
    effective_roles,
    roles_with_partner,
)
from app.auth.personas import DEMO_PARTNER, PERSONAS, Persona
from app.ids import CompanyId, ContractId, SeatId

_CONTRACTS = {
    "urn:li:organization:1001": (
        ("5001", "EMEA Tech", ProductTier.RECRUITER_PROFESSIONAL_SERVICES, True),
        ("5002", "Corporate Functions", ProductTier.RECRUITER_CORPORATE, False),
        ("5003", "Campus", ProductTier.RECRUITER_LITE, False),
    ),
    "urn:li:organization:2002": (("6001", "Contoso", ProductTier.RECRUITER_CORPORATE, True),),
}
_SEATS = {
    "urn:li:seat:7001": ("5001", SeatState.ACTIVE, False),
    "urn:li:seat:7002": ("5001", SeatState.ACTIVE, True),
    "urn:li:seat:7003": ("5002", SeatState.ACTIVE, False),
    "urn:li:seat:7004": ("5003", SeatState.ACTIVE, False),
    "urn:li:seat:7005": ("5001", SeatState.PARKED, False),
    "urn:li:seat:7101": ("6001", SeatState.ACTIVE, False),
}


def key(number: str) -> UUID:
    """A key that says which URN it stands for."""
    return UUID(int=int(number))


def contracts_of(persona: Persona) -> tuple[ContractFacts, ...]:
    """The contracts of the persona's company, as the demo has them."""
    return tuple(
        ContractFacts(ContractId(key(number)), f"urn:li:contract:{number}", name, tier, activated)
        for number, name, tier, activated in _CONTRACTS[persona.company]
    )


def grants_of_persona(name: str) -> Grants:
    """What the persona is granted while the demo's integrations are LIVE."""
    persona = PERSONAS[name]
    integration = IntegrationFacts(
        id=key("1"),
        state=IntegrationState.LIVE,
        company_wide_access=persona.company == "urn:li:organization:1001",
        one_click_export_company_wide=False,
        partner_name=DEMO_PARTNER,
        supported_features=frozenset(Feature),
        resyncing=frozenset(),
    )
    company = CompanyFacts(
        company_id=CompanyId(key(persona.company.rsplit(":", 1)[1])),
        company_urn=persona.company,
        company_name="Northwind" if persona.company == "urn:li:organization:1001" else "Contoso",
        integration=integration,
        contracts=contracts_of(persona),
    )
    seat = None
    if persona.seat is not None:
        contract, state, is_admin = _SEATS[persona.seat]
        seat = SeatFacts(
            SeatId(key(persona.seat.rsplit(":", 1)[1])),
            persona.seat,
            ContractId(key(contract)),
            state,
            is_admin,
        )
    roles = roles_with_partner(effective_roles(frozenset(persona.roles), seat), persona.partner, integration)
    return grants_of(
        Viewer(
            subject=persona.subject,
            roles=roles,
            company=company,
            seat=seat,
            partner=persona.partner,
            client=None,
        )
    )


def grants_less(name: str, features: Collection[Feature]) -> Grants:
    """What the persona would have left if these features were not granted, for whatever reason."""
    grants = grants_of_persona(name)
    refused = {feature: replace(grants.decisions[feature], granted=False) for feature in features}
    return replace(
        grants, decisions={**grants.decisions, **refused}, granted=grants.granted.difference(features)
    )
