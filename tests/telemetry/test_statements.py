"""Statements of sampled requests are told, each once, and those of others never."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.database.pool import Pool
from app.telemetry.current import LISTENER
from app.telemetry.statements import Statements

COMPANY = None


@pytest.fixture
async def one(database: str) -> AsyncIterator[Pool]:
    """A pool of a single connection, so that whoever comes next has the one that was listened to."""
    async with Pool(database, size=1) as pool:
        yield pool


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    """A sampled request is at work, as far as this task knows, whose spans go here."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    listening = LISTENER.set(Statements(tracer, tracer.start_span("query Name")))
    yield exporter
    LISTENER.reset(listening)


async def _told(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    """The spans so far, also of the statement that has just ended."""
    await asyncio.sleep(0.01)
    return list(exporter.get_finished_spans())


async def test_each_statement_has_one_span_whichever_door_it_took(
    one: Pool, exporter: InMemorySpanExporter
) -> None:
    LISTENER.set(LISTENER.get())
    await one.fetch(COMPANY, "select 1")
    await one.fetch_bytes(COMPANY, "with t as (select 'x'::bytea as b) select b from t")
    async with one.acquire(COMPANY) as connection:
        await connection.fetchval("select 2")
    async with one.transaction(COMPANY) as connection:
        await connection.execute("delete from registered_origin")
    names = [span.name for span in await _told(exporter)]
    # The second SELECT within the transaction binds it to its company.
    assert names == ["SELECT", "WITH", "SELECT", "BEGIN", "SELECT", "DELETE", "COMMIT"]


async def test_a_span_says_how_a_statement_failed_and_nothing_that_was_in_it(
    one: Pool, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(asyncpg.DataError):
        await one.fetch(COMPANY, "select 'ada@northwind.example'::text::int where $1 = 'Ada'", ["Ada"])
    (span,) = await _told(exporter)
    assert span.attributes is not None
    assert span.attributes["db.response.status_code"] == "22P02"
    assert not span.status.is_ok
    assert "ada" not in span.to_json().lower()


async def test_a_connection_tells_nothing_of_whoever_has_it_next(
    one: Pool, exporter: InMemorySpanExporter
) -> None:
    await one.fetch(COMPANY, "select 1")
    assert len(await _told(exporter)) == 1
    sampled = LISTENER.set(None)
    await one.fetch(COMPANY, "select 2")
    async with one.transaction(COMPANY) as connection:
        await connection.fetchval("select 3")
    assert len(await _told(exporter)) == 1
    LISTENER.reset(sampled)


async def test_spans_of_statements_are_children_that_take_as_long_as_the_statement(
    one: Pool, exporter: InMemorySpanExporter
) -> None:
    await one.fetch(COMPANY, "select pg_sleep(0.05)")
    (span,) = await _told(exporter)
    assert span.parent is not None
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time - span.start_time >= 50_000_000


async def test_the_pool_counts_who_waited_and_how_long(one: Pool) -> None:
    before = one.state()
    async with one.acquire(COMPANY):
        waiting = asyncio.create_task(one.fetch(COMPANY, "select 1"))
        await asyncio.sleep(0.05)
        assert one.state().waiting == 1
    await waiting
    after = one.state()
    assert after.waits - before.waits == 1
    assert after.waited_ns - before.waited_ns >= 40_000_000
    await one.fetch(COMPANY, "select 1")
    assert one.state().waits == after.waits
