"""A new company id: only while disabled on both sides, with a history, and with everything synced anew."""

import pytest

from tests.integration.company import COMPANY, OTHER_URN, PARTNER, THIRD_URN, URN, A, begin_in
from tests.integration.conftest import Office

CAN = "query ($f: Feature!) { viewer { can(feature: $f) { granted reason } } }"
RESYNC = "{ integration { state resync { id expected done finishedAt } } }"
HISTORY = "select urn, until is null as current from company_urn where company_id = $1 order by since, urn"


async def disabled_on_both_sides(office: Office) -> None:
    await begin_in(office.owner, "DISABLED")
    await office("partner", "acknowledgeDisable")


async def test_it_needs_both_sides_to_be_off(office: Office) -> None:
    await begin_in(office.owner, "DISABLED")
    assert await office.codes("support", "changeCompanyId", newCompanyId=THIRD_URN) == ["NOT_ACKNOWLEDGED"]
    await office("partner", "acknowledgeDisable")
    changed = await office("support", "changeCompanyId", newCompanyId=THIRD_URN)
    assert changed["userErrors"] == []
    assert changed["integration"]["state"] == "DISABLED"
    assert (await office.query("support", "{ viewer { company { id name } } }"))["data"]["viewer"][
        "company"
    ] == {"id": THIRD_URN, "name": "Ours, Inc."}
    assert (await office.trail())[-1] == ("idp:support", "company.idChanged", THIRD_URN, f"was {URN}")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (None, "NO_INTEGRATION"),
        ("REQUESTED", "NOT_DISABLED"),
        ("PARTNER_READY", "NOT_DISABLED"),
        ("SYNCING", "NOT_DISABLED"),
        ("LIVE", "NOT_DISABLED"),
        ("ERASED", "NO_INTEGRATION"),
    ],
)
async def test_it_is_refused_in_every_other_state(office: Office, state: str | None, code: str) -> None:
    await begin_in(office.owner, state)
    assert await office.codes("support", "changeCompanyId", newCompanyId=THIRD_URN) == [code]
    assert await office.owner.fetchval("select urn from company where company_id = $1", COMPANY) == URN


@pytest.mark.parametrize(
    ("urn", "code"),
    [
        (OTHER_URN, "COMPANY_ID_TAKEN"),
        (URN, "SAME_COMPANY_ID"),
        ("8003", "INVALID"),
        ("urn:li:person:8003", "INVALID"),
        ("urn:li:organization:", "INVALID"),
        (THIRD_URN + "\n", "INVALID"),
    ],
)
async def test_the_new_id_must_be_an_organization_that_is_nobody_elses(
    office: Office, urn: str, code: str
) -> None:
    await disabled_on_both_sides(office)
    payload = await office("support", "changeCompanyId", newCompanyId=urn)
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [
        (code, ["input", "newCompanyId"])
    ]
    assert await office.owner.fetchval("select urn from company where company_id = $1", COMPANY) == URN
    assert await office.actions() == ["integration.disableAcknowledged"]


async def test_an_id_that_was_once_another_companys_is_never_given_again(office: Office) -> None:
    await disabled_on_both_sides(office)
    await office("support", "changeCompanyId", newCompanyId=THIRD_URN)
    taken = await office.owner.fetchval("select organization_urn_is_taken($1, $2)", URN, COMPANY)
    assert taken is False
    for urn in (URN, THIRD_URN):
        assert await office.owner.fetchval("select organization_urn_is_taken($1, gen_random_uuid())", urn)


async def test_the_urn_has_a_history_and_may_come_back(office: Office) -> None:
    await disabled_on_both_sides(office)
    await office("support", "changeCompanyId", newCompanyId=THIRD_URN)
    assert [tuple(row) for row in await office.owner.fetch(HISTORY, COMPANY)] == [
        (URN, False),
        (THIRD_URN, True),
    ]
    assert await office.owner.fetchval("select company_of($1)", URN) is None
    await office("support", "changeCompanyId", newCompanyId=URN)
    assert [tuple(row) for row in await office.owner.fetch(HISTORY, COMPANY)] == [
        (URN, False),
        (THIRD_URN, False),
        (URN, True),
    ]
    assert await office.owner.fetchval("select company_of($1)", URN) == COMPANY


async def test_after_enabling_again_features_wait_until_everything_is_synced_anew(office: Office) -> None:
    await disabled_on_both_sides(office)
    await office("support", "changeCompanyId", newCompanyId=THIRD_URN)
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    enabled = await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
    run = enabled["integration"]["resync"]["id"]
    for feature in ("IN_ATS_INDICATOR", "PROFILE_WIDGET", "ONE_CLICK_EXPORT", "UNIFIED_SEARCH"):
        waits = (await office.query("rolf", CAN, f=feature))["data"]["viewer"]["can"]
        assert waits == {"granted": False, "reason": "RESYNCING"}
    # LinkedIn's own records are not the ATS's to send again.
    ours = (await office.query("partner", CAN, f="INMAIL_HISTORY"))["data"]["viewer"]["can"]
    assert ours == {"granted": True, "reason": None}
    progress = (await office.query("ada", RESYNC))["data"]["integration"]
    assert progress["resync"] == {"id": run, "expected": None, "done": 0, "finishedAt": None}
    live = await office("partner", "finishSync")
    assert live["integration"]["state"] == "LIVE"
    done = (await office.query("rolf", CAN, f="IN_ATS_INDICATOR"))["data"]["viewer"]["can"]
    assert done == {"granted": True, "reason": None}
    assert not await office.owner.fetchval("select resync_due from integration")


async def test_a_resync_that_was_cut_off_by_disabling_is_due_again(office: Office) -> None:
    await disabled_on_both_sides(office)
    await office("support", "changeCompanyId", newCompanyId=THIRD_URN)
    for _ in range(2):
        await office("ats-admin", "requestIntegration", partner=PARTNER)
        enabled = await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
        assert enabled["integration"]["resync"] is not None
        waits = (await office.query("rolf", CAN, f="PROFILE_WIDGET"))["data"]["viewer"]["can"]
        assert waits["reason"] == "RESYNCING"
        await office("ada", "disableIntegration", openPostedJobs="REFUSE")
    assert await office.owner.fetchval("select count(*) from sync_run where finished_at is null") == 0
