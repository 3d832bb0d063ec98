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
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.sync.idempotency import Answer, answer_once

_STATUS: Final = 200
_PASSING: Final = frozenset(
    {
        ErrorCode.SOURCE_UNAVAILABLE,
        ErrorCode.DATABASE_UNAVAILABLE,
        ErrorCode.OVERLOADED,
        ErrorCode.STORAGE_FULL,
        ErrorCode.TIMEOUT,
    }
)
"""Why a field of the mutation may have done nothing although the same request will go well a moment later."""


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
        body = await execute(_Within(pool, company, connection))
        if (code := _passing(body)) is not None:
            raise _NotDone(body, code)
        return Answer(status=_STATUS, body=body)

    said = [request.query, request.operation_name, request.variables]
    caller = f"{viewer.subject}\x00{viewer.client or ''}\x00graphql"
    try:
        answer = await answer_once(
            pool,
            company,
            work,
            caller=caller,
            key=key.decode("latin-1"),
            request=orjson.dumps(said, option=orjson.OPT_SORT_KEYS),
        )
    except _NotDone as passing:
        return passing.told()
    return answer.body


class _NotDone(Exception):
    """A field failed for a passing reason. It is not remembered, and so nothing of the mutation is done."""

    def __init__(self, body: bytes, code: ErrorCode) -> None:
        super().__init__(code)
        self._body = body
        self._code = code

    def told(self) -> bytes:
        """The body where it still is true: of a single field. Raises: CallerError (503) for several."""
        if len(orjson.loads(self._body)["data"]) == 1:
            return self._body
        raise CallerError(
            self._code,
            "A part of the mutation cannot be done for the moment, so none of it was; send it again.",
            status=503,
            headers={"Retry-After": "1"},
        )


def _passing(body: bytes) -> ErrorCode | None:
    """Why a field of the mutation itself, and not something that it answers, failed for the moment."""
    if b'"errors"' not in body:
        return None
    errors: list[dict[str, Any]] = orjson.loads(body).get("errors", [])
    for error in errors:
        code = error["extensions"]["code"]
        if code in _PASSING and len(error.get("path", ())) == 1:
            return ErrorCode(code)
    return None


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
