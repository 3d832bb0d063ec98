"""GraphiQL as a person meets it: a page in Chromium, with every other origin cut off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import Browser, ConsoleMessage, Page, Route, expect

EVERYTHING_STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
_VIOLATIONS = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
"""


@dataclass
class Visit:
    """One page in a browser of its own, with everything that it did wrong."""

    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def only_our_origin(self, route: Route) -> None:
        if route.request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            await route.continue_()
        else:
            self.foreign.append(route.request.url)
            await route.abort()

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    async def assert_clean(self) -> None:
        assert self.foreign == []
        assert self.complaints == []
        assert await self.page.evaluate("window.violations") == []

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def type(self, text: str) -> None:
        """Put this into the editor in place of what is there."""
        await self.page.locator(".graphiql-query-editor .CodeMirror-lines").click()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)

    async def ask_as(self, persona: str) -> None:
        await self.page.get_by_label("Ask as").select_option(persona)

    @property
    def answer(self) -> Any:
        return expect(self.page.locator(".graphiql-response .result-window .CodeMirror-code"))

    async def wait_for_tab_to_be_kept(self, text: str) -> None:
        """Until the page keeps a tab with this; asked from here, since its policy forbids `eval`."""
        for _ in range(400):
            if text in (await self.page.evaluate("localStorage['graphiql:tabState']") or ""):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"No tab with {text!r} is kept.")

    async def stored(self) -> str:
        """All that the page keeps."""
        kept: str = await self.page.evaluate(EVERYTHING_STORED)
        return kept


@asynccontextmanager
async def visited(
    chromium: Browser, origin: str, path: str = "/graphiql", scheme: Literal["light", "dark"] = "light"
) -> AsyncIterator[Visit]:
    """A visit to this page of the gateway, which begins with nothing stored."""
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    try:
        await context.add_init_script(_VIOLATIONS)
        visit = Visit(await context.new_page(), origin)
        await context.route("**/*", visit.only_our_origin)
        visit.page.on("console", visit.hear)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        await visit.page.goto(f"{origin}{path}")
        yield visit
    finally:
        await context.close()
