"""The recommended matches of a job as a recruiter meets them in the ATS, and what each decision changes."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from app.demo.organizations import NORTHWIND_ORGANIZATION
from tests.widgets.browser import Ats, Embed, Embedded, embedded
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway
from tests.widgets.people import (
    JOB,
    LINKEDIN_IS_DOWN,
    come_to,
    decisions,
    exports,
    full_name,
    matches,
    person,
    shown,
    watched,
)

_MEND = "query Mend { viewer { can(feature: RECOMMENDED_MATCHES) { howToFix } } }"


async def opened(widget: Embedded) -> None:
    """The first person is there."""
    await expect(widget.frame.get_by_role("article").first).to_be_visible()


async def a_closed_job(gateway: Gateway) -> str:
    """The ATS's id of a job that takes no applications."""
    (row,) = await gateway.state.sql(
        "select external_id from job where company_id = $1 and state = 'CLOSED' order by external_id limit 1",
        NORTHWIND_ORGANIZATION.id,
    )
    found: str = row["external_id"]
    return found


async def test_the_job_and_who_fits_it_stand_in_the_gateways_order_with_reasons(
    gateway: Gateway, embed: Embed
) -> None:
    best = await matches(gateway)
    async with embed("recommended", job=JOB) as widget:
        await opened(widget)
        heading = widget.frame.get_by_role("heading", name="Recommended for Senior Backend Engineer")
        await expect(heading).to_be_visible()
        await expect(widget.frame.locator("header .facts")).to_contain_text("Berlin, Germany")
        await expect(widget.frame.locator(".list-count")).to_have_text(f"{len(best)} members fit")
        assert await shown(widget) == [full_name(match["node"]) for match in best[:20]]
        first = widget.frame.get_by_role("article").first
        await expect(first).to_contain_text("Strong fit")
        for reason in best[0]["reasons"]:
            await expect(first.get_by_text(reason)).to_be_visible()
        await widget.assert_accessible()


async def test_the_rest_of_the_list_follows(gateway: Gateway, embed: Embed) -> None:
    best = await matches(gateway)
    assert len(best) > 20
    async with embed("recommended", job=JOB) as widget:
        await opened(widget)
        await widget.frame.get_by_role("article").first.focus()
        await widget.page.keyboard.press("End")
        # Behind the last person comes the button that brings the next ones.
        await widget.page.keyboard.press("ArrowDown")
        await expect(widget.frame.get_by_role("button", name="Show more")).to_be_focused()
        await widget.page.keyboard.press("Enter")
        await expect(widget.frame.get_by_role("article").nth(20)).to_be_focused()
        while len(await shown(widget)) < len(best):
            await widget.frame.get_by_role("button", name="Show more").click()
            await expect(widget.frame.get_by_role("article").nth(len(best) - 1)).to_be_visible()
        assert await shown(widget) == [full_name(match["node"]) for match in best]
        await expect(widget.frame.get_by_role("button", name="Show more")).to_have_count(0)


