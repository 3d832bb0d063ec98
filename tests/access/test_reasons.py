"""Why a feature is refused: the order of the reasons, the rules behind each, and how each is mended."""

from dataclasses import replace

import pytest

from app.access.decide import decide, decide_on_contract
from app.access.features import (
    AccessPath,
    DenialReason,
    Feature,
    IntegrationState,
    ProductTier,
    Role,
    SeatState,
)
from app.access.viewer import CompanyFacts, SeatFacts, Viewer
from app.access.widget import Widget, WidgetClaim
from tests.access.companies import APAC, EMEA, FOREIGN, LITE, company, contract, integration, seat, viewer

API_FEATURES = (Feature.INMAIL_HISTORY, Feature.NOTES_HISTORY, Feature.INMAIL_STUB_PROFILE)
ONE_FOR_ALL = (Feature.RECOMMENDED_MATCHES, Feature.UNIFIED_SEARCH)
ENABLED = {IntegrationState.SYNCING, IntegrationState.LIVE}


def recruiter(of: CompanyFacts | None, on: SeatFacts | None = None) -> Viewer:
    return viewer(of, Role.RECRUITER, on=on or seat())


def mend(feature: Feature, of: Viewer) -> str:
    said = decide(feature, of).how_to_fix
    assert said is not None
    return said


def test_the_first_reason_in_the_order_of_the_enum_is_the_one_given() -> None:
    """At first everything is wrong; each step mends one thing and uncovers the next reason."""
    facts = integration(state=IntegrationState.DISABLED, resyncing=("candidate",), supports=())
    emea, apac = contract(tier=ProductTier.RECRUITER_LITE), contract(APAC, "APAC")
    on = seat(APAC, SeatState.PARKED)
    asked = Feature.UNIFIED_SEARCH
    given: list[DenialReason | None] = []

    def ask() -> None:
        of = recruiter(company(facts, emea, apac), on)
        given.append(decide_on_contract(asked, of, EMEA).reason)

    ask()
    facts = replace(facts, state=IntegrationState.LIVE)
    ask()
    facts = replace(facts, resyncing=frozenset())
    ask()
    emea = replace(emea, product_tier=ProductTier.RECRUITER_CORPORATE)
    ask()
    facts = replace(facts, supported_features=frozenset(Feature))
    ask()
    # Company-wide access would grant the search: from here on, a feature that it leaves out.
    facts, asked = replace(facts, company_wide_access=True), Feature.ONE_CLICK_EXPORT
    ask()
    emea = replace(emea, activated=True)
    ask()
    on = replace(on, contract_id=EMEA)
    ask()
    on = replace(on, state=SeatState.ACTIVE)
    ask()
    assert given == [*DenialReason, None]


@pytest.mark.parametrize("state", IntegrationState)
def test_features_are_granted_while_syncing_and_live_and_in_no_other_state(state: IntegrationState) -> None:
    of = company(integration(state=state, company_wide=True), contract(activated=True))
    granted = {decide(feature, recruiter(of)).granted for feature in Feature}
    assert granted == {state in ENABLED}


@pytest.mark.parametrize("of", [None, company(None, contract(activated=True))])
def test_without_a_company_or_an_integration_everything_is_disabled(of: CompanyFacts | None) -> None:
    for who in (recruiter(of), viewer(of, Role.PARTNER), viewer(of, Role.STAFF)):
        assert {decide(f, who).reason for f in Feature} == {DenialReason.INTEGRATION_DISABLED}


@pytest.mark.parametrize(
    ("entity", "waiting"),
    [
        (
            "candidate",
            {
                Feature.IN_ATS_INDICATOR,
                Feature.PROFILE_WIDGET,
                Feature.ONE_CLICK_EXPORT,
                Feature.RECOMMENDED_MATCHES,
                Feature.UNIFIED_SEARCH,
            },
        ),
        ("application", {Feature.IN_ATS_INDICATOR, Feature.UNIFIED_SEARCH}),
        ("job", {Feature.IN_ATS_INDICATOR, Feature.ONE_CLICK_EXPORT, Feature.RECOMMENDED_MATCHES}),
    ],
)
def test_a_resync_holds_up_the_features_that_need_its_entity_and_no_others(
    entity: str, waiting: set[Feature]
) -> None:
    of = company(integration(resyncing={entity}), contract(activated=True))
    reasons = {feature: decide(feature, recruiter(of)).reason for feature in Feature}
    assert reasons == {f: DenialReason.RESYNCING if f in waiting else None for f in Feature}


