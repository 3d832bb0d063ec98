"""Who recruits in the demo: partners, companies, contracts, seats and integrations, with fixed keys."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.access.features import (
    PARTNERS_TO_BE_ASKED_FIRST,
    Feature,
    ProductTier,
    SeatState,
)
from app.auth.personas import (
    CONTOSO,
    CONTOSO_CORPORATE_CONTRACT,
    DEMO_PARTNER,
    NORTHWIND,
    NORTHWIND_CORPORATE_CONTRACT,
    NORTHWIND_LITE_CONTRACT,
    NORTHWIND_RPS_CONTRACT,
    OUTSIDER_SEAT,
    RECRUITER_ADMIN_SEAT,
    RECRUITER_COMPANY_WIDE_SEAT,
    RECRUITER_LITE_SEAT,
    RECRUITER_PARKED_SEAT,
    RECRUITER_SEAT,
)
from app.demo.clock import key_at, stream
from app.ids import CompanyId, CompanyUrn, ContractUrn, SeatUrn

FOUNDED: Final = datetime(2023, 3, 6, 8, 0, tzinfo=UTC)
REQUESTED: Final = datetime(2026, 10, 12, 9, 12, tzinfo=UTC)
ENABLED: Final = datetime(2026, 10, 19, 8, 30, tzinfo=UTC)

OPTIONAL_FIELDS: Final = (
    *(
        "middleInitial",
        "prefix",
        "suffix",
        "phoneNumbers",
        "addresses",
        "currentCompanyName",
        "currentJobTitle",
    ),
    *(
        "externalProfileUrl",
        "linkedInProfileUrl",
        "source",
        "tags",
        "doNotContact",
        "customFields",
        "isPrivate",
    ),
    *("dispositionReason", "interviewFeedback", "notes", "hiringTeam", "department", "requisitionCode"),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat and whose it is. `number` is also the tail of its URN."""

    number: int
    contract: ContractUrn
    first_name: str
    last_name: str
    state: SeatState = SeatState.ACTIVE
    is_admin: bool = False

    @property
    def urn(self) -> SeatUrn:
        return SeatUrn(f"urn:li:seat:{self.number}")

    @property
    def id(self) -> UUID:
        return key_at(FOUNDED, stream("seat", self.number))