async def test_decisions_and_exports_are_there_when_the_page_is_opened_again(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    saved, sent, refused = [full_name(match["node"]) for match in (await matches(own_gateway))[:3]]
    async with own_embed("recommended", job=JOB) as widget:
        await opened(widget)
        for name, key, text in (
            (saved, "s", "Saved"),
            (sent, "e", "Export asked for"),
            (refused, "x", "Not interested, for this job."),
        ):
            await person(widget, name).focus()
            await widget.page.keyboard.press(key)
            await expect(person(widget, name)).to_contain_text(text)
        await widget.assert_accessible()
        told = [message for message in await widget.heard() if message["type"] in ("saved", "exported")]
        assert [message["jobExternalId"] for message in told] == [JOB, JOB]

    now = {full_name(match["node"]): match for match in await matches(own_gateway)}
    assert now[saved]["isSaved"]
    assert now[sent]["export"]["state"] in ("REQUESTED", "FAILED")
    assert refused not in now
    await come_to(own_gateway, "DELIVERED")
    async with own_embed("recommended", job=JOB) as widget:
        await opened(widget)
        await expect(person(widget, saved).get_by_role("button", name="Saved")).to_be_visible()
        await expect(person(widget, sent)).to_contain_text("Your ATS")
        await expect(person(widget, sent).get_by_role("button", name="Export")).to_have_count(0)
        await expect(person(widget, refused)).to_have_count(0)


async def test_not_interested_is_taken_back_by_saving(own_gateway: Gateway, own_embed: Embed) -> None:
    name = full_name((await matches(own_gateway))[0]["node"])
    async with own_embed("recommended", job=JOB) as widget:
        await opened(widget)
        await person(widget, name).get_by_role("button", name="Not interested").click()
        await expect(person(widget, name)).to_contain_text("Not interested, for this job.")
        assert name not in [full_name(match["node"]) for match in await matches(own_gateway)]
        # The button that was pressed is gone, and the focus is still with the person.
        await expect(person(widget, name)).to_be_focused()
        await widget.page.keyboard.press("s")
        await expect(person(widget, name).get_by_role("button", name="Saved")).to_be_visible()
        assert await decisions(own_gateway) == {name: "SAVED"}
    assert name in [full_name(match["node"]) for match in await matches(own_gateway)]


async def test_who_was_forbidden_meanwhile_is_not_exported(own_gateway: Gateway, own_embed: Embed) -> None:
    """The list was made before the ATS said it: the refusal stands on the card."""
    best = (await matches(own_gateway))[0]["node"]
    async with own_embed("recommended", job=JOB) as widget:
        await opened(widget)
        await own_gateway.state.sql(
            "update candidate set own_do_not_contact = true, match_member_urn = $1, match_state = 'MANUAL' "
            "where company_id = $2 and external_id = 'cand-0010'",
            *(best["id"], NORTHWIND_ORGANIZATION.id),
        )
        card = person(widget, full_name(best))
        await card.get_by_role("button", name="Export").click()
        await expect(card).to_contain_text("do not contact. So they cannot be exported")
    assert await exports(own_gateway, full_name(best)) == []


async def test_two_presses_and_two_pages_make_one_export(own_gateway: Gateway, own_embed: Embed) -> None:
    name = full_name((await matches(own_gateway))[0]["node"])
    async with (
        own_embed("recommended", job=JOB) as one,
        own_embed("recommended", job=JOB, user=ATS_USERS["recruiter-admin"]) as other,
    ):
        await opened(one)
        await opened(other)
        async with watched(one) as asked, watched(other) as asked_there:
            held, held_there = asked.hold("RecommendedExport"), asked_there.hold("RecommendedExport")
            for widget in (one, other):
                await person(widget, name).get_by_role("button", name="Export").dblclick()
            held.set()
            held_there.set()
            for widget in (one, other):
                await expect(person(widget, name).locator(".state")).to_be_visible()
            assert asked.count("RecommendedExport") == asked_there.count("RecommendedExport") == 1
    assert len(await exports(own_gateway, name)) == 1


async def test_details_open_and_close_without_losing_the_place(gateway: Gateway, embed: Embed) -> None:
    async with embed("recommended", job=JOB) as widget:
        await opened(widget)
        card = widget.frame.get_by_role("article").first
        details = card.get_by_role("button", name="Details")
        await expect(details).to_have_attribute("aria-expanded", "false")
        await details.click()
        await expect(card.get_by_role("heading", name="Experience")).to_be_visible()
        less = card.get_by_role("button", name="Less")
        await expect(less).to_be_focused()
        await widget.assert_accessible()
        await less.press("Enter")
        await expect(card.get_by_role("heading", name="Experience")).to_have_count(0)


async def test_without_matches_it_says_why(own_gateway: Gateway, own_embed: Embed) -> None:
    await own_gateway.state.sql("delete from recommended_match")
    async with own_embed("recommended", job=JOB) as widget:
        await expect(widget.frame.get_by_text("Nobody is recommended yet")).to_be_visible()
        await expect(widget.frame.get_by_text("A new job is looked at within minutes")).to_be_visible()
        await widget.assert_accessible()
    async with own_embed("recommended", job=await a_closed_job(own_gateway)) as widget:
        await expect(widget.frame.get_by_text("This job is closed")).to_be_visible()


async def test_a_job_that_has_not_arrived_is_told_apart(embed: Embed) -> None:
    async with embed("recommended", job="job-that-is-new") as widget:
        await expect(widget.frame.get_by_text("This job has not arrived from your ATS yet")).to_be_visible()
        await widget.assert_accessible()


@pytest.mark.parametrize(
    ("user", "title"),
    [
        (UNCONNECTED, "You need a Recruiter seat for this"),
        (ATS_USERS["recruiter-lite"], "Recruiter Lite does not include this"),
        (ATS_USERS["recruiter-parked"], "Your Recruiter seat is not active"),
    ],
)
async def test_who_may_not_see_recommendations_sees_the_job_and_how_to_mend_it(
    gateway: Gateway, embed: Embed, user: str, title: str
) -> None:
    persona = next((name for name, of in ATS_USERS.items() if of == user), "ats-user")
    mend = (await gateway.ask(persona, _MEND))["data"]["viewer"]["can"]["howToFix"]
    async with embed("recommended", job=JOB, user=user) as widget:
        await expect(widget.frame.get_by_role("heading", name=title)).to_be_visible()
        await expect(widget.frame.get_by_text(mend)).to_be_visible()
        await expect(widget.frame.get_by_role("heading", name="Senior Backend Engineer")).to_be_visible()
        await expect(widget.frame.get_by_role("article")).to_have_count(0)
        await widget.assert_accessible()


async def test_a_partner_that_does_not_support_it_is_named(own_gateway: Gateway, own_embed: Embed) -> None:
    await own_gateway.state.unsupported("RECOMMENDED_MATCHES")
    async with own_embed("recommended", job=JOB) as widget:
        await expect(widget.frame.locator("[data-reason=PARTNER_UNSUPPORTED]")).to_be_visible()
        await expect(widget.frame.get_by_text("Ask Demo ATS to support Recommended matches;")).to_be_visible()


async def test_company_wide_access_has_no_export_and_says_how_to_get_it(embed: Embed) -> None:
    async with embed("recommended", job=JOB, user=ATS_USERS["recruiter-company-wide"]) as widget:
        await opened(widget)
        await expect(widget.frame.get_by_role("button", name="Export")).to_have_count(0)
        await expect(widget.frame.get_by_text("Export is not available.")).to_be_visible()
        await expect(widget.frame.get_by_text("Ask a Recruiter admin to activate RSC")).to_be_visible()


async def test_without_linkedin_it_says_so(gateway_with: Any, chromium: Browser, ats: Ats, axe: str) -> None:
    gateway = await gateway_with(**LINKEDIN_IS_DOWN)
    async with embedded(chromium, gateway, ats, "recommended", axe=axe, job=JOB) as widget:
        heading = widget.frame.get_by_role("heading", name="LinkedIn does not answer right now")
        await expect(heading).to_be_visible()
        await widget.assert_accessible()
