"""The ATS's pages with the real widgets in them, from the real gateway, as `rsc demo` starts both."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.cli.program import Demo
from tests.widgets.browser import Visit

JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.")
PAGES = {
    "/candidates/cand-0001": "Zoë Marchetti",
    "/candidates/cand-0001?tag=linkedin": "Zoë Marchetti",
    "/jobs/job-001": "Recommended for Senior Backend Engineer",
    "/search?job=job-001": "Search people",
    "/settings": "LinkedIn Recruiter and Demo ATS",
}


@dataclass
class AtsVisit:
    """Somebody who uses the ATS in a browser."""

    page: Page
    demo: Demo

    async def open(self, path: str) -> None:
        """Open one of its pages."""
        await self.page.goto(f"{self.demo.ats_url}{path}")

    async def switch(self, user: str, theme: str = "auto") -> None:
        """Go on as another user."""
        await self.page.get_by_label("Signed in as").select_option(user)
        await self.page.get_by_label("Theme").select_option(theme)
        await self.page.get_by_role("button", name="Switch").click()

    @property
    def widget(self) -> Any:
        """The content of the page's widget."""
        return self.page.frame_locator("rsc-widget iframe")


@asynccontextmanager
async def visiting(chromium: Browser, demo: Demo, **options: Any) -> AsyncIterator[AtsVisit]:
    context = await chromium.new_context(**options)
    try:
        visit = Visit(await context.new_page(), (demo.url, demo.ats_url))
        visit.listen()
        yield AtsVisit(visit.page, demo)
        assert visit.foreign == []
        assert visit.complaints == []
        assert not any(JWT.search(url) for url in visit.requests)
        cookies = await context.cookies()
        assert [(cookie["name"], cookie["httpOnly"]) for cookie in cookies] == [("pretend_ats", True)]
    finally:
        await context.close()


@pytest.mark.parametrize(("path", "heading"), PAGES.items(), ids=list(PAGES))
async def test_each_page_shows_its_widget(chromium: Browser, demo: Demo, path: str, heading: str) -> None:
    async with visiting(chromium, demo) as visit:
        await visit.open(path)
        await expect(visit.widget.get_by_role("heading", name=heading).first).to_be_visible()
        frame = visit.page.locator("rsc-widget iframe")
        inner = next(one for one in visit.page.frames if "/widgets/" in one.url)
        await expect(frame).to_have_js_property("clientHeight", await _height(inner))
        assert not await visit.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )


async def _height(frame: Any) -> int:
    height: int = await frame.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")
    return height


@pytest.mark.parametrize("path", ["/", "/candidates?state=AMBIGUOUS", "/jobs?title=engineer"])
async def test_pages_without_a_widget_ask_the_gateways_site_for_nothing(
    chromium: Browser, demo: Demo, path: str
) -> None:
    async with visiting(chromium, demo, viewport={"width": 320, "height": 800}) as visit:
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        await visit.open(path)
        await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        assert all(url.startswith((demo.ats_url, "data:")) for url in asked)
        assert await visit.page.evaluate("document.documentElement.scrollWidth") == 320


async def test_the_page_hears_what_the_widget_did_by_linkedins_callbacks(
    chromium: Browser, demo: Demo
) -> None:
    async with visiting(chromium, demo) as visit:
        await visit.open("/candidates/cand-0002?tag=linkedin")
        await visit.page.get_by_text("What the widget told this page").click()
        await visit.widget.get_by_role("button", name=re.compile("Not this person")).click()
        await visit.widget.get_by_role("dialog").get_by_role("button").last.click()
        told = visit.page.locator("#told li")
        await expect(told).to_have_text(
            [
                re.compile(r"^rsc-unlinked urn:li:person:m\d{4}$"),
                re.compile(r"^onProfileUnlinked urn:li:person:m\d{4}$"),
            ]
        )
        answer = demo.ask("recruiter", '{ candidate(externalId: "cand-0002") { match { state } } }')
        assert answer["data"]["candidate"]["match"]["state"] == "UNLINKED"


async def test_another_user_sees_what_that_user_may(chromium: Browser, demo: Demo) -> None:
    async with visiting(chromium, demo) as visit:
        await visit.open("/candidates/cand-0001")
        await expect(visit.widget.get_by_role("heading", name="Experience")).to_be_visible()
        await visit.switch("colleague")
        await expect(visit.page.get_by_label("Signed in as")).to_have_value("colleague")
        await expect(visit.widget.get_by_text(re.compile("seat", re.IGNORECASE)).first).to_be_visible()
        await expect(visit.widget.get_by_role("heading", name="Experience")).to_have_count(0)


async def test_who_is_signed_out_is_told_so_by_the_ats_s_words_in_the_widget(
    chromium: Browser, demo: Demo
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    visit = AtsVisit(page, demo)
    await visit.open("/candidates/cand-0001")
    await visit.switch("nobody")
    await expect(visit.widget.get_by_text("You are signed out of the ATS. Sign in again.")).to_be_visible()
    await expect(visit.page.locator("#told li")).to_have_text(["rsc-failed NO_TOKEN"])
    frame = visit.page.locator("rsc-widget iframe")
    inner = next(one for one in page.frames if "/widgets/" in one.url)
    await expect(frame).to_have_js_property("clientHeight", await _height(inner))
    # In another tab the person signs in again, and the widget goes on where it stands.
    other = AtsVisit(await context.new_page(), demo)
    await other.open("/")
    await other.switch("recruiter")
    await visit.widget.get_by_role("button", name=re.compile("again", re.IGNORECASE)).click()
    await expect(visit.widget.get_by_role("heading", name="Zoë Marchetti").first).to_be_visible()
    await context.close()


async def test_a_widget_that_stays_open_has_its_token_renewed(chromium: Browser, demo: Demo) -> None:
    async with visiting(chromium, demo) as visit:
        await visit.page.clock.install()
        await visit.open("/candidates/cand-0001")
        await expect(visit.widget.get_by_role("heading", name="Experience")).to_be_visible()
        async with (
            visit.page.expect_response(f"{demo.ats_url}/widget-token") as asked,
            visit.page.expect_response(f"{demo.url}/widgets/token") as exchanged,
        ):
            await visit.page.clock.fast_forward("04:35")
        assert (await asked.value).status == 200
        answer = await exchanged.value
        assert answer.status == 200
        assert (await answer.request.all_headers())["authorization"].startswith("Bearer ")
        await expect(visit.widget.get_by_role("heading", name="Experience")).to_be_visible()


@pytest.mark.parametrize("tag", ["", "?tag=linkedin"])
async def test_the_theme_of_the_ats_is_that_of_its_widgets(chromium: Browser, demo: Demo, tag: str) -> None:
    async with visiting(chromium, demo, color_scheme="light") as visit:
        await visit.open(f"/candidates/cand-0001{tag}")
        await visit.switch("recruiter", "dark")
        await expect(visit.page.locator("html")).to_have_attribute("data-theme", "dark")
        await expect(visit.widget.locator("html")).to_have_attribute("data-theme", "dark")
        assert visit.page.url.endswith(f"/candidates/cand-0001{tag}")
