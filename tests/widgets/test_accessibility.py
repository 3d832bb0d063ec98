"""Every state of every widget: nothing serious for axe, light, dark or narrow, and all of it by keyboard."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from tests.widgets.browser import Ats, Embedded
from tests.widgets.gateway import Gateway, NewGateway
from tests.widgets.states import STATES
from tests.widgets.states.shown import Shown, reached

NARROW: Final = 320
_TABS_MAX: Final = 400

# What a keyboard must reach: all that can be pressed or typed into, except the members of a group that has
# arrows (tabs, options), of which one has the focus; they are reached from there.
_TO_REACH: Final = """
() => {
  const open = [...document.querySelectorAll("dialog[open], [role=dialog]:not([hidden])")].at(-1);
  const all = (open ?? document).querySelectorAll(
    "a[href], button, input, select, textarea, summary, [role=button], [role=tab], [tabindex='0']");
  window.toReach = new Map();
  for (const one of all) {
    const inGroup = one.closest("[role=tablist], [role=listbox], [role=radiogroup]") && one.tabIndex < 0;
    const isRadio = one.type === "radio" && !one.checked;
    if (!one.checkVisibility({ visibilityProperty: true }) || one.disabled || inGroup || isRadio) continue;
    const name = one.getAttribute("aria-label") ?? one.textContent ?? "";
    window.toReach.set(one, `${one.localName} ${name}`.slice(0, 60));
  }
  document.activeElement?.blur();
  return window.toReach.size;
}
"""
_REACHED: Final = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const label = one.labels?.[0];
  const looks = [style, label && getComputedStyle(label), getComputedStyle(one.parentElement)];
  const rings = looks.some((look) => look &&
    ((look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none"));
  const name = window.toReach.get(one) ?? one.outerHTML.slice(0, 80);
  window.toReach.delete(one);
  return [name, rings];
}
"""


_EACH: Final = pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])


@pytest.fixture
async def opened(
    chromium: Browser, gateway: Gateway, new_gateway: NewGateway, ats: Ats, axe: str
) -> Callable[..., Any]:
    """`opened(state, …)` is the widget in this state."""

    def open_it(state: Shown, **parameters: Any) -> Any:
        return reached(state, chromium, gateway, new_gateway, ats, axe=axe, **parameters)

    return open_it


@_EACH
async def test_axe_finds_nothing_serious_and_a_keyboard_reaches_everything(
    opened: Callable[..., Any], state: Shown
) -> None:
    """In light and in dark, wide and narrow; where the keyboard is shows everywhere."""
    async with opened(state) as widget:
        await widget.assert_accessible()
        assert await unreached(widget) == []
        await widget.page.emulate_media(color_scheme="dark")
        await widget.assert_accessible()
        await widget.page.set_viewport_size({"width": NARROW, "height": 800})
        await widget.assert_accessible()
        assert await widget.overflow() <= 0


async def unreached(widget: Embedded) -> list[str]:
    """What Tab does not come to, and what shows no ring when it has the focus."""
    window = widget.window
    count = await window.evaluate(_TO_REACH)
    bare = []
    # The dialog keeps the focus within itself; elsewhere the page around has it before and behind the widget.
    for _ in range(min(2 * count + 6, _TABS_MAX)):
        await widget.page.keyboard.press("Tab")
        found = await window.evaluate(_REACHED)
        if found is not None and not found[1]:
            bare.append(f"no ring: {found[0]}")
    left: list[str] = await window.evaluate("[...window.toReach.values()]")
    return left + sorted(set(bare))


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
