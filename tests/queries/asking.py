"""Asking the demo as its personas, with every statement counted that PostgreSQL got."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from app.access.guards import grants_of
from app.access.viewer import Viewer
from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from app.settings import Limits
from loaders.context import RequestContext
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.queries.case import Case
from tests.queries.layout import readable
from tests.reference.viewers import persona_viewers

_DRAWN_BY_SYNC: Final = re.compile(
    r"(urn:rsc:(?:tag|sync-run):)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
"""Sync draws new keys for these each time that the demo is loaded; all others are always the same."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What came of one case."""

    answer: str
    """As parsed JSON, laid out."""
    statement: str
    fetched: int
    """How many statements the engine asked for."""
    ran: tuple[str, ...]
    """Every statement that PostgreSQL got for it, whoever asked."""


class Desk:
    """Takes the cases, one after the other, on one connection."""

    def __init__(self, pool: Pool, viewers: Mapping[str, Viewer]) -> None:
        self._pool = pool
        self._viewers = viewers
        self._fetched = 0
        self._engine = Engine(*bind(build_schema()), self._fetch, Limits())

    async def ask(self, case: Case) -> Recording:
        """The case's answer, its statement, and how many statements there were."""
        context = RequestContext(grants_of(self._viewers[case.persona]), self._pool)
        request = GraphQLRequest(case.query, None, case.variables)
        # asyncpg looks up a type once a connection, when it first meets it; that is no part of the case.
        await self._engine.execute(request, context, introspection=True)
        self._fetched = 0
        async with self._logged(context) as ran:
            body = await self._engine.execute(request, context, introspection=True)
        explanation = self._engine.explain(request, context)
        return Recording(
            answer=_DRAWN_BY_SYNC.sub(r"\1…", json.dumps(json.loads(body), indent=2, ensure_ascii=False))
            + "\n",
            statement=readable(explanation.sql, explanation.arguments),
            fetched=self._fetched,
            ran=tuple(ran),
        )

    async def _fetch(self, context: RequestContext, sql: str, arguments: list[Any]) -> bytes | None:
        self._fetched += 1
        return await fetch_bytes(context, sql, arguments)

    @asynccontextmanager
    async def _logged(self, context: RequestContext) -> AsyncIterator[list[str]]:
        """The text of every statement that the pool's one connection runs meanwhile."""
        ran: list[str] = []

        def note(record: Any) -> None:
            ran.append(record.query)

        # Taken once before, it is bound to the viewer's company already.
        async with self._pool.acquire(context.company_id) as connection:
            connection.add_query_logger(note)
        yield ran
        await asyncio.sleep(0)  # asyncpg tells of a statement in the event loop's next round.
        async with self._pool.acquire(context.company_id) as connection:
            connection.remove_query_logger(note)


@asynccontextmanager
async def demo_desk(dsn: str) -> AsyncIterator[Desk]:
    """A desk on a database that has the demo."""
    async with Pool(dsn, size=1) as pool:
        yield Desk(pool, await persona_viewers(pool))
