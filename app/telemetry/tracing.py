"""Trace ids on every request; a span only on those that are sampled, and never one for a field.

Sampling is decided before a span exists: a span that is made and then dropped costs as much as one that is
kept. Spans go where OpenTelemetry's own variables say (OTEL_TRACES_EXPORTER names an installed exporter,
OTEL_TRACES_SAMPLER_ARG the share of requests, OTEL_SERVICE_NAME the service); without an exporter there
are none.
"""

import random
import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, set_span_in_context

from app.errors import CallerError, ErrorCode

_TRACEPARENT: Final = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_EXPORTERS: Final = "opentelemetry_traces_exporter"
_NO_TRACE: Final = b"0" * 32
_NO_SPAN: Final = b"0" * 16


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
    """Makes the one span of a sampled request."""

    def __init__(self, provider: TracerProvider, share: float) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("rsc-gateway")
        self._share = share

    def start(
        self, traceparent: bytes | None, trace_id: bytes, name: str = "GraphQL Operation"
    ) -> Span | None:
        """A span for this request, None if it is not sampled. A caller that samples is followed.

        The span has the trace id that the caller is told.
        """
        parent = _parent(traceparent) if traceparent is not None else None
        if not (parent is not None and parent[2]) and random.random() >= self._share:
            return None
        # Without a caller's span the trace id alone goes on; a random parent carries it into the SDK.
        span_id = int(parent[1], 16) if parent is not None else random.getrandbits(63) + 1
        context = SpanContext(int(trace_id, 16), span_id, is_remote=True, trace_flags=TraceFlags(1))
        return self._tracer.start_span(
            name, set_span_in_context(NonRecordingSpan(context)), kind=SpanKind.SERVER
        )

    def end(self, span: Span, outcome: str, status: int) -> None:
        """Close the span with how the request went."""
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("rsc.outcome", outcome)
        span.end()

    def end_wire(self, span: Span, call: Mapping[str, str | int], outcome: str, status: int) -> None:
        """The same for a call of the wire API: `call` has its resource, method and number of records."""
        if "resource" in call and "method" in call:
            span.update_name(f"{call['method']} {call['resource']}")
        for name, value in call.items():
            span.set_attribute(f"rsc.wire.{name}", value)
        self.end(span, outcome, status)

    def close(self) -> None:
        """Send what is not sent yet."""
        self._provider.shutdown()


def tracing_of(environ: Mapping[str, str]) -> Tracing | None:
    """What OpenTelemetry's variables ask for; None if they name no exporter.

    Raises: CallerError (BAD_USER_INPUT) for an exporter that is not installed or a share that is none.
    """
    name = environ.get("OTEL_TRACES_EXPORTER", "none").strip()
    if name in {"", "none"} or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    share = _share(environ.get("OTEL_TRACES_SAMPLER_ARG", "0.01"))
    service = environ.get("OTEL_SERVICE_NAME") or "rsc-gateway"
    provider = TracerProvider(sampler=ALWAYS_ON, resource=Resource({SERVICE_NAME: service}))
    provider.add_span_processor(BatchSpanProcessor(_exporter(name)))
    return Tracing(provider, share)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1, not {text[:40]!r}.",
        )
    return share


def _exporter(name: str) -> SpanExporter:
    for found in entry_points(group=_EXPORTERS, name=name):
        exporter = found.load()()
        assert isinstance(exporter, SpanExporter)
        return exporter
    raise CallerError(
        ErrorCode.BAD_USER_INPUT,
        f"OTEL_TRACES_EXPORTER names {name[:40]!r}, which is not installed; its package provides it.",
    )
