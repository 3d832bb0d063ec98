"""Two consents enable, and partners that must be asked first are asked first."""

from dataclasses import replace

import pytest

from app.access.features import Role
from app.access.guards import grants_of
from loaders.context import RequestContext
from tests.integration.company import (
    COMPANY,
    FIRST_INTEGRATION,
    FOREIGN,
    LISTED_PARTNER,
    LITE,
    NEW_PARTNER,
    PARTNER,
    SLOW_PARTNER,
    URN,
    A,
    B,
    begin_in,
)
from tests.integration.conftest import Office

CONSENTS = """
select side, given_by, generation, covers from consent where company_id = $1 order by given_at
"""
HISTORY = ["candidate", "application", "job"]


@pytest.mark.parametrize("partner", [SLOW_PARTNER, LISTED_PARTNER])
async def test_a_partner_that_must_be_asked_first_approves_before_the_second_consent(
    office: Office, partner: str
) -> None:
    payload = await office("ats-admin of any", "requestIntegration", partner=partner)
    assert payload["userErrors"] == []
    assert payload["integration"]["state"] == "REQUESTED"
    assert payload["integration"]["partner"] == {"name": partner}
    assert await office.codes("ada", "enableIntegration", contractIds=[A], companyWideAccess=False) == [
        "PARTNER_NOT_READY"
    ]
    assert await office.state() == "REQUESTED"
    if partner == SLOW_PARTNER:
        approved = await office("slow partner", "approveIntegration")
        assert approved["integration"]["state"] == "PARTNER_READY"
        assert await office.codes("slow partner", "approveIntegration") == ["ALREADY_APPROVED"]
        assert await office.actions() == ["integration.requested", "integration.approved"]


async def test_all_others_are_ready_at_once_and_both_consents_are_kept(office: Office) -> None:
    requested = await office("ats-admin", "requestIntegration", partner=PARTNER)
    assert requested["integration"]["state"] == "PARTNER_READY"
    enabled = await office("ada", "enableIntegration", contractIds=[A, A], companyWideAccess=True)
    assert enabled["userErrors"] == []
    assert enabled["integration"]["state"] == "SYNCING"
    assert enabled["integration"]["companyWideAccess"] is True
    assert enabled["integration"]["enabledAt"] is not None
    assert [tuple(row.values()) for row in await office.owner.fetch(CONSENTS, COMPANY)] == [
        ("ATS", "idp:ats-admin", 1, HISTORY),
        ("RECRUITER", "idp:ada", 1, HISTORY),
    ]
    assert await office.owner.fetchval("select array_agg(urn) from contract where activated") == [A]
    runs = await office.owner.fetch("select kind, entities, finished_at from sync_run")
    assert [tuple(row.values()) for row in runs] == [("FIRST", HISTORY, None)]
    assert await office.trail() == [
        ("idp:ats-admin", "integration.requested", URN, "Test ATS; ready at once"),
        ("idp:ada", "integration.enabled", URN, "second consent, by a Recruiter admin"),
        ("idp:ada", "contract.activated", A, None),
        ("idp:ada", "companyWideAccess.enabled", URN, None),
    ]


async def test_features_work_during_the_first_sync(office: Office) -> None:
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
    granted = await office.query("rolf", "{ viewer { can(feature: IN_ATS_INDICATOR) { granted } } }")
    assert granted["data"]["viewer"]["can"] == {"granted": True}


async def test_one_person_who_is_both_may_give_both_consents(office: Office) -> None:
    async def as_both() -> RequestContext:
        viewer = (await office.context("ada")).viewer
        return RequestContext(grants_of(replace(viewer, roles=viewer.roles | {Role.ATS_ADMIN})), office.pool)

    await office.do(await as_both(), "requestIntegration", partner=PARTNER)
    answer = await office.do(await as_both(), "enableIntegration", contractIds=[A], companyWideAccess=False)
    assert answer["data"]["enableIntegration"]["integration"]["state"] == "SYNCING"
    given = await office.owner.fetch("select side, given_by from consent order by given_at")
    assert [tuple(row) for row in given] == [("ATS", "idp:ada"), ("RECRUITER", "idp:ada")]


async def test_a_request_names_a_known_partner_and_ones_own(office: Office) -> None:
    for name in ("Nobody's ATS", "", "test ats", "a\ud7ffb"):
        payload = await office("ats-admin", "requestIntegration", partner=name)
        assert payload == {
            "integration": None,
            "userErrors": [
                {
                    "code": "NOT_FOUND",
                    "message": "No ATS partner has this name.",
                    "path": ["input", "partner"],
                }
            ],
        }
    assert await office.codes("ats-admin", "requestIntegration", partner=NEW_PARTNER) == ["OTHER_PARTNER"]
    assert await office.state() is None
    assert await office.trail() == []


