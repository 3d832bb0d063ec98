"""Guards: what a directive stands for at run time, and what a viewer is told where one refuses."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from app.access.decide import Decision, decide, decide_on_contract
from app.access.features import DenialReason, Feature, Role
from app.access.mends import BECAUSE, enable_integration, listed
from app.access.sight import Sights, sights_of
from app.access.viewer import ATS_SIDE, Viewer
from app.errors import ErrorCode
from app.ids import ContractId


@dataclass(frozen=True, slots=True)
class FeatureGuard:
    """Passes whoever is granted one of `any_of` or holds one of `or_role`. A refusal names the first."""

    any_of: tuple[Feature, ...]
    or_role: frozenset[Role] = frozenset()

    def __post_init__(self) -> None:
        if not self.any_of:
            raise ValueError("a feature guard needs at least one feature")


@dataclass(frozen=True, slots=True)
class RoleGuard:
    """Passes whoever holds one of `any_of`."""

    any_of: frozenset[Role]

    def __post_init__(self) -> None:
        if not self.any_of:
            raise ValueError("a role guard needs at least one role")


Guard: TypeAlias = FeatureGuard | RoleGuard


@dataclass(frozen=True, slots=True)
class Denial:
    """What the error at a refused field says; `extensions` are those beside `code`."""

    code: ErrorCode
    message: str
    extensions: dict[str, Any] = field(hash=False)


def implies(outer: Guard, inner: Guard) -> bool:
    """Whether everybody who passes `outer` passes `inner`, both asked of the same contract or of none.

    A role never grants a feature, nor a feature a role. A role of the ATS's side passes a RoleGuard even
    while the integration is disabled, but an `or_role` only while it is enabled.
    """
    if isinstance(outer, FeatureGuard):
        return (
            isinstance(inner, FeatureGuard)
            and set(outer.any_of) <= set(inner.any_of)
            and outer.or_role <= inner.or_role
        )
    if isinstance(inner, RoleGuard):
        return outer.any_of <= inner.any_of
    return outer.any_of <= inner.or_role - ATS_SIDE


_ROLE_MENDS: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.RECRUITER: "a recruiter",
        Role.RECRUITER_ADMIN: "a Recruiter admin with an active seat",
        Role.ATS_USER: "a user of the ATS",
        Role.ATS_ADMIN: "an ATS admin",
        Role.PARTNER: "the ATS partner's backend",
        Role.SUPPORT: "LinkedIn support",
        Role.STAFF: "LinkedIn staff",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Grants:
    """All that one viewer is granted, decided once; see `grants_of`.

    `decisions` holds all eight in the order of the enum. `key` is what a plan may depend on: the granted
    features, the roles, whether the integration is enabled, whether there is a seat, and how far the viewer
    sees among jobs and applications. Reasons and mends
    are not in it, so an error's text must be asked for at request time and never kept in a plan.
    """

    viewer: Viewer
    decisions: Mapping[Feature, Decision]
    granted: frozenset[Feature]
    sights: Sights
    key: Hashable
    memory: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """For whoever answers requests: what follows from these grants alone may be kept here with them."""
    _contracts: dict[Feature, tuple[ContractId, ...]] = field(default_factory=dict, repr=False)

    @property
    def roles(self) -> frozenset[Role]:
        """The viewer's roles, as they hold."""
        return self.viewer.roles

    @property
    def integration_enabled(self) -> bool:
        """SYNCING or LIVE."""
        return self.viewer.integration is not None and self.viewer.integration.is_enabled

    def contracts(self, feature: Feature) -> tuple[ContractId, ...]:
        """The contracts whose rows the viewer may read through this feature, in the company's order.

        A seat's own if it is granted there; of those who act for the ATS, every one that is switched on.
        """
        found = self._contracts.get(feature)
        if found is None:
            found = tuple(
                c.id for c in self.viewer.contracts if decide_on_contract(feature, self.viewer, c.id).granted
            )
            self._contracts[feature] = found
        return found

    def check(self, guard: Guard) -> Denial | None:
        """None if the guard lets this viewer pass, else what to tell."""
        if isinstance(guard, RoleGuard):
            return self._check_role(guard)
        if self._passes_by_role(guard) or not self.granted.isdisjoint(guard.any_of):
            return None
        return self._refuse(guard, self.decisions[guard.any_of[0]])

    def check_on_contract(self, guard: Guard, contract_id: ContractId) -> Denial | None:
        """The same for a guarded field below a Contract, decided on that very contract."""
        if isinstance(guard, RoleGuard):
            return self._check_role(guard)
        if self._passes_by_role(guard):
            return None
        decisions = [decide_on_contract(feature, self.viewer, contract_id) for feature in guard.any_of]
        if any(decision.granted for decision in decisions):
            return None
        return self._refuse(guard, decisions[0])

    def check_integration(self) -> Denial | None:
        """What a call for the ATS is told while the integration is not enabled, so that it stops calling."""
        if self.integration_enabled:
            return None
        return Denial(
            ErrorCode.INTEGRATION_DISABLED,
            "The company's integration is not enabled.",
            {"howToFix": enable_integration(self.viewer)},
        )

    def _check_role(self, guard: RoleGuard) -> Denial | None:
        if not self.roles.isdisjoint(guard.any_of):
            return None
        roles = tuple(role for role in Role if role in guard.any_of)
        people = listed(tuple(_ROLE_MENDS[role] for role in roles), "or")
        return Denial(
            ErrorCode.ROLE_REQUIRED,
            f"This needs the role {listed(tuple(role.value for role in roles), 'or')}.",
            {"roles": [role.value for role in roles], "howToFix": f"Ask {people} to do this."},
        )

    def _passes_by_role(self, guard: FeatureGuard) -> bool:
        held = self.roles & guard.or_role
        return bool(held if self.integration_enabled else held - ATS_SIDE)

    def _refuse(self, guard: FeatureGuard, decision: Decision) -> Denial:
        reason = decision.reason or DenialReason.NO_SEAT
        names = tuple(feature.value for feature in guard.any_of)
        verdict = f"{names[0]} is not granted" if len(names) == 1 else f"None of {listed(names)} is granted"
        stop_calling = reason is DenialReason.INTEGRATION_DISABLED and self.viewer.acts_for_ats
        return Denial(
            ErrorCode.INTEGRATION_DISABLED if stop_calling else ErrorCode.FEATURE_NOT_GRANTED,
            f"{verdict}: {BECAUSE[reason]}.",
            {"feature": names[0], "reason": reason.value, "howToFix": decision.how_to_fix},
        )


def grants_of(viewer: Viewer) -> Grants:
    """Decide on all features for this viewer, once."""
    decisions = {feature: decide(feature, viewer) for feature in Feature}
    granted = frozenset(feature for feature, decision in decisions.items() if decision.granted)
    enabled = viewer.integration is not None and viewer.integration.is_enabled
    sights = sights_of(viewer)
    key = (granted, viewer.roles, enabled, viewer.seat is not None, sights)
    return Grants(viewer, MappingProxyType(decisions), granted, sights, key)
