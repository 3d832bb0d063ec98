"""The one decision: may this viewer have this feature, by which access, and if not, why not.

Nothing else in the program decides on features. The rules are `MATRIX`; the questions are asked in the
order of `DenialReason`, and the first that refuses is the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.access.case import Case
from app.access.features import AccessPath, DenialReason, Feature
from app.access.mends import how_to_fix
from app.access.viewer import Viewer
from app.ids import ContractId


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one feature: `through` if granted, else `reason` and `how_to_fix`, a sentence."""

    feature: Feature
    granted: bool
    through: AccessPath | None
    reason: DenialReason | None
    how_to_fix: str | None


_REFUSALS: Final[tuple[tuple[DenialReason, Callable[[Case], bool]], ...]] = (
    (DenialReason.INTEGRATION_DISABLED, lambda case: not case.integration_enabled),
    (DenialReason.RESYNCING, lambda case: bool(case.entities_awaited)),
    (DenialReason.RECRUITER_LITE, lambda case: case.only_recruiter_lite),
    (DenialReason.PARTNER_UNSUPPORTED, lambda case: not case.partner_supports_it),
    (DenialReason.CONTRACT_NOT_ENABLED, lambda case: not (case.through or case.company_wide_access)),
    (DenialReason.CONTRACT_ACCESS_REQUIRED, lambda case: case.through is None),
    (DenialReason.NO_SEAT, lambda case: case.seat_missing),
    (DenialReason.SEAT_INACTIVE, lambda case: case.seat_inactive),
)


def decide(feature: Feature, viewer: Viewer) -> Decision:
    """Decide on the seat's own contract; without a seat, over all contracts of the company."""
    return _answer(Case.of(feature, viewer))


def decide_on_contract(feature: Feature, viewer: Viewer, contract_id: ContractId) -> Decision:
    """Decide on this very contract, whoever asks; a seat has nothing on another contract than its own.

    A contract that is not the company's counts as one that is not enabled, and is never named.
    """
    return _answer(Case.on_contract(feature, viewer, contract_id))


def _answer(case: Case) -> Decision:
    for reason, refuses in _REFUSALS:
        if refuses(case):
            return Decision(case.feature, False, None, reason, how_to_fix(reason, case))
    return Decision(case.feature, True, case.through, None, None)
