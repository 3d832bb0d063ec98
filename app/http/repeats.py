"""`Idempotency-Key` on a mutation of GraphQL: done once, answered with the same bytes each time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from app.access.viewer import Viewer
from app.database.held import HeldPool
from app.database.pool import Pool
from app.database.slot import Connection
from app.engine.request import GraphQLRequest
from app.ids import CompanyId
from app.sync.idempotency import Answer, answer_once

_STATUS: Final = 200


async def execute_once(
    pool: Pool,
    company: CompanyId,
    viewer: Viewer,
    key: bytes,
    request: GraphQLRequest,
    execute: Callable[[Pool], Awaitable[bytes]],
) -> bytes:
    """The body that `execute` makes on the pool it gets, or made where this caller used this key before.

    All fields of the mutation are one transaction then, instead of one each.
    Raises: CallerError (400, 409, 422) as `answer_once`, and what `execute` raises, of which nothing remains.
    """

    async def work(connection: Connection) -> Answer:
        return Answer(status=_STATUS, body=await execute(_Within(pool, company, connection)))

    said = [request.query, request.operation_name, request.variables]
    caller = f"{viewer.subject}\x00{viewer.client or ''}\x00graphql"
    answer = await answer_once(
        pool,
        company,
        work,
        caller=caller,
        key=key.decode("latin-1"),
        request=orjson.dumps(said, option=orjson.OPT_SORT_KEYS),
    )
    return answer.body


class _Within(HeldPool):
    """Reads in the transaction too, since a payload shows what its mutation has just written."""

    def __init__(self, beneath: Pool, company_id: UUID, connection: Connection) -> None:
        super().__init__(beneath, company_id, connection)
        self._reading = asyncio.Lock()
        self.fetch = self._fetch  # type: ignore[method-assign]
        self.fetch_bytes = self._fetch_bytes  # type: ignore[method-assign]

    def _fetch(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> Coroutine[Any, Any, list[Any]]:
        if company_id != self._company_id:
            return self._beneath.fetch(company_id, sql, args)
        return self._one_by_one(self._connection.fetch, sql, args)

    def _fetch_bytes(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> Coroutine[Any, Any, bytes | None]:
        if company_id != self._company_id:
            return self._beneath.fetch_bytes(company_id, sql, args)
        return self._one_by_one(self._connection.fetchval, sql, args)

    async def _one_by_one(self, read: Callable[..., Awaitable[Any]], sql: str, args: Sequence[object]) -> Any:
        # Batches of a payload run side by side, and a connection does one thing at a time. A read that fails
        # must not undo what was written.
        async with self._reading, self._connection.transaction():
            return await read(sql, *args)
