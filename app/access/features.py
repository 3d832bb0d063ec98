"""Features, roles and states by their public names, and the feature matrix.

The enums are the schema's own: each member carries the description that `schema.graphql` prints, and
they are in the order in which the schema lists them. The matrix below them is the whole of what is
granted by which access; `decide` reads it and adds nothing to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self, TypeVar

import strawberry
from strawberry.types.enum import has_enum_definition

_E = TypeVar("_E", bound="type[DescribedEnum]")


class DescribedEnum(StrEnum):
    """A public enum whose members are written `NAME = "NAME", "what it means to a client"`."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Self:
        # The default is for the type checker alone, which takes a look-up, `Role("STAFF")`, for this call.
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


def graphql_enum(cls: _E) -> _E:
    """Register a DescribedEnum with Strawberry: its docstring and its members' descriptions get printed."""
    registered = strawberry.enum(cls, description=cls.__doc__)
    if has_enum_definition(registered):
        for value in registered.__strawberry_definition__.values:
            value.description = cls[value.name].description
    return registered


@graphql_enum
class Feature(DescribedEnum):
    """What a company gets with Recruiter System Connect. There is no opt-out of single features."""

    IN_ATS_INDICATOR = (
        "IN_ATS_INDICATOR",
        "The ATS's candidate, applications and tags beside the member in Recruiter. Needs an active seat.",
    )
    PROFILE_WIDGET = (
        "PROFILE_WIDGET",
        "The matched member's profile inside the ATS. Needs an active seat.",
    )
    ONE_CLICK_EXPORT = (
        "ONE_CLICK_EXPORT",
        "Send a member from Recruiter to a job in the ATS. Needs an active seat, and contract access "
        "unless the integration's setting oneClickExportCompanyWide is on.",
    )
    INMAIL_HISTORY = (
        "INMAIL_HISTORY",
        "InMails sent and received, shown in the ATS. Contract access only: rows of the contracts that "
        "have it.",
    )
    NOTES_HISTORY = (
        "NOTES_HISTORY",
        "Recruiters' notes on a profile, shown in the ATS. Contract access only: rows of the contracts that "
        "have it.",
    )
    INMAIL_STUB_PROFILE = (
        "INMAIL_STUB_PROFILE",
        "Profile and shared contact data of a member who answered an InMail. Contract access only: rows of "
        "the contracts that have it.",
    )
    RECOMMENDED_MATCHES = (
        "RECOMMENDED_MATCHES",
        "Members recommended for a job, inside the ATS. Once granted on any contract, every active seat of "
        "the company has it. The ATS partner must support it.",
    )
    UNIFIED_SEARCH = (
        "UNIFIED_SEARCH",
        "One search over LinkedIn members and ATS candidates. Once granted on any contract, every active "
        "seat of the company has it. The ATS partner must support it.",
    )


FEATURE_TITLES: Final[Mapping[Feature, str]] = MappingProxyType(
    {
        Feature.IN_ATS_INDICATOR: "In-ATS indicator",
        Feature.PROFILE_WIDGET: "Profile widget",
        Feature.ONE_CLICK_EXPORT: "1-Click Export",
        Feature.INMAIL_HISTORY: "InMail history",
        Feature.NOTES_HISTORY: "Notes history",
        Feature.INMAIL_STUB_PROFILE: "InMail stub profile",
        Feature.RECOMMENDED_MATCHES: "Recommended matches",
        Feature.UNIFIED_SEARCH: "Unified search",
    }
)
"""What people call them, in sentences that a person reads; the widgets' chart has the same names."""


