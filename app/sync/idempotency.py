"""`Idempotency-Key`: a request that is repeated is done once, and answered with the same bytes each time.

The answer is written in the transaction that does the work, so either both are there or neither is: a worker
or a server that is killed half way leaves a key that can be used at once. While the work goes on, the key
is held by an advisory lock of that transaction, which dies with it. Keys belong to a company and a caller.
An answer is remembered for `REMEMBERED`; work that failed is not remembered, so it may be tried again.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from app.database.errors import SchemaChanged
from app.database.pool import Pool
from app.database.slot import Connection
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId

REMEMBERED: Final = timedelta(hours=24)
"""How long an answer is kept at least; `app.sync.upkeep` takes it away some time after."""
KEY_LENGTH_MAX: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the request is answered with. `headers`: those that must be the same at a repetition."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[Connection], Awaitable[Answer]]
"""Does the request in the given transaction, which is bound to the company, and says the answer."""


async def answer_once(
    pool: Pool,
    company: CompanyId,
    work: Work,
    *,
    caller: str,
    key: str,
    request: bytes,
    now: datetime | None = None,
) -> Answer:
    """The answer of `work`, or that of the first time where this caller used this key before.

    `request` is all that makes the request what it is (method, path, what is asked, body), in bytes.
    Raises: CallerError: 400 for a key that cannot be, 422 if the key was used for another request, 409 while
    the first one is still being worked on; and whatever `work` raises, of which nothing remains.
    """
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise CallerError(
            ErrorCode.BAD_REQUEST,
            f"An Idempotency-Key has 1 to {KEY_LENGTH_MAX} printable ASCII characters.",
        )
    key_hash = hashlib.sha256(f"{caller}\x00{key}".encode("utf-8", "surrogatepass")).digest()
    request_hash = hashlib.sha256(request).digest()
    at = now or datetime.now(UTC)
    try:
        return await _answer(pool, company, work, key_hash, request_hash, at)
    except SchemaChanged:
        # Nothing was done, and doing it anew cannot double anything.
        return await _answer(pool, company, work, key_hash, request_hash, at)


async def _answer(
    pool: Pool, company: CompanyId, work: Work, key_hash: bytes, request_hash: bytes, at: datetime
) -> Answer:
    async with pool.transaction(company) as connection:
        await _hold(connection, company, key_hash)
        known = await _known(connection, company, key_hash, request_hash)
        if known is not None:
            return known
        answer = await work(connection)
        await connection.execute(
            """
            insert into idempotent_answer
              (company_id, key_hash, request_hash, status, headers, body, answered_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            company,
            key_hash,
            request_hash,
            answer.status,
            orjson.dumps(dict(answer.headers)).decode(),
            answer.body,
            at,
        )
        return answer


async def _hold(connection: Connection, company: CompanyId, key_hash: bytes) -> None:
    """Be the only one with this key until the transaction ends."""
    place = hashlib.sha256(company.bytes + key_hash).digest()[:8]
    if not await connection.fetchval(
        "select pg_try_advisory_xact_lock($1)", int.from_bytes(place, "big", signed=True)
    ):
        raise CallerError(
            ErrorCode.BAD_REQUEST,
            "The first request with this Idempotency-Key is still being worked on.",
            status=409,
            headers={"Retry-After": "1"},
        )


async def _known(
    connection: Connection, company: CompanyId, key_hash: bytes, request_hash: bytes
) -> Answer | None:
    row = await connection.fetchrow(
        """
        select request_hash, status, headers, body
        from idempotent_answer
        where company_id = $1 and key_hash = $2
        """,
        company,
        key_hash,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            "This Idempotency-Key was used for another request; use a new key for a new request.",
            status=422,
        )
    return Answer(status=row["status"], body=row["body"], headers=orjson.loads(row["headers"]))
