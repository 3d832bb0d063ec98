"""Switching on and off: company-wide access, settings, contracts, and the whole integration on both sides."""

import pytest

from app.integration.switches import LISTED_MAX
from tests.integration.company import (
    COMPANY,
    FOREIGN,
    LITE,
    NEW_PARTNER,
    PARTNER,
    URN,
    A,
    B,
    begin_in,
    post_job,
)
from tests.integration.conftest import Office

SWITCHES = (
    ("setCompanyWideAccess", {"enabled": True}),
    ("setIntegrationSettings", {"oneClickExportCompanyWide": True}),
    ("activateContract", {"contractId": A}),
)
NOT_ENABLED = {
    None: "NO_INTEGRATION",
    "REQUESTED": "NOT_ENABLED",
    "PARTNER_READY": "NOT_ENABLED",
    "DISABLED": "INTEGRATION_DISABLED",
    "ERASED": "NO_INTEGRATION",
}
CAN = "query ($f: Feature!) { viewer { can(feature: $f) { granted reason } } }"


@pytest.mark.parametrize("state", ["SYNCING", "LIVE"])
async def test_an_admin_selects_and_clears_company_wide_access(office: Office, state: str) -> None:
    await begin_in(office.owner, state)
    on = await office("ada", "setCompanyWideAccess", enabled=True)
    assert on["integration"]["companyWideAccess"] is True
    assert (await office.query("rolf", CAN, f="PROFILE_WIDGET"))["data"]["viewer"]["can"]["granted"]
    off = await office("ada", "setCompanyWideAccess", enabled=False)
    assert off["integration"]["companyWideAccess"] is False
    assert (await office.query("rolf", CAN, f="PROFILE_WIDGET"))["data"]["viewer"]["can"] == {
        "granted": False,
        "reason": "CONTRACT_NOT_ENABLED",
    }
    assert await office.trail() == [
        ("idp:ada", "companyWideAccess.enabled", URN, None),
        ("idp:ada", "companyWideAccess.disabled", URN, None),
    ]


