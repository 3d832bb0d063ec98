"""`POST /widgets/token`: a page gives the widget token that it was handed, and gets its own."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.access.widget import Widget
from app.auth.strict_json import strict_object
from app.errors import CallerError, ErrorCode
from app.http.body import Disconnected, joined_headers, read_body
from app.http.origins import Origins, check_own_page
from app.http.overload import Gate
from app.http.services import Services
from app.widgets.apps import WidgetApp, WidgetApps
from app.widgets.exchange import exchange

PATH: Final = "/widgets/token"
_BODY_BYTES_MAX: Final = 32_768
_TEXT_LENGTH_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Asked:
    token: str
    widget: Widget
    app: str
    origin: str


class TokenExchange:
    """The route. What goes wrong is told as everywhere: `errors` with a message and a code."""

    def __init__(self, services: Services, apps: WidgetApps, origins: Origins, gate: Gate) -> None:
        self._services = services
        self._apps = apps
        self._origins = origins
        self._gate = gate
        self._limits = replace(services.settings.limits, body_bytes_max=_BODY_BYTES_MAX)

    async def __call__(self, request: Request) -> Response:
        if request.method != "POST":
            raise CallerError(
                ErrorCode.BAD_REQUEST, "Tokens are exchanged by POST.", status=405, headers={"Allow": "POST"}
            )
        head = joined_headers(request.scope["headers"])
        check_own_page(head)
        try:
            async with asyncio.timeout(self._limits.request_timeout_ms / 1000):
                asked = _asked(request, await read_body(request.receive, self._limits))
                answer = await self._exchange(asked, head.get(b"authorization"))
        except Disconnected:
            return Response(status_code=400)
        except TimeoutError:
            raise CallerError(
                ErrorCode.TIMEOUT, "This took too long.", status=408, headers={"Connection": "close"}
            ) from None
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def _exchange(self, asked: _Asked, authorization: bytes | None) -> dict[str, Any]:
        key = self._services.signing_key
        if key is None:
            raise CallerError(
                ErrorCode.FORBIDDEN, "This gateway issues no tokens: RSC_SIGNING_KEY is not set.", status=403
            )
        authenticator = self._services.authenticator
        bearer = await authenticator.widget(asked.token)
        present = None
        if authorization is not None:
            present = (await authenticator.grants(authorization)).viewer
        app = await self._apps.find(asked.app)
        share = bearer.viewer.company.company_urn if bearer.viewer.company is not None else None
        self._gate.enter(share)
        try:
            issued = await exchange(
                self._services.pool,
                key,
                bearer,
                widget=asked.widget,
                app=app,
                origins=await embedding_origins(app, self._origins),
                origin=asked.origin,
                present=present,
            )
        finally:
            self._gate.leave(share)
        return {
            "token": issued.token,
            "expiresAt": issued.expires_at.isoformat(),
            "seatConnected": bearer.viewer.seat is not None,
        }


async def embedding_origins(app: WidgetApp | None, origins: Origins) -> frozenset[str]:
    """Who may show a page for this application: its own origins, and those of the company it acts for."""
    if app is None:
        return frozenset()
    return app.origins | await origins.of_company(app.company_id)


def _asked(request: Request, body: bytes) -> _Asked:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise CallerError(ErrorCode.BAD_REQUEST, "The body must be application/json.", status=415)
    try:
        said = strict_object(body)
    except ValueError:
        raise CallerError(ErrorCode.BAD_REQUEST, "The body must be a JSON object in UTF-8.") from None
    texts = {}
    for name in ("token", "widget", "app", "origin"):
        value = said.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _TEXT_LENGTH_MAX:
            raise CallerError(ErrorCode.BAD_REQUEST, f"`{name}` must be a text that is not empty.")
        texts[name] = value
    if texts["widget"] not in Widget.__members__:
        raise CallerError(ErrorCode.BAD_REQUEST, "`widget` must be the name of a widget.")
    return _Asked(texts["token"], Widget[texts["widget"]], texts["app"], texts["origin"])
