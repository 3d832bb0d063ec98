"""The profile widget as recruiters use it in the ATS: what is clicked happens, and the ATS hears of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from app.auth.personas import NORTHWIND_RPS_CONTRACT
from tests.widgets.browser import Ats, Embed, Embedded, embedded
from tests.widgets.gateway import AMBIGUOUS, ATS_USERS, MATCHED, UNCONNECTED, UNMATCHED, Gateway
from tests.widgets.people import LINKEDIN_IS_DOWN
from tests.widgets.states.profile import DO_NOT_CONTACT, NOT_SYNCED

ZOE = "urn:li:person:m0001"


async def text_of(widget: Embedded) -> str:
    """All that can be read in the widget now."""
    text: str = await widget.window.evaluate("document.body.innerText")
    return text


async def notice_of(widget: Embedded, selector: str) -> str:
    """What the notice says that has these attributes, once it is there."""
    notice = widget.frame.locator(selector).first
    await expect(notice).to_be_visible()
    return await notice.inner_text()


async def match_of(gateway: Gateway, candidate: str) -> tuple[str, str | None]:
    """The state of the match and the member, as the database has them."""
    row = await gateway.state.candidate(candidate)
    return row["match_state"], row["match_member_urn"]


async def test_a_match_shows_the_person_with_the_evidence_and_what_the_ats_knows(embed: Embed) -> None:
    async with embed("profile", candidate=MATCHED) as widget:
        await expect(widget.frame.get_by_role("heading", name="Zoë Marchetti", level=1)).to_be_visible()
        text = await text_of(widget)
        for fact in (
            *("Senior Backend Engineer at Halden Systems | Python, PostgreSQL, GraphQL", "812", "Berlin"),
            *("Nordhafen Logistik", "Technical University of Munich", "Kubernetes", "Silver medalist"),
        ):
            assert fact in text
        evidence = widget.frame.get_by_text("zoe.marchetti@example.com")
        await expect(evidence).to_be_hidden()
        await widget.frame.locator(".match summary").click()
        await expect(evidence).to_be_visible()
        assert await widget.types_heard() == ["ready", "height"]
        link = widget.frame.get_by_role("link", name="LinkedIn profile")
        assert await link.get_attribute("href") == "https://www.linkedin.com/in/zoe-marchetti"
        assert (await link.get_attribute("rel") or "").split() == ["noopener", "noreferrer"]
        assert await link.get_attribute("target") == "_blank"


async def test_the_activity_shows_own_texts_and_of_a_colleagues_inmail_only_who_and_when(
    embed: Embed,
) -> None:
    async with embed("profile", candidate=MATCHED) as widget:
        await widget.frame.get_by_role("tab", name="Activity").click()
        entries = widget.frame.locator(".entry")
        await expect(entries.first).to_be_visible()
        own = entries.filter(has_text="Rosa Lindqvist to Zoë Marchetti").first
        await expect(own).to_contain_text("Two colleagues of the team would join us")
        of_emil = entries.filter(has_text="Emil Hägg to Zoë Marchetti").first
        await expect(of_emil).to_contain_text("Only Emil Hägg can read the text")
        await expect(of_emil.locator("h3")).to_have_count(0)
        private = entries.filter(has_text="Private")
        assert [("Rosa" in await one.inner_text()) for one in await private.all()] == [True]


async def test_unlinking_asks_first_and_then_is_so_and_linking_makes_it_so_again(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("profile", candidate=MATCHED) as widget:
        unlink = widget.frame.locator('[data-key="unlink"]')
        await unlink.click()
        dialog = widget.frame.get_by_role("dialog")
        await expect(dialog).to_contain_text("Unlink Zoë Marchetti?")
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(dialog).to_be_hidden()
        await expect(unlink).to_be_focused()
        assert await match_of(own_gateway, MATCHED) == ("MATCHED", ZOE)

        await unlink.click()
        await widget.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        assert await match_of(own_gateway, MATCHED) == ("MATCHED", ZOE)

        await unlink.click()
        await dialog.get_by_role("button", name="Unlink").click()
        assert (await widget.wait_for_message("unlinked"))["memberId"] == ZOE
        said = await notice_of(widget, "[data-state=UNLINKED]")
        assert "Rosa Lindqvist" in said
        assert await match_of(own_gateway, MATCHED) == ("UNLINKED", None)
        assert "812" not in await text_of(widget)

        search = widget.frame.get_by_role("searchbox").first
        await search.fill("Zoë Marchetti")
        await search.press("Enter")
        person = widget.frame.get_by_role("article").filter(has_text="Halden Systems").first
        await person.get_by_role("button").click()
        assert (await widget.wait_for_message("linked"))["memberId"] == ZOE
        await expect(widget.frame.get_by_text("812")).to_be_visible()
        assert await match_of(own_gateway, MATCHED) == ("MANUAL", ZOE)


async def test_an_unlink_that_the_page_wants_without_a_question_asks_none(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("profile", candidate=MATCHED, parameters={"unlink": "direct"}) as widget:
        await widget.frame.locator('[data-key="unlink"]').click()
        await widget.wait_for_message("unlinked")
        assert (await match_of(own_gateway, MATCHED))[0] == "UNLINKED"


async def test_an_ats_that_wants_no_unlinking_shows_none(embed: Embed) -> None:
    async with embed("profile", candidate=MATCHED, parameters={"unlink": "hidden"}) as widget:
        await expect(widget.frame.get_by_text("812")).to_be_visible()
        await expect(widget.frame.locator('[data-key="unlink"]')).to_have_count(0)


async def test_of_several_that_it_may_be_one_is_chosen_with_the_evidence_in_sight(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("profile", candidate=AMBIGUOUS) as widget:
        await notice_of(widget, "[data-state=AMBIGUOUS]")
        people = widget.frame.get_by_role("article")
        assert await people.count() == 2
        await expect(widget.frame.locator(".evidence").first).to_be_visible()
        await people.nth(1).get_by_role("button").click()
        chosen = (await widget.wait_for_message("linked"))["memberId"]
        await expect(widget.frame.locator('[data-key="unlink"]')).to_be_visible()
        assert await match_of(own_gateway, AMBIGUOUS) == ("MANUAL", chosen)


async def test_none_of_several_is_an_answer_too(own_gateway: Gateway, own_embed: Embed) -> None:
    async with own_embed("profile", candidate=AMBIGUOUS) as widget:
        await widget.frame.locator('[data-key="none"]').click()
        await notice_of(widget, "[data-state=UNLINKED]")
        assert (await match_of(own_gateway, AMBIGUOUS))[0] == "UNLINKED"


async def test_somebody_is_found_by_the_profiles_address_and_linked(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("profile", candidate=UNMATCHED) as widget:
        await notice_of(widget, "[data-state=UNMATCHED]")
        address = widget.frame.locator('[data-key="by-url"]').first
        field = address if await address.evaluate("one => one.matches('input')") else address.locator("input")
        await field.fill("not an address")
        await field.press("Enter")
        await expect(field).to_have_attribute("aria-invalid", "true")
        await field.fill("https://www.linkedin.com/in/zoe-marchetti/")
        await field.press("Enter")
        person = widget.frame.get_by_role("article").filter(has_text="Zoë Marchetti")
        await person.get_by_role("button").click()
        assert (await widget.wait_for_message("linked"))["memberId"] == ZOE
        assert await match_of(own_gateway, UNMATCHED) == ("MANUAL", ZOE)


async def test_nobody_found_is_said_so(embed: Embed) -> None:
    async with embed("profile", candidate=UNMATCHED) as widget:
        await notice_of(widget, "[data-state=UNMATCHED]")
        search = widget.frame.get_by_role("searchbox").first
        await search.fill("Xqzzyw Brrrk")
        await search.press("Enter")
        await expect(widget.frame.locator(".empty").first).to_be_visible()


async def test_do_not_contact_is_the_first_thing_that_is_said(embed: Embed) -> None:
    async with embed("profile", candidate=DO_NOT_CONTACT) as widget:
        said = await notice_of(widget, ".do-not-contact")
        assert "Do not contact" in said
        first = await widget.frame.locator("main h1, main h2").first.inner_text()
        assert "Do not contact" in first


DENIED: dict[str, dict[str, Any]] = {
    "NO_SEAT": {"user": UNCONNECTED},
    "SEAT_INACTIVE": {"user": ATS_USERS["recruiter-parked"]},
    "RECRUITER_LITE": {"user": ATS_USERS["recruiter-lite"]},
}


# From the server's own sentences (`howToFix`), which the page shows as they are.
HOW_TO_FIX = {
    "NO_SEAT": "seat",
    "SEAT_INACTIVE": "parked",
    "RECRUITER_LITE": "Depot Hiring",
}


@pytest.mark.parametrize("reason", DENIED)
async def test_without_the_right_seat_the_half_of_the_ats_stays_and_a_sentence_says_what_to_do(
    embed: Embed, reason: str
) -> None:
    async with embed("profile", candidate=MATCHED, **DENIED[reason]) as widget:
        said = await notice_of(widget, f"[data-reason={reason}]")
        text = await text_of(widget)
        assert "Silver medalist" in text
        for of_linkedin in ("812", "Nordhafen", "Kubernetes"):
            assert of_linkedin not in text
        assert HOW_TO_FIX[reason] in said


async def test_a_contract_without_contract_access_shows_the_profile_and_no_inmails(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    await own_gateway.state.access(company_wide=True, contracts=(NORTHWIND_RPS_CONTRACT,))
    async with own_embed("profile", candidate=MATCHED, user=ATS_USERS["recruiter-company-wide"]) as widget:
        await expect(widget.frame.get_by_text("812")).to_be_visible()
        await widget.frame.get_by_role("tab", name="Activity").click()
        said = await notice_of(widget, "[data-reason=CONTRACT_ACCESS_REQUIRED]")
        assert "Corporate Functions" in said or "contract" in said
        await expect(widget.frame.get_by_text("Interview feedback shared by phone")).to_be_visible()
        assert "Hello Rosa" not in await text_of(widget)


async def test_while_everything_is_synced_anew_its_progress_shows(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    await own_gateway.state.resyncing("candidate", "application", "job", done=300, expected=1_200)
    async with own_embed("profile", candidate=MATCHED) as widget:
        await notice_of(widget, "[data-reason=RESYNCING]")
        bar = widget.frame.get_by_role("progressbar")
        assert await bar.evaluate("one => [one.value, one.max]") == [300, 1_200]


async def test_with_linkedin_down_the_ats_half_stands_and_trying_again_is_offered(
    gateway_with: Callable[..., Awaitable[Gateway]], ats: Ats, chromium: Browser
) -> None:
    gateway = await gateway_with(**LINKEDIN_IS_DOWN)
    async with embedded(chromium, gateway, ats, "profile", candidate=MATCHED) as widget:
        await notice_of(widget, "[data-code=SOURCE_UNAVAILABLE]")
        assert "Silver medalist" in await text_of(widget)
        asked = len([url for url in widget.visit.requests if url.endswith("/graphql")])
        await widget.frame.get_by_role("button", name="Try again").first.click()
        await widget.page.wait_for_timeout(300)
        await notice_of(widget, "[data-code=SOURCE_UNAVAILABLE]")
        assert len([url for url in widget.visit.requests if url.endswith("/graphql")]) == asked + 1


async def test_a_candidate_who_has_not_been_synced_appears_once_they_are(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("profile", candidate=NOT_SYNCED) as widget:
        await notice_of(widget, "[data-code=NOT_YET]")
        await own_gateway.state.sql(
            "update candidate set external_id = $1 where external_id = $2", NOT_SYNCED, MATCHED
        )
        await widget.frame.get_by_role("button", name="Try again").click()
        await expect(widget.frame.get_by_text("812")).to_be_visible()


async def test_two_who_link_at_once_are_both_told_and_one_of_them_stays(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    admin = ATS_USERS["recruiter-admin"]
    async with (
        own_embed("profile", candidate=AMBIGUOUS) as one,
        own_embed("profile", candidate=AMBIGUOUS, user=admin) as other,
    ):
        await notice_of(one, "[data-state=AMBIGUOUS]")
        await notice_of(other, "[data-state=AMBIGUOUS]")
        await one.frame.get_by_role("article").nth(0).get_by_role("button").click()
        await other.frame.get_by_role("article").nth(1).get_by_role("button").click()
        for widget in (one, other):
            await expect(widget.frame.locator('[data-key="unlink"]')).to_be_visible()
        linked = {(await widget.wait_for_message("linked"))["memberId"] for widget in (one, other)}
        assert len(linked) == 2
        state, member = await match_of(own_gateway, AMBIGUOUS)
        assert state == "MANUAL"
        assert member in linked
