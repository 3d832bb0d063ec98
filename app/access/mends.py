"""How to mend a refusal: one sentence for a person, saying who has to do what, and where."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from app.access.case import Case
from app.access.features import FEATURE_TITLES, DenialReason, IntegrationState, Role, SeatState
from app.access.viewer import ATS_SIDE, CompanyFacts, Viewer

_PLURALS: Final = (("candidate", "candidates"), ("application", "applications"), ("job", "jobs"))

BECAUSE: Final[Mapping[DenialReason, str]] = MappingProxyType(
    {
        DenialReason.INTEGRATION_DISABLED: "the company's integration is not enabled",
        DenialReason.RESYNCING: "the ATS's records are being synced anew and are not complete yet",
        DenialReason.RECRUITER_LITE: "Recruiter Lite never has Recruiter System Connect",
        DenialReason.PARTNER_UNSUPPORTED: "the company's ATS partner does not support it",
        DenialReason.CONTRACT_NOT_ENABLED: "there is neither contract access nor company-wide access",
        DenialReason.CONTRACT_ACCESS_REQUIRED: "company-wide access does not include it",
        DenialReason.NO_SEAT: "it needs a Recruiter seat there",
        DenialReason.SEAT_INACTIVE: "the Recruiter seat is not active",
    }
)
"""The reason as the second half of a sentence."""


def listed(words: tuple[str, ...], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def how_to_fix(reason: DenialReason, case: Case) -> str:
    """One sentence that the right person can act on. Names only what belongs to the viewer's company."""
    return _MENDS[reason](case)


def enable_integration(viewer: Viewer) -> str:
    """How the integration gets enabled from the state that it is in."""
    company = viewer.company
    if company is None:
        return "Use a token that names the company it acts for."
    integration = company.integration
    state = integration.state if integration else IntegrationState.ERASED
    partner = integration.partner_name if integration else "the ATS"
    sentence = _ENABLING.get(state, _ENABLING[IntegrationState.ERASED])
    # A widget's page speaks for the ATS too, and is read by a person, who calls nothing.
    if state is IntegrationState.DISABLED and viewer.acts_for_ats and viewer.widget is None:
        sentence = _STOP_CALLING
    return sentence.format(company=company.company_name, partner=partner)


_WITHOUT_SEATS: Final = ATS_SIDE | {Role.SUPPORT, Role.STAFF}

_ENABLING: Final = MappingProxyType(
    {
        IntegrationState.REQUESTED: (
            "Ask {partner} to approve the request, then a Recruiter admin of {company} to enable RSC in "
            "Product settings."
        ),
        IntegrationState.PARTNER_READY: (
            "Ask a Recruiter admin of {company} to enable RSC with {partner} in Product settings."
        ),
        IntegrationState.DISABLED: (
            "Ask an ATS admin of {company} to request RSC with {partner} again, and a Recruiter admin to "
            "enable it in Product settings."
        ),
        IntegrationState.ERASED: (
            "Ask an ATS admin of {company} to request RSC, and a Recruiter admin to enable it in Product "
            "settings."
        ),
    }
)


_STOP_CALLING: Final = (
    "Stop calling until an ATS admin of {company} has requested RSC with {partner} again and a Recruiter "
    "admin has enabled it in Product settings."
)


def _company_name(company: CompanyFacts | None) -> str:
    return company.company_name if company else "the company"


def _resyncing(case: Case) -> str:
    awaited = listed(tuple(plural for one, plural in _PLURALS if one in case.entities_awaited))
    where = "Integration.resync" if case.viewer.widget is None else "the integration's page"
    return f"Wait until the {awaited} are synced anew, up to 7 days; {where} shows how far it is."


def _recruiter_lite(case: Case) -> str:
    names = listed(tuple(f"'{contract.name}'" for contract in case.contracts))
    are = "is" if len(case.contracts) == 1 else "are"
    company = _company_name(case.viewer.company)
    if case.viewer.seat is None and not case.viewer.roles.isdisjoint(_WITHOUT_SEATS):
        return f"Ask LinkedIn for a contract of {company} that is not Recruiter Lite, as {names} {are}."
    return (
        f"Ask a Recruiter admin of {company} for a seat on a contract that is not Recruiter Lite, as {names} "
        f"{are}."
    )


def _partner_unsupported(case: Case) -> str:
    partner = case.integration.partner_name if case.integration else "the ATS partner"
    return f"Ask {partner} to support {FEATURE_TITLES[case.feature]}; no setting can switch it on before."


def _ask_to_activate(case: Case) -> str:
    """Whom to ask for contract access, and for which contract."""
    if len(case.contracts) == 1:
        which = f"contract '{case.contracts[0].name}'"
    else:
        which = f"a contract of {_company_name(case.viewer.company)}"
    return f"Ask a Recruiter admin to activate RSC for {which}"


def _contract_not_enabled(case: Case) -> str:
    alternative = ", or to switch on company-wide access," if case.company_wide_includes_it else ""
    return f"{_ask_to_activate(case)}{alternative} in Product settings."


def _contract_access_required(case: Case) -> str:
    setting = case.rule.company_wide_setting
    alternative = f", or to switch on the setting {setting}," if setting else ""
    return f"{_ask_to_activate(case)}{alternative} in Product settings."


def _no_seat(case: Case) -> str:
    viewer = case.viewer
    company = _company_name(viewer.company)
    if case.seat_is_elsewhere:
        names = tuple(f"'{contract.name}'" for contract in case.contracts)
        where = f"contract {listed(names)}" if names else "a contract"
        return f"Ask a Recruiter admin of {company} for a seat on {where}; yours is on another contract."
    if Role.PARTNER in viewer.roles:
        return "Use a widget token of an ATS user who is connected to a Recruiter seat."
    if viewer.acts_for_ats:
        return "Connect your ATS user to your Recruiter seat, or ask a Recruiter admin for one."
    if not viewer.roles.isdisjoint({Role.SUPPORT, Role.STAFF}):
        return f"Ask someone who holds a Recruiter seat at {company}: support and staff see no person's data."
    return f"Ask a Recruiter admin of {company} for a seat."


def _seat_inactive(case: Case) -> str:
    seat = case.viewer.seat
    where = listed(tuple(f"contract '{contract.name}'" for contract in case.contracts))
    if seat is not None and seat.state is SeatState.INVITED:
        return f"Accept the invitation to your seat on {where}."
    state = seat.state.value.lower() if seat else "missing"
    return f"Ask a Recruiter admin to activate your seat on {where}, which is {state}."


_MENDS: Final[Mapping[DenialReason, Callable[[Case], str]]] = MappingProxyType(
    {
        DenialReason.INTEGRATION_DISABLED: lambda case: enable_integration(case.viewer),
        DenialReason.RESYNCING: _resyncing,
        DenialReason.RECRUITER_LITE: _recruiter_lite,
        DenialReason.PARTNER_UNSUPPORTED: _partner_unsupported,
        DenialReason.CONTRACT_NOT_ENABLED: _contract_not_enabled,
        DenialReason.CONTRACT_ACCESS_REQUIRED: _contract_access_required,
        DenialReason.NO_SEAT: _no_seat,
        DenialReason.SEAT_INACTIVE: _seat_inactive,
    }
)
