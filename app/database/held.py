"""A pool that has one connection only: that of a transaction which goes on around its users."""

from collections.abc import Sequence
from types import TracebackType
from uuid import UUID

import asyncpg

from app.database.doors import Acquired, Transaction
from app.database.pool import Pool
from app.database.slot import Connection


class HeldPool(Pool):
    """What is asked for one company happens in a transaction of the caller's; for others, in the pool
    beneath.

    So whoever takes a pool can work as a part of something larger: its transactions become savepoints. For
    one user at a time, and no longer than the transaction lasts.
    """

    def __init__(self, beneath: Pool, company_id: UUID, connection: Connection) -> None:
        self._beneath = beneath
        self._company_id = company_id
        self._connection = connection

    async def fetch_bytes(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> bytes | None:
        """As the pool's, in the transaction; never tried again."""
        if company_id != self._company_id:
            return await self._beneath.fetch_bytes(company_id, sql, args)
        value: bytes | None = await self._connection.fetchval(sql, *args)
        return value

    async def fetch(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> list[asyncpg.Record]:
        """As the pool's, in the transaction; never tried again."""
        if company_id != self._company_id:
            return await self._beneath.fetch(company_id, sql, args)
        rows: list[asyncpg.Record] = await self._connection.fetch(sql, *args)
        return rows

    def acquire(self, company_id: UUID | None) -> Acquired | Transaction:
        """The transaction's connection."""
        if company_id != self._company_id:
            return self._beneath.acquire(company_id)
        return _HeldConnection(self._connection)

    def transaction(self, company_id: UUID | None) -> Transaction:
        """A savepoint in the transaction."""
        if company_id != self._company_id:
            return self._beneath.transaction(company_id)
        return _Savepoint(self._connection)


class _HeldConnection(Acquired):
    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __aenter__(self) -> Connection:
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing: whoever holds the connection lets it go."""


class _Savepoint(Transaction):
    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __aenter__(self) -> Connection:
        self._transaction = self._connection.transaction()
        await self._transaction.start()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transaction.__aexit__(kind, error, trace)
