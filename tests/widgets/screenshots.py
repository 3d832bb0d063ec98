"""Pictures of every widget in every state, light and dark: `python -m tests.widgets.screenshots [NAME …]`.

They go to docs/screenshots/NAME-light.png and NAME-dark.png, each of a page of an ATS that holds nothing but
the widget, 960 pixels wide; some also 320 pixels (NAME-narrow.png). With names, only of states whose name
begins with one of them. The data is the demo's and the clock stands still: the same machine makes the same
pictures. States that cannot be reached are told at the end, and make the exit code 1.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, expect

from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from tests.conftest import TestServer
from tests.widgets.browser import Ats, Embedded, Theme, ats_pages, launched
from tests.widgets.gateway import Gateway, fill, gateway_on
from tests.widgets.operations import ROOT
from tests.widgets.pictures import reduced
from tests.widgets.states import STATES
from tests.widgets.states.shown import Shown, reached

FOLDER: Final = ROOT / "docs" / "screenshots"
NOW: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WIDTH: Final = 960
NARROW: Final = 320
LEAST_HEIGHT: Final = 40
MOST_HEIGHT: Final = 1_900
SETTLED_MS: Final = 250
_NARROW_TOO: Final = frozenset(
    {"profile-matched", "onboarding-live", "search-results", "recommended-matches"}
)


@dataclass(frozen=True)
class _Studio:
    """Where pictures are taken: the browser, the pages, and databases to make gateways on."""

    chromium: Browser
    desk: Page
    ats: Ats
    server: TestServer
    folder: Path

    @asynccontextmanager
    async def gateway(self, **settings: Any) -> AsyncIterator[Gateway]:
        async with (
            self.server.copy_of("demo") as dsn,
            gateway_on(dsn, self.folder, origins=(self.ats.origin,), **settings) as gateway,
        ):
            yield gateway

    async def take(self, state: Shown, shared: Gateway) -> None:
        """Both themes of one state."""
        themes: tuple[Theme, ...] = ("light", "dark")
        for theme in themes:
            look = {"theme": theme, "width": WIDTH, "height": LEAST_HEIGHT}
            async with reached(
                state, self.chromium, shared, self.gateway, self.ats, before=_stand_still, **look
            ) as widget:
                await self._picture(widget, f"{state.name}-{theme}", WIDTH)
                if theme == "light" and state.name in _NARROW_TOO:
                    await self._picture(widget, f"{state.name}-narrow", NARROW)

    async def _picture(self, widget: Embedded, name: str, width: int) -> None:
        page = widget.page
        await page.mouse.move(0, 0)
        # What is said for a while only is gone in the picture, however long it took to come here.
        await expect(widget.frame.locator(".toast")).to_have_count(0)
        # A frame of another site is painted as far as the window goes: the window takes the frame's height.
        height = LEAST_HEIGHT
        for _ in range(4):
            await page.set_viewport_size({"width": width, "height": height})
            await page.wait_for_timeout(SETTLED_MS)
            wanted = await page.evaluate("document.documentElement.scrollHeight")
            height = min(max(LEAST_HEIGHT, wanted), MOST_HEIGHT)
        # Clicking has scrolled the page to what was clicked.
        await page.evaluate("scrollTo(0, 0)")
        # The mark in a field comes and goes.
        await widget.window.evaluate("document.activeElement.style.caretColor = 'transparent'")
        await page.wait_for_timeout(SETTLED_MS)
        png = await page.screenshot()
        (FOLDER / f"{name}.png").write_bytes(await reduced(png, self.desk))


async def _stand_still(page: Page) -> None:
    await page.clock.set_fixed_time(NOW)


async def _main(prefixes: list[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    states = [state for state in STATES if state.name.startswith(tuple(prefixes or [""]))]
    failed = []
    with (
        tempfile.TemporaryDirectory(prefix="rsc-screenshots-") as name,
        EmbeddedPostgres(Path(name) / "postgres", durable=False) as postgres,
    ):
        folder = Path(name)
        server = TestServer(postgres.dsn)
        await server.fill_template("migrated", migrate)
        await server.fill_template("demo", partial(fill, data_dir=folder), basis="migrated")
        async with ats_pages() as ats, launched() as chromium:
            studio = _Studio(chromium, await chromium.new_page(), ats, server, folder)
            async with studio.gateway() as shared:
                for state in states:
                    try:
                        await studio.take(state, shared)
                        print(state.name, flush=True)
                    except Exception as error:
                        failed.append(f"{state.name}: {type(error).__name__} {str(error)[:800]}")
                        print(f"{state.name} FAILED", flush=True)
    print("\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1:])))