@graphql_enum
class DenialReason(DescribedEnum):
    """Why a feature is refused: the first of these that holds, in this order."""

    INTEGRATION_DISABLED = (
        "INTEGRATION_DISABLED",
        "The company has no integration that is switched on: neither SYNCING nor LIVE.",
    )
    RESYNCING = (
        "RESYNCING",
        "Everything is being synced anew, and the records that this feature needs are not complete yet.",
    )
    RECRUITER_LITE = (
        "RECRUITER_LITE",
        "The contract is Recruiter Lite, which never has Recruiter System Connect.",
    )
    PARTNER_UNSUPPORTED = (
        "PARTNER_UNSUPPORTED",
        "The company's ATS partner does not support this feature, whatever is switched on.",
    )
    CONTRACT_NOT_ENABLED = (
        "CONTRACT_NOT_ENABLED",
        "There is neither contract access nor company-wide access.",
    )
    CONTRACT_ACCESS_REQUIRED = (
        "CONTRACT_ACCESS_REQUIRED",
        "There is company-wide access, which does not include this feature.",
    )
    NO_SEAT = (
        "NO_SEAT",
        "The viewer has no Recruiter seat, or none on the contract in question.",
    )
    SEAT_INACTIVE = (
        "SEAT_INACTIVE",
        "The viewer's Recruiter seat is inactive, parked, or invited only.",
    )


@graphql_enum
class AccessPath(DescribedEnum):
    """By which access a feature is granted; CONTRACT where both give it."""

    CONTRACT = "CONTRACT", "Contract access: switched on contract by contract, it gives every feature there."
    COMPANY_WIDE = (
        "COMPANY_WIDE",
        "Company-wide access: a limited set of features on every contract of the company.",
    )


@graphql_enum
class Role(DescribedEnum):
    """What a viewer is to the company. A viewer may hold several."""

    RECRUITER = "RECRUITER", "Works in LinkedIn Recruiter, on one seat."
    RECRUITER_ADMIN = (
        "RECRUITER_ADMIN",
        "Holds an active seat that may administer Recruiter. The seat says so, never the token alone.",
    )
    ATS_USER = "ATS_USER", "Works in the company's ATS."
    ATS_ADMIN = "ATS_ADMIN", "Administers the company's ATS and asks for the integration."
    PARTNER = "PARTNER", "The backend of the vendor whose ATS the company uses."
    SUPPORT = "SUPPORT", "LinkedIn's support: sees set-up, runs and the audit trail, no person's data."
    STAFF = "STAFF", "LinkedIn's internal tooling: sees set-up, runs and the audit trail, no person's data."


@graphql_enum
class ProductTier(DescribedEnum):
    """The product that a contract is for."""

    RECRUITER_CORPORATE = "RECRUITER_CORPORATE", "Recruiter Corporate: has Recruiter System Connect."
    RECRUITER_SMB = (
        "RECRUITER_SMB",
        "Recruiter for small and medium businesses: has Recruiter System Connect.",
    )
    RECRUITER_PROFESSIONAL_SERVICES = (
        "RECRUITER_PROFESSIONAL_SERVICES",
        "Recruiter Professional Services (RPS): has Recruiter System Connect.",
    )
    RECRUITER_LITE = "RECRUITER_LITE", "Recruiter Lite: never has Recruiter System Connect."


@graphql_enum
class SeatState(DescribedEnum):
    """Whether a seat can be used. Only an ACTIVE one is granted anything."""

    ACTIVE = "ACTIVE", "In use by its holder."
    INACTIVE = "INACTIVE", "Taken out of use."
    INVITED = "INVITED", "Offered to a person who has not accepted yet."
    PARKED = "PARKED", "Kept for later, with nobody working on it."


@graphql_enum
class IntegrationState(DescribedEnum):
    """Where an integration is in its life. Features are granted while SYNCING and LIVE."""

    REQUESTED = "REQUESTED", "The ATS admin consented; the partner must approve first."
    PARTNER_READY = "PARTNER_READY", "The partner is ready; the Recruiter admin's consent is missing."
    SYNCING = "SYNCING", "Enabled; the first sync runs, and features work on what is already there."
    LIVE = "LIVE", "Enabled, and the first sync is complete."
    DISABLED = "DISABLED", "Switched off; data stay, nothing is granted."
    ERASED = "ERASED", "The company's ATS data were removed; a new request opens a new generation."


class Scope(StrEnum):
    """What a feature is set up for, and whose rows it shows."""

    COMPANY = "COMPANY"
    CONTRACT = "CONTRACT"


ONE_CLICK_EXPORT_SETTING: Final = "oneClickExportCompanyWide"


