"""Trace ids for all, spans for the sampled only."""

import re

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from app.errors import CallerError
from app.telemetry.current import LISTENER
from app.telemetry.exporting import tracing_of
from app.telemetry.statements import operation_of
from app.telemetry.tracing import Tracing, trace_id_of

TRACE, SPAN = b"0af7651916cd43dd8448eb211c80319c", b"b7ad6b7169203331"
SAMPLED = b"00-" + TRACE + b"-" + SPAN + b"-01"
UNSAMPLED = b"00-" + TRACE + b"-" + SPAN + b"-00"
SCOPE = {
    "method": "POST",
    "path": "/graphql",
    "scheme": "http",
    "http_version": "1.1",
    "headers": [(b"host", b"rsc.example:8443"), (b"user-agent", b"Ada's phone")],
}


@pytest.mark.parametrize("header", [SAMPLED, UNSAMPLED])
def test_a_caller_s_trace_goes_on(header: bytes) -> None:
    assert trace_id_of(header) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        SAMPLED.upper(),
        b"01" + SAMPLED[2:],
        SAMPLED + b"-more",
        SAMPLED + b", " + SAMPLED,
        b"00-" + b"0" * 32 + b"-" + SPAN + b"-01",
        b"00-" + TRACE + b"-" + b"0" * 16 + b"-01",
        b"\xff" * 55,
    ],
)
def test_any_other_header_gets_a_new_trace(header: bytes | None) -> None:
    first, second = trace_id_of(header), trace_id_of(header)
    assert re.fullmatch(rb"[0-9a-f]{32}", first)
    assert first != second
    assert first != TRACE


def traced(share: float) -> tuple[Tracing, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Tracing(provider, share), exporter


def test_no_span_is_made_for_what_is_not_sampled() -> None:
    tracing, exporter = traced(0.0)
    assert tracing.start(None, trace_id_of(None), SCOPE) is None
    assert tracing.start(UNSAMPLED, TRACE, SCOPE) is None
    assert LISTENER.get() is None
    assert exporter.get_finished_spans() == ()


def test_a_sampled_caller_is_followed_as_its_child() -> None:
    tracing, exporter = traced(0.0)
    span = tracing.start(SAMPLED, TRACE, SCOPE)
    assert span is not None
    assert LISTENER.get() is not None
    tracing.end(span, "OK", 200)
    assert LISTENER.get() is None
    (finished,) = exporter.get_finished_spans()
    assert finished.context is not None
    assert finished.parent is not None
    assert (finished.context.trace_id, finished.parent.span_id) == (int(TRACE, 16), int(SPAN, 16))


def test_a_span_tells_of_its_request_what_the_conventions_for_http_want() -> None:
    tracing, exporter = traced(1.0)
    span = tracing.start(None, TRACE, SCOPE)
    assert span is not None
    tracing.name_operation(span, ("query", "Candidates"))
    tracing.end(span, "OK", 200)
    (finished,) = exporter.get_finished_spans()
    assert (finished.name, finished.kind) == ("query Candidates", SpanKind.SERVER)
    assert finished.attributes == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "url.path": "/graphql",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "server.address": "rsc.example",
        "server.port": 8443,
        "http.response.status_code": 200,
        "graphql.operation.type": "query",
        "graphql.operation.name": "Candidates",
        "rsc.outcome": "OK",
    }


@pytest.mark.parametrize("host", [b"rsc.example", b"[::1]", b"127.0.0.1"])
def test_a_host_without_a_port_is_an_address(host: bytes) -> None:
    tracing, exporter = traced(1.0)
    span = tracing.start(None, TRACE, {**SCOPE, "headers": [(b"host", host)]})
    assert span is not None
    tracing.end(span, "OK", 200)
    (finished,) = exporter.get_finished_spans()
    assert finished.attributes is not None
    assert finished.attributes["server.address"] == host.decode()
    assert "server.port" not in finished.attributes


def test_a_method_that_nobody_knows_is_not_told() -> None:
    tracing, exporter = traced(1.0)
    span = tracing.start(None, TRACE, {**SCOPE, "method": "ADA"})
    assert span is not None
    tracing.end(span, "BAD_REQUEST", 405)
    (finished,) = exporter.get_finished_spans()
    assert finished.name == "HTTP /graphql"
    assert finished.attributes is not None
    assert finished.attributes["http.request.method"] == "_OTHER"
    assert finished.attributes["error.type"] == "BAD_REQUEST"


def test_a_span_of_ours_has_the_trace_id_that_the_caller_is_told() -> None:
    tracing, exporter = traced(1.0)
    span = tracing.start(None, TRACE, SCOPE)
    assert span is not None
    tracing.end(span, "INTERNAL_ERROR", 500)
    (finished,) = exporter.get_finished_spans()
    assert finished.context is not None
    assert finished.context.trace_id == int(TRACE, 16)
    assert finished.status.status_code is StatusCode.ERROR


def test_a_call_of_the_wire_api_is_named_by_its_resource_and_method_and_not_by_its_path() -> None:
    tracing, exporter = traced(1.0)
    path = "/v2/atsCandidates/atsCandidateId=ada@northwind.example"
    span = tracing.start(None, TRACE, {**SCOPE, "path": path}, "/v2")
    assert span is not None
    call: dict[str, str | int] = {"resource": "atsCandidates", "method": "batch_update", "records": 100}
    tracing.end_wire(span, call, "OK", 200)
    (told,) = exporter.get_finished_spans()
    assert told.name == "batch_update atsCandidates"
    assert told.attributes is not None
    assert told.attributes["http.route"] == "/v2/atsCandidates"
    assert told.attributes["rsc.wire.records"] == 100
    assert "ada" not in told.to_json()


@pytest.mark.parametrize(
    ("statement", "operation"),
    [
        ("select 1", "SELECT"),
        ("\n  with page as (select 1) select 2", "WITH"),
        ("BEGIN;", "BEGIN"),
        ("ada@northwind.example", "OTHER"),
        ("", "OTHER"),
    ],
)
def test_of_a_statement_its_command_is_told_if_it_is_one(statement: str, operation: str) -> None:
    assert operation_of(statement) == operation


@pytest.mark.parametrize(
    "environ",
    [{}, {"OTEL_TRACES_EXPORTER": "none"}, {"OTEL_TRACES_EXPORTER": "console", "OTEL_SDK_DISABLED": "true"}],
)
def test_without_an_exporter_nothing_is_traced(environ: dict[str, str]) -> None:
    assert tracing_of(environ) is None


def test_opentelemetry_s_variables_are_followed() -> None:
    tracing = tracing_of({"OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER_ARG": "0"})
    assert tracing is not None
    assert tracing.start(None, TRACE, SCOPE) is None
    tracing.close()


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_EXPORTER": "no-such-exporter"},
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "carrier pigeon"},
        {"OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER_ARG": "often"},
        {"OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER_ARG": "1.5"},
    ],
)
def test_a_wrong_variable_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(CallerError, match="OTEL_TRACES_"):
        tracing_of(environ)
