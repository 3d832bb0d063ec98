"""What every request passes first: which host it means, and that whatever fails behind it is answered."""

import asyncio
from typing import Any, Final, Protocol

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import CallerError, ErrorCode
from app.telemetry.current import TRACE_ID
from app.telemetry.logs import what_failed
from app.telemetry.tracing import trace_id_of

_log = structlog.get_logger(__name__)

_REMEMBERED_MAX: Final = 100


class Answers(Protocol):
    """What is behind /graphql."""

    async def answer(self, scope: Scope, head: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        """Answer one request; `head` is its headers, of those with several values the last."""
        ...


class Edge:
    """Checks the Host header, then leads to /graphql and the wire API, and to the rest through `site`."""

    def __init__(
        self,
        graphql: Answers,
        site: ASGIApp,
        allowed_hosts: tuple[str, ...],
        *,
        wire: ASGIApp | None = None,
    ) -> None:
        """`wire` answers everything below /v2/."""
        self._wire = wire
        self._graphql = graphql
        self._site = site
        self._allowed = frozenset(host.lower().rstrip(".") for host in allowed_hosts)
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._site(scope, receive, send)
            return
        headers = scope["headers"]
        head = dict(headers)
        host = head.get(b"host")
        if (
            host is None
            or not (host in self._known or self._is_allowed(host))
            or (len(head) != len(headers) and sum(name == b"host" for name, _ in headers) != 1)
        ):
            await self._refuse_host(send)
        elif scope["path"] == "/graphql":
            await self._graphql.answer(scope, head, receive, send)
        elif self._wire is not None and scope["path"].startswith("/v2/"):
            await self._wire(scope, receive, send)
        else:
            await self._serve_site(scope, receive, send)

    def _is_allowed(self, host: bytes) -> bool:
        """Whether this is one of our names, with any port: a proxy in front may have another one."""
        text = host.decode("latin-1").lower()
        name, _, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
        if not name:
            name, port = text, ""
        if port and not (port.isascii() and port.isdigit()):
            return False
        allowed = name.rstrip(".").removeprefix("[").removesuffix("]") in self._allowed
        if allowed and len(self._known) < _REMEMBERED_MAX:
            self._known.add(host)
        return allowed

    async def _refuse_host(self, send: Send) -> None:
        error = CallerError(
            ErrorCode.BAD_REQUEST, "The request must have one Host header, with a name that is ours."
        )
        await _answer(send, 400, error.as_graphql(), [(b"connection", b"close")])

    async def _serve_site(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a route that is not /graphql: safe headers on every answer, and no failure left to others."""
        trace_id = trace_id_of(dict(scope["headers"]).get(b"traceparent"))
        TRACE_ID.set(trace_id)
        scope.setdefault("state", {})["trace_id"] = trace_id.decode("ascii")
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_defaults(message.get("headers", []), trace_id)
            await send(message)

        try:
            await self._site(scope, receive, send_safely)
        except asyncio.CancelledError:
            raise
        except CallerError as error:
            if not started:
                headers = [(k.lower().encode("ascii"), v.encode("latin-1")) for k, v in error.headers.items()]
                await _answer(send_safely, error.status, error.as_graphql(), headers)
        except Exception as error:
            _log.error("request_failed", trace_id=trace_id.decode("ascii"), **what_failed(error))
            if not started:
                extensions = {"code": ErrorCode.INTERNAL_ERROR.value, "traceId": trace_id.decode("ascii")}
                entry = {"message": "Something went wrong on our side.", "extensions": extensions}
                await _answer(send_safely, 500, entry, [])


def _with_defaults(headers: Any, trace_id: bytes) -> list[tuple[bytes, bytes]]:
    given = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in given}
    defaults = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
        (b"x-trace-id", trace_id),
    )
    return [*given, *((name, value) for name, value in defaults if name not in names)]


async def _answer(send: Send, status: int, entry: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> None:
    body = orjson.dumps({"errors": [entry]})
    start = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
