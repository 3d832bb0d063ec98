"""Companies and viewers to decide about, made of plain facts."""

from collections.abc import Iterable
from uuid import UUID

from app.access.features import Feature, IntegrationState, ProductTier, Role, SeatState
from app.access.viewer import CompanyFacts, ContractFacts, IntegrationFacts, SeatFacts, Viewer
from app.ids import CompanyId, ContractId, SeatId

EMEA = ContractId(UUID(int=5001))
APAC = ContractId(UUID(int=5002))
LITE = ContractId(UUID(int=5003))
FOREIGN = ContractId(UUID(int=6001))


def contract(
    key: ContractId = EMEA,
    name: str = "EMEA Tech",
    *,
    tier: ProductTier = ProductTier.RECRUITER_CORPORATE,
    activated: bool = False,
) -> ContractFacts:
    return ContractFacts(key, f"urn:li:contract:{key.int}", name, tier, activated)


def integration(
    *,
    state: IntegrationState = IntegrationState.LIVE,
    company_wide: bool = False,
    export_setting: bool = False,
    supports: Iterable[Feature] = Feature,
    resyncing: Iterable[str] = (),
) -> IntegrationFacts:
    return IntegrationFacts(
        UUID(int=1),
        state,
        company_wide,
        export_setting,
        "Demo ATS",
        frozenset(supports),
        frozenset(resyncing),
    )


def company(facts: IntegrationFacts | None, *contracts: ContractFacts) -> CompanyFacts:
    return CompanyFacts(CompanyId(UUID(int=1001)), "urn:li:organization:1001", "Northwind", facts, contracts)


def seat(on: ContractId = EMEA, state: SeatState = SeatState.ACTIVE, *, is_admin: bool = False) -> SeatFacts:
    return SeatFacts(SeatId(UUID(int=7001)), "urn:li:seat:7001", on, state, is_admin)


def viewer(of: CompanyFacts | None, *roles: Role, on: SeatFacts | None = None) -> Viewer:
    return Viewer("someone", frozenset(roles), of, on, None, None)
