"""/graphql by the GraphQL-over-HTTP specification: the only place that turns its errors into responses.

A raw ASGI endpoint: what is the same in every response is made once, and one dictionary of headers, one
deadline and two messages are all that it makes a request.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from functools import partial
from time import perf_counter_ns
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from app.access.features import Role
from app.access.guards import Grants
from app.access.viewer import Viewer
from app.database.pool import Pool
from app.database.replica import Replica
from app.documents.trusted import TrustedDocuments
from app.engine.request import GraphQLRequest, RequestRefused
from app.errors import CallerError, ErrorCode
from app.http.body import (
    Disconnected,
    Receive,
    SentRequest,
    joined_headers,
    read_body,
    request_of_body,
    request_of_url,
)
from app.http.cycle import CYCLE, Cycle
from app.http.deadlines import Deadlines
from app.http.introspection import may_introspect
from app.http.media_types import GRAPHQL_RESPONSE, JSON, MediaType, answer_in, check_content_type
from app.http.origins import Origins
from app.http.overload import Gate
from app.http.repeats import execute_once
from app.http.services import Services
from app.http.spans import operation_of
from app.http.trusted import admit
from app.http.widgets.trusted_operations import own_documents, read_operations
from app.ids import CompanyId
from app.telemetry.current import TRACE_ID
from app.telemetry.logs import what_failed
from app.telemetry.tracing import trace_id_of
from app.widgets.bound_variables import BoundVariables
from loaders.context import RequestContext

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_log = structlog.get_logger(__name__)

_REFUSED_BY_ANSWER: Final = frozenset(
    {
        ErrorCode.GRAPHQL_PARSE_FAILED,
        ErrorCode.GRAPHQL_VALIDATION_FAILED,
        ErrorCode.BAD_USER_INPUT,
        ErrorCode.OPERATION_NOT_FOUND,
        ErrorCode.PERSISTED_QUERY_NOT_FOUND,
        ErrorCode.INTROSPECTION_DISABLED,
    }
)
"""What a well-formed request can be refused for by the specification of GraphQL itself: with
`application/json` that is a response like any other, with 200. What is refused to protect the service
(limits, access, load) tells so by its status in either media type."""

_SAFE: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_ALWAYS: Final[dict[str, Headers]] = {
    media.name: [(b"content-type", media.content_type), *_SAFE] for media in (JSON, GRAPHQL_RESPONSE)
}
_LINES: Final[dict[str, bytes]] = {
    media: b"".join(b"%b: %b\r\n" % header for header in headers) for media, headers in _ALWAYS.items()
}
_METHODS: Final = b"GET, POST, OPTIONS"
_PREFLIGHT: Final[Headers] = [
    (b"access-control-allow-methods", b"GET, POST"),
    (
        b"access-control-allow-headers",
        b"accept, authorization, content-type, idempotency-key, traceparent, tracestate",
    ),
    (b"access-control-max-age", b"600"),
    (b"vary", b"Origin"),
]
_NONE: Final[Headers] = []
_COME_AGAIN: Final[Headers] = [(b"retry-after", b"1")]
_COME_AGAIN_LINE: Final = b"retry-after: 1\r\n"
_NOTHING_YET: Final[tuple[str | None, str, GraphQLRequest | None]] = (None, "none", None)
_EXPOSED: Final = b"Retry-After, X-Trace-Id"


class _Exchange:
    """What becomes known of one request while it is answered."""

    __slots__ = (
        "asked",
        "company_id",
        "cycle",
        "head",
        "is_authenticated",
        "is_reading",
        "media",
        "trace_id",
    )

    def __init__(self, head: dict[bytes, bytes], trace_id: bytes, cycle: Cycle | None) -> None:
        self.head = head
        self.cycle = cycle
        self.trace_id = trace_id
        self.media = JSON
        self.company_id: UUID | None = None
        self.is_authenticated = False
        self.is_reading = False
        self.asked = _NOTHING_YET

    def respond(self, status: int, headers: Headers, body: bytes) -> bool:
        """Send at once what needs no headers of its own but when to come again; False if it cannot be."""
        cycle = self.cycle
        if cycle is None or b"origin" in self.head or (headers and headers != _COME_AGAIN):
            return False
        lines = _LINES[self.media.name]
        if headers:
            lines += _COME_AGAIN_LINE
        head = b"%bcontent-length: %d\r\nx-trace-id: %b\r\n" % (lines, len(body), self.trace_id)
        return cycle.respond(status, head, body)


class GraphQLEndpoint:
    """The ASGI application at /graphql."""

    def __init__(self, services: Services, origins: Origins, gate: Gate) -> None:
        self._authenticator = services.authenticator
        self._engine = services.engine
        self._pool = services.pool
        self._replica = services.replica
        self._signing_key = services.signing_key
        self._check_document = services.engine.check_document
        self._trusted = TrustedDocuments(
            services.pool, size=services.settings.document_cache_size, own=own_documents(read_operations())
        )
        self._bound_variables = BoundVariables(services.pool)
        self._limits = services.settings.limits
        self._settings = services.settings
        self._deadlines = Deadlines(services.settings.limits.request_timeout_ms / 1000)
        self._metrics = services.metrics
        self._tracing = services.tracing
        self._origins = origins
        self._gate = gate

    async def answer(self, scope: Scope, head: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        """Answer one request; `head` is its headers, of those with several values the last."""
        began_ns = perf_counter_ns()
        if len(head) != len(scope["headers"]):
            head = joined_headers(scope["headers"])
        cycle = scope["extensions"].get(CYCLE) if "extensions" in scope else None
        exchange = _Exchange(head, trace_id_of(head.get(b"traceparent")), cycle)
        TRACE_ID.set(exchange.trace_id)
        if scope["method"] == "OPTIONS":
            await self._preflight(scope, exchange, send)
            return
        span = None
        if self._tracing is not None:
            span = self._tracing.start(head.get(b"traceparent"), exchange.trace_id, scope)
        watched = self._deadlines.begin()
        headers = _NONE
        try:
            body = await self._answer(scope, receive, exchange)
        except Disconnected:
            return
        except asyncio.CancelledError:
            if not self._deadlines.has_expired(watched):
                raise
            late = self._deadlines.error(is_reading=exchange.is_reading)
            outcome, status, headers, body = self._failure(late, exchange)
        except Exception as error:
            outcome, status, headers, body = self._failure(error, exchange)
        else:
            outcome, status = "PARTIAL" if body.startswith(b'{"errors"') else "OK", 200
        finally:
            self._deadlines.end(watched)
        if not exchange.respond(status, headers, body):
            await self._send(exchange, status, headers, body, send)
        client, kind, request = exchange.asked
        self._metrics.count(outcome, status, perf_counter_ns() - began_ns, client, kind)
        if self._tracing is not None and span is not None:
            operation = operation_of(request, kind, outcome, self._check_document)
            self._tracing.name_operation(span, operation)
            self._tracing.end(span, outcome, status)

    async def _send(
        self, exchange: _Exchange, status: int, headers: Headers, body: bytes, send: Send
    ) -> None:
        sent = [
            *_ALWAYS[exchange.media.name],
            (b"content-length", b"%d" % len(body)),
            (b"x-trace-id", exchange.trace_id),
            *headers,
        ]
        if b"origin" in exchange.head:
            sent += await self._cors(exchange)
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, exchange: _Exchange) -> bytes:
        head = exchange.head
        _check_head(scope, head)
        exchange.media = answer_in(head.get(b"accept"))
        header = head.get(b"authorization")
        grants = self._authenticator.cached(header)
        if grants is None:
            grants = await self._authenticator.grants(header)
        company = grants.viewer.company
        exchange.company_id = company_id = company.company_id if company is not None else None
        share = company.company_urn if company is not None else None
        exchange.is_authenticated = True
        widget = grants.viewer.widget
        if widget is not None or b"origin" in head:
            await self._origins.check(head, widget, company_id)
        by_get, sent = scope["method"] == "GET", None
        if not by_get:
            check_content_type(head.get(b"content-type"))
            cycle = exchange.cycle
            if cycle is None or (sent := cycle.take_body(self._limits.body_bytes_max)) is None:
                exchange.is_reading = True
                sent = await read_body(receive, self._limits)
                exchange.is_reading = False
        client = grants.viewer.client
        try:
            self._gate.enter(share, company_id)
        except CallerError:
            exchange.asked = (client, "none", None)
            await self._gate.pause()
            raise
        writes = False
        try:
            request = request_of_body(sent) if sent is not None else _by_url(scope, grants)
            if client is not None or not isinstance(request, GraphQLRequest):
                request = await self._admit(request, grants.viewer)
            if by_get and not self._engine.is_query(request):
                raise _only_by_post()
            key = head.get(b"idempotency-key")
            writes = "mutation" in request.query and not self._engine.is_query(request)
            exchange.asked = (client, "mutation" if writes else "query", request)
            if key is None or company is None or not writes:
                body = await self._execute(grants, request, self._pool, None if writes else self._replica)
            else:
                body = await self._execute_once(key, company.company_id, grants, request)
        finally:
            self._gate.leave(share)
            if writes and self._replica is not None and company_id is not None:
                await self._replica.wrote(company_id)
        if writes:
            # Whoever switched something on uses it next, and not only after the watch's next look.
            await self._authenticator.refresh()
        return body

    async def _admit(self, sent: SentRequest, viewer: Viewer) -> GraphQLRequest:
        request = await admit(sent, viewer.client, self._trusted)
        if viewer.widget is not None:
            request = await self._bound_variables.bind(request, viewer, viewer.widget)
        return request

    async def _execute_once(
        self, key: bytes, company_id: CompanyId, grants: Grants, request: GraphQLRequest
    ) -> bytes:
        execute = partial(self._execute, grants, request)
        return await execute_once(self._pool, company_id, grants.viewer, key, request, execute)

    def _execute(
        self, grants: Grants, request: GraphQLRequest, pool: Pool, replica: Replica | None = None
    ) -> Coroutine[Any, Any, bytes]:
        context = RequestContext(grants, pool, self._check_document, self._signing_key, replica)
        introspection = may_introspect(grants, self._settings)
        return self._engine.execute(request, context, introspection=introspection)

    async def _cors(self, exchange: _Exchange) -> Headers:
        """Lets the page read the answer if its origin is registered; before we know for whom, for anybody.

        Without that, a page could not tell an expired token from a broken network.
        """
        origin = exchange.head[b"origin"]
        try:
            if exchange.is_authenticated:
                registered = await self._origins.is_registered_by(exchange.company_id, origin)
            else:
                registered = await self._origins.is_registered(origin)
        except CallerError:
            registered = False
        if not registered:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"Origin"),
        ]

    async def _preflight(self, scope: Scope, exchange: _Exchange, send: Send) -> None:
        origin = exchange.head.get(b"origin")
        headers: Headers = [*_SAFE, (b"allow", _METHODS), (b"x-trace-id", exchange.trace_id)]
        asks = any(name == b"access-control-request-method" for name, _ in scope["headers"])
        if origin is not None and asks:
            try:
                if await self._origins.is_registered(origin):
                    headers += [(b"access-control-allow-origin", origin), *_PREFLIGHT]
            except CallerError:
                headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _failure(self, error: Exception, exchange: _Exchange) -> tuple[str, int, Headers, bytes]:
        if isinstance(error, CallerError):
            outcome = error.code.value
            status = _status(error.code, error.status, exchange.media)
            return outcome, status, _encoded(error.headers.items()), _body([error.as_graphql()])
        if isinstance(error, RequestRefused) and error.errors:
            outcome = error.errors[0]["extensions"]["code"]
            status = _status(outcome, error.status, exchange.media)
            return outcome, status, _NONE, _body(error.errors)
        _log.error("request_failed", trace_id=exchange.trace_id.decode("ascii"), **what_failed(error))
        entry = {
            "message": "Something went wrong on our side.",
            "extensions": {
                "code": ErrorCode.INTERNAL_ERROR.value,
                "traceId": exchange.trace_id.decode("ascii"),
            },
        }
        return ErrorCode.INTERNAL_ERROR.value, 500, _NONE, _body([entry])


def _only_by_post() -> CallerError:
    return CallerError(
        ErrorCode.BAD_REQUEST,
        "By GET only queries can be run; send this by POST.",
        status=405,
        headers={"Allow": "POST"},
    )


def _check_head(scope: Scope, head: dict[bytes, bytes]) -> None:
    if scope["method"] not in ("POST", "GET"):
        raise CallerError(
            ErrorCode.BAD_REQUEST,
            "Operations are sent by POST, or by GET where that is allowed.",
            status=405,
            headers={"Allow": _METHODS.decode("ascii")},
        )
    if head.get(b"content-encoding", b"identity").lower() != b"identity":
        raise CallerError(
            ErrorCode.BAD_REQUEST,
            "The body may not be compressed (Content-Encoding).",
            status=415,
            headers={"Accept-Encoding": "identity"},
        )


def _by_url(scope: Scope, grants: Grants) -> SentRequest:
    if grants.viewer.client is None and Role.STAFF not in grants.roles:
        raise CallerError(
            ErrorCode.FORBIDDEN,
            "A query by GET is for staff, a trusted document's id for tokens that name a client; use POST.",
            status=403,
        )
    return request_of_url(scope["query_string"])


def _status(code: str, status: int, media: MediaType) -> int:
    if code == ErrorCode.TIMEOUT and status != 408:
        # It is the operation that is too slow for the time it may take, and no input has a 5xx.
        return 422
    if status == 400 and code in _REFUSED_BY_ANSWER and not media.tells_by_status:
        return 200
    return status


def _body(errors: list[dict[str, Any]]) -> bytes:
    try:
        return orjson.dumps({"errors": errors})
    except orjson.JSONEncodeError:
        # A text that is no Unicode (a lone surrogate) can be said in JSON by its escape only.
        return json.dumps({"errors": errors}, default=str).encode("ascii")


def _encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    return [
        (name.lower().encode("ascii"), " ".join(value.split()).encode("ascii", "replace"))
        for name, value in headers
    ]