async def test_a_repeated_request_changes_nothing(office: Office) -> None:
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    before = await office.owner.fetch("select * from integration")
    assert await office.codes("ats-admin", "requestIntegration", partner=PARTNER) == ["ALREADY_REQUESTED"]
    assert await office.owner.fetch("select * from integration") == before
    assert await office.owner.fetchval("select count(*) from consent") == 1


async def test_until_it_is_enabled_another_partner_may_be_asked_instead(office: Office) -> None:
    await office("ats-admin of any", "requestIntegration", partner=SLOW_PARTNER)
    replaced = await office("ats-admin of any", "requestIntegration", partner=NEW_PARTNER)
    assert replaced["integration"]["state"] == "PARTNER_READY"
    assert replaced["integration"]["partner"] == {"name": NEW_PARTNER}
    assert await office.owner.fetchval("select count(*) from integration") == 1
    denied = await office.do(await office.context("slow partner"), "approveIntegration")
    assert denied["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"


@pytest.mark.parametrize("state", ["SYNCING", "LIVE"])
async def test_an_enabled_integration_is_neither_requested_nor_approved_nor_enabled_again(
    office: Office, state: str
) -> None:
    await begin_in(office.owner, state)
    for who, mutation, given in (
        ("ats-admin", "requestIntegration", {"partner": PARTNER}),
        ("partner", "approveIntegration", {}),
        ("ada", "enableIntegration", {"contractIds": [A], "companyWideAccess": True}),
    ):
        assert await office.codes(who, mutation, **given) == ["ALREADY_ENABLED"]
    assert await office.state() == state
    assert await office.trail() == []


async def test_a_disabled_one_may_be_requested_again_and_is_the_same_one(office: Office) -> None:
    await begin_in(office.owner, "DISABLED")
    again = await office("ats-admin", "requestIntegration", partner=PARTNER)
    assert again["integration"]["state"] == "PARTNER_READY"
    assert again["integration"]["id"] == f"urn:rsc:integration:{FIRST_INTEGRATION}"
    enabled = await office("ada", "enableIntegration", contractIds=[B], companyWideAccess=False)
    assert enabled["integration"]["state"] == "SYNCING"
    assert enabled["integration"]["disabledAt"] is None


async def test_without_a_request_nothing_is_approved_or_enabled(office: Office) -> None:
    assert await office.codes("ada", "enableIntegration", contractIds=[A], companyWideAccess=True) == [
        "NO_INTEGRATION"
    ]
    await begin_in(office.owner, "DISABLED")
    assert await office.codes("partner", "approveIntegration") == ["INTEGRATION_DISABLED"]
    assert await office.codes("ada", "enableIntegration", contractIds=[A], companyWideAccess=True) == [
        "INTEGRATION_DISABLED"
    ]


async def test_every_contract_that_cannot_be_activated_is_named_and_nothing_is_enabled(
    office: Office,
) -> None:
    await begin_in(office.owner, "PARTNER_READY")
    wrong = [A, FOREIGN, LITE, "urn:li:contract:unknown", "nonsense"]
    payload = await office("ada", "enableIntegration", contractIds=wrong, companyWideAccess=True)
    assert payload["integration"] is None
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [
        ("NOT_FOUND", ["input", "contractIds", "1"]),
        ("RECRUITER_LITE", ["input", "contractIds", "2"]),
        ("NOT_FOUND", ["input", "contractIds", "3"]),
        ("NOT_FOUND", ["input", "contractIds", "4"]),
    ]
    foreign, _, unknown, _ = payload["userErrors"]
    assert foreign["message"] == unknown["message"]
    assert await office.state() == "PARTNER_READY"
    assert await office.owner.fetchval("select count(*) from contract where activated") == 0
    assert await office.owner.fetchval("select count(*) from sync_run") == 0


async def test_enabling_must_switch_something_on(office: Office) -> None:
    await begin_in(office.owner, "PARTNER_READY")
    nothing = await office.codes("ada", "enableIntegration", contractIds=[], companyWideAccess=False)
    assert nothing == ["NOTHING_TO_ENABLE"]
    many = await office.codes("ada", "enableIntegration", contractIds=[A] * 201, companyWideAccess=False)
    assert many == ["TOO_MANY"]
    await office.owner.execute("update contract set activated = true where urn = $1", B)
    enabled = await office("ada", "enableIntegration", contractIds=[], companyWideAccess=False)
    assert enabled["integration"]["state"] == "SYNCING"


async def test_an_e_mail_address_as_subject_is_kept_as_a_hash_only(office: Office) -> None:
    context = await office.context("ats-admin")
    viewer = replace(context.viewer, subject="mia@example.com")
    await office.do(RequestContext(grants_of(viewer), office.pool), "requestIntegration", partner=PARTNER)
    given_by = await office.owner.fetchval("select given_by from consent")
    assert given_by.startswith("hashed:")
    assert [actor for actor, *_ in await office.trail()] == [given_by]
