"""The widgets as people meet them: in Chromium, inside a page of the ATS on another origin.

    async def test_x(gateway: Gateway, embed: Embed) -> None:
        async with embed("profile", candidate="cand-0001") as widget:
            await expect(widget.frame.get_by_role("heading", name="Zoë Marchetti")).to_be_visible()
            assert await widget.types_heard() == ["ready", "height"]
            await widget.assert_accessible()

A page of the test's own ATS (`Ats`, on http://localhost, while the gateway is http://127.0.0.1: another
origin and another site) hosts the iframe, answers its `ready` and `token-needed` with a widget token that the
ATS's backend gets from the gateway each time, and remembers every message. Leaving the `with` asserts that
nothing went wrong: no error or warning on the console, no error of a script, no violation of a policy, no
request to anybody else, no cookie, nothing stored. What a test provokes on purpose it names, as a regular
expression that is searched in each complaint: `embed(…, expecting="503")`.

Fixtures (tests/widgets/conftest.py):
- `chromium`: one browser for all tests. Skipped where there is none, failed with CI=true.
- `gateway`: shared, with the demo's data; tests must change nothing in it.
- `own_gateway`: the test's own copy, to be changed. `await gateway_with(**settings)` has other settings.
- `embed` / `own_embed`: `embed(WIDGET, user=…, candidate=…, job=…, is_admin=…)` on either; for all parameters
  see `embedded`. Tests that need another gateway or other pages call `embedded` itself.
- `Gateway.widget_token(…)`, `Gateway.ask("recruiter", QUERY)`, `Gateway.state.…` (rows and states by SQL):
  see tests/widgets/gateway.py. `ATS_USERS["recruiter-lite"]` is the user who is connected to that persona's
  seat, UNCONNECTED the one who is connected to none. `give=` puts another source of tokens in place.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, ConsoleMessage, Frame, FrameLocator, Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.http.conftest import listening
from tests.widgets.gateway import ATS_USERS, Gateway

CHROMIUM: Final = Path(os.environ.get("RSC_CHROMIUM", "/usr/bin/chromium"))
_NOT_NEEDED: Final = (
    # The list under the address bar is a page of Chromium's own, made anew for each window.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    # Of two such lists only the last counts: these Playwright switches off as well.
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PreconnectToSearch",
)
ARGUMENTS: Final = [
    f"--disable-features={','.join(_NOT_NEEDED)}",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    # Pictures of one machine must be those of another.
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
_VIOLATIONS: Final = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
"""
_STORED: Final = """
  () => { try { return [{...localStorage}, {...sessionStorage}, document.cookie]; } catch { return []; } }
"""

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page of the ATS</title>
<link rel="stylesheet" href="/ats.css"></head>
<body><main data-gateway="{gateway}" data-visit="{visit}" data-source="{source}"></main>
<script src="/ats.js"></script></body></html>
"""
_STYLE: Final = "body, main { margin: 0; } iframe { border: 0; display: block; }"
_SCRIPT: Final = """
"use strict";
const main = document.querySelector("main");
const { gateway, visit, source } = main.dataset;
const frame = document.createElement("iframe");
window.heard = [];
window.tell = (message, target = gateway) => frame.contentWindow.postMessage({ rsc: 1, ...message }, target);
window.giveToken = async (reason) => {
  const answer = await fetch(`/token/${visit}`, { method: "POST", body: JSON.stringify({ reason }) });
  const given = await answer.json();
  if (given.token) window.tell({ type: "token", token: given.token });
  else if (given.message !== undefined) window.tell({ type: "no-token", message: given.message });
};
window.addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow) return;
  window.heard.push({ ...event.data, from: event.origin });
  if (event.origin !== gateway) return;
  if (event.data.type === "height") frame.height = event.data.height;
  if (event.data.type === "ready") window.giveToken("ready");
  if (event.data.type === "token-needed") window.giveToken(event.data.reason);
});
// It says that it is ready once, so there must be somebody who hears it.
Object.assign(frame, { title: "Recruiter System Connect", width: "100%", height: 480, src: source });
main.append(frame);
"""

# A machine that does much else is slow, and not wrong.
expect.set_options(timeout=20_000)

Give = Callable[[str], Awaitable[str | None]]
"""Called with why a token is wanted: 'ready', 'expiring' or 'refused'. None sends `no-token`."""

Theme = Literal["light", "dark"]


def require_chromium() -> None:
    """Skip the test where there is no Chromium, and fail it in CI."""
    if not CHROMIUM.exists():
        reason = f"Chromium is not at {CHROMIUM}: install it (Debian: chromium) or set RSC_CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Chromium, headless, with every name but this machine's cut off."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@dataclass(slots=True)
class Ats:
    """The pages of the test's own ATS. `port` is where they are; any name of this machine leads there."""

    port: int = 0
    pages: dict[str, tuple[str, str, Give]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def origin(self) -> str:
        """The origin that gateways have registered."""
        return f"http://localhost:{self.port}"

    def add(self, gateway_url: str, source: str, give: Give) -> str:
        """The path of a new page that frames `source`, an address of that gateway."""
        visit = str(next(self._numbers))
        self.pages[visit] = (gateway_url, source, give)
        return f"/page/{visit}"

    async def page(self, request: Request) -> Response:
        visit = request.path_params["visit"]
        gateway_url, source, _ = self.pages[visit]
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            f"frame-src 'self' {gateway_url}"
        )
        text = _PAGE.format(gateway=escape(gateway_url), visit=visit, source=escape(source))
        return Response(text, media_type="text/html", headers={"Content-Security-Policy": policy})

    async def token(self, request: Request) -> Response:
        _, _, give = self.pages[request.path_params["visit"]]
        token = await give((await request.json())["reason"])
        return JSONResponse({"token": token} if token else {"message": "The ATS has no token."})


