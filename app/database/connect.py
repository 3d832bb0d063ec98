"""Which database is used: the one that `DATABASE_URL` names, or the embedded server's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.database.embedded import EmbeddedPostgres, running_dsn, wipe
from app.database.pool import Pool
from app.database.pooled import TransactionPool
from app.settings import DatabasePooler, Settings


@dataclass(frozen=True, slots=True)
class Database:
    """The owner's DSN, and the embedded server if it is ours."""

    dsn: str
    embedded: EmbeddedPostgres | None


@asynccontextmanager
async def open_database(settings: Settings, *, share: bool = False) -> AsyncIterator[Database]:
    """The database for the length of an `async with`: the embedded server runs as long.

    With `share`, a server that another process of this user already runs on the same data folder is used
    instead of refused: for `rsc import` and `rsc explain` beside `rsc demo`.
    Raises: CallerError (DATABASE_UNAVAILABLE) saying why the embedded server cannot run.
    """
    if settings.database_url is not None:
        yield Database(settings.database_url, None)
        return
    if share and (dsn := await asyncio.to_thread(running_dsn, _folder(settings).absolute())) is not None:
        yield Database(dsn, None)
        return
    embedded = open_embedded(settings)
    try:
        yield Database(await asyncio.to_thread(embedded.start), embedded)
    finally:
        await asyncio.to_thread(embedded.stop)


def open_embedded(settings: Settings) -> EmbeddedPostgres:
    """The embedded server of the settings' data folder, not started yet: a `with` starts and stops it."""
    return EmbeddedPostgres(_folder(settings))


def wipe_embedded(settings: Settings) -> None:
    """Remove the embedded server's data. Raises: CallerError if another process uses them."""
    wipe(_folder(settings))


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "postgres"


def make_pool(dsn: str, settings: Settings, *, size: int | None = None) -> Pool:
    """The service's pool as the settings have it, or of another size; not opened yet."""
    kind = TransactionPool if settings.database_pooler is DatabasePooler.TRANSACTION else Pool
    return kind(
        dsn,
        size=size or settings.database_connections,
        statement_timeout_ms=settings.limits.statement_timeout_ms,
        standing_per_connection=settings.queue_per_connection,
    )
