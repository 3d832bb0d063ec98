"""The facts a decision is made of: who asks, on which seat, and what the company has switched on.

They are what the database says at request time. All of it is frozen, so a Viewer can be cached, shared
between requests and compared.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access.features import (
    ONE_CLICK_EXPORT_SETTING,
    Feature,
    IntegrationState,
    ProductTier,
    Role,
    SeatState,
)
from app.access.widget import WidgetClaim
from app.ids import CompanyId, ContractId, SeatId

ATS_SIDE: Final = frozenset({Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER})
"""The roles that act for the ATS: without a seat, they have the API features over all contracts."""

_ENABLED: Final = frozenset({IntegrationState.SYNCING, IntegrationState.LIVE})


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract of the viewer's company. `activated`: contract access is switched on."""

    id: ContractId
    urn: str
    name: str
    product_tier: ProductTier
    activated: bool


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """The seat that the viewer holds, or that a widget token acts for."""

    id: SeatId
    urn: str
    contract_id: ContractId
    state: SeatState
    is_admin: bool
    member_urn: str | None = None
    """The person who holds it, if that is known: whom access lists name."""


@dataclass(frozen=True, slots=True)
class IntegrationFacts:
    """The company's one integration that is not ERASED.

    `resyncing`: of 'candidate', 'application' and 'job' those whose re-sync run is not complete;
    empty where no re-sync is due, the first sync included. `unlisted_open_to_all` and `on_lists` have values
    of `SecurableEntity`: of which kinds everybody sees what is on no access list, and of which kinds
    anything is on one.
    """

    id: UUID
    state: IntegrationState
    company_wide_access: bool
    one_click_export_company_wide: bool
    partner_name: str
    supported_features: frozenset[Feature]
    resyncing: frozenset[str]
    unlisted_open_to_all: frozenset[str] = frozenset()
    on_lists: frozenset[str] = frozenset()

    @property
    def is_enabled(self) -> bool:
        """SYNCING or LIVE."""
        return self.state in _ENABLED

    @property
    def settings_on(self) -> frozenset[str]:
        """Public names of the settings that are true."""
        return frozenset({ONE_CLICK_EXPORT_SETTING} if self.one_click_export_company_wide else ())


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """The tenant; `contracts` are all of its own, in a stable order."""

    company_id: CompanyId
    company_urn: str
    company_name: str
    integration: IntegrationFacts | None
    contracts: tuple[ContractFacts, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. `roles` are final: `effective_roles` has been applied to the token's.

    `partner` and `client` are the token's claims; `seat` belongs to `company`. `widget` is what a widget's
    page is bound to, None for everybody else.
    """

    subject: str
    roles: frozenset[Role]
    company: CompanyFacts | None
    seat: SeatFacts | None
    partner: str | None
    client: str | None
    widget: WidgetClaim | None = None

    @property
    def integration(self) -> IntegrationFacts | None:
        """The company's integration, if there is a company and it has one."""
        return self.company.integration if self.company else None

    @property
    def contracts(self) -> tuple[ContractFacts, ...]:
        """All contracts of the company; none without a company."""
        return self.company.contracts if self.company else ()

    @property
    def acts_for_ats(self) -> bool:
        """Whether one of the roles is the ATS's: user, admin or the partner's backend."""
        return not self.roles.isdisjoint(ATS_SIDE)


def effective_roles(token_roles: frozenset[Role], seat: SeatFacts | None) -> frozenset[Role]:
    """The roles that hold: the token's, with RECRUITER_ADMIN as the seat has it and never as claimed.

    A recruiter (by RECRUITER or RECRUITER_ADMIN in the token) on an ACTIVE admin seat is an admin.
    """
    is_recruiter = not token_roles.isdisjoint({Role.RECRUITER, Role.RECRUITER_ADMIN})
    if is_recruiter and seat is not None and seat.is_admin and seat.state is SeatState.ACTIVE:
        return token_roles | {Role.RECRUITER_ADMIN}
    return token_roles - {Role.RECRUITER_ADMIN}


def roles_with_partner(
    roles: frozenset[Role], partner: str | None, integration: IntegrationFacts | None
) -> frozenset[Role]:
    """The roles that are left once the token's partner is held against the one that the company uses.

    A company's partner decides, so PARTNER holds only for the one that its integration names. Users and
    admins of another partner's ATS keep their roles only while that integration is not enabled: they may
    ask for their own then, and there is nothing to read.
    """
    if integration is None or partner == integration.partner_name:
        return roles
    if partner is not None and integration.is_enabled:
        return roles - ATS_SIDE
    return roles - {Role.PARTNER}