async def test_the_export_setting_is_changed_and_left_alone(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    for given, expected in (
        ({"oneClickExportCompanyWide": True}, True),
        ({}, True),
        ({"oneClickExportCompanyWide": None}, True),
        ({"oneClickExportCompanyWide": False}, False),
    ):
        payload = await office("ada", "setIntegrationSettings", **given)
        assert payload["userErrors"] == []
        assert payload["integration"]["oneClickExportCompanyWide"] is expected
    assert [detail for *_, detail in await office.trail()] == [
        "oneClickExportCompanyWide = true",
        "oneClickExportCompanyWide = false",
    ]


async def test_a_contract_is_switched_on_by_an_admin_and_off_by_support(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    on = await office("ada", "activateContract", contractId=B)
    assert on == {"contract": {"id": B, "activated": True}, "userErrors": []}
    off = await office("support", "deactivateContract", contractId=B)
    assert off == {"contract": {"id": B, "activated": False}, "userErrors": []}
    assert await office.trail() == [
        ("idp:ada", "contract.activated", B, None),
        ("idp:support", "contract.deactivated", B, None),
    ]


@pytest.mark.parametrize("state", [None, "PARTNER_READY", "SYNCING", "DISABLED"])
async def test_support_switches_a_contract_off_in_every_state(office: Office, state: str | None) -> None:
    await begin_in(office.owner, state)
    await office.owner.execute("update contract set activated = true where urn = $1", A)
    off = await office("support", "deactivateContract", contractId=A)
    assert off["contract"] == {"id": A, "activated": False}


@pytest.mark.parametrize(("mutation", "given"), SWITCHES)
async def test_a_switch_that_stands_as_asked_is_left_alone(
    office: Office, mutation: str, given: dict[str, object]
) -> None:
    await begin_in(office.owner, "LIVE")
    first = await office("ada", mutation, **given)
    assert await office("ada", mutation, **given) == first
    assert len(await office.trail()) == 1


async def test_a_contract_that_is_off_already_stays_so(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    assert (await office("support", "deactivateContract", contractId=A))["userErrors"] == []
    assert await office.trail() == []


@pytest.mark.parametrize(("mutation", "given"), SWITCHES)
@pytest.mark.parametrize("state", NOT_ENABLED)
async def test_nothing_is_switched_on_while_the_integration_is_not_enabled(
    office: Office, mutation: str, given: dict[str, object], state: str | None
) -> None:
    await begin_in(office.owner, state)
    before = await office.owner.fetch("select * from integration")
    assert await office.codes("ada", mutation, **given) == [NOT_ENABLED[state]]
    assert await office.owner.fetch("select * from integration") == before
    assert await office.owner.fetchval("select count(*) from contract where activated") == 0
    assert await office.trail() == []


@pytest.mark.parametrize("urn", [FOREIGN, "urn:li:contract:unknown", "5001", "", "urn:li:contract:A' or 1=1"])
@pytest.mark.parametrize(
    ("who", "mutation"), [("ada", "activateContract"), ("support", "deactivateContract")]
)
async def test_an_id_that_names_no_contract_of_the_company_is_not_found(
    office: Office, who: str, mutation: str, urn: str
) -> None:
    await begin_in(office.owner, "LIVE")
    await office.owner.execute("update contract set activated = true where urn = $1", FOREIGN)
    assert await office(who, mutation, contractId=urn) == {
        "contract": None,
        "userErrors": [
            {
                "code": "NOT_FOUND",
                "message": "No contract of this company has this id.",
                "path": ["input", "contractId"],
            }
        ],
    }
    assert await office.owner.fetchval("select activated from contract where urn = $1", FOREIGN)


async def test_recruiter_lite_is_never_activated(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    assert await office.codes("ada", "activateContract", contractId=LITE) == ["RECRUITER_LITE"]
    assert not await office.owner.fetchval("select activated from contract where urn = $1", LITE)


async def test_disabling_takes_every_feature_and_tells_the_partner_to_stop(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    await office.owner.execute("update contract set activated = true where urn = $1", A)
    jobs = "{ jobs { totalCount } }"
    assert "errors" not in await office.query("partner", jobs)
    disabled = await office("ada", "disableIntegration", openPostedJobs="REFUSE")
    assert disabled["integration"]["state"] == "DISABLED"
    assert disabled["integration"]["disabledAt"] is not None
    refused = await office.query("partner", jobs)
    assert refused["data"] == {"jobs": None}
    assert refused["errors"][0]["extensions"]["code"] == "INTEGRATION_DISABLED"
    sync = "mutation { syncJobs(input: {records: []}) { userErrors { code } } }"
    assert (await office.query("partner", sync))["errors"][0]["extensions"]["code"] == "INTEGRATION_DISABLED"
    recruiter = await office.query("rolf", CAN, f="IN_ATS_INDICATOR")
    assert recruiter["data"]["viewer"]["can"] == {"granted": False, "reason": "INTEGRATION_DISABLED"}
    assert await office.owner.fetchval("select activated from contract where urn = $1", A)


async def test_open_posted_jobs_block_disabling_and_are_listed(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    keys = [await post_job(office.owner, number) for number in (1, 2)]
    await post_job(office.owner, 3, state="CLOSED")
    payload = await office("ada", "disableIntegration", openPostedJobs="REFUSE")
    assert payload["integration"] is None
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [
        ("OPEN_POSTED_JOBS", ["input", "openPostedJobs"])
    ] * 2
    for error, key, number in zip(payload["userErrors"], reversed(keys), (2, 1), strict=True):
        assert f"'Engineer {number}' (REQ-{number}), urn:rsc:job:{key}," in error["message"]
    assert await office.state() == "LIVE"
    assert await office.trail() == []
    left = await office("ada", "disableIntegration", openPostedJobs="LEAVE_OPEN")
    assert left["integration"]["state"] == "DISABLED"
    assert await office.trail() == [("idp:ada", "integration.disabled", URN, "2 posted jobs left open")]


async def test_support_learns_of_open_jobs_by_their_ids_only(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    key = await post_job(office.owner, 1)
    payload = await office("support", "disableIntegration", openPostedJobs="REFUSE")
    assert f"urn:rsc:job:{key} " in payload["userErrors"][0]["message"]
    assert "Engineer" not in str(payload)


async def test_a_long_list_of_open_jobs_is_cut(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    for number in range(LISTED_MAX + 3):
        await post_job(office.owner, number)
    codes = await office.codes("ada", "disableIntegration", openPostedJobs="REFUSE")
    assert codes == ["OPEN_POSTED_JOBS"] * (LISTED_MAX + 1)
    await office("ada", "disableIntegration", openPostedJobs="LEAVE_OPEN")
    assert [detail for *_, detail in await office.trail()] == ["101+ posted jobs left open"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (None, "NO_INTEGRATION"),
        ("REQUESTED", "NOT_ENABLED"),
        ("PARTNER_READY", "NOT_ENABLED"),
        ("DISABLED", "ALREADY_DISABLED"),
        ("ERASED", "NO_INTEGRATION"),
    ],
)
async def test_only_what_is_enabled_is_disabled(office: Office, state: str | None, code: str) -> None:
    await begin_in(office.owner, state)
    assert await office.codes("ada", "disableIntegration", openPostedJobs="LEAVE_OPEN") == [code]
    assert await office.state() == state


@pytest.mark.parametrize("who", ["partner", "ats-admin"])
async def test_the_other_side_acknowledges_once(office: Office, who: str) -> None:
    await begin_in(office.owner, "DISABLED")
    first = await office(who, "acknowledgeDisable")
    assert first["integration"]["acknowledgedAt"] is not None
    assert await office(who, "acknowledgeDisable") == first
    assert await office.trail() == [(f"idp:{who}", "integration.disableAcknowledged", URN, None)]


@pytest.mark.parametrize("state", ["REQUESTED", "PARTNER_READY", "SYNCING", "LIVE"])
async def test_there_is_nothing_to_acknowledge_before_it_is_disabled(office: Office, state: str) -> None:
    await begin_in(office.owner, state)
    assert await office.codes("partner", "acknowledgeDisable") == ["NOT_DISABLED"]
    assert await office.codes("ats-admin", "acknowledgeDisable") == ["NOT_DISABLED"]


async def test_another_partners_people_learn_of_no_integration(office: Office) -> None:
    await begin_in(office.owner, "DISABLED", partner=NEW_PARTNER)
    assert await office.codes("ats-admin", "acknowledgeDisable") == ["NO_INTEGRATION"]
    assert await office.owner.fetchval("select acknowledged_at from integration") is None


async def test_disabling_again_must_be_acknowledged_again(office: Office) -> None:
    await begin_in(office.owner, "DISABLED")
    await office("partner", "acknowledgeDisable")
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
    disabled = await office("support", "disableIntegration", openPostedJobs="REFUSE")
    assert disabled["integration"]["acknowledgedAt"] is None
    assert await office.owner.fetchval("select count(*) from integration where company_id = $1", COMPANY) == 1
