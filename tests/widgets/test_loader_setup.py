"""What the loader makes of its settings and of a page that is not set up as it should be."""

import json
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.widgets.loader_pages import KEY, LINKEDIN, PROFILE, SETUP, Sites, opened, sites


@pytest.fixture
async def two() -> AsyncIterator[Sites]:
    """The loader's site and an ATS's."""
    async with sites() as made:
        yield made


@pytest.mark.parametrize(
    ("tag", "setup", "why"),
    [
        ('<rsc-widget widget="profiles"></rsc-widget>', SETUP, "widget must be one of profile"),
        ('<rsc-widget widget="__proto__"></rsc-widget>', SETUP, "widget must be one of profile"),
        ('<rsc-widget widget="profile"></rsc-widget>', SETUP, "candidate is missing"),
        ('<rsc-widget widget="recommended"></rsc-widget>', SETUP, "job is missing"),
        (PROFILE, "token_url: /ats/widget-token", "api_key is missing"),
        (PROFILE, f"api_key: {KEY}", "token_url is missing"),
        (PROFILE, f"api_key: {KEY}\ntoken_url: https://other.example/token", "page's own origin"),
        (PROFILE, f"api_key: {KEY}\ntoken_url: https://", "page's own origin"),
        (LINKEDIN.replace('"ATS"', '"CRM"'), SETUP, "widget must be one of profile"),
    ],
)
async def test_what_is_set_up_wrongly_says_so_in_its_place_and_to_the_developer(
    chromium: Browser, two: Sites, tag: str, setup: str, why: str
) -> None:
    async with opened(chromium, two, two.loader(setup) + tag) as page:
        await expect(page.page.get_by_role("alert")).to_have_text(re.compile("not set up correctly"))
        assert any(why in text for text in page.complaints)
        assert await page.page.locator("iframe").count() == 0
        assert await page.heard(1) == [["rsc-failed", "rsc-widget", {"code": "MISPLACED"}]]
        assert two.asked == []


async def test_a_frame_that_is_refused_is_said_so_and_comes_back_on_request(
    chromium: Browser, two: Sites
) -> None:
    two.frames_are_refused = True
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        notice = page.page.get_by_role("alert")
        await expect(notice).to_contain_text("could not be loaded", timeout=15_000)
        assert (await page.heard(1))[-1] == ["rsc-failed", "rsc-widget", {"code": "UNREACHABLE"}]
        two.frames_are_refused = False
        await notice.get_by_role("button", name="Try again").click()
        await page.told("token")
        await expect(notice).to_have_count(0)


async def test_a_page_in_another_language_brings_the_loaders_texts(chromium: Browser, two: Sites) -> None:
    async with opened(chromium, two, "", goto=False) as page:
        texts = {"profile": "LinkedIn-Profil", "again": "Noch einmal"}
        await page.page.add_init_script(f"window.RSCWidgets = {{ texts: {json.dumps(texts)} }};")
        two.body = PROFILE + two.loader()
        await page.page.goto(f"{two.ats}/")
        await page.told("token")
        await expect(page.page.locator("rsc-widget iframe")).to_have_attribute("title", "LinkedIn-Profil")


async def test_what_the_page_styled_itself_stays(chromium: Browser, two: Sites) -> None:
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        await page.told("token")
        host = page.page.locator("rsc-widget")
        await host.evaluate("(host) => { host.style.width = '444px'; host.setAttribute('theme', 'dark'); }")
        await page.asked(2)
        await expect(host).to_have_css("width", "444px")
        await host.evaluate("(host) => host.setAttribute('width', '50%')")
        await expect(host).to_have_js_property("style.width", "50%")
        await host.evaluate("(host) => host.removeAttribute('width')")
        await expect(host).to_have_js_property("style.width", "")
        assert len(two.asked) == 2
