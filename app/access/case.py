"""One feature, one viewer, and the contracts on which the question is asked."""

from dataclasses import dataclass
from typing import Self

from app.access.features import MATRIX, AccessPath, Feature, FeatureRule, ProductTier, SeatState
from app.access.viewer import ContractFacts, IntegrationFacts, Viewer
from app.ids import ContractId


def _has_rsc(contract: ContractFacts) -> bool:
    return contract.product_tier is not ProductTier.RECRUITER_LITE


def _has_contract_access(contract: ContractFacts) -> bool:
    return contract.activated and _has_rsc(contract)


@dataclass(frozen=True, slots=True)
class Case:
    """What `decide` asks its questions of; each property is one fact in the words of the rules."""

    feature: Feature
    rule: FeatureRule
    viewer: Viewer
    contracts: tuple[ContractFacts, ...]

    @classmethod
    def of(cls, feature: Feature, viewer: Viewer) -> Self:
        """On the seat's own contract; without a seat, on all contracts of the company."""
        seat = viewer.seat
        on = tuple(c for c in viewer.contracts if seat is None or c.id == seat.contract_id)
        return cls(feature, MATRIX[feature], viewer, on)

    @classmethod
    def on_contract(cls, feature: Feature, viewer: Viewer, contract_id: ContractId) -> Self:
        """On one contract of the company; on none at all if it is not the company's."""
        on = tuple(c for c in viewer.contracts if c.id == contract_id)
        return cls(feature, MATRIX[feature], viewer, on)

    @property
    def integration(self) -> IntegrationFacts | None:
        return self.viewer.integration

    @property
    def integration_enabled(self) -> bool:
        return self.integration is not None and self.integration.is_enabled

    @property
    def entities_awaited(self) -> frozenset[str]:
        """What the feature needs and a re-sync has not completed yet."""
        return self.rule.needs_entities & (self.integration.resyncing if self.integration else frozenset())

    @property
    def only_recruiter_lite(self) -> bool:
        return bool(self.contracts) and not any(map(_has_rsc, self.contracts))

    @property
    def partner_supports_it(self) -> bool:
        if not self.rule.needs_partner_support:
            return True
        return self.integration is not None and self.feature in self.integration.supported_features

    @property
    def company_wide_access(self) -> bool:
        """Switched on, and there is a contract to have it on."""
        switched_on = self.integration is not None and self.integration.company_wide_access
        return switched_on and any(map(_has_rsc, self.contracts))

    @property
    def company_wide_includes_it(self) -> bool:
        settings_on = self.integration.settings_on if self.integration else frozenset()
        return self.rule.company_wide or self.rule.company_wide_setting in settings_on

    @property
    def through(self) -> AccessPath | None:
        """The access that gives the feature: first by the contracts asked about, then by any other's."""
        if self.rule.contract and any(map(_has_contract_access, self.contracts)):
            return AccessPath.CONTRACT
        if self.company_wide_access and self.company_wide_includes_it:
            return AccessPath.COMPANY_WIDE
        if self._granted_elsewhere:
            return AccessPath.CONTRACT
        return None

    @property
    def _granted_elsewhere(self) -> bool:
        """Another contract's access counts too, for the features that are the whole company's."""
        counts = self.rule.contract and self.rule.once_for_all_seats and any(map(_has_rsc, self.contracts))
        return counts and any(map(_has_contract_access, self.viewer.contracts))

    @property
    def seat_is_elsewhere(self) -> bool:
        """The viewer's seat is on none of the contracts asked about."""
        seat = self.viewer.seat
        return seat is not None and all(c.id != seat.contract_id for c in self.contracts)

    @property
    def seat_missing(self) -> bool:
        """No seat where one is needed. The API features need none, but only of those who act for the ATS."""
        if self.viewer.seat is not None:
            return self.seat_is_elsewhere
        return self.rule.needs_seat or not self.viewer.acts_for_ats

    @property
    def seat_inactive(self) -> bool:
        return self.viewer.seat is not None and self.viewer.seat.state is not SeatState.ACTIVE
