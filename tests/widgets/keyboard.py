"""What the Tab key comes to in a widget."""

from typing import Final

from tests.widgets.browser import Embedded

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
  // When the focus goes on from the last element into the browser's own bar, the document still names that
  // element for a moment, but nothing that is typed goes there any more.
  if (!one || one === document.body || !one.matches(":focus")) return null;
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
