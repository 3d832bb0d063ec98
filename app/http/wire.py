"""/v2/… over HTTP: the only place that turns the wire API's errors into responses."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from time import perf_counter_ns
from typing import Any, Final

import structlog

from app.auth.authenticate import Caller
from app.errors import CallerError, ErrorCode
from app.http.body import Disconnected, Receive, read_body
from app.http.deadlines import Deadlines
from app.http.overload import Gate
from app.http.services import Services
from app.telemetry.current import TRACE_ID
from app.telemetry.logs import what_failed
from app.telemetry.tracing import trace_id_of
from app.wire.answers import Answer
from app.wire.codes import WireRefused, as_wire
from app.wire.front import WireFront
from app.wire.render import body_of
from app.wire.request import HttpCall

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_log = structlog.get_logger(__name__)

_ALWAYS: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_JSON: Final = (b"content-type", b"application/json; charset=utf-8")
_BODIES: Final = frozenset({"application/json", "application/x-www-form-urlencoded", "multipart/mixed", ""})


class WireEndpoint:
    """The ASGI application at /v2/."""

    def __init__(self, services: Services, gate: Gate) -> None:
        limits = services.settings.limits
        self._authenticator = services.authenticator
        self._front = WireFront(
            pool=services.pool, settings=services.settings, signing_key=services.signing_key
        )
        self._limits = replace(
            limits,
            body_bytes_max=limits.wire_body_bytes_max,
            body_drain_bytes_max=limits.wire_body_drain_bytes_max,
        )
        self._deadlines = Deadlines(limits.request_timeout_ms / 1000)
        self._metrics = services.metrics
        self._tracing = services.tracing
        self._replica = services.replica
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_ns = perf_counter_ns()
        head = _head(scope)
        parent = head.get("traceparent", "").encode("latin-1") or None
        trace_id = trace_id_of(parent)
        TRACE_ID.set(trace_id)
        told: dict[str, Any] = {}
        span = None
        if self._tracing is not None:
            span = self._tracing.start(parent, trace_id, scope, "/v2")
        try:
            answer, outcome = await self._answer_in_time(scope, head, receive, told), "OK"
        except Disconnected:
            return
        except Exception as error:
            answer, outcome = _failure(error, trace_id)
        await _send(send, answer, head, trace_id)
        took_ns = perf_counter_ns() - began_ns
        self._metrics.count_wire(told.get("resource", ""), told.get("records", 0), answer.status, took_ns)
        if self._tracing is not None and span is not None:
            self._tracing.end_wire(span, told, outcome, answer.status)

    async def _answer_in_time(
        self, scope: Scope, head: Mapping[str, str], receive: Receive, told: dict[str, Any]
    ) -> Answer:
        watched = self._deadlines.begin()
        reading = [False]
        try:
            return await self._answer(scope, head, receive, told, reading)
        except asyncio.CancelledError as error:
            if not self._deadlines.has_expired(watched):
                raise
            raise self._deadlines.error(is_reading=reading[0]) from error
        finally:
            self._deadlines.end(watched)

    async def _answer(
        self,
        scope: Scope,
        head: Mapping[str, str],
        receive: Receive,
        told: dict[str, Any],
        reading: list[bool],
    ) -> Answer:
        authorization = head.get("authorization")
        header = authorization.encode("latin-1") if authorization is not None else None
        caller = await self._authenticator.caller(header)
        if caller.grants.viewer.widget is not None:
            raise CallerError(
                ErrorCode.FORBIDDEN, "This token is a widget page's, for GraphQL only.", status=403
            )

        async def look_again() -> Caller:
            await self._authenticator.refresh()
            return await self._authenticator.caller(header)

        _check_head(head)
        reading[0] = True
        body = await read_body(receive, self._limits)
        reading[0] = False
        raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
        call = HttpCall(
            method=scope["method"],
            path=raw.decode("latin-1").partition("?")[0],
            query=scope["query_string"].decode("latin-1"),
            headers=head,
            body=body,
        )
        company = caller.grants.viewer.company
        share = company.company_urn if company is not None else None
        try:
            self._gate.enter(share, company.company_id if company is not None else None)
        except CallerError:
            await self._gate.pause()
            raise
        try:
            answer = await self._front.answer(call, caller, told, look_again)
        finally:
            self._gate.leave(share)
            if self._replica is not None and company is not None and call.method != "GET":
                await self._replica.wrote(company.company_id)
        if call.method != "GET" and told.get("changes_facts"):
            await self._authenticator.refresh()
        return answer


def _head(scope: Scope) -> dict[str, str]:
    head: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        head[key] = f"{head[key]}, {text}" if key in head else text
    return head


def _check_head(head: Mapping[str, str]) -> None:
    if head.get("content-encoding", "identity").lower() != "identity":
        raise WireRefused("UNSUPPORTED_MEDIA_TYPE", "The body may not be compressed (Content-Encoding).")
    media = head.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _BODIES and not media.endswith("+json"):
        raise WireRefused("UNSUPPORTED_MEDIA_TYPE", "The body must be JSON: Content-Type: application/json.")


def _failure(error: Exception, trace_id: bytes) -> tuple[Answer, str]:
    if isinstance(error, CallerError):
        error = as_wire(error)
    if not isinstance(error, WireRefused):
        _log.error("request_failed", trace_id=trace_id.decode("ascii"), **what_failed(error))
        message = f"Something went wrong on our side (trace id {trace_id.decode('ascii')})."
        error = WireRefused("INTERNAL_ERROR", message)
    headers = {**error.headers, "X-RestLi-Error-Response": "true"}
    return Answer(status=error.status, body=error.body, headers=headers), error.code


async def _send(send: Send, answer: Answer, head: Mapping[str, str], trace_id: bytes) -> None:
    body = body_of(answer)
    version = "2.0.0" if head.get("x-restli-protocol-version") == "2.0.0" else "1.0.0"
    headers: Headers = [
        *_ALWAYS,
        (b"x-restli-protocol-version", version.encode("ascii")),
        (b"x-trace-id", trace_id),
        *(
            (name.lower().encode("ascii"), " ".join(value.split()).encode("ascii", "replace"))
            for name, value in answer.headers.items()
        ),
    ]
    if answer.status != 204:
        headers += [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
