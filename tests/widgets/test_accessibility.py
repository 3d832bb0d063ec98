"""The widget's theme, and the place that is kept for what still comes."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.widgets.browser import Ats
from tests.widgets.gateway import Gateway, NewGateway
from tests.widgets.states import STATES
from tests.widgets.states.shown import Shown, reached


@pytest.fixture
async def opened(
    chromium: Browser, gateway: Gateway, new_gateway: NewGateway, ats: Ats, axe: str
) -> Callable[..., Any]:
    """`opened(state, …)` is the widget in this state."""

    def open_it(state: Shown, **parameters: Any) -> Any:
        return reached(state, chromium, gateway, new_gateway, ats, axe=axe, **parameters)

    return open_it


async def test_the_theme_that_the_page_names_wins_over_the_systems(opened: Callable[..., Any]) -> None:
    (state,) = (state for state in STATES if state.name == "profile-matched")
    colours = {}
    for theme in ("light", "dark"):
        for wanted in ("auto", "light", "dark"):
            async with opened(state, theme=theme, parameters={"theme": wanted}) as widget:
                colours[theme, wanted] = await widget.window.evaluate(
                    "getComputedStyle(document.documentElement).backgroundColor + "
                    "getComputedStyle(document.body).color"
                )
    assert colours["light", "light"] == colours["dark", "light"] == colours["light", "auto"]
    assert colours["light", "dark"] == colours["dark", "dark"] == colours["dark", "auto"]
    assert colours["light", "light"] != colours["light", "dark"]


async def test_loading_keeps_the_place_of_what_comes(opened: Callable[..., Any]) -> None:
    """The layout shifts that Chromium itself counts while a profile takes the place of its skeleton."""
    (state,) = (state for state in STATES if state.name == "profile-matched")
    count = """
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    """
    async with opened(state, before=lambda page: page.add_init_script(count)) as widget:
        await expect(widget.frame.locator("h1")).to_be_visible()
        await widget.page.wait_for_timeout(300)
        assert await widget.window.evaluate("window.shifts") < 0.1
