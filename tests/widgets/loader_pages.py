"""Two sites for the loader's tests: one that serves it with frames that do as they are told, and an ATS's.

The frames are not the widgets: they say what a test lets them say and remember what they were told, so
that each step of the loader's side of the conversation can be seen by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Frame, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.http.conftest import listening

LOADER: Final = Path(__file__).parents[2] / "app/http/widgets/page/loader.js"
KEY: Final = "key0northwind000"
SETUP: Final = f"api_key: {KEY}\ntoken_url: /ats/widget-token"

PROFILE: Final = '<rsc-widget widget="profile" candidate="cand-0001"></rsc-widget>'
LINKEDIN: Final = (
    '<script type="IN/HcmWidget" data-widget-type="ATS" data-ats-candidate-id="cand-0001" '
    'data-integration-context="urn:li:organization:1001" data-show-unlink-url="true" '
    'data-confirm-unlink="false" data-onlink="onLinked" data-onunlink="onAnything" data-width="640"></script>'
)

_FRAME: Final = (
    '<!doctype html><html lang="en"><title>A frame</title><p>Content</p><script src="frame.js"></script>'
)
_FRAME_SCRIPT: Final = """
"use strict";
window.told = [];
window.tell = (type, more = {}, target = "*") => parent.postMessage({ rsc: 1, type, ...more }, target);
addEventListener("message", ({ data, origin, source }) => {
  told.push({ ...data, from: origin, isParent: source === parent });
});
if (!location.search.includes("silent")) tell("ready");
"""
_PAGE_SCRIPT: Final = """
"use strict";
window.heard = [];
function onLinked(...given) { heard.push(["onLinked", this.localName, ...given]); }
function onAnything(...given) { heard.push(["onAnything", ...given]); }
function throwing() { throw new Error("the page's own mistake"); }
async function giveToken(request) { heard.push(["giveToken", request]); return { token: "from-a-function" }; }
for (const type of ["linked", "saved", "failed"])
  document.addEventListener(`rsc-${type}`, (event) => {
    heard.push([event.type, event.target.localName, event.detail]);
  });
"""
_WATCH: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
window.listeners = new Set();
for (const [name, change] of [["addEventListener", "add"], ["removeEventListener", "delete"]]) {
  const before = window[name];
  window[name] = function (type, listener, ...rest) {
    if (type === "message") window.listeners[change](listener);
    return before.call(this, type, listener, ...rest);
  };
}
"""

Answer = Callable[[dict[str, Any]], Response]


def token(text: str) -> Answer:
    """An answer of the ATS's server with this token."""
    return lambda _: JSONResponse({"token": text})


def refusal(status: int, message: str = "", **headers: str) -> Answer:
    """An answer without a token."""
    return lambda _: JSONResponse({"message": message} if message else {}, status, headers)


def elsewhere(_: dict[str, Any]) -> Response:
    """What an ATS answers whose user has to sign in first."""
    return RedirectResponse("/sign-in", status_code=302)


