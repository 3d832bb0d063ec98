"""What guards let pass, and what a viewer is told where they refuse."""

import pytest

from app.access.features import Feature, IntegrationState, ProductTier, Role
from app.access.guards import FeatureGuard, Grants, RoleGuard, grants_of, implies
from app.access.viewer import SeatFacts
from app.errors import ErrorCode
from tests.access.companies import APAC, EMEA, FOREIGN, LITE, company, contract, integration, seat, viewer

ATS_RECORDS = FeatureGuard(
    (Feature.IN_ATS_INDICATOR,), frozenset({Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER})
)
INMAILS = FeatureGuard((Feature.INMAIL_HISTORY,))
EXPORTS = FeatureGuard((Feature.ONE_CLICK_EXPORT,), frozenset({Role.ATS_ADMIN, Role.PARTNER, Role.SUPPORT}))


def northwind(
    state: IntegrationState = IntegrationState.LIVE, *roles: Role, on: SeatFacts | None = None
) -> Grants:
    """EMEA with contract access, APAC with company-wide access only, and a Recruiter Lite contract."""
    of = company(
        integration(state=state, company_wide=True),
        contract(activated=True),
        contract(APAC, "APAC"),
        contract(LITE, "Lite", tier=ProductTier.RECRUITER_LITE),
    )
    return grants_of(viewer(of, *roles, on=on))


LIVE, DISABLED = IntegrationState.LIVE, IntegrationState.DISABLED


def test_a_refused_feature_is_named_with_its_reason_and_its_mend() -> None:
    denial = northwind(LIVE, Role.RECRUITER, on=seat(APAC)).check(INMAILS)
    assert denial is not None
    assert denial.code is ErrorCode.FEATURE_NOT_GRANTED
    assert denial.message == "INMAIL_HISTORY is not granted: company-wide access does not include it."
    assert denial.extensions == {
        "feature": "INMAIL_HISTORY",
        "reason": "CONTRACT_ACCESS_REQUIRED",
        "howToFix": "Ask a Recruiter admin to activate RSC for contract 'APAC' in Product settings.",
    }


def test_of_several_features_any_one_passes_and_a_refusal_names_the_first() -> None:
    either = FeatureGuard((Feature.ONE_CLICK_EXPORT, Feature.PROFILE_WIDGET))
    grants = northwind(LIVE, Role.RECRUITER, on=seat(APAC))
    assert Feature.ONE_CLICK_EXPORT not in grants.granted
    assert grants.check(either) is None
    denial = northwind(LIVE, Role.STAFF).check(either)
    assert denial is not None
    assert denial.message.startswith("None of ONE_CLICK_EXPORT and PROFILE_WIDGET is granted: ")
    assert denial.extensions["feature"] == "ONE_CLICK_EXPORT"
    assert denial.extensions["reason"] == "NO_SEAT"


def test_a_role_in_or_role_passes_without_the_feature() -> None:
    grants = northwind(LIVE, Role.PARTNER)
    assert not grants.granted & {Feature.IN_ATS_INDICATOR, Feature.ONE_CLICK_EXPORT}
    assert grants.check(ATS_RECORDS) is None
    assert grants.check(EXPORTS) is None
    assert northwind(LIVE, Role.ATS_USER).check(EXPORTS) is not None


@pytest.mark.parametrize("role", [Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER])
@pytest.mark.parametrize("guard", [ATS_RECORDS, INMAILS])
def test_while_disabled_the_ats_side_is_told_to_stop_calling(role: Role, guard: FeatureGuard) -> None:
    denial = northwind(DISABLED, role).check(guard)
    assert denial is not None
    assert denial.code is ErrorCode.INTEGRATION_DISABLED
    assert denial.extensions["reason"] == "INTEGRATION_DISABLED"
    assert denial.extensions["howToFix"].startswith("Stop calling until ")
    assert northwind(DISABLED, role).check_integration() is not None


def test_while_disabled_a_recruiter_is_refused_the_feature_and_support_reads_on() -> None:
    denial = northwind(DISABLED, Role.RECRUITER, on=seat()).check(ATS_RECORDS)
    assert denial is not None
    assert (denial.code, denial.extensions["reason"]) == (
        ErrorCode.FEATURE_NOT_GRANTED,
        "INTEGRATION_DISABLED",
    )
    assert northwind(DISABLED, Role.SUPPORT).check(EXPORTS) is None


