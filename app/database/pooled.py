"""The pool behind PgBouncer in transaction mode, where a connection is another one after each transaction.

Nothing of a session lasts there: a setting made in one statement may be met by another client in the next. So
whatever runs does so in a transaction that says itself who it is for, nothing is prepared for later, and no
setting is asked for when connecting that PgBouncer does not follow. It costs a read three more trips and its
planning; PostgreSQL without PgBouncer between needs neither, since the pool keeps few connections anyway.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar
from uuid import UUID

from app.database.doors import BIND_TRANSACTION, Transaction
from app.database.pool import Pool
from app.database.slot import ConnectionOptions, PooledConnectionOptions
from app.errors import CallerError, ErrorCode


class TransactionPool(Pool):
    """`Pool` with every door a transaction; its arguments, but that no statement is kept."""

    _make_options: ClassVar[type[ConnectionOptions]] = PooledConnectionOptions

    def __init__(self, dsn: str, **arguments: Any) -> None:
        super().__init__(dsn, **arguments, statement_cache_size=0)
        every, followed = ConnectionOptions.session(self._options), self._options.session()
        others = [
            f", set_config('{name}', '{value}', true)"
            for name, value in every.items()
            if name not in followed and name != "plan_cache_mode"
        ]
        self.bind_transaction = f"{BIND_TRANSACTION}{''.join(others)}"

    def acquire(self, company_id: UUID | None) -> Transaction:
        """As `Pool.acquire`, in a transaction."""
        return self.transaction(company_id)

    async def _read(
        self,
        company_id: UUID | None,
        call: Callable[..., Coroutine[Any, Any, Any]],
        sql: str,
        args: Sequence[object],
    ) -> Any:
        for may_try_again in (True, False):
            try:
                async with self.transaction(company_id) as connection:
                    return await call(connection, sql, *args)
            except CallerError as error:
                if not may_try_again or error.code is not ErrorCode.DATABASE_UNAVAILABLE:
                    raise
        raise AssertionError("unreachable")
