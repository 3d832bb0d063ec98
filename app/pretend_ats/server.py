"""The ATS as an application: its pages, its users' sessions, and where its pages get widget tokens."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.pretend_ats import pages, records
from app.pretend_ats.frame import TOKEN_PATH, Site
from app.pretend_ats.gateway import Gateway, GatewayAway, GatewayRefused
from app.pretend_ats.users import COOKIE, LIFETIME_S, Session, Sessions

_BODY_BYTES_MAX: Final = 4_096
_ASSETS: Final = Path(__file__).parent / "assets"
_CONTENT_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_CANDIDATE_ID: Final = "candidateExternalId"
_JOB_ID: Final = "jobExternalId"
_SUBJECTS: Final = {"PROFILE": _CANDIDATE_ID, "RECOMMENDED": _JOB_ID, "SEARCH": _JOB_ID, "ONBOARDING": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AtsSettings:
    """Where the gateway is, without a path, and the credentials of the customer's application there."""

    gateway_url: str
    client_id: str
    client_secret: str = field(repr=False)
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1")


def build_ats(settings: AtsSettings) -> ASGIApp:
    """The application. Whatever it shows is asked of the gateway when it is shown."""
    ats = _Ats(Site(settings.gateway_url, settings.client_id), Sessions())

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with httpx.AsyncClient(trust_env=False) as client:
            ats.gateway = Gateway(settings.gateway_url, settings.client_id, settings.client_secret, client)
            yield

    routes = [
        Route("/", ats.page(_start)),
        Route("/candidates", ats.page(_candidates)),
        Route("/candidates/{external_id}", ats.page(_candidate)),
        Route("/jobs", ats.page(_jobs)),
        Route("/jobs/{external_id}", ats.page(_job)),
        Route("/search", ats.page(_search)),
        Route("/settings", ats.page(_settings)),
        Route("/session", ats.change_session, methods=["POST"]),
        Route(TOKEN_PATH, ats.give_token, methods=["POST"]),
        Route("/assets/{name}", _asset),
    ]
    # Without it, a page elsewhere whose name is made to lead here could read the answers.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts), www_redirect=False)
    return Starlette(routes=routes, lifespan=lifespan, middleware=[hosts])


