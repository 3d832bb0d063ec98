"""Who sees what is on no access list: the ATS says it, in any state, and an erasure does not undo it."""

import pytest

from tests.integration.company import COMPANY, NAME, NEW_PARTNER, PARTNER, begin_in
from tests.integration.conftest import Office

ALL, LISTED = "ALL_PRODUCT_USERS", "LISTED_USERS"


def _viewers(payload: dict[str, dict[str, str]]) -> tuple[str, str]:
    integration = payload["integration"]
    return integration["jobPostingViewers"], integration["applicationViewers"]


@pytest.mark.parametrize("state", ["REQUESTED", "PARTNER_READY", "SYNCING", "LIVE", "DISABLED"])
async def test_the_ats_sets_each_and_what_it_leaves_out_stays(office: Office, state: str) -> None:
    await begin_in(office.owner, state)
    for who, given, expected in (
        ("partner", {"jobPostingViewers": LISTED}, (LISTED, ALL)),
        ("ats-admin", {"applicationViewers": LISTED}, (LISTED, LISTED)),
        ("partner", {"applicationViewers": None}, (LISTED, LISTED)),
        ("partner", {}, (LISTED, LISTED)),
        ("partner", {"jobPostingViewers": ALL}, (ALL, LISTED)),
        ("partner", {"jobPostingViewers": ALL}, (ALL, LISTED)),
    ):
        payload = await office(who, "setViewers", **given)
        assert payload["userErrors"] == []
        assert _viewers(payload) == expected
    assert [detail for *_, detail in await office.trail()] == [
        "JOB_POSTING_VIEWERS = none",
        "APPLICATION_VIEWERS = none",
        "JOB_POSTING_VIEWERS = ALL_PRODUCT_USERS",
    ]


@pytest.mark.parametrize("state", [None, "ERASED"])
async def test_without_an_integration_there_is_nothing_to_set(office: Office, state: str | None) -> None:
    await begin_in(office.owner, state)
    payload = await office("ats-admin", "setViewers", jobPostingViewers=ALL)
    assert [error["code"] for error in payload["userErrors"]] == ["NO_INTEGRATION"]


async def test_nobody_sees_what_is_on_no_list_until_a_new_ats_says_so(office: Office) -> None:
    await begin_in(office.owner, None)
    payload = await office("ats-admin", "requestIntegration", partner=PARTNER)
    assert _viewers(payload) == (LISTED, LISTED)


async def test_what_the_ats_set_up_outlives_an_erasure_and_is_not_another_ones(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    await office("partner", "setViewers", applicationViewers=LISTED)
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    again = await office("ats-admin", "requestIntegration", partner=PARTNER)
    assert _viewers(again) == (ALL, LISTED)
    other = await office("ats-admin of any", "requestIntegration", partner=NEW_PARTNER)
    assert _viewers(other) == (LISTED, LISTED)


async def test_another_ats_after_an_erasure_begins_without_settings(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    assert await office.owner.fetchval(
        "select job_posting_viewers from integration where company_id = $1", COMPANY
    )
    other = await office("ats-admin of any", "requestIntegration", partner=NEW_PARTNER)
    assert _viewers(other) == (LISTED, LISTED)