@dataclass(frozen=True, slots=True)
class Contract:
    urn: ContractUrn
    name: str
    product_tier: ProductTier
    activated: bool

    @property
    def id(self) -> UUID:
        return key_at(FOUNDED, stream("contract", int(self.urn.rpartition(":")[2])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A company of the demo with everything that is set up for it."""

    urn: CompanyUrn
    name: str
    contracts: tuple[Contract, ...]
    seats: tuple[Seat, ...]
    company_wide_access: bool

    @property
    def id(self) -> CompanyId:
        return CompanyId(key_at(FOUNDED, stream("company", int(self.urn.rpartition(":")[2]))))

    @property
    def integration_id(self) -> UUID:
        return key_at(REQUESTED, stream("integration", int(self.urn.rpartition(":")[2])))

    def contract_id(self, urn: ContractUrn) -> UUID:
        """The key of this company's contract."""
        return next(contract.id for contract in self.contracts if contract.urn == urn)


def _number(urn: SeatUrn) -> int:
    return int(urn.rpartition(":")[2])


NORTHWIND_ORGANIZATION: Final = Organization(
    urn=NORTHWIND,
    name="Northwind",
    company_wide_access=True,
    contracts=(
        Contract(NORTHWIND_RPS_CONTRACT, "EMEA Tech", ProductTier.RECRUITER_PROFESSIONAL_SERVICES, True),
        Contract(NORTHWIND_CORPORATE_CONTRACT, "Corporate Functions", ProductTier.RECRUITER_CORPORATE, False),
        Contract(NORTHWIND_LITE_CONTRACT, "Depot Hiring", ProductTier.RECRUITER_LITE, False),
    ),
    seats=(
        Seat(_number(RECRUITER_SEAT), NORTHWIND_RPS_CONTRACT, "Rosa", "Lindqvist"),
        Seat(_number(RECRUITER_ADMIN_SEAT), NORTHWIND_RPS_CONTRACT, "Jonas", "Achterberg", is_admin=True),
        Seat(_number(RECRUITER_COMPANY_WIDE_SEAT), NORTHWIND_CORPORATE_CONTRACT, "Aoife", "Brennan"),
        Seat(_number(RECRUITER_LITE_SEAT), NORTHWIND_LITE_CONTRACT, "Tomasz", "Wilk"),
        Seat(_number(RECRUITER_PARKED_SEAT), NORTHWIND_RPS_CONTRACT, "Inês", "Carvalho", SeatState.PARKED),
        Seat(7011, NORTHWIND_RPS_CONTRACT, "Priya", "Raman"),
        Seat(7012, NORTHWIND_RPS_CONTRACT, "Emil", "Hägg"),
        Seat(7013, NORTHWIND_RPS_CONTRACT, "Chiara", "Montaldo"),
        Seat(7014, NORTHWIND_RPS_CONTRACT, "Duarte", "Reis", SeatState.INACTIVE),
        Seat(7015, NORTHWIND_RPS_CONTRACT, "Hanna", "Kobler", SeatState.INVITED),
        Seat(7021, NORTHWIND_CORPORATE_CONTRACT, "Siobhán", "Daly"),
        Seat(7022, NORTHWIND_CORPORATE_CONTRACT, "Luca", "Ferretti", is_admin=True),
        Seat(7031, NORTHWIND_LITE_CONTRACT, "Klára", "Novotná"),
    ),
)
CONTOSO_ORGANIZATION: Final = Organization(
    urn=CONTOSO,
    name="Contoso",
    company_wide_access=False,
    contracts=(
        Contract(CONTOSO_CORPORATE_CONTRACT, "Contoso Talent", ProductTier.RECRUITER_CORPORATE, True),
    ),
    seats=(
        Seat(_number(OUTSIDER_SEAT), CONTOSO_CORPORATE_CONTRACT, "Nadia", "Haddad"),
        Seat(7111, CONTOSO_CORPORATE_CONTRACT, "Owen", "Pryce", is_admin=True),
        Seat(7112, CONTOSO_CORPORATE_CONTRACT, "Mila", "Jovanović"),
    ),
)
ORGANIZATIONS: Final = (NORTHWIND_ORGANIZATION, CONTOSO_ORGANIZATION)

_MEMBER_OF_FIRST_SEAT: Final = 2985


def member_number_of(seat: Seat) -> int:
    """The number of the member who holds this seat: the last of the demo's members are its recruiters."""
    seats = [each.number for organization in ORGANIZATIONS for each in organization.seats]
    return _MEMBER_OF_FIRST_SEAT + seats.index(seat.number)


def member_urn(number: int) -> str:
    """`urn:li:person:m0001` for 1."""
    return f"urn:li:person:m{number:04d}"


def partner_rows() -> list[dict[str, Any]]:
    """Rows of `partner`: the demo's, which supports everything, and those that must be asked first."""
    every_feature = [feature.value for feature in Feature]
    since_long = [
        feature.value
        for feature in Feature
        if feature not in {Feature.RECOMMENDED_MATCHES, Feature.UNIFIED_SEARCH}
    ]
    demo = {
        "name": DEMO_PARTNER,
        "supported_features": every_feature,
        "optional_fields": list(OPTIONAL_FIELDS),
        "must_be_asked_first": False,
    }
    asked_first = [
        {
            "name": name,
            "supported_features": since_long,
            "optional_fields": list(OPTIONAL_FIELDS[:9]),
            "must_be_asked_first": True,
        }
        for name in sorted(PARTNERS_TO_BE_ASKED_FIRST)
    ]
    return [demo, *asked_first]
