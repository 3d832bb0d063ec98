"""The people of the demo, and the URNs that its data and its tokens agree on.

Used by the demo, `rsc token`, `rsc explain` and GraphiQL's persona switch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.issuers import DEVELOPMENT_LIFETIME_MAX_S
from app.auth.keys import SigningKey
from app.ids import CompanyUrn, ContractUrn, SeatUrn

NORTHWIND: Final = CompanyUrn("urn:li:organization:1001")
CONTOSO: Final = CompanyUrn("urn:li:organization:2002")

NORTHWIND_RPS_CONTRACT: Final = ContractUrn("urn:li:contract:5001")
NORTHWIND_CORPORATE_CONTRACT: Final = ContractUrn("urn:li:contract:5002")
NORTHWIND_LITE_CONTRACT: Final = ContractUrn("urn:li:contract:5003")
CONTOSO_CORPORATE_CONTRACT: Final = ContractUrn("urn:li:contract:6001")

RECRUITER_SEAT: Final = SeatUrn("urn:li:seat:7001")
RECRUITER_ADMIN_SEAT: Final = SeatUrn("urn:li:seat:7002")
RECRUITER_COMPANY_WIDE_SEAT: Final = SeatUrn("urn:li:seat:7003")
RECRUITER_LITE_SEAT: Final = SeatUrn("urn:li:seat:7004")
RECRUITER_PARKED_SEAT: Final = SeatUrn("urn:li:seat:7005")
OUTSIDER_SEAT: Final = SeatUrn("urn:li:seat:7101")

DEMO_PARTNER: Final = "Demo ATS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One of the demo's people (or backends). `contract` is where the seat is; a token never says it."""

    name: str
    roles: frozenset[Role]
    company: CompanyUrn
    seat: SeatUrn | None = None
    contract: ContractUrn | None = None
    partner: str | None = None
    description: str

    @property
    def subject(self) -> str:
        """The `sub` of this persona's tokens."""
        return f"demo:{self.name}"

    def token(
        self, key: SigningKey, *, lifetime_s: int = DEVELOPMENT_LIFETIME_MAX_S, client: str | None = None
    ) -> str:
        """A fresh development token of this persona; with `client`, for its trusted documents only."""
        return issue_token(
            key,
            subject=self.subject,
            roles=self.roles,
            company=self.company,
            seat=self.seat,
            partner=self.partner,
            client=client,
            lifetime_s=lifetime_s,
        )


_ALL: Final = (
    Persona(
        name="recruiter",
        roles=frozenset({Role.RECRUITER}),
        company=NORTHWIND,
        seat=RECRUITER_SEAT,
        contract=NORTHWIND_RPS_CONTRACT,
        description="A recruiter on a contract with contract access: every feature.",
    ),
    Persona(
        name="recruiter-admin",
        roles=frozenset({Role.RECRUITER, Role.RECRUITER_ADMIN}),
        company=NORTHWIND,
        seat=RECRUITER_ADMIN_SEAT,
        contract=NORTHWIND_RPS_CONTRACT,
        description="The same contract, and an admin of it.",
    ),
    Persona(
        name="recruiter-company-wide",
        roles=frozenset({Role.RECRUITER}),
        company=NORTHWIND,
        seat=RECRUITER_COMPANY_WIDE_SEAT,
        contract=NORTHWIND_CORPORATE_CONTRACT,
        description="Company-wide access only: no InMails, recruiter notes or stub profiles.",
    ),
    Persona(
        name="recruiter-lite",
        roles=frozenset({Role.RECRUITER}),
        company=NORTHWIND,
        seat=RECRUITER_LITE_SEAT,
        contract=NORTHWIND_LITE_CONTRACT,
        description="A recruiter on Recruiter Lite: no feature at all.",
    ),
    Persona(
        name="recruiter-parked",
        roles=frozenset({Role.RECRUITER}),
        company=NORTHWIND,
        seat=RECRUITER_PARKED_SEAT,
        contract=NORTHWIND_RPS_CONTRACT,
        description="A recruiter whose seat is parked: no feature at all.",
    ),
    Persona(
        name="ats-user",
        roles=frozenset({Role.ATS_USER}),
        company=NORTHWIND,
        partner=DEMO_PARTNER,
        description="A user of the ATS: its own records; who and when of InMails, shared recruiter notes.",
    ),
    Persona(
        name="ats-admin",
        roles=frozenset({Role.ATS_USER, Role.ATS_ADMIN}),
        company=NORTHWIND,
        partner=DEMO_PARTNER,
        description="An admin of the ATS: as a user, and reviews matches.",
    ),
    Persona(
        name="partner",
        roles=frozenset({Role.PARTNER}),
        company=NORTHWIND,
        partner=DEMO_PARTNER,
        description="The ATS partner's backend: its own records, and InMails with their text.",
    ),
    Persona(
        name="support",
        roles=frozenset({Role.SUPPORT}),
        company=NORTHWIND,
        description="LinkedIn support: contracts, seats, runs and the audit trail; no person's data.",
    ),
    Persona(
        name="staff",
        roles=frozenset({Role.STAFF}),
        company=NORTHWIND,
        description="LinkedIn staff: as support, and free queries, introspection and GET.",
    ),
    Persona(
        name="outsider",
        roles=frozenset({Role.RECRUITER}),
        company=CONTOSO,
        seat=OUTSIDER_SEAT,
        contract=CONTOSO_CORPORATE_CONTRACT,
        description="A recruiter of another company: every feature there, and nothing of Northwind.",
    ),
)

PERSONAS: Final[Mapping[str, Persona]] = MappingProxyType({persona.name: persona for persona in _ALL})
"""By name, in the order in which they are shown."""
