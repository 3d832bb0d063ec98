"""What holds for every viewer of every company."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.access.decide import decide, decide_on_contract
from app.access.features import MATRIX, DenialReason, Feature, IntegrationState, ProductTier, Role, SeatState
from app.access.guards import FeatureGuard, Guard, RoleGuard, grants_of, implies
from app.access.viewer import CompanyFacts, ContractFacts, IntegrationFacts, Viewer
from tests.access.companies import APAC, EMEA, FOREIGN, LITE, company, contract, integration, seat, viewer

API_FEATURES = {Feature.INMAIL_HISTORY, Feature.NOTES_HISTORY, Feature.INMAIL_STUB_PROFILE}
ATS_ROLES = {Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER}
KEYS = (EMEA, APAC, LITE)

states = st.sampled_from([IntegrationState.LIVE, IntegrationState.LIVE, *IntegrationState])
integrations = st.builds(
    integration,
    state=states,
    company_wide=st.booleans(),
    export_setting=st.booleans(),
    supports=st.frozensets(st.sampled_from(Feature)),
    resyncing=st.just(()) | st.frozensets(st.sampled_from(["candidate", "application", "job"])),
)


@st.composite
def companies(draw: st.DrawFn) -> CompanyFacts:
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True))
    contracts = [
        contract(key, str(key), tier=draw(st.sampled_from(ProductTier)), activated=draw(st.booleans()))
        for key in keys
    ]
    return company(draw(st.none() | integrations), *contracts)


viewers = st.builds(
    lambda of, roles, on: viewer(of, *roles, on=on),
    companies(),
    st.frozensets(st.sampled_from(Role)),
    st.none() | st.builds(seat, st.sampled_from([*KEYS, FOREIGN]), st.sampled_from(SeatState)),
)
guards: st.SearchStrategy[Guard] = st.builds(
    FeatureGuard,
    st.lists(st.sampled_from(Feature), min_size=1, max_size=3, unique=True).map(tuple),
    st.frozensets(st.sampled_from(Role), max_size=3),
) | st.builds(RoleGuard, st.frozensets(st.sampled_from(Role), min_size=1, max_size=4))


def with_integration(of: Viewer, facts: IntegrationFacts | None) -> Viewer:
    return replace(of, company=replace(of.company, integration=facts)) if of.company else of


def with_contracts(of: Viewer, contracts: tuple[ContractFacts, ...]) -> Viewer:
    return replace(of, company=replace(of.company, contracts=contracts)) if of.company else of


def widened(of: Viewer) -> list[Viewer]:
    """The viewer with one thing more granted, in each possible way."""
    more = [
        with_contracts(of, tuple(replace(c, activated=c.activated or c.id == key) for c in of.contracts))
        for key in KEYS
    ]
    facts = of.integration
    if facts is not None:
        more += [
            with_integration(of, changed)
            for changed in (
                replace(facts, company_wide_access=True),
                replace(facts, one_click_export_company_wide=True),
                replace(facts, supported_features=frozenset(Feature)),
                replace(facts, resyncing=frozenset()),
                replace(facts, state=IntegrationState.LIVE),
            )
        ]
    more += [replace(of, roles=of.roles | {role}) for role in Role]
    if of.seat is not None:
        more.append(replace(of, seat=replace(of.seat, state=SeatState.ACTIVE)))
    return more


@given(viewers)
def test_granting_more_never_takes_anything_away(of: Viewer) -> None:
    before = grants_of(of).granted
    for more in widened(of):
        assert before <= grants_of(more).granted


@given(viewers)
def test_company_wide_access_never_opens_inmails_notes_or_stub_profiles(of: Viewer) -> None:
    none_activated = with_contracts(of, tuple(replace(c, activated=False) for c in of.contracts))
    assert grants_of(none_activated).granted.isdisjoint(API_FEATURES)


@given(viewers)
def test_a_seat_that_is_not_active_has_no_feature_at_all(of: Viewer) -> None:
    for state in (SeatState.INACTIVE, SeatState.INVITED, SeatState.PARKED):
        parked = replace(of, seat=replace(of.seat or seat(), state=state))
        assert grants_of(parked).granted == frozenset()


@given(viewers)
def test_without_a_seat_only_the_ats_side_has_anything_and_only_the_api_features(of: Viewer) -> None:
    granted = grants_of(replace(of, seat=None)).granted
    assert granted <= (API_FEATURES if of.roles & ATS_ROLES else set())


@given(viewers)
def test_recruiter_lite_has_no_feature_whatever_is_switched_on(of: Viewer) -> None:
    lite = tuple(replace(c, product_tier=ProductTier.RECRUITER_LITE) for c in of.contracts)
    assert grants_of(with_contracts(of, lite)).granted == frozenset()


@given(viewers)
def test_a_grant_says_by_which_access_and_a_refusal_says_why_and_how_to_mend_it(of: Viewer) -> None:
    decisions = [decide(f, of) for f in Feature]
    decisions += [decide_on_contract(f, of, key) for f in Feature for key in (*KEYS, FOREIGN)]
    for decision in decisions:
        assert decision.granted == (decision.through is not None)
        assert decision.granted == (decision.reason is None) == (decision.how_to_fix is None)
        if decision.how_to_fix is not None:
            assert decision.how_to_fix.endswith(".")
            assert decision.how_to_fix[0].isupper()
            assert ". " not in decision.how_to_fix


@given(viewers, st.sampled_from(Feature))
def test_doing_what_the_mend_says_grants_the_feature_or_uncovers_a_later_reason(
    of: Viewer, feature: Feature
) -> None:
    decision = decide(feature, of)
    order = list(DenialReason)
    mended = _mended(of, decision.reason)
    if decision.reason is not None and mended is not None:
        after = decide(feature, mended).reason
        assert after is None or order.index(after) > order.index(decision.reason)


def _mended(of: Viewer, reason: DenialReason | None) -> Viewer | None:
    """The viewer once somebody did what the mend says; None where that takes another seat or company."""
    facts = of.integration
    if reason in {DenialReason.CONTRACT_NOT_ENABLED, DenialReason.CONTRACT_ACCESS_REQUIRED}:
        if not any(of.seat is None or c.id == of.seat.contract_id for c in of.contracts):
            return None
        return with_contracts(of, tuple(replace(c, activated=True) for c in of.contracts))
    if reason is DenialReason.SEAT_INACTIVE and of.seat is not None:
        return replace(of, seat=replace(of.seat, state=SeatState.ACTIVE))
    if facts is None:
        return None
    changed = (
        {
            DenialReason.INTEGRATION_DISABLED: replace(facts, state=IntegrationState.LIVE),
            DenialReason.RESYNCING: replace(facts, resyncing=frozenset()),
            DenialReason.PARTNER_UNSUPPORTED: replace(facts, supported_features=frozenset(Feature)),
        }.get(reason)
        if reason
        else None
    )
    return with_integration(of, changed) if changed else None


@given(viewers, guards, guards)
def test_whoever_passes_a_guard_passes_those_that_it_implies(of: Viewer, outer: Guard, inner: Guard) -> None:
    grants = grants_of(of)
    if implies(outer, inner):
        if grants.check(outer) is None:
            assert grants.check(inner) is None
        for key in KEYS:
            if grants.check_on_contract(outer, key) is None:
                assert grants.check_on_contract(inner, key) is None


@given(viewers)
def test_rows_of_a_contract_are_read_exactly_where_its_fields_are_granted(of: Viewer) -> None:
    grants = grants_of(of)
    for feature in Feature:
        rows = grants.contracts(feature)
        assert set(rows) <= {c.id for c in of.contracts}
        assert bool(rows) == (feature in grants.granted)
        assert of.seat is None or set(rows) <= {of.seat.contract_id}
        if MATRIX[feature].scope.value == "CONTRACT":
            assert set(rows) <= {c.id for c in of.contracts if c.activated}


def test_the_key_decides_every_guard_of_one_feature_and_one_role() -> None:
    """So one plan serves all viewers with the same key: hundreds of viewers, many of whom share one."""
    passed: dict[object, list[bool]] = {}
    each_guard: list[Guard] = [RoleGuard(frozenset({role})) for role in Role]
    each_guard += [FeatureGuard((f,), frozenset({role})) for f in Feature for role in Role]
    role_sets = [frozenset(pair) for size in (0, 1, 2) for pair in combinations(Role, size)]
    shared = 0
    for state in (IntegrationState.LIVE, IntegrationState.SYNCING, IntegrationState.DISABLED):
        for activated in (False, True):
            for on in (None, seat(), seat(APAC), seat(state=SeatState.PARKED)):
                of = company(integration(state=state, company_wide=True), contract(activated=activated))
                for roles in role_sets:
                    grants = grants_of(viewer(of, *roles, on=on))
                    verdicts = [grants.check(guard) is None for guard in each_guard]
                    shared += grants.key in passed
                    assert passed.setdefault(grants.key, verdicts) == verdicts
    assert shared > 100