async def _script(_: Request) -> Response:
    return Response(_SCRIPT, media_type="text/javascript")


async def _style(_: Request) -> Response:
    return Response(_STYLE, media_type="text/css")


async def _nothing(_: Request) -> Response:
    return Response(media_type="text/html")


@asynccontextmanager
async def ats_pages() -> AsyncIterator[Ats]:
    """The test's own ATS, on a free port."""
    ats = Ats()
    routes = [
        Route("/page/{visit}", ats.page),
        Route("/token/{visit}", ats.token, methods=["POST"]),
        Route("/ats.js", _script),
        Route("/ats.css", _style),
        Route("/blank", _nothing),
        Route("/favicon.ico", _nothing),
    ]
    async with listening(Starlette(routes=routes)) as port:
        ats.port = port
        yield ats


@dataclass
class Visit:
    """One page in a browser context of its own, with all that it asked for and all that it did wrong."""

    page: Page
    origins: tuple[str, ...]
    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Begin to take note."""
        self.page.context.on("request", lambda request: self._asked(request.url))
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((*(f"{origin}/" for origin in self.origins), "data:", "blob:", "about:")):
            self.foreign.append(url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    async def violations(self) -> list[str]:
        """What policies forbade in any frame."""
        found = []
        for frame in self.page.frames:
            # A frame that was refused shows Chromium's own page, which has no such list.
            found += await frame.evaluate("window.violations || []")
        return found

    async def stored(self) -> list[Any]:
        """Cookies of any origin, and whatever frames keep in storage."""
        kept: list[Any] = list(await self.page.context.cookies())
        for frame in self.page.frames:
            kept += [one for one in await frame.evaluate(_STORED) if one]
        return kept

    async def assert_clean(self, expecting: str | None = None) -> None:
        """Nothing went wrong except, on the console, what `expecting` (a regular expression) finds."""
        unforeseen = [text for text in self.complaints if not (expecting and re.search(expecting, text))]
        wrong = [*self.foreign, *unforeseen, *await self.violations(), *await self.stored()]
        assert wrong == [], wrong


_AT_REST: Final = """
async () => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const ends = (one) => one.effect.getComputedTiming().endTime !== Infinity;
  const ending = document.getAnimations().filter(ends);
  const longest = new Promise((resolve) => setTimeout(resolve, 2_000));
  await Promise.race([Promise.allSettled(ending.map((one) => one.finished)), longest]);
}
"""


@dataclass(slots=True)
class Embedded:
    """A widget in a page of the ATS. `frame` finds things in it, `window` runs scripts in it."""

    visit: Visit
    frame: FrameLocator
    gateway: Gateway
    axe: str

    @property
    def page(self) -> Page:
        """The page of the ATS."""
        return self.visit.page

    @property
    def window(self) -> Frame:
        """The widget's own window."""
        return next(frame for frame in self.page.frames if frame.url.startswith(f"{self.gateway.url}/"))

    async def heard(self) -> list[dict[str, Any]]:
        """Every message of the widget to the page, in order, with the origin that it came `from`."""
        messages: list[dict[str, Any]] = await self.page.evaluate("window.heard")
        return messages

    async def types_heard(self) -> list[str]:
        """The messages' types, without repetitions in a row (heights come as often as they change)."""
        types = [message["type"] for message in await self.heard()]
        return [one for before, one in zip(["", *types], types, strict=False) if one != before]

    async def wait_for_message(self, kind: str, timeout_ms: int = 5_000) -> dict[str, Any]:
        """The first message of this type, once it has come."""
        await self.page.wait_for_function(
            "kind => window.heard.some(message => message.type === kind)", arg=kind, timeout=timeout_ms
        )
        return next(message for message in await self.heard() if message["type"] == kind)

    async def tell(self, message: dict[str, Any]) -> None:
        """Send the widget a message as its page."""
        await self.page.evaluate("message => window.tell(message)", message)

    async def axe_findings(self, *impacts: str, rules: Sequence[str] = ()) -> list[str]:
        """What axe finds of these impacts: rule, and where. `rules`: these alone."""
        window = self.window
        if not await window.evaluate("typeof window.axe === 'object'"):
            await window.evaluate(self.axe)
        # Between two colours there are others, with less contrast.
        await window.evaluate(_AT_REST)
        asked = {"preload": False, **({"runOnly": list(rules)} if rules else {})}
        result = await window.evaluate(
            "async (asked) => JSON.stringify((await axe.run(document, asked)).violations)", asked
        )
        return [
            f"{found['id']} ({found['impact']}): {node['target']} {node['failureSummary']}"
            for found in json.loads(result)
            if found["impact"] in impacts
            for node in found["nodes"]
        ]

    async def assert_accessible(self, rules: Sequence[str] = ()) -> None:
        """Axe finds nothing serious or critical, by all of its rules or these alone."""
        assert await self.axe_findings("serious", "critical", rules=rules) == []

    async def overflow(self) -> int:
        """By how many pixels the widget is wider than its window."""
        wider: int = await self.window.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider


