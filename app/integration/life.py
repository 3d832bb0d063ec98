"""What may happen to an integration, and when: the table that every step asks before it changes anything.

A step on an integration is either in `TRANSITIONS`, with the state that it leads to, or in `REFUSALS`, with
what the caller is told. There is nothing in between: tests hold every step against every state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.access.features import IntegrationState, Role
from app.refused import WriteRefused

_REQUESTED, _READY = IntegrationState.REQUESTED, IntegrationState.PARTNER_READY
_SYNCING, _LIVE = IntegrationState.SYNCING, IntegrationState.LIVE
_DISABLED, _ERASED = IntegrationState.DISABLED, IntegrationState.ERASED


class Step(StrEnum):
    """What somebody does to an integration, by the name of the mutation where there is one."""

    REQUEST = "requestIntegration"
    REQUEST_OF_PARTNER_TO_BE_ASKED = "requestIntegration, of a partner that must be asked first"
    APPROVE = "approveIntegration"
    ENABLE = "enableIntegration"
    FINISH_SYNC = "finishSync"
    SWITCH = "setCompanyWideAccess, setIntegrationSettings, activateContract"
    DISABLE = "disableIntegration"
    ACKNOWLEDGE = "acknowledgeDisable"
    CHANGE_COMPANY_ID = "changeCompanyId"
    ERASE = "eraseAtsData"


WHO: Final[Mapping[str, tuple[Role, ...]]] = MappingProxyType(
    {
        "requestIntegration": (Role.ATS_ADMIN,),
        "approveIntegration": (Role.PARTNER,),
        "enableIntegration": (Role.RECRUITER_ADMIN,),
        "finishSync": (Role.PARTNER,),
        "setCompanyWideAccess": (Role.RECRUITER_ADMIN,),
        "setIntegrationSettings": (Role.RECRUITER_ADMIN,),
        "setViewers": (Role.ATS_ADMIN, Role.PARTNER),
        "activateContract": (Role.RECRUITER_ADMIN,),
        "deactivateContract": (Role.SUPPORT,),
        "disableIntegration": (Role.RECRUITER_ADMIN, Role.SUPPORT),
        "acknowledgeDisable": (Role.PARTNER, Role.ATS_ADMIN),
        "changeCompanyId": (Role.SUPPORT,),
        "eraseAtsData": (Role.RECRUITER_ADMIN, Role.SUPPORT),
    }
)
"""Who may do what; `deactivateContract` is possible in every state, and `setViewers` in any but ERASED."""


@dataclass(frozen=True, slots=True)
class Transition:
    """`before` is None where the company has no integration yet; an ERASED one is followed by a new one."""

    before: IntegrationState | None
    step: Step
    after: IntegrationState


TRANSITIONS: Final = (
    # The ATS admin's consent. Before it is enabled, another partner may be asked instead.
    Transition(None, Step.REQUEST, _READY),
    Transition(_REQUESTED, Step.REQUEST, _READY),
    Transition(_READY, Step.REQUEST, _READY),
    Transition(_DISABLED, Step.REQUEST, _READY),
    Transition(_ERASED, Step.REQUEST, _READY),
    Transition(None, Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _REQUESTED),
    Transition(_REQUESTED, Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _REQUESTED),
    Transition(_READY, Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _REQUESTED),
    Transition(_DISABLED, Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _REQUESTED),
    Transition(_ERASED, Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _REQUESTED),
    Transition(_REQUESTED, Step.APPROVE, _READY),
    # The Recruiter admin's consent: the second one enables.
    Transition(_READY, Step.ENABLE, _SYNCING),
    Transition(_SYNCING, Step.FINISH_SYNC, _LIVE),
    Transition(_SYNCING, Step.SWITCH, _SYNCING),
    Transition(_LIVE, Step.SWITCH, _LIVE),
    Transition(_SYNCING, Step.DISABLE, _DISABLED),
    Transition(_LIVE, Step.DISABLE, _DISABLED),
    Transition(_DISABLED, Step.ACKNOWLEDGE, _DISABLED),
    Transition(_DISABLED, Step.CHANGE_COMPANY_ID, _DISABLED),
    # The customer is the controller of its data and may have them erased at any time.
    Transition(_REQUESTED, Step.ERASE, _ERASED),
    Transition(_READY, Step.ERASE, _ERASED),
    Transition(_SYNCING, Step.ERASE, _ERASED),
    Transition(_LIVE, Step.ERASE, _ERASED),
    Transition(_DISABLED, Step.ERASE, _ERASED),
)

NO_INTEGRATION: Final = ("NO_INTEGRATION", "The company has no integration; an ATS admin must request one.")
_NOT_ENABLED: Final = (
    "NOT_ENABLED",
    "The integration is not enabled yet: the Recruiter admin's consent is missing.",
)
_IS_DISABLED: Final = (
    "INTEGRATION_DISABLED",
    "The integration is disabled; an ATS admin must request it again.",
)
_NOT_DISABLED: Final = ("NOT_DISABLED", "The integration must be disabled first.")
_ALREADY_ENABLED: Final = ("ALREADY_ENABLED", "The integration is enabled already.")

REFUSALS: Final[Mapping[tuple[Step, IntegrationState | None], tuple[str, str]]] = MappingProxyType(
    {
        (Step.REQUEST, _SYNCING): _ALREADY_ENABLED,
        (Step.REQUEST, _LIVE): _ALREADY_ENABLED,
        (Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _SYNCING): _ALREADY_ENABLED,
        (Step.REQUEST_OF_PARTNER_TO_BE_ASKED, _LIVE): _ALREADY_ENABLED,
        (Step.APPROVE, None): NO_INTEGRATION,
        (Step.APPROVE, _READY): ("ALREADY_APPROVED", "The partner is ready already."),
        (Step.APPROVE, _SYNCING): _ALREADY_ENABLED,
        (Step.APPROVE, _LIVE): _ALREADY_ENABLED,
        (Step.APPROVE, _DISABLED): _IS_DISABLED,
        (Step.APPROVE, _ERASED): NO_INTEGRATION,
        (Step.ENABLE, None): NO_INTEGRATION,
        (Step.ENABLE, _REQUESTED): ("PARTNER_NOT_READY", "The ATS partner must approve the request first."),
        (Step.ENABLE, _SYNCING): _ALREADY_ENABLED,
        (Step.ENABLE, _LIVE): _ALREADY_ENABLED,
        (Step.ENABLE, _DISABLED): _IS_DISABLED,
        (Step.ENABLE, _ERASED): NO_INTEGRATION,
        (Step.FINISH_SYNC, None): NO_INTEGRATION,
        (Step.FINISH_SYNC, _REQUESTED): _NOT_ENABLED,
        (Step.FINISH_SYNC, _READY): _NOT_ENABLED,
        (Step.FINISH_SYNC, _LIVE): ("NOTHING_TO_FINISH", "No first sync or re-sync is going on."),
        (Step.FINISH_SYNC, _DISABLED): _IS_DISABLED,
        (Step.FINISH_SYNC, _ERASED): NO_INTEGRATION,
        (Step.SWITCH, None): NO_INTEGRATION,
        (Step.SWITCH, _REQUESTED): _NOT_ENABLED,
        (Step.SWITCH, _READY): _NOT_ENABLED,
        (Step.SWITCH, _DISABLED): _IS_DISABLED,
        (Step.SWITCH, _ERASED): NO_INTEGRATION,
        (Step.DISABLE, None): NO_INTEGRATION,
        (Step.DISABLE, _REQUESTED): _NOT_ENABLED,
        (Step.DISABLE, _READY): _NOT_ENABLED,
        (Step.DISABLE, _DISABLED): ("ALREADY_DISABLED", "The integration is disabled already."),
        (Step.DISABLE, _ERASED): NO_INTEGRATION,
        (Step.ACKNOWLEDGE, None): NO_INTEGRATION,
        (Step.ACKNOWLEDGE, _REQUESTED): _NOT_DISABLED,
        (Step.ACKNOWLEDGE, _READY): _NOT_DISABLED,
        (Step.ACKNOWLEDGE, _SYNCING): _NOT_DISABLED,
        (Step.ACKNOWLEDGE, _LIVE): _NOT_DISABLED,
        (Step.ACKNOWLEDGE, _ERASED): NO_INTEGRATION,
        (Step.CHANGE_COMPANY_ID, None): NO_INTEGRATION,
        (Step.CHANGE_COMPANY_ID, _REQUESTED): _NOT_DISABLED,
        (Step.CHANGE_COMPANY_ID, _READY): _NOT_DISABLED,
        (Step.CHANGE_COMPANY_ID, _SYNCING): _NOT_DISABLED,
        (Step.CHANGE_COMPANY_ID, _LIVE): _NOT_DISABLED,
        (Step.CHANGE_COMPANY_ID, _ERASED): NO_INTEGRATION,
        (Step.ERASE, None): ("NOTHING_TO_ERASE", "The company has no ATS data here."),
        (Step.ERASE, _ERASED): ("ALREADY_ERASED", "The company's ATS data were erased already."),
    }
)
"""What the caller is told, as code and sentence, where a step is not possible."""

_AFTER: Final = {(one.step, one.before): one.after for one in TRANSITIONS}


def after(step: Step, before: IntegrationState | None) -> IntegrationState:
    """The state that the step leads to. Raises: WriteRefused if it is not possible now."""
    found = _AFTER.get((step, before))
    if found is None:
        code, message = REFUSALS[(step, before)]
        raise WriteRefused(code, message)
    return found


class SeveralRefused(Exception):
    """More than one thing to mend, told together. Nothing was changed."""

    def __init__(self, *refusals: WriteRefused) -> None:
        super().__init__(*(refusal.message for refusal in refusals))
        self.refusals = refusals
