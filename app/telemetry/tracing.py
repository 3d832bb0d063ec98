"""Trace ids on every request; spans only for those that are sampled, and never one for a field.

Sampling is decided before a span exists: a span that is made and then dropped costs as much as one that is
kept. Names and attributes are OpenTelemetry's conventions for HTTP servers, GraphQL and databases. Spans go
where OpenTelemetry's own variables say (OTEL_TRACES_EXPORTER names an installed exporter,
OTEL_TRACES_SAMPLER_ARG the share of requests, OTEL_SERVICE_NAME the service); without an exporter there
are none.
"""

import random
import re
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from app.telemetry.current import LISTENER
from app.telemetry.statements import Statements

_TRACEPARENT: Final = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NO_TRACE: Final = b"0" * 32
_NO_SPAN: Final = b"0" * 16
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_OPERATION_NAME_LENGTH_MAX: Final = 100

Scope = Mapping[str, Any]


def trace_id_of(traceparent: bytes | None) -> bytes:
    """32 hex digits: the caller's if it sent a W3C traceparent (version 00), else new ones."""
    if traceparent is not None and (caller := _parent(traceparent)) is not None:
        return caller[0]
    return b"%032x" % (random.getrandbits(128) or 1)


def _parent(traceparent: bytes) -> tuple[bytes, bytes, bool] | None:
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or found[1] == _NO_TRACE or found[2] == _NO_SPAN:
        return None
    return found[1], found[2], bool(int(found[3], 16) & TraceFlags.SAMPLED)


class Tracing:
    """Makes the span of a sampled request, and below it one for each of its statements."""

    def __init__(self, provider: TracerProvider, share: float) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("rsc-gateway")
        self._share = share

    def start(
        self, traceparent: bytes | None, trace_id: bytes, scope: Scope, route: str = "/graphql"
    ) -> Span | None:
        """A span for this request, None if it is not sampled. A caller that samples is followed.

        The span has the trace id that the caller is told. Until `end`, statements of this task get theirs.
        """
        parent = _parent(traceparent) if traceparent is not None else None
        if not (parent is not None and parent[2]) and random.random() >= self._share:
            return None
        # Without a caller's span the trace id alone goes on; a random parent carries it into the SDK.
        span_id = int(parent[1], 16) if parent is not None else random.getrandbits(63) + 1
        context = SpanContext(int(trace_id, 16), span_id, is_remote=True, trace_flags=TraceFlags(1))
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        span = self._tracer.start_span(
            f"{method if method != '_OTHER' else 'HTTP'} {route}",
            set_span_in_context(NonRecordingSpan(context)),
            kind=SpanKind.SERVER,
            attributes=_of_http(scope, method, route),
        )
        LISTENER.set(Statements(self._tracer, span))
        return span

    def end(self, span: Span, outcome: str, status: int) -> None:
        """Close the span with how the request went: `outcome` is OK, PARTIAL or the code of its error."""
        LISTENER.set(None)
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("rsc.outcome", outcome)
        if outcome not in ("OK", "PARTIAL"):
            span.set_attribute("error.type", outcome)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def name_operation(self, span: Span, operation: tuple[str, str | None] | None) -> None:
        """Name the span by its operation: the kind, and the name that it has in a document that is valid."""
        if operation is None:
            return
        kind, name = operation
        span.set_attribute("graphql.operation.type", kind)
        if name is not None:
            name = name[:_OPERATION_NAME_LENGTH_MAX]
            span.set_attribute("graphql.operation.name", name)
        span.update_name(kind if name is None else f"{kind} {name}")

    def end_wire(self, span: Span, call: Mapping[str, str | int], outcome: str, status: int) -> None:
        """The same for a call of the wire API: `call` has its resource, method and number of records."""
        if "resource" in call:
            span.set_attribute("http.route", f"/v2/{call['resource']}")
            if "method" in call:
                span.update_name(f"{call['method']} {call['resource']}")
        for name, value in call.items():
            span.set_attribute(f"rsc.wire.{name}", value)
        self.end(span, outcome, status)

    def close(self) -> None:
        """Send what is not sent yet."""
        self._provider.shutdown()


def _of_http(scope: Scope, method: str, route: str) -> dict[str, str | int]:
    """What the conventions want of a request. A path of the wire API has people's ids: it is left out."""
    said: dict[str, str | int] = {
        "http.request.method": method,
        "http.route": route,
        "url.scheme": scope.get("scheme", "http"),
        "network.protocol.version": scope.get("http_version", "1.1"),
    }
    if scope.get("path") == route:
        said["url.path"] = route
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    # Only names that are ours came so far.
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if name or port:
        said["server.address"] = name or port
    if name and port.isascii() and port.isdigit():
        said["server.port"] = int(port)
    return said
