"""A span for each statement of a sampled request, by OpenTelemetry's conventions for databases."""

import time
from typing import Any, Final, Protocol

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

_OPERATIONS: Final = frozenset(
    {
        *("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "COPY", "CREATE", "DROP", "TRUNCATE"),
        *("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "LOCK", "ANALYZE"),
    }
)


class _Ran(Protocol):
    """Of `asyncpg.connection.LoggedQuery` what may be told: neither its arguments nor its text."""

    query: str
    elapsed: float
    exception: BaseException | None
    conn_params: Any


class Statements:
    """Told of each statement after it has run. Of its text only the first word gets into the span."""

    def __init__(self, tracer: Tracer, parent: Span) -> None:
        self._tracer = tracer
        self._context = set_span_in_context(parent)

    def __call__(self, ran: _Ran) -> None:
        """Make the span of one statement that has just ended."""
        ended_ns = time.time_ns()
        name = operation_of(ran.query)
        span = self._tracer.start_span(
            name,
            self._context,
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.operation.name": name},
            start_time=ended_ns - round(ran.elapsed * 1e9),
        )
        database = getattr(ran.conn_params, "database", None)
        if isinstance(database, str):
            span.set_attribute("db.namespace", database)
        if ran.exception is not None:
            state = getattr(ran.exception, "sqlstate", None)
            if isinstance(state, str):
                span.set_attribute("db.response.status_code", state)
            span.set_attribute("error.type", state or type(ran.exception).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended_ns)


def operation_of(statement: str) -> str:
    """The statement's command, in capitals; OTHER for one that is not known."""
    words = statement.split(None, 1)
    word = words[0].rstrip(";(").upper() if words else ""
    return word if word in _OPERATIONS else "OTHER"