@asynccontextmanager
async def embedded(
    chromium: Browser,
    gateway: Gateway,
    ats: Ats,
    widget: str,
    *,
    axe: str = "",
    user: str = ATS_USERS["recruiter"],
    candidate: str | None = None,
    job: str | None = None,
    is_admin: bool = False,
    give: Give | None = None,
    parameters: dict[str, str] | None = None,
    app: str | None = None,
    theme: Theme = "light",
    width: int = 1_000,
    height: int = 900,
    host: str = "localhost",
    locale: str = "en-GB",
    expecting: str | None = None,
    before: Callable[[Page], Awaitable[object]] | None = None,
) -> AsyncIterator[Embedded]:
    """A page of the ATS with this widget, opened. Tokens are of this user and subject, or those of `give`.

    `parameters` are added to the frame's address (theme, lang, unlink). `theme` is what the person's system
    prefers. `host` names the ATS's page otherwise, so that its origin is another (127.0.0.1).
    `before` is called with the page before it goes anywhere. `expecting`: see `Visit.assert_clean`, which is
    asserted at the end unless the test failed before.
    """

    async def asked(_: str) -> str:
        return await gateway.widget_token(widget, user=user, candidate=candidate, job=job, is_admin=is_admin)

    query = urlencode({"app": app or gateway.app_key, **(parameters or {})})
    path = ats.add(gateway.url, f"{gateway.url}/widgets/{widget}?{query}", give or asked)
    context = await chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        reduced_motion="reduce",
        locale=locale,
        timezone_id="Europe/Berlin",
    )
    origin = f"http://{host}:{ats.port}"
    try:
        await context.add_init_script(_VIOLATIONS)
        visit = Visit(await context.new_page(), (gateway.url, origin))
        visit.listen()
        if before is not None:
            await before(visit.page)
        await visit.page.goto(f"{origin}{path}")
        yield Embedded(visit, visit.page.frame_locator("iframe"), gateway, axe)
        await visit.assert_clean(expecting)
    finally:
        await context.close()


class Embed(Protocol):
    """`embedded` with the browser, the gateway and the pages given."""

    def __call__(self, widget: str, **parameters: Any) -> Any: ...
