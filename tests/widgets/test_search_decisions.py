"""What a recruiter does with people who were found: save, export, put aside, by mouse and by keyboard.

What a click or a key has changed is asked of the gateway, as the recruiter would ask it.
"""

import re
from typing import Any

from playwright.async_api import expect

from app.demo.organizations import NORTHWIND_ORGANIZATION
from tests.widgets.browser import Embed, Embedded
from tests.widgets.gateway import ATS_USERS, Gateway
from tests.widgets.people import (
    JOB,
    WORDS,
    come_to,
    decisions,
    exports,
    found,
    full_name,
    names,
    person,
    searched,
    shown,
    watched,
)

OTHER_JOB = "job-006"


async def test_save_export_and_not_interested_change_what_the_recruiter_reads(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    saved, sent, refused = names(await found(own_gateway, WORDS, inAts=False))[:3]
    async with own_embed("search", job=JOB) as widget:
        await searched(widget)
        await person(widget, saved).get_by_role("button", name="Save").click()
        await expect(person(widget, saved).get_by_role("button", name="Saved")).to_be_visible()
        await person(widget, sent).get_by_role("button", name="Export").click()
        await expect(person(widget, sent)).to_contain_text("Export asked for")
        await expect(person(widget, sent).get_by_role("button", name="Export")).to_have_count(0)
        await person(widget, refused).get_by_role("button", name="Not interested").click()
        await expect(person(widget, refused)).to_contain_text("Not interested, for this job.")

        assert await decisions(own_gateway) == {saved: "SAVED", refused: "NOT_INTERESTED"}
        assert [one["state"] for one in await exports(own_gateway, sent)] == ["REQUESTED"]
        told = await widget.wait_for_message("exported")
        assert told["jobExternalId"] == JOB
        assert {"saved", "not-interested"} <= set(await widget.types_heard())

        await person(widget, refused).get_by_role("button", name="Undo, and save instead").click()
        await expect(person(widget, refused).get_by_role("button", name="Saved")).to_be_visible()
        assert await decisions(own_gateway) == {saved: "SAVED", refused: "SAVED"}


async def test_the_last_of_two_decisions_in_a_row_counts(own_gateway: Gateway, own_embed: Embed) -> None:
    name = names(await found(own_gateway, WORDS, inAts=False))[0]
    async with own_embed("search", job=JOB) as widget:
        await searched(widget)
        async with watched(widget) as operations:
            first = operations.hold("SearchDecide")
            await person(widget, name).focus()
            await widget.page.keyboard.press("x")
            await widget.page.keyboard.press("s")
            first.set()
            await expect(person(widget, name).get_by_role("button", name="Saved")).to_be_visible()
            assert [said["decision"] for _, said in operations.asked] == ["NOT_INTERESTED", "SAVED"]
        assert await decisions(own_gateway) == {name: "SAVED"}


async def test_an_export_is_followed_until_the_candidate_is_in_the_ats(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    name = names(await found(own_gateway, WORDS, inAts=False))[0]
    confirm = """
    mutation Confirm($export: ID!) {
      confirmExport(input: { exportId: $export, candidateExternalId: "cand-0010" }) {
        export { state }
        userErrors { message }
      }
    }
    """
    async with own_embed("search", job=JOB) as widget:
        await searched(widget)
        card = person(widget, name)
        await card.get_by_role("button", name="Export").click()
        await expect(card).to_contain_text("Your ATS is told next")
        await come_to(own_gateway, "DELIVERED")
        await expect(card).to_contain_text("has not created the candidate yet", timeout=10_000)
        (export,) = await exports(own_gateway, name)
        answer = await own_gateway.ask("partner", confirm, export=export["id"])
        assert answer["data"]["confirmExport"] == {"export": {"state": "CREATED"}, "userErrors": []}
        await expect(card).to_contain_text("the candidate is in your ATS", timeout=10_000)
        await expect(card.get_by_role("link", name="Open the ATS record")).to_be_visible()
        await widget.assert_accessible()


async def test_an_export_that_was_given_up_says_why_and_whom_to_ask(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    name = names(await found(own_gateway, WORDS, inAts=False))[0]
    async with own_embed("search", job=JOB) as widget:
        await searched(widget)
        await person(widget, name).get_by_role("button", name="Export").click()
        await expect(person(widget, name)).to_contain_text("Export asked for")
        await come_to(own_gateway, "FAILED", "The callback answered 503.")
        await expect(person(widget, name)).to_contain_text("Ask its administrator", timeout=10_000)
        # Why is in the words of the last attempt, whichever that was.
        (sent,) = await exports(own_gateway, name)
        await expect(person(widget, name)).to_contain_text(sent["lastError"])


async def test_who_must_not_be_contacted_cannot_be_exported_and_the_card_says_so(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    """Known beforehand there is no button; learnt at the press, the refusal stands on the card."""
    there = await found(own_gateway, "engineer", inAts=True)
    both = [edge for edge in there["edges"] if edge["member"] and not edge["candidate"]["doNotContact"]]
    before, after = both[0], both[1]

    async def forbid(edge: dict[str, Any]) -> None:
        await own_gateway.state.sql(
            "update candidate set own_do_not_contact = true where company_id = $1 and external_id = $2",
            *(NORTHWIND_ORGANIZATION.id, edge["candidate"]["externalId"]),
        )

    await forbid(before)
    async with own_embed("search", job=JOB) as widget:
        await searched(widget, "engineer")
        await widget.frame.get_by_role("group", name="In your ATS").get_by_role("button", name="Yes").click()
        card = person(widget, full_name(before["member"]))
        await expect(card).to_contain_text("Your ATS says: do not contact")
        await expect(card.get_by_role("button", name="Export")).to_have_count(0)
        await card.focus()
        await widget.page.keyboard.press("e")

        await forbid(after)
        card = person(widget, full_name(after["member"]))
        await card.get_by_role("button", name="Export").click()
        await expect(card).to_contain_text("do not contact. So they cannot be exported")
        await widget.assert_accessible()
    for edge in (before, after):
        assert await exports(own_gateway, full_name(edge["member"])) == []


async def test_two_exports_at_once_are_one(own_gateway: Gateway, own_embed: Embed) -> None:
    """Pressed twice, it is asked once; asked by two pages at once, there is one export."""
    name = names(await found(own_gateway, WORDS, inAts=False))[0]
    async with own_embed("search", job=JOB) as one, own_embed("search", job=JOB) as other:
        for widget in (one, other):
            await searched(widget)
        async with watched(one) as asked, watched(other) as asked_there:
            held, held_there = asked.hold("SearchExport"), asked_there.hold("SearchExport")
            for widget in (one, other):
                await person(widget, name).focus()
                await widget.page.keyboard.press("e")
                await widget.page.keyboard.press("e")
            held.set()
            held_there.set()
            for widget in (one, other):
                await expect(person(widget, name)).to_contain_text("Export asked for")
                await widget.page.keyboard.press("e")
            assert asked.count("SearchExport") == asked_there.count("SearchExport") == 1
    assert len(await exports(own_gateway, name)) == 1


async def test_everything_is_done_by_keyboard_alone(own_gateway: Gateway, own_embed: Embed) -> None:
    there = names(await found(own_gateway, WORDS, inAts=False))
    async with own_embed("search", job=JOB) as widget:
        box = widget.frame.get_by_role("searchbox")
        await expect(box).to_be_visible()
        press = widget.page.keyboard.press
        while not await box.evaluate("box => box === document.activeElement"):
            await press("Tab")
        await widget.page.keyboard.type(WORDS)
        await press("Enter")
        articles = widget.frame.get_by_role("article")
        await expect(articles.first).to_be_visible()
        order = await shown(widget)
        # Letters that are keys in the list are letters in a field.
        assert await box.input_value() == WORDS
        assert await decisions(own_gateway) == {}

        await press("ArrowDown")
        await expect(articles.nth(0)).to_be_focused()
        await press("End")
        await expect(articles.nth(len(order) - 1)).to_be_focused()
        await press("Home")
        for key, text in (("s", "Saved"), ("e", "Export asked for"), ("x", "Not interested, for this job")):
            while await focused(widget) not in there:
                await press("ArrowDown")
            name = await focused(widget)
            there.remove(name)
            await press(key)
            await expect(person(widget, name)).to_contain_text(text)
            # What was pressed leaves the focus where it was.
            assert await focused(widget) == name
        await press("Enter")
        await press("Home")
        await press("Enter")
        await expect(articles.first.get_by_role("button", name="Less")).to_have_attribute(
            "aria-expanded", "true"
        )
        await expect(articles.first).to_contain_text("Experience")
        await press("?")
        await expect(widget.frame.get_by_role("dialog", name="Keys")).to_contain_text("Export to the job")
        await press("Escape")
        await expect(widget.frame.get_by_role("dialog")).to_have_count(0)
        await expect(articles.first).to_be_focused()
        await press("/")
        await expect(box).to_be_focused()
        assert sorted((await decisions(own_gateway)).values()) == ["NOT_INTERESTED", "SAVED"]


async def focused(widget: Embedded) -> str:
    """The name on the card that has the focus."""
    name: str = await widget.window.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
    return name


async def test_a_job_is_chosen_by_typing_where_the_ats_named_none(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    name = names(await found(own_gateway, WORDS, inAts=False))[0]
    async with own_embed("search") as widget:
        await searched(widget)
        await person(widget, name).focus()
        await widget.page.keyboard.press("s")
        # Nothing is done for no job: the question comes first.
        job = widget.frame.get_by_role("combobox", name="Job to save and export people for")
        await expect(job).to_be_focused()
        assert await decisions(own_gateway, OTHER_JOB) == {}
        await widget.page.keyboard.type("security engineer")
        await expect(widget.frame.get_by_role("option").first).to_be_visible()
        await widget.assert_accessible()
        for option in await widget.frame.get_by_role("option").all_inner_texts():
            assert "security engineer" in option.lower()
        await widget.frame.get_by_role("option", name=re.compile("^Security Engineer")).first.click()
        await expect(widget.frame.get_by_text("For the job Security Engineer")).to_be_visible()
        await person(widget, name).get_by_role("button", name="Save").click()
        await expect(person(widget, name).get_by_role("button", name="Saved")).to_be_visible()
        told = await widget.wait_for_message("saved")
        assert await decisions(own_gateway, told["jobExternalId"]) == {name: "SAVED"}


async def test_the_job_of_the_token_cannot_be_changed(embed: Embed) -> None:
    async with embed("search", job=JOB) as widget:
        await searched(widget)
        await expect(widget.frame.get_by_text("For the job Senior Backend Engineer")).to_be_visible()
        await expect(widget.frame.get_by_role("button", name="Change job")).to_have_count(0)
        await widget.frame.get_by_role("article").first.focus()
        await widget.page.keyboard.press("j")
        await expect(widget.frame.get_by_role("combobox")).to_have_count(0)


async def test_company_wide_access_searches_and_saves_but_does_not_export(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    async with own_embed("search", job=JOB, user=ATS_USERS["recruiter-company-wide"]) as widget:
        await searched(widget)
        await expect(widget.frame.get_by_role("button", name="Export")).to_have_count(0)
        await expect(widget.frame.get_by_text("Ask a Recruiter admin to activate RSC")).to_be_visible()
        name = (await shown(widget))[0]
        await person(widget, name).focus()
        await widget.page.keyboard.press("e")
        await expect(widget.frame.locator(".toast")).to_contain_text("activate RSC")
        await widget.page.keyboard.press("s")
        await expect(person(widget, name).get_by_role("button", name="Saved")).to_be_visible()
    assert await exports(own_gateway, name) == []


async def test_access_that_is_lost_meanwhile_is_told_where_it_shows(
    own_gateway: Gateway, own_embed: Embed
) -> None:
    name = names(await found(own_gateway, WORDS, inAts=False))[0]
    async with own_embed("search", job=JOB) as widget:
        await searched(widget)
        await own_gateway.state.seat("recruiter", "PARKED")
        await person(widget, name).get_by_role("button", name="Save").click()
        await expect(person(widget, name)).to_contain_text("Your Recruiter seat is not active")
        await widget.frame.get_by_role("button", name="Search").click()
        notice = widget.frame.locator("[data-reason=SEAT_INACTIVE]")
        await expect(notice).to_be_visible()
        await own_gateway.state.seat("recruiter", "ACTIVE")
        await notice.get_by_role("button", name="Try again").click()
        await expect(notice).to_have_count(0)
        await expect(person(widget, name)).to_be_visible()
    assert await decisions(own_gateway) == {}
