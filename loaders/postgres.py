"""The compiled PostgreSQL source: runs the engine's statements, bound to the viewer's company."""

from collections.abc import Awaitable, Iterable
from typing import Any

from app.database.pool import Pool
from app.errors import Fault
from loaders.context import RequestContext


def fetch_bytes(context: RequestContext, sql: str, arguments: list[Any]) -> Awaitable[bytes | None]:
    """The statement's one value, to be awaited; the pool's own coroutine, without another around it.

    Raises: CallerError (DATABASE_UNAVAILABLE, OVERLOADED, TIMEOUT) as the pool does.
    """
    return context.reads.fetch_bytes(context.company_id, sql, arguments)


async def check_database(pool: Pool, required: Iterable[tuple[str, str]]) -> None:
    """Hold the schema against the database, once at start.

    Raises: Fault, naming each column that may be null (or is missing) where the schema promises a value.
    """
    rows = await pool.fetch(
        None,
        "select c.relname as relation, a.attname as name from pg_attribute a "
        "join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'public' and a.attnum > 0 and a.attnotnull",
        [],
    )
    kept = {(row["relation"], row["name"]) for row in rows}
    missing = sorted(f"{relation}.{column}" for relation, column in set(required) - kept)
    if missing:
        raise Fault(f"The schema promises values, but these columns may be null: {', '.join(missing)}.")
