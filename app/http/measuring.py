"""What others count for themselves, put into the metrics once a second and when they are asked for."""

import asyncio
from typing import Final, NoReturn

import structlog

from app.auth.authenticate import Authenticator
from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.finish import errors_told
from app.http.connection import BoundedConnection
from app.http.overload import Gate
from app.http.services import Services
from app.linkedin.breaker import BreakerState
from app.sync.ingest import records_taken
from app.telemetry import families
from app.telemetry.families import NONE
from app.telemetry.logs import what_failed
from app.telemetry.metrics import Metrics

MEASURED_EVERY_S: Final = 1.0
BACKLOG_EVERY_S: Final = 15.0

_log = structlog.get_logger(__name__)

_BACKLOG: Final = "select * from backlog_figures()"


async def keep_measuring(services: Services, gate: Gate) -> NoReturn:
    """Bring the metrics to date again and again; run it as a task of the server, cancel it to stop."""
    while True:
        measure(services, gate)
        await asyncio.sleep(MEASURED_EVERY_S)


async def keep_measuring_backlog(services: Services) -> NoReturn:
    """Look again and again how far delivery and matching are behind; as `keep_measuring`."""
    failing = False
    while True:
        try:
            await measure_backlog(services)
            failing = False
        except Exception as error:  # The database is away, or not migrated yet.
            if not failing:
                _log.warning("backlog_not_measured", **what_failed(error))
            failing = True
        await asyncio.sleep(BACKLOG_EVERY_S)


def measure(services: Services, gate: Gate) -> None:
    """Bring this worker's part of all that is counted beside requests to date, but for the backlog."""
    metrics, engine, authenticator = services.metrics, services.engine, services.authenticator
    metrics.put(families.IN_FLIGHT, gate.in_flight)
    metrics.put(families.HTTP_INVALID, BoundedConnection.invalid_inputs)
    _measure_pools(services)
    if isinstance(engine, Engine):
        _measure_engine(metrics, engine)
    if isinstance(authenticator, Authenticator):
        for because, count in authenticator.refused.items():
            metrics.put(families.TOKENS_REFUSED, count, because)
    for (entity, outcome), count in records_taken.items():
        metrics.put(families.RECORDS, count, entity, outcome)
    for (code, feature, reason), count in errors_told.items():
        metrics.put(families.FIELD_ERRORS, count, code, feature or NONE, reason or NONE)
    if services.members is not None:
        people = services.members.people
        for became, count in people.outcomes.items():
            metrics.put(families.MEMBER_CALLS_TOTAL, count, became)
        metrics.put(families.MEMBER_BRINGS, services.members.brings)
        metrics.put(families.MEMBER_REFRESHES, services.members.refreshes)
        metrics.put(families.BREAKER_OPEN, people.breaker.state is not BreakerState.CLOSED)


async def measure_backlog(services: Services) -> None:
    """Ask the database how far delivery and matching are behind. Raises: CallerError."""
    rows = await (services.beside or services.pool).fetch(None, _BACKLOG)
    for family, name in (
        (families.OUTBOX_PENDING, "outbox_pending"),
        (families.OUTBOX_OLDEST, "outbox_oldest_ms"),
        (families.OUTBOX_DEAD, "outbox_dead"),
        (families.MATCHING_QUEUE, "matching_queue"),
        (families.MATCHING_OLDEST, "matching_oldest_ms"),
    ):
        services.metrics.put(family, rows[0][name])


def _measure_pools(services: Services) -> None:
    pools: dict[str, Pool | None] = {
        "requests": services.pool,
        "watching": services.watching,
        "background": services.beside,
    }
    if services.replica is not None:
        pools["replica"] = services.replica.pool
        services.metrics.put(families.REPLICA_READS, services.replica.reads)
        services.metrics.put(families.REPLICA_IN_USE, services.replica.is_good_for(None))
    for name, pool in pools.items():
        if pool is None:
            continue
        state = pool.state()
        for family, value in (
            (families.CONNECTIONS_MAX, state.size),
            (families.CONNECTIONS_OPEN, state.open),
            (families.CONNECTIONS_FREE, state.free),
            (families.CONNECTIONS_WAITING, state.waiting),
            (families.CONNECTS, state.opened),
            (families.BINDS, state.bound),
            (families.WAITS, state.waits),
            (families.WAIT_SECONDS, state.waited_ns),
        ):
            services.metrics.put(family, value, name)


def _measure_engine(metrics: Metrics, engine: Engine) -> None:
    for source, count in (
        ("remembered", engine.remembered_runs),
        ("kept", engine.kept_runs),
        ("compiled", engine.compiled_runs),
    ):
        metrics.put(families.PLANS_TOTAL, count, source)
    metrics.put(families.PLANS_KEPT, len(engine.plans))
    metrics.put(families.DOCUMENTS_TOTAL, engine.documents.found, "kept")
    metrics.put(families.DOCUMENTS_TOTAL, engine.documents.read, "read")
    metrics.put(families.DOCUMENTS_KEPT, len(engine.documents))
    metrics.put(families.MEMBER_ANSWERS, engine.remote_answers)
