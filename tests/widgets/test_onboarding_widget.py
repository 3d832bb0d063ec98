"""The onboarding widget, by clicking: from the request to live, its switches, and switching it off again."""

import asyncio
import re

import pytest
from playwright.async_api import FrameLocator, Locator, expect

from app.auth.personas import DEMO_PARTNER, NORTHWIND_CORPORATE_CONTRACT, NORTHWIND_RPS_CONTRACT
from app.demo.organizations import NORTHWIND_ORGANIZATION
from tests.widgets.browser import Embed
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway

ADMIN, RECRUITER = ATS_USERS["recruiter-admin"], ATS_USERS["recruiter"]
NORTHWIND = NORTHWIND_ORGANIZATION.id
SYNC = """
mutation Sync($records: [CandidateRecordInput!]!) {
  syncCandidates(input: { records: $records }) { userErrors { message } }
}
"""


async def integration(gateway: Gateway) -> dict[str, object]:
    """The row of Northwind's integration."""
    (row,) = await gateway.state.sql(
        "select * from integration where company_id = $1 order by generation desc limit 1", NORTHWIND
    )
    return dict(row)


async def granted(gateway: Gateway, persona: str, feature: str) -> bool:
    query = "query ($feature: Feature!) { viewer { can(feature: $feature) { granted } } }"
    await gateway.state.services.authenticator.refresh()
    answer = await gateway.ask(persona, query, feature=feature)
    value: bool = answer["data"]["viewer"]["can"]["granted"]
    return value


async def press(frame: FrameLocator, name: str) -> None:
    await frame.get_by_role("button", name=name, exact=True).click()


async def agree(frame: FrameLocator, title: str, button: str) -> Locator:
    """Read the question of this title, and agree to it."""
    dialog = frame.get_by_role("dialog", name=title)
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name=button, exact=True).click()
    return dialog