@dataclass(slots=True)
class Sites:
    """Both sites. `answers` are what the ATS's server says, in turn; the last one again and again."""

    gateway: str = ""
    ats: str = ""
    body: str = ""
    answers: list[Answer] = field(default_factory=lambda: [token("one")])
    asked: list[dict[str, Any]] = field(default_factory=list)
    cookies: list[str | None] = field(default_factory=list)
    frames_are_refused: bool = False

    def loader(self, setup: str = SETUP, attributes: str = "") -> str:
        """The loader's script element."""
        return f'<script src="{self.gateway}/widgets/loader.js" {attributes}>\n{setup}\n</script>'

    async def give_token(self, request: Request) -> Response:
        """The ATS's token endpoint."""
        body = await request.json()
        self.asked.append(body)
        self.cookies.append(request.headers.get("cookie"))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(body)

    async def page(self, request: Request) -> Response:
        """The ATS's page, under a policy that allows the loader what the documentation says and no more."""
        policy = (
            f"default-src 'none'; script-src 'self' {self.gateway}; frame-src {self.gateway}; "
            "connect-src 'self'; img-src data:; base-uri 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
        text = (
            '<!doctype html><html lang="de-AT"><head><meta charset="utf-8"><title>An ATS</title>'
            '<link rel="icon" href="data:,"></head><body><script src="/page.js"></script>'
            f"{self.body}</body></html>"
        )
        answer = Response(text, media_type="text/html", headers={"Content-Security-Policy": policy})
        answer.set_cookie("ats", "somebody", httponly=True, samesite="lax")
        return answer

    async def frame(self, _: Request) -> Response:
        """What stands for a widget's page."""
        ancestors = "'none'" if self.frames_are_refused else self.ats
        headers = {"Content-Security-Policy": f"script-src 'self'; frame-ancestors {ancestors}"}
        return Response(_FRAME, media_type="text/html", headers=headers)


@asynccontextmanager
async def sites() -> AsyncIterator[Sites]:
    """Both sites, on two origins."""
    made = Sites()
    gateway = Starlette(
        routes=[
            Route("/widgets/loader.js", lambda _: Response(LOADER.read_text(), media_type="text/javascript")),
            Route("/widgets/frame.js", lambda _: Response(_FRAME_SCRIPT, media_type="text/javascript")),
            Route("/widgets/{widget}", made.frame),
        ]
    )
    ats = Starlette(
        routes=[
            Route("/", made.page),
            Route("/page.js", lambda _: Response(_PAGE_SCRIPT, media_type="text/javascript")),
            Route("/ats/widget-token", made.give_token, methods=["POST"]),
            Route("/sign-in", lambda _: Response("Sign in", media_type="text/html")),
        ]
    )
    async with listening(gateway) as gateway_port, listening(ats) as ats_port:
        made.gateway = f"http://127.0.0.1:{gateway_port}"
        made.ats = f"http://localhost:{ats_port}"
        yield made


@dataclass(slots=True)
class Opened:
    """The ATS's page in a browser, with what it complained of."""

    page: Page
    sites: Sites
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def frame(self, number: int = 0) -> Frame:
        """The window of the page's widget of this number, once it is there."""
        async with asyncio.timeout(10):
            while True:
                frames = [one for one in self.page.frames if one.url.startswith(self.sites.gateway)]
                if len(frames) > number:
                    await frames[number].wait_for_function("() => window.told")
                    return frames[number]
                await asyncio.sleep(0.02)

    async def told(self, kind: str, *, times: int = 1, number: int = 0) -> list[dict[str, Any]]:
        """The messages of this type that a frame was sent, once there are so many."""
        frame = await self.frame(number)
        await frame.wait_for_function(
            "([kind, times]) => told.filter((one) => one.type === kind).length >= times",
            arg=[kind, times],
            timeout=20_000,
        )
        messages: list[dict[str, Any]] = await frame.evaluate(
            "(kind) => told.filter((one) => one.type === kind)", kind
        )
        return messages

    async def asked(self, times: int) -> list[dict[str, Any]]:
        """What the ATS's server was asked, once it was asked so often."""
        for _ in range(500):
            if len(self.sites.asked) >= times:
                break
            await asyncio.sleep(0.02)
        return self.sites.asked

    async def say(self, kind: str, number: int = 0, **more: Any) -> None:
        """Let a frame send this message."""
        await (await self.frame(number)).evaluate("([kind, more]) => tell(kind, more)", [kind, more])

    async def heard(self, times: int) -> list[list[Any]]:
        """What the page's functions were called with, once there were so many calls."""
        await self.page.wait_for_function("(times) => heard.length >= times", arg=times)
        calls: list[list[Any]] = await self.page.evaluate("heard")
        return calls


@asynccontextmanager
async def opened(chromium: Browser, sites: Sites, body: str, *, goto: bool = True) -> AsyncIterator[Opened]:
    """The ATS's page with this content, in a browser of its own."""
    sites.body = body
    context = await chromium.new_context(viewport={"width": 900, "height": 700})
    try:
        await context.add_init_script(_WATCH)
        visit = Opened(await context.new_page(), sites)
        context.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on(
            "console",
            lambda message: (
                visit.complaints.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        visit.page.on("pageerror", lambda error: visit.complaints.append(f"script: {error}"))
        if goto:
            await visit.page.goto(f"{sites.ats}/")
        yield visit
        assert await visit.page.evaluate("window.violations") == []
        assert not any("one" in url.rpartition("?")[2] for url in visit.requests)
    finally:
        await context.close()