@dataclass(frozen=True, slots=True)
class FeatureRule:
    """One row of the matrix.

    `company_wide_setting`: the integration's setting that puts the feature into company-wide access
    after all. `once_for_all_seats`: granted on any contract, it is every seat's of the company.
    `needs_entities`: what of the ATS must be complete again after a re-sync, of 'candidate',
    'application' and 'job'.
    """

    company_wide: bool
    contract: bool
    needs_seat: bool
    needs_partner_support: bool
    scope: Scope
    company_wide_setting: str | None = None
    once_for_all_seats: bool = False
    needs_entities: frozenset[str] = frozenset()


MATRIX_VERSION: Final = "1"
"""Changes with any change to `MATRIX`. Source of version 1: LinkedIn's feature chart, as in the README."""

_CANDIDATE, _APPLICATION, _JOB = "candidate", "application", "job"

MATRIX: Final[Mapping[Feature, FeatureRule]] = MappingProxyType(
    {
        Feature.IN_ATS_INDICATOR: FeatureRule(
            company_wide=True,
            contract=True,
            needs_seat=True,
            needs_partner_support=False,
            scope=Scope.COMPANY,
            # "Not in the ATS" would be false of everybody who has not been sent again yet.
            needs_entities=frozenset({_CANDIDATE, _APPLICATION, _JOB}),
        ),
        Feature.PROFILE_WIDGET: FeatureRule(
            company_wide=True,
            contract=True,
            needs_seat=True,
            needs_partner_support=False,
            scope=Scope.COMPANY,
            # The profile is found through the candidate's match.
            needs_entities=frozenset({_CANDIDATE}),
        ),
        Feature.ONE_CLICK_EXPORT: FeatureRule(
            # The chart leaves it out of company-wide access, one sentence of the prose puts it in: the
            # chart holds, and the setting gives the other reading.
            company_wide=False,
            company_wide_setting=ONE_CLICK_EXPORT_SETTING,
            contract=True,
            needs_seat=True,
            needs_partner_support=False,
            scope=Scope.COMPANY,
            # The job that is exported to, and the candidates among whom may be a do-not-contact.
            needs_entities=frozenset({_CANDIDATE, _JOB}),
        ),
        # The next three show LinkedIn's own records, so a re-sync of the ATS takes nothing from them.
        Feature.INMAIL_HISTORY: FeatureRule(
            company_wide=False,
            contract=True,
            needs_seat=False,
            needs_partner_support=False,
            scope=Scope.CONTRACT,
        ),
        Feature.NOTES_HISTORY: FeatureRule(
            company_wide=False,
            contract=True,
            needs_seat=False,
            needs_partner_support=False,
            scope=Scope.CONTRACT,
        ),
        Feature.INMAIL_STUB_PROFILE: FeatureRule(
            company_wide=False,
            contract=True,
            needs_seat=False,
            needs_partner_support=False,
            scope=Scope.CONTRACT,
        ),
        Feature.RECOMMENDED_MATCHES: FeatureRule(
            company_wide=True,
            contract=True,
            needs_seat=True,
            needs_partner_support=True,
            scope=Scope.COMPANY,
            once_for_all_seats=True,
            # The job, and the candidates that need no recommending because the ATS has them already.
            needs_entities=frozenset({_CANDIDATE, _JOB}),
        ),
        Feature.UNIFIED_SEARCH: FeatureRule(
            company_wide=True,
            contract=True,
            needs_seat=True,
            needs_partner_support=True,
            scope=Scope.COMPANY,
            once_for_all_seats=True,
            # It finds candidates, also by the stage of their applications.
            needs_entities=frozenset({_CANDIDATE, _APPLICATION}),
        ),
    }
)

PARTNERS_TO_BE_ASKED_FIRST: Final = frozenset(
    {
        "Avature",
        "Bullhorn",
        "Bullhorn Connexys",
        "Bullhorn Jobscience",
        "Bullhorn for Salesforce",
        "iCIMS",
        "Saba Lumesse",
    }
)
"""With these a request waits, REQUESTED, for the partner's approval; with all others it is PARTNER_READY."""

_ASKED_FIRST: Final = frozenset(" ".join(name.casefold().split()) for name in PARTNERS_TO_BE_ASKED_FIRST)


def must_be_asked_first(partner_name: str) -> bool:
    """Whether a request to this partner waits for its approval; case and spacing of the name do not count."""
    return " ".join(partner_name.casefold().split()) in _ASKED_FIRST