def heading(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_role("heading", name=name, exact=True)


def state(frame: FrameLocator, name: str) -> Locator:
    """The page, once it shows this state."""
    return frame.locator(f".onboarding[data-state={name}]")


async def test_from_the_request_to_live(own_gateway: Gateway, own_embed: Embed) -> None:
    own = own_gateway.state
    await own.sql("update partner set must_be_asked_first = true where name = $1", DEMO_PARTNER)
    await own.access(company_wide=False, contracts=())
    await own.integration("ERASED")

    async with own_embed("onboarding", user=UNCONNECTED) as widget:
        await expect(
            widget.frame.get_by_text("Ask an ATS admin of Northwind to open this page")
        ).to_be_visible()
        await expect(widget.frame.get_by_role("button")).to_have_count(0)

    async with own_embed("onboarding", user=UNCONNECTED, is_admin=True) as widget:
        await press(widget.frame, "Request the integration")
        dialog = widget.frame.get_by_role("dialog")
        await expect(dialog).to_contain_text("for Northwind only, and never to create LinkedIn profiles")
        await expect(dialog).to_contain_text("Demo ATS must approve first")
        await widget.assert_accessible()
        await dialog.get_by_role("button", name="Cancel").click()
        assert (await integration(own_gateway))["state"] == "ERASED"
        await press(widget.frame, "Request the integration")
        await agree(widget.frame, "Request the integration with Demo ATS?", "Consent and request")
        await expect(heading(widget.frame, "Waiting for Demo ATS")).to_be_visible()
        assert (await integration(own_gateway))["state"] == "REQUESTED"
        assert [one["state"] for one in await widget.heard() if one["type"] == "integration"] == [
            "NONE",
            "REQUESTED",
        ]

    approved = await own_gateway.ask("partner", "mutation { approveIntegration { userErrors { message } } }")
    assert approved == {"data": {"approveIntegration": {"userErrors": []}}}

    async with own_embed("onboarding", user=RECRUITER) as widget:
        await expect(heading(widget.frame, "Waiting for a Recruiter admin")).to_be_visible()
        await expect(widget.frame.get_by_text("Your seat on EMEA Tech is not an admin's.")).to_be_visible()
        await expect(widget.frame.get_by_role("checkbox")).to_have_count(0)

    async with own_embed("onboarding", user=ADMIN) as widget:
        await widget.frame.get_by_role("checkbox", name="EMEA Tech").check()
        await press(widget.frame, "Enable the integration")
        dialog = await agree(widget.frame, "Enable the integration?", "Consent and enable")
        await expect(heading(widget.frame, "First sync")).to_be_visible()
        after = await integration(own_gateway)
        assert (after["state"], after["company_wide_access"]) == ("SYNCING", False)
        active = await own.sql("select urn from contract where company_id = $1 and activated", NORTHWIND)
        assert [row["urn"] for row in active] == [NORTHWIND_RPS_CONTRACT]
        await expect(widget.frame.get_by_text("0 records so far; Demo ATS has not said")).to_be_visible()

        await _first_sync_shows(own_gateway, widget.frame)
        assert [one["state"] for one in await widget.heard() if one["type"] == "integration"] == [
            "PARTNER_READY",
            "SYNCING",
            "LIVE",
        ]


async def _first_sync_shows(gateway: Gateway, frame: FrameLocator) -> None:
    """What the partner does now shows by itself, without anybody's hand on the page."""
    record = {"atsCandidateId": "new-1", "firstName": "Ada", "atsCreatedAt": "2026-01-01T00:00:00Z"}
    record |= {"atsLastModifiedAt": "2026-01-01T00:00:00Z"}
    sent = await gateway.ask("partner", SYNC, records=[record])
    assert sent["data"]["syncCandidates"]["userErrors"] == []
    await expect(frame.get_by_role("progressbar", name="Progress of the sync")).to_be_visible()
    await expect(frame.get_by_text("1 record so far")).to_be_visible(timeout=10_000)
    await expect(frame.get_by_role("row", name="Candidates 1 0")).to_be_visible()
    await gateway.ask("partner", "mutation { finishSync { userErrors { message } } }")
    await expect(heading(frame, "The integration is live")).to_be_visible(timeout=20_000)


async def test_company_wide_access_is_switched_off_and_on_for_everybody(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("onboarding", user=ADMIN) as widget:
        box = widget.frame.get_by_role("checkbox", name="Company-wide access for all contracts")
        await expect(box).to_be_checked()
        assert await granted(own_gateway, "recruiter-company-wide", "PROFILE_WIDGET")
        await box.uncheck()
        await expect(widget.frame.locator(".toast")).to_have_text("Company-wide access is off.")
        assert (await integration(own_gateway))["company_wide_access"] is False
        assert not await granted(own_gateway, "recruiter-company-wide", "PROFILE_WIDGET")
        await expect(box).to_be_focused()
        await widget.page.keyboard.press("Space")
        await expect(widget.frame.locator(".toast")).to_have_text("Company-wide access is on.")
        assert (await integration(own_gateway))["company_wide_access"] is True
        assert await granted(own_gateway, "recruiter-company-wide", "PROFILE_WIDGET")


async def test_the_setting_moves_one_click_export_in_the_chart_and_for_people(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("onboarding", user=ADMIN) as widget:
        row = widget.frame.get_by_role("row", name=re.compile("1-Click Export"))
        await expect(row.get_by_text("Included", exact=True)).to_have_count(1)
        await widget.frame.get_by_role(
            "checkbox", name="1-Click Export through company-wide access too"
        ).check()
        await expect(row.get_by_text("Included", exact=True)).to_have_count(2)
        assert await granted(own_gateway, "recruiter-company-wide", "ONE_CLICK_EXPORT")


async def test_the_ats_admin_says_what_recruiters_see(own_gateway: Gateway, own_embed: Embed) -> None:
    async with own_embed("onboarding", user=UNCONNECTED, is_admin=True) as widget:
        await expect(widget.frame.get_by_role("checkbox")).to_have_count(2)
        await widget.frame.get_by_role("checkbox", name=re.compile("see jobs")).uncheck()
        await expect(widget.frame.locator(".toast")).to_have_text("Saved.")
        row = await integration(own_gateway)
        assert (row["job_posting_viewers"], row["application_viewers"]) == (None, "ALL_PRODUCT_USERS")


async def test_a_contract_is_switched_on_after_a_question_and_off_by_support_only(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async def activated() -> bool:
        (row,) = await own_gateway.state.sql(
            "select activated from contract where urn = $1", NORTHWIND_CORPORATE_CONTRACT
        )
        return bool(row["activated"])

    async with own_embed("onboarding", user=ADMIN) as widget:
        switch = widget.frame.get_by_role("switch", name="Contract access for Corporate Functions")
        await switch.focus()
        await widget.page.keyboard.press("Space")
        question = widget.frame.get_by_role("dialog")
        await expect(question).to_contain_text("You cannot switch it off again: only LinkedIn support can.")
        await widget.page.keyboard.press("Escape")
        await expect(switch).not_to_be_checked()
        await expect(switch).to_be_focused()
        assert not await activated()
        await switch.click()
        await agree(widget.frame, "Switch on contract access for Corporate Functions?", "Switch on")
        await expect(switch).to_be_checked()
        await expect(switch).to_be_disabled()
        await expect(switch).to_have_accessible_description("To switch it off, ask LinkedIn support.")
        assert await activated()
        assert await granted(own_gateway, "recruiter-company-wide", "INMAIL_HISTORY")
        await expect(widget.frame.get_by_role("switch")).to_have_count(2)
        await expect(
            widget.frame.get_by_text("Recruiter Lite never has Recruiter System Connect.")
        ).to_be_visible()


@pytest.mark.parametrize(("user", "contracts"), [(RECRUITER, 1), (UNCONNECTED, 3)])
async def test_who_is_no_admin_sees_no_switch_and_whom_to_ask(
    embed: Embed, user: str, contracts: int
) -> None:
    async with embed("onboarding", user=user) as widget:
        section = widget.frame.get_by_role("region", name="Contracts", exact=True)
        await expect(section.get_by_role("listitem")).to_have_count(contracts)
        for role in ("switch", "checkbox", "button", "radio"):
            await expect(widget.frame.get_by_role(role)).to_have_count(0)
        await expect(section).to_contain_text("ask a Recruiter admin of Northwind")


async def test_what_may_not_be_enabled_is_refused_at_its_place(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    own = own_gateway.state
    await own.access(company_wide=False, contracts=())
    await own.integration("PARTNER_READY")
    async with own_embed("onboarding", user=ADMIN) as widget:
        lite = widget.frame.get_by_role("listitem").filter(has_text="Depot Hiring")
        await expect(lite).to_contain_text("Not eligible")
        await expect(lite.get_by_role("checkbox")).to_have_count(0)
        await press(widget.frame, "Enable the integration")
        await agree(widget.frame, "Enable the integration?", "Consent and enable")
        await expect(
            widget.frame.get_by_text("Name a contract, or choose company-wide access.")
        ).to_be_visible()

        await widget.frame.get_by_role("checkbox", name="Corporate Functions").check()
        await widget.frame.get_by_role("checkbox", name="EMEA Tech").check()
        demote = "update contract set product_tier = 'RECRUITER_LITE' where urn = $1"
        await own.sql(demote, NORTHWIND_RPS_CONTRACT)
        await press(widget.frame, "Enable the integration")
        await agree(widget.frame, "Enable the integration?", "Consent and enable")
        refusal = widget.frame.get_by_role("alert")
        await expect(refusal).to_contain_text("Contract 'EMEA Tech' is Recruiter Lite, which never has RSC.")
        refused = widget.frame.get_by_role("listitem").filter(has_text="EMEA Tech")
        await expect(refused).to_contain_text("Not eligible")
        assert (await integration(own_gateway))["state"] == "PARTNER_READY"
        # What was chosen besides stays chosen; what can be chosen no more is sent no more.
        await expect(widget.frame.get_by_role("checkbox", name="Corporate Functions")).to_be_checked()
        await press(widget.frame, "Enable the integration")
        await agree(widget.frame, "Enable the integration?", "Consent and enable")
        await expect(heading(widget.frame, "First sync")).to_be_visible()


async def test_of_two_who_enable_at_once_one_is_told_that_it_is_done(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    await own_gateway.state.integration("PARTNER_READY")
    await own_gateway.state.sql("delete from consent where side = 'RECRUITER'")
    async with own_embed("onboarding", user=ADMIN) as one, own_embed("onboarding", user=ADMIN) as other:
        pages = (one, other)
        for widget in pages:
            await press(widget.frame, "Enable the integration")
        question = "Enable the integration?"
        await asyncio.gather(*(agree(widget.frame, question, "Consent and enable") for widget in pages))
        for widget in pages:
            await expect(state(widget.frame, "SYNCING")).to_be_visible()
        told = [
            await widget.frame.get_by_text("The integration is enabled already.").count() for widget in pages
        ]
        moved = [
            await widget.frame.get_by_text("Somebody else has changed it meanwhile.").count()
            for widget in pages
        ]
        assert sorted(told) == [0, 1]
        assert moved == told
    consents = await own_gateway.state.sql("select from consent where side = 'RECRUITER'")
    assert len(consents) == 1


async def test_switching_off_lists_open_jobs_and_asks_what_becomes_of_them(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    own = own_gateway.state
    jobs = await own.sql(
        "select title from job where company_id = $1 and posted_through_rsc and state = 'LISTED' "
        "order by listed_order_at desc, id desc",
        NORTHWIND,
    )
    assert len(jobs) > 0
    async with own_embed("onboarding", user=ADMIN, is_admin=True) as widget:
        await press(widget.frame, "Switch off")
        dialog = widget.frame.get_by_role("dialog", name="Switch the integration off?")
        await expect(dialog.get_by_role("listitem").first).to_contain_text(jobs[0]["title"])
        await expect(dialog).to_contain_text("an ATS admin has to request it again first")
        await widget.assert_accessible()
        await dialog.get_by_role("button", name="Switch off").click()
        refusal = widget.frame.get_by_role("alert").filter(has_text="This was not done")
        await expect(refusal).to_contain_text(
            f"{len(jobs)} jobs are still open. Close them in Demo ATS first"
        )
        assert (await integration(own_gateway))["state"] == "LIVE"

        await press(widget.frame, "Switch off")
        await dialog.get_by_role("radio", name="Switch off now, and leave them open.").check()
        await agree(widget.frame, "Switch the integration off?", "Switch off")
        await expect(heading(widget.frame, "The integration is switched off")).to_be_visible()
        row = await integration(own_gateway)
        assert (row["state"], row["acknowledged_at"]) == ("DISABLED", None)
        await expect(widget.frame.get_by_text("Stop calling")).to_have_count(0)

        await press(widget.frame, "Confirm that Demo ATS has stopped")
        await agree(widget.frame, "Has Demo ATS stopped calling?", "Yes, it has stopped")
        await expect(
            widget.frame.get_by_text("Demo ATS has stopped calling.", exact=False).last
        ).to_be_visible()
        await expect(
            widget.frame.get_by_role("button", name="Confirm that Demo ATS has stopped")
        ).to_have_count(0)
        assert (await integration(own_gateway))["acknowledged_at"] is not None

        await press(widget.frame, "Request it again")
        await agree(widget.frame, "Request the integration with Demo ATS?", "Consent and request")
        await expect(heading(widget.frame, "Choose contracts and enable")).to_be_visible()
        assert (await integration(own_gateway))["state"] == "PARTNER_READY"


async def test_how_far_a_sync_is(own_gateway: Gateway, own_embed: Embed) -> None:
    await own_gateway.state.resyncing("candidate", "job", done=1_200, expected=900)
    async with own_embed("onboarding", user=ADMIN) as widget:
        await expect(heading(widget.frame, "Everything is being synced anew")).to_be_visible()
        await expect(widget.frame.get_by_text("1,200 of 900 records (100%)")).to_be_visible()
        group = widget.frame.locator("[data-reason=RESYNCING]").filter(has_text="Profile widget")
        await expect(group).to_contain_text("Wait until the candidates are synced anew, up to 7 days")
        await own_gateway.state.sql("update sync_run set done = 450 where kind = 'RESYNC'")
        await expect(widget.frame.get_by_text("450 of 900 records (50%)")).to_be_visible(timeout=10_000)
        await own_gateway.state.sql("update sync_run set finished_at = now() where kind = 'RESYNC'")
        await expect(state(widget.frame, "LIVE")).to_be_visible(timeout=15_000)
        await expect(widget.frame.locator("[data-reason=RESYNCING]")).to_have_count(0)


async def test_a_step_that_did_not_arrive_is_told_at_its_place_and_shows_what_is(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("onboarding", user=ADMIN, expecting="Failed to load resource") as widget:
        box = widget.frame.get_by_role("checkbox", name="Company-wide access for all contracts")
        await expect(box).to_be_checked()
        await widget.page.route("**/graphql", lambda route: route.abort(), times=1)
        await box.click()
        section = widget.frame.get_by_role("region", name="All contracts")
        await expect(section.get_by_role("alert")).to_contain_text("No connection")
        await expect(box).to_be_checked()
        assert (await integration(own_gateway))["company_wide_access"] is True
        await box.click()
        await expect(section.get_by_role("alert")).to_have_count(0)
        await expect(box).not_to_be_checked()
