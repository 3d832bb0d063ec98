"""Where spans go, by OpenTelemetry's own variables."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from app.errors import CallerError, ErrorCode
from app.telemetry.tracing import Tracing

_EXPORTERS: Final = "opentelemetry_traces_exporter"
_OF_PROTOCOL: Final = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}


def tracing_of(environ: Mapping[str, str]) -> Tracing | None:
    """What OpenTelemetry's variables ask for; None if they name no exporter.

    `otlp` is the exporter of OTEL_EXPORTER_OTLP_PROTOCOL, and reads the other OTEL_EXPORTER_OTLP_…
    variables from the process's environment itself.
    Raises: CallerError (BAD_USER_INPUT) for an exporter that is not installed or a share that is none.
    """
    name = environ.get("OTEL_TRACES_EXPORTER", "none").strip()
    if name in {"", "none"} or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    share = _share(environ.get("OTEL_TRACES_SAMPLER_ARG", "0.01"))
    service = environ.get("OTEL_SERVICE_NAME") or "rsc-gateway"
    provider = TracerProvider(sampler=ALWAYS_ON, resource=Resource.create({SERVICE_NAME: service}))
    provider.add_span_processor(BatchSpanProcessor(_exporter(name, environ)))
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


def _exporter(name: str, environ: Mapping[str, str]) -> SpanExporter:
    installed = name
    if name == "otlp":
        protocol = environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environ.get(
            "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"
        )
        installed = _OF_PROTOCOL.get(protocol, name)
    for found in entry_points(group=_EXPORTERS, name=installed):
        exporter = found.load()()
        assert isinstance(exporter, SpanExporter)
        return exporter
    by = "the extra `otlp` of this program" if installed == "otlp_proto_http" else "its package"
    raise CallerError(
        ErrorCode.BAD_USER_INPUT,
        f"OTEL_TRACES_EXPORTER names {name[:40]!r}, which is not installed; {by} provides it.",
    )
