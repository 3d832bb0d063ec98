"""The search widget as a recruiter uses it: who is found, what narrows it down, and who may not search."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.widgets.browser import Ats, Embed, embedded
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway
from tests.widgets.people import JOB, LINKEDIN_IS_DOWN, SEARCH, WORDS, found, names, searched, shown, watched


async def test_everyone_found_is_shown_once_in_the_gateways_order(gateway: Gateway, embed: Embed) -> None:
    there = await found(gateway, WORDS)
    async with embed("search", job=JOB) as widget:
        await searched(widget)
        await expect(widget.frame.get_by_role("article")).to_have_count(there["totalCount"])
        assert await shown(widget) == names(there)
        await expect(
            widget.frame.get_by_role("heading", name=f"{there['totalCount']} people")
        ).to_be_visible()
        await widget.assert_accessible()


async def test_a_facet_is_a_toggle_that_narrows_down_and_widens_again(gateway: Gateway, embed: Embed) -> None:
    there, narrowed = await found(gateway, "engineer"), await found(gateway, "engineer", inAts=True)
    assert 0 < narrowed["totalCount"] < there["totalCount"]
    async with embed("search") as widget:
        await searched(widget, "engineer")
        count = widget.frame.locator(".list-count")
        await expect(count).to_have_text(f"{there['totalCount']:,} people")
        yes = widget.frame.get_by_role("group", name="In your ATS").get_by_role("button", name="Yes")
        await yes.click()
        await expect(yes).to_have_attribute("aria-pressed", "true")
        await expect(count).to_have_text(f"{narrowed['totalCount']} people")
        assert await shown(widget) == names(narrowed)[:20]
        assert await widget.frame.get_by_text("In your ATS", exact=True).count() >= 20

        await yes.click()
        await expect(yes).to_have_attribute("aria-pressed", "false")
        await expect(count).to_have_text(f"{there['totalCount']:,} people")


async def test_filters_add_up_and_each_is_taken_back_by_itself(gateway: Gateway, embed: Embed) -> None:
    both = await found(gateway, "engineer", location="Berlin", openToWork=True)
    one = await found(gateway, "engineer", openToWork=True)
    assert 0 < both["totalCount"] < one["totalCount"]
    async with embed("search") as widget:
        await searched(widget, "engineer")
        place = widget.frame.get_by_label("Any location")
        await place.fill("berlin")
        await place.press("Enter")
        open_to_work = widget.frame.get_by_role("group", name="Open to work")
        await open_to_work.get_by_role("button", name="Yes").click()
        count = widget.frame.locator(".list-count")
        await expect(count).to_have_text(f"{both['totalCount']} people")
        await widget.frame.get_by_role("button", name="Location: berlin").click()
        await expect(count).to_have_text(f"{one['totalCount']} people")
        await widget.assert_accessible()


async def test_a_tag_and_a_stage_narrow_down_as_the_ats_spells_them(gateway: Gateway, embed: Embed) -> None:
    in_ats = await found(gateway, "engineer", inAts=True)
    facets = {facet["name"]: facet["values"] for facet in in_ats["facets"]}
    async with embed("search") as widget:
        await searched(widget, "engineer")
        await widget.frame.get_by_role("group", name="In your ATS").get_by_role("button", name="Yes").click()
        for name, title in (("tag", "Tag"), ("stage", "Stage")):
            value = facets[name][0]["value"]
            narrowed = await found(gateway, "engineer", inAts=True, **{name: value})
            toggle = widget.frame.get_by_role("group", name=title).get_by_role("button", name=value).first
            await toggle.click()
            count = widget.frame.locator(".list-count")
            await expect(count).to_have_text(f"{narrowed['totalCount']} people")
            await toggle.click()
            await expect(count).to_have_text(f"{in_ats['totalCount']} people")


async def test_more_people_follow_and_the_focus_goes_to_the_first_of_them(
    gateway: Gateway, embed: Embed
) -> None:
    there = await found(gateway, "engineer")
    async with embed("search") as widget:
        await searched(widget, "engineer")
        await widget.frame.get_by_role("button", name="Show more").click()
        await expect(widget.frame.get_by_role("article")).to_have_count(40)
        assert await shown(widget) == names(there)[:40]
        await expect(widget.frame.get_by_role("article").nth(20)).to_be_focused()


async def test_an_answer_that_comes_late_never_overwrites_a_newer_one(gateway: Gateway, embed: Embed) -> None:
    async with embed("search") as widget:
        box = widget.frame.get_by_role("searchbox")
        await expect(box).to_be_visible()
        async with watched(widget) as operations:
            late = operations.hold("Search")
            await box.fill("security engineer")
            await expect(widget.frame.locator(".results[aria-busy=true]")).to_be_visible()
            while operations.count("Search") < 1:
                await widget.page.wait_for_timeout(20)
            await box.fill(WORDS)
            newer = names(await found(gateway, WORDS))
            await expect(widget.frame.get_by_role("article")).to_have_count(len(newer))
            async with widget.page.expect_response("**/graphql") as response:
                late.set()
            await (await response.value).finished()
            # The answer is in the page; whatever it would do, it has done a moment later.
            await widget.window.evaluate("new Promise((go) => setTimeout(go, 50))")
            assert await shown(widget) == newer
            assert [asked["query"] for _, asked in operations.asked] == ["security engineer", WORDS]


async def test_typing_fast_asks_for_the_whole_word_only(embed: Embed) -> None:
    async with embed("search") as widget:
        box = widget.frame.get_by_role("searchbox")
        await expect(box).to_be_visible()
        async with watched(widget) as operations:
            await box.press_sequentially("engineer")
            await expect(widget.frame.get_by_role("article").first).to_be_visible()
            assert operations.asked[-1][1]["query"] == "engineer"
            assert operations.count("Search") <= 2


async def test_nobody_found_says_what_to_try_and_clears_the_filters(gateway: Gateway, embed: Embed) -> None:
    async with embed("search") as widget:
        await searched(widget)
        stage = widget.frame.get_by_label("Any stage")
        await stage.fill("no such stage")
        await stage.press("Enter")
        await expect(
            widget.frame.locator("strong", has_text=f"Nobody was found for “{WORDS}”")
        ).to_be_visible()
        await expect(widget.frame.get_by_text("Use fewer words")).to_be_visible()
        await widget.assert_accessible()
        await widget.frame.get_by_role("button", name="Clear filters").click()
        await expect(widget.frame.get_by_role("article").first).to_be_visible()
        await expect(widget.frame.get_by_role("searchbox")).to_be_focused()


@pytest.mark.parametrize(
    ("user", "title"),
    [
        (UNCONNECTED, "You need a Recruiter seat for this"),
        (ATS_USERS["recruiter-lite"], "Recruiter Lite does not include this"),
        (ATS_USERS["recruiter-parked"], "Your Recruiter seat is not active"),
    ],
)
async def test_who_may_not_search_reads_why_and_who_can_mend_it(
    gateway: Gateway, embed: Embed, user: str, title: str
) -> None:
    persona = next((name for name, of in ATS_USERS.items() if of == user), "ats-user")
    answer = await gateway.ask(persona, SEARCH, words="x", filter={})
    mend = answer["data"]["viewer"]["can"]["howToFix"]
    async with embed("search", user=user) as widget:
        await expect(widget.frame.get_by_role("heading", name=title)).to_be_visible()
        await expect(widget.frame.get_by_text(mend)).to_be_visible()
        await expect(widget.frame.get_by_role("searchbox")).to_have_count(0)
        await widget.assert_accessible()


async def test_a_partner_that_does_not_support_the_search_is_named(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    await own_gateway.state.unsupported("UNIFIED_SEARCH")
    async with own_embed("search") as widget:
        await expect(
            widget.frame.get_by_role("heading", name="Your ATS does not support this yet")
        ).to_be_visible()
        await expect(widget.frame.get_by_text("Ask Demo ATS to support Unified search;")).to_be_visible()


async def test_without_linkedin_the_ats_half_is_shown_with_a_sentence(
    gateway_with: Any, chromium: Any, ats: Ats, axe: str
) -> None:
    gateway = await gateway_with(**LINKEDIN_IS_DOWN)
    async with embedded(chromium, gateway, ats, "search", axe=axe) as widget:
        await widget.frame.get_by_role("searchbox").fill("engineer")
        heading = widget.frame.get_by_role("heading", name="LinkedIn does not answer right now")
        await expect(heading).to_be_visible()
        await widget.frame.get_by_role("button", name="Show only people in your ATS").click()
        await expect(widget.frame.get_by_text("1 application").first).to_be_visible()
        await widget.assert_accessible()


async def test_a_lost_connection_leaves_what_was_found_and_offers_another_try(
    gateway: Gateway, embed: Embed
) -> None:
    async with embed("search", expecting="ERR_|Failed to load") as widget:
        await searched(widget)
        await widget.page.route("**/graphql", lambda route: route.abort())
        await widget.frame.get_by_role("searchbox").fill("security engineer")
        await expect(widget.frame.get_by_role("heading", name="No connection")).to_be_visible()
        await expect(widget.frame.get_by_role("article").first).to_be_visible()
        await widget.page.unroute_all(behavior="ignoreErrors")
        await widget.frame.get_by_role("button", name="Try again").click()
        await expect(widget.frame.get_by_role("heading", name="No connection")).to_have_count(0)
        assert await shown(widget) == names(await found(gateway, "security engineer"))[:20]


async def test_a_first_search_that_fails_keeps_what_was_typed(gateway: Gateway, embed: Embed) -> None:
    async with embed("search", expecting="ERR_|Failed to load") as widget:
        box = widget.frame.get_by_role("searchbox")
        await expect(box).to_be_visible()
        await widget.page.route("**/graphql", lambda route: route.abort())
        await box.fill(WORDS)
        await expect(widget.frame.get_by_role("heading", name="No connection")).to_be_visible()
        assert await box.input_value() == WORDS
        await widget.page.unroute_all(behavior="ignoreErrors")
        await widget.frame.get_by_role("button", name="Try again").click()
        await expect(widget.frame.get_by_role("article").first).to_be_visible()
        assert await shown(widget) == names(await found(gateway, WORDS))


async def test_an_answer_does_not_take_away_what_is_being_typed_into_a_filter(embed: Embed) -> None:
    async with embed("search") as widget:
        await expect(widget.frame.get_by_role("searchbox")).to_be_visible()
        async with watched(widget) as operations:
            held = operations.hold("Search")
            await widget.frame.get_by_role("searchbox").fill("engineer")
            place = widget.frame.get_by_label("Any location")
            await place.press_sequentially("ber")
            held.set()
            await expect(widget.frame.get_by_role("article").first).to_be_visible()
            await expect(place).to_be_focused()
            await widget.page.keyboard.type("lin")
            assert await place.input_value() == "berlin"
            await widget.page.keyboard.press("Enter")
            await expect(widget.frame.get_by_role("button", name="Location: berlin")).to_be_visible()
            assert operations.asked[-1] == ("Search", {"query": "engineer", "filter": {"location": "berlin"}})


async def test_folded_values_of_a_facet_unfold_and_take_the_focus(embed: Embed) -> None:
    async with embed("search") as widget:
        await searched(widget, "engineer")
        places = widget.frame.get_by_role("group", name="Location")
        assert await places.locator(".toggle").count() == 4
        await places.get_by_role("button", name="6 more").click()
        await expect(places.locator(".toggle")).to_have_count(10)
        await expect(places.locator(".toggle").nth(4)).to_be_focused()