@dataclass(slots=True)
class _Ats:
    site: Site
    sessions: Sessions
    gateway: Gateway = field(init=False)

    def page(
        self, make: Callable[["_Ats", Session, Request], Awaitable[bytes | None]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The answer to a page's address. Whoever comes without a session is signed in as the first user."""

        async def answer(request: Request) -> Response:
            session = self.sessions.read(request.cookies.get(COOKIE))
            shown, status, headers = session or Session(), 200, {}
            try:
                body = await make(self, shown, request)
            except GatewayRefused as refused:
                status, body = 502, pages.sentence(self.site, shown, "The gateway refused", str(refused))
            except GatewayAway as away:
                text = "Its gateway does not answer now. Load the page again in a moment."
                status, body = 503, pages.sentence(self.site, shown, "LinkedIn cannot be reached", text)
                headers = {"Retry-After": str(away.retry_after_s)}
            if body is None:
                status, body = (
                    404,
                    pages.sentence(self.site, shown, "Not found", "This ATS has no such record."),
                )
            response = Response(body, status, headers | self._headers(), media_type="text/html")
            if session is None:
                self._remember(response, shown)
            return response

        return answer

    async def change_session(self, request: Request) -> Response:
        """The switch of user and theme, which leads back to the page that it stands on."""
        form = await _form(request) if _is_own_page(request) else None
        if form is None:
            return Response("This form is for the pages of this ATS.", 403, media_type="text/plain")
        before = self.sessions.read(request.cookies.get(COOKIE)) or Session()
        back = form.get("back", "/")
        is_path = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
        response = RedirectResponse(back if is_path else "/", status_code=303)
        self._remember(response, before.changed(form.get("user"), form.get("theme")))
        return response

    async def give_token(self, request: Request) -> Response:
        """A widget token for the user of this session; its page's loader asks for it.

        The user and whether it is an admin are what the session says, never what the page does.
        """
        if not _is_own_page(request):
            return _refusal(403, "Widget tokens are for the pages of this ATS.")
        session = self.sessions.read(request.cookies.get(COOKIE))
        if session is None or session.user.ats_user_id is None:
            return _refusal(401, "You are signed out of the ATS. Sign in again.")
        said = await _json(request)
        widget = said.get("widget")
        if not isinstance(widget, str) or widget not in _SUBJECTS:
            return _refusal(400, "The body names no widget.")
        of = _SUBJECTS[widget]
        subject = said.get(of) if of else None
        if subject is not None and not isinstance(subject, str):
            return _refusal(400, "An id is a text.")
        try:
            token = await self.gateway.widget_token(
                widget,
                session.user.ats_user_id,
                candidate=subject if of == _CANDIDATE_ID else None,
                job=subject if of == _JOB_ID else None,
                is_admin=session.user.is_admin,
            )
        except GatewayRefused as refused:
            return _refusal(403, str(refused))
        except GatewayAway as away:
            return _refusal(503, "LinkedIn cannot be reached now.", {"Retry-After": str(away.retry_after_s)})
        return JSONResponse({"token": token}, headers={"Cache-Control": "no-store"})

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Security-Policy": self.site.policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }

    def _remember(self, response: Response, session: Session) -> None:
        cookie = self.sessions.cookie(session)
        response.set_cookie(COOKIE, cookie, max_age=LIFETIME_S, httponly=True, samesite="lax")


async def _start(ats: _Ats, session: Session, _: Request) -> bytes:
    return pages.start(ats.site, session)


async def _candidates(ats: _Ats, session: Session, request: Request) -> bytes:
    query = request.query_params
    name, state = query.get("name", "")[:100], query.get("state", "")
    found = await records.candidates(ats.gateway, name, state, query.get("after"))
    return pages.candidates(ats.site, session, found, name, state)


async def _candidate(ats: _Ats, session: Session, request: Request) -> bytes | None:
    found = await records.candidate(ats.gateway, request.path_params["external_id"])
    by_linkedins_tag = request.query_params.get("tag") == "linkedin"
    if found is None:
        return None
    return pages.candidate(ats.site, session, found, by_linkedins_tag=by_linkedins_tag)


async def _jobs(ats: _Ats, session: Session, request: Request) -> bytes:
    title = request.query_params.get("title", "")[:100]
    found = await records.jobs(ats.gateway, title, request.query_params.get("after"))
    return pages.jobs(ats.site, session, found, title)


async def _job(ats: _Ats, session: Session, request: Request) -> bytes | None:
    found = await records.job(ats.gateway, request.path_params["external_id"])
    return pages.job(ats.site, session, found) if found is not None else None


async def _search(ats: _Ats, session: Session, request: Request) -> bytes:
    return pages.search(ats.site, session, request.query_params.get("job", "")[:100] or None)


async def _settings(ats: _Ats, session: Session, _: Request) -> bytes:
    return pages.settings(ats.site, session)


async def _asset(request: Request) -> Response:
    file = _ASSETS / Path(request.path_params["name"]).name
    if file.suffix not in _CONTENT_TYPES or not file.is_file():
        return Response("There is no such asset.", 404, media_type="text/plain")
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(file.read_bytes(), headers=headers | {"Content-Type": _CONTENT_TYPES[file.suffix]})


def _is_own_page(request: Request) -> bool:
    """Whether a page of ours sent this: a browser says so itself, and another page cannot unsay it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_BYTES_MAX:
            return b""
    return bytes(body)


async def _form(request: Request) -> dict[str, str]:
    return {
        name: values[-1]
        for name, values in parse_qs((await _body(request)).decode("utf-8", "replace")).items()
    }


async def _json(request: Request) -> dict[str, Any]:
    try:
        said = orjson.loads(await _body(request))
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """No token, and why; the widget shows these words."""
    return JSONResponse({"message": message}, status, {"Cache-Control": "no-store", **(headers or {})})
