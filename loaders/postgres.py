"""The compiled PostgreSQL source: runs the engine's statements, bound to the viewer's company."""

from typing import Any

from loaders.context import RequestContext


async def fetch_bytes(context: RequestContext, sql: str, arguments: list[Any]) -> bytes | None:
    """The statement's one value.

    Raises: CallerError (DATABASE_UNAVAILABLE, OVERLOADED, TIMEOUT) as the pool does.
    """
    return await context.pool.fetch_bytes(context.company_id, sql, arguments)