def test_while_disabled_a_role_guard_lets_pass_whom_it_names() -> None:
    """So that an ATS admin can ask again and the partner can acknowledge."""
    assert northwind(DISABLED, Role.PARTNER).check(RoleGuard(frozenset({Role.PARTNER}))) is None


def test_a_missing_role_is_refused_with_the_roles_in_the_order_of_the_enum() -> None:
    guard = RoleGuard(frozenset({Role.STAFF, Role.RECRUITER_ADMIN, Role.SUPPORT}))
    denial = northwind(LIVE, Role.RECRUITER, on=seat()).check(guard)
    assert denial is not None
    assert denial.code is ErrorCode.ROLE_REQUIRED
    assert denial.message == "This needs the role RECRUITER_ADMIN, SUPPORT or STAFF."
    assert denial.extensions == {
        "roles": ["RECRUITER_ADMIN", "SUPPORT", "STAFF"],
        "howToFix": "Ask a Recruiter admin with an active seat, LinkedIn support or LinkedIn staff "
        "to do this.",
    }
    assert northwind(LIVE, Role.STAFF).check(guard) is None


def test_below_a_contract_a_guard_asks_of_that_contract() -> None:
    partner = northwind(LIVE, Role.PARTNER)
    assert partner.check(INMAILS) is None
    assert partner.check_on_contract(INMAILS, EMEA) is None
    for other in (APAC, LITE, FOREIGN):
        assert partner.check_on_contract(INMAILS, other) is not None
    assert partner.check_on_contract(ATS_RECORDS, APAC) is None
    assert partner.check_on_contract(RoleGuard(frozenset({Role.STAFF})), EMEA) is not None


def test_rows_come_from_the_contracts_that_grant_them() -> None:
    assert northwind(LIVE, Role.PARTNER).contracts(Feature.INMAIL_HISTORY) == (EMEA,)
    assert northwind(LIVE, Role.RECRUITER, on=seat(EMEA)).contracts(Feature.INMAIL_HISTORY) == (EMEA,)
    assert northwind(LIVE, Role.RECRUITER, on=seat(APAC)).contracts(Feature.INMAIL_HISTORY) == ()
    assert northwind(LIVE, Role.RECRUITER, on=seat(APAC)).contracts(Feature.PROFILE_WIDGET) == (APAC,)
    assert northwind(DISABLED, Role.PARTNER).contracts(Feature.INMAIL_HISTORY) == ()
    assert northwind(LIVE, Role.STAFF).contracts(Feature.INMAIL_HISTORY) == ()


def test_decisions_are_all_eight_in_the_order_of_the_enum() -> None:
    assert tuple(northwind(LIVE, Role.STAFF).decisions) == tuple(Feature)


def test_viewers_with_the_same_grants_share_a_key_whoever_they_are() -> None:
    one = northwind(LIVE, Role.RECRUITER, on=seat(EMEA))
    of = company(integration(), contract(FOREIGN, "Contoso's", activated=True))
    assert grants_of(viewer(of, Role.RECRUITER, on=seat(FOREIGN))).key == one.key
    assert northwind(LIVE, Role.RECRUITER, on=seat(APAC)).key != one.key
    assert northwind(LIVE, Role.RECRUITER).key != one.key
    assert northwind(DISABLED, Role.STAFF).key != northwind(LIVE, Role.STAFF).key


def test_a_guard_without_anything_to_ask_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one feature"):
        FeatureGuard((), frozenset({Role.STAFF}))
    with pytest.raises(ValueError, match="at least one role"):
        RoleGuard(frozenset())


def test_an_outer_guard_spares_the_check_of_a_wider_inner_one() -> None:
    widget, staff = FeatureGuard((Feature.PROFILE_WIDGET,)), RoleGuard(frozenset({Role.STAFF}))
    either = FeatureGuard((Feature.UNIFIED_SEARCH, Feature.PROFILE_WIDGET), frozenset({Role.STAFF}))
    assert implies(widget, either)
    assert implies(staff, either)
    assert not implies(either, widget)
    assert not implies(either, staff)
    # The partner passes a role guard even while disabled, but not the ATS records' guard.
    assert not implies(RoleGuard(frozenset({Role.PARTNER})), ATS_RECORDS)
