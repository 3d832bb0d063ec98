"""What is done in the two widgets with lists of people on the way to their states."""

from collections.abc import Callable
from typing import Final

from playwright.async_api import Locator, expect

from tests.widgets.browser import Embedded
from tests.widgets.people import come_to
from tests.widgets.states.shown import Reach

WORDS: Final = "backend engineer berlin"


async def listed(widget: Embedded) -> None:
    await expect(widget.frame.get_by_role("article").first).to_be_visible()


def card(place: int) -> Callable[[Embedded], Locator]:
    return lambda widget: widget.frame.get_by_role("article").nth(place)


def on_card(place: int, name: str) -> Callable[[Embedded], Locator]:
    return lambda widget: card(place)(widget).get_by_role("button", name=name)


def says(place: int, text: str) -> Reach:
    return lambda widget: expect(card(place)(widget)).to_contain_text(text)


def typed(words: str) -> Reach:
    async def reach(widget: Embedded) -> None:
        await widget.frame.get_by_role("searchbox").fill(words)
        await listed(widget)

    return reach


def facet(group: str, name: str) -> Reach:
    async def reach(widget: Embedded) -> None:
        toggle = widget.frame.get_by_role("group", name=group).get_by_role("button", name=name).first
        await toggle.click()
        await expect(toggle).to_have_attribute("aria-pressed", "true")
        await expect(widget.frame.locator(".results[aria-busy=true]")).to_have_count(0)

    return reach


def exports_become(state: str, error: str | None = None) -> Reach:
    async def reach(widget: Embedded) -> None:
        await come_to(widget.gateway, state, error)

    return reach


async def chosen_job(widget: Embedded) -> None:
    await card(0)(widget).focus()
    await widget.page.keyboard.press("s")
    await widget.page.keyboard.type("engineer")
    await expect(widget.frame.get_by_role("option").first).to_be_visible()


IN_ATS: Final = facet("In your ATS", "Yes")