@pytest.mark.parametrize("feature", ONE_FOR_ALL)
def test_recommendations_and_search_on_one_contract_are_every_active_seats(feature: Feature) -> None:
    of = company(
        integration(),
        contract(activated=True),
        contract(APAC, "APAC"),
        contract(LITE, "Lite", tier=ProductTier.RECRUITER_LITE),
    )
    assert decide(feature, recruiter(of, seat(APAC))).through is AccessPath.CONTRACT
    assert decide(feature, recruiter(of, seat(APAC, SeatState.PARKED))).reason is DenialReason.SEAT_INACTIVE
    assert decide(feature, recruiter(of, seat(LITE))).reason is DenialReason.RECRUITER_LITE


@pytest.mark.parametrize("feature", [f for f in Feature if f not in ONE_FOR_ALL])
def test_any_other_feature_of_one_contract_is_nothing_on_another(feature: Feature) -> None:
    of = company(integration(), contract(activated=True), contract(APAC, "APAC"))
    assert decide(feature, recruiter(of, seat(APAC))).reason is DenialReason.CONTRACT_NOT_ENABLED


@pytest.mark.parametrize("feature", ONE_FOR_ALL)
def test_a_seat_is_told_the_access_of_its_own_contract_before_that_of_another(feature: Feature) -> None:
    of = company(integration(company_wide=True), contract(activated=True), contract(APAC, "APAC"))
    assert decide(feature, recruiter(of, seat(EMEA))).through is AccessPath.CONTRACT
    assert decide(feature, recruiter(of, seat(APAC))).through is AccessPath.COMPANY_WIDE


def test_an_activated_recruiter_lite_contract_gives_nobody_anything() -> None:
    lite = contract(LITE, "Lite", tier=ProductTier.RECRUITER_LITE, activated=True)
    of = company(integration(company_wide=False), lite, contract(APAC, "APAC"))
    for who in (recruiter(of, seat(APAC)), viewer(of, Role.PARTNER)):
        assert {decide(f, who).reason for f in Feature} == {DenialReason.CONTRACT_NOT_ENABLED}


def test_company_wide_access_of_a_company_without_contracts_is_no_access() -> None:
    of = company(integration(company_wide=True))
    for who in (recruiter(of), viewer(of, Role.ATS_USER)):
        assert {decide(f, who).reason for f in Feature} == {DenialReason.CONTRACT_NOT_ENABLED}


def test_a_seat_on_a_contract_that_the_company_does_not_have_gets_nothing() -> None:
    of = company(integration(company_wide=True, export_setting=True), contract(activated=True))
    assert not any(decide(f, recruiter(of, seat(FOREIGN))).granted for f in Feature)


@pytest.mark.parametrize("role", [Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER])
@pytest.mark.parametrize("feature", API_FEATURES)
def test_below_a_contract_the_ats_side_is_decided_on_that_very_contract(role: Role, feature: Feature) -> None:
    of = company(integration(company_wide=True), contract(activated=True), contract(APAC, "APAC"))
    who = viewer(of, role)
    assert decide(feature, who).granted
    assert decide_on_contract(feature, who, EMEA).granted
    assert decide_on_contract(feature, who, APAC).reason is DenialReason.CONTRACT_ACCESS_REQUIRED


def test_a_seat_has_nothing_on_another_contract_and_is_told_which_it_would_need_a_seat_on() -> None:
    of = company(
        integration(company_wide=True), contract(activated=True), contract(APAC, "APAC", activated=True)
    )
    for feature in Feature:
        refused = decide_on_contract(feature, recruiter(of), APAC)
        assert refused.reason is DenialReason.NO_SEAT
        assert refused.how_to_fix == (
            "Ask a Recruiter admin of Northwind for a seat on contract 'APAC'; yours is on another contract."
        )
        assert decide_on_contract(feature, recruiter(of), EMEA) == decide(feature, recruiter(of))


def test_a_foreign_contract_is_refused_without_a_word_about_it() -> None:
    of = company(integration(company_wide=True), contract(activated=True))
    for who in (recruiter(of), viewer(of, Role.PARTNER)):
        for feature in Feature:
            refused = decide_on_contract(feature, who, FOREIGN)
            assert refused.reason is DenialReason.CONTRACT_NOT_ENABLED
            assert "a contract of Northwind" in str(refused.how_to_fix)


MENDS = [
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(integration(), contract())),
        "Ask a Recruiter admin to activate RSC for contract 'EMEA Tech' in Product settings.",
    ),
    (
        Feature.PROFILE_WIDGET,
        recruiter(company(integration(), contract())),
        "Ask a Recruiter admin to activate RSC for contract 'EMEA Tech', or to switch on company-wide "
        "access, in Product settings.",
    ),
    (
        Feature.ONE_CLICK_EXPORT,
        recruiter(company(integration(company_wide=True), contract())),
        "Ask a Recruiter admin to activate RSC for contract 'EMEA Tech', or to switch on the setting "
        "oneClickExportCompanyWide, in Product settings.",
    ),
    (
        Feature.NOTES_HISTORY,
        viewer(company(integration(), contract(), contract(APAC, "APAC")), Role.PARTNER),
        "Ask a Recruiter admin to activate RSC for a contract of Northwind in Product settings.",
    ),
    (
        Feature.PROFILE_WIDGET,
        recruiter(company(integration(), contract(tier=ProductTier.RECRUITER_LITE))),
        "Ask a Recruiter admin of Northwind for a seat on a contract that is not Recruiter Lite, as "
        "'EMEA Tech' is.",
    ),
    (
        Feature.UNIFIED_SEARCH,
        recruiter(company(integration(supports=()), contract(activated=True))),
        "Ask Demo ATS to support Unified search; no setting can switch it on before.",
    ),
    (
        Feature.IN_ATS_INDICATOR,
        recruiter(company(integration(resyncing=("job", "application")), contract(activated=True))),
        "Wait until the applications and jobs are synced anew, up to 7 days; Integration.resync shows how "
        "far it is.",
    ),
    (
        Feature.PROFILE_WIDGET,
        viewer(company(integration(), contract(activated=True)), Role.ATS_USER),
        "Connect your ATS user to your Recruiter seat, or ask a Recruiter admin for one.",
    ),
    (
        Feature.PROFILE_WIDGET,
        viewer(company(integration(), contract(activated=True)), Role.PARTNER),
        "Use a widget token of an ATS user who is connected to a Recruiter seat.",
    ),
    (
        Feature.INMAIL_HISTORY,
        viewer(company(integration(), contract(activated=True)), Role.SUPPORT),
        "Ask someone who holds a Recruiter seat at Northwind: support and staff see no person's data.",
    ),
    (
        Feature.INMAIL_HISTORY,
        viewer(company(integration(), contract(activated=True)), Role.RECRUITER),
        "Ask a Recruiter admin of Northwind for a seat.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(integration(), contract(activated=True)), seat(state=SeatState.PARKED)),
        "Ask a Recruiter admin to activate your seat on contract 'EMEA Tech', which is parked.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(integration(), contract(activated=True)), seat(state=SeatState.INVITED)),
        "Accept the invitation to your seat on contract 'EMEA Tech'.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(integration(state=IntegrationState.REQUESTED), contract())),
        "Ask Demo ATS to approve the request, then a Recruiter admin of Northwind to enable RSC "
        "in Product settings.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(integration(state=IntegrationState.PARTNER_READY), contract())),
        "Ask a Recruiter admin of Northwind to enable RSC with Demo ATS in Product settings.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(None, contract())),
        "Ask an ATS admin of Northwind to request RSC, and a Recruiter admin to enable it "
        "in Product settings.",
    ),
    (
        Feature.INMAIL_HISTORY,
        viewer(company(integration(state=IntegrationState.DISABLED), contract()), Role.PARTNER),
        "Stop calling until an ATS admin of Northwind has requested RSC with Demo ATS again and a Recruiter "
        "admin has enabled it in Product settings.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(company(integration(state=IntegrationState.DISABLED), contract())),
        "Ask an ATS admin of Northwind to request RSC with Demo ATS again, and a Recruiter admin to enable "
        "it in Product settings.",
    ),
    (
        Feature.INMAIL_HISTORY,
        viewer(
            company(
                integration(),
                contract(tier=ProductTier.RECRUITER_LITE),
                contract(LITE, "Lite", tier=ProductTier.RECRUITER_LITE),
            ),
            Role.PARTNER,
        ),
        "Ask LinkedIn for a contract of Northwind that is not Recruiter Lite, as 'EMEA Tech' and 'Lite' are.",
    ),
    (
        Feature.INMAIL_HISTORY,
        recruiter(None),
        "Use a token that names the company it acts for.",
    ),
]


@pytest.mark.parametrize(("feature", "of", "sentence"), MENDS)
def test_a_refusal_says_who_has_to_do_what(feature: Feature, of: Viewer, sentence: str) -> None:
    assert mend(feature, of) == sentence


def test_in_a_widget_a_person_is_told_what_a_person_can_do() -> None:
    """Its page speaks for the ATS, which would be told to stop calling, and to look at a field."""
    page = WidgetClaim(Widget.ONBOARDING)
    off = company(integration(state=IntegrationState.DISABLED), contract())
    assert mend(Feature.INMAIL_HISTORY, replace(viewer(off, Role.ATS_USER), widget=page)) == (
        "Ask an ATS admin of Northwind to request RSC with Demo ATS again, and a Recruiter admin to enable "
        "it in Product settings."
    )
    anew = company(integration(resyncing=("job",)), contract(activated=True))
    assert mend(Feature.ONE_CLICK_EXPORT, replace(recruiter(anew), widget=page)) == (
        "Wait until the jobs are synced anew, up to 7 days; the integration's page shows how far it is."
    )
