"""What `Pool.acquire` and `Pool.transaction` answer: the two ways to have a connection for a while."""

from collections.abc import Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, cast

from app.database.errors import STALE, is_interruption, is_lost, told
from app.database.slot import Connection, company_setting
from app.errors import Fault
from app.telemetry.current import LISTENER

if TYPE_CHECKING:
    from app.database.pool import Pool

BIND_TRANSACTION: Final = "select set_config('rsc.company', $1, true)"


class Acquired:
    """A connection bound to a company, for the length of an `async with`; see `Pool.acquire`."""

    __slots__ = ("_key", "_pool", "_slot")

    def __init__(self, pool: "Pool", key: int) -> None:
        self._pool = pool
        self._key = key

    async def __aenter__(self) -> Connection:
        slot = self._pool._take_bound(self._key)
        if slot is None:
            slot = await self._pool._take(self._key)
        if (listener := LISTENER.get()) is not None:
            slot.listen(listener)
        self._slot = slot
        return cast("Connection", slot.connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        slot, connection = self._slot, self._slot.connection
        if error is None:
            if connection is not None and slot.is_open() and connection.is_in_transaction():
                self._pool._mend_later(slot, close=True)
                raise Fault("A transaction was left open: use Pool.transaction.")
            self._pool._release(slot)
            return
        to_tell = told(error, connection)
        self._pool._settle(slot, error)
        if to_tell is not None:
            raise to_tell from error


class Transaction:
    """A transaction bound to a company, for the length of an `async with`; see `Pool.transaction`."""

    __slots__ = ("_key", "_pool", "_slot", "_transaction")

    def __init__(self, pool: "Pool", key: int) -> None:
        self._pool = pool
        self._key = key

    async def __aenter__(self) -> Connection:
        pool = self._pool
        for may_try_again in (True, False):
            # The company goes with the transaction, so the connection itself need not be bound to it.
            slot = pool._take_bound(self._key) or await pool._take(self._key, bind=False)
            if (listener := LISTENER.get()) is not None:
                slot.listen(listener)
            connection = cast("Connection", slot.connection)
            transaction = connection.transaction()
            try:
                await transaction.start()
                await connection.fetchval(pool.bind_transaction, company_setting(self._key))
            except BaseException as error:
                lost, to_tell = is_lost(error, connection), told(error, connection)
                pool._mend_later(slot, close=True)
                if lost and may_try_again:
                    continue  # Nothing was written yet.
                if to_tell is None:
                    raise
                raise to_tell from error
            self._slot, self._transaction = slot, transaction
            return connection
        raise AssertionError("unreachable")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        slot, connection = self._slot, cast("Connection", self._slot.connection)
        if error is None:
            await self._end(self._transaction.commit())
            if connection.last_status != "COMMIT":
                raise Fault("The transaction was rolled back: an error in it was caught without a savepoint.")
            return
        to_tell = told(error, connection)
        if is_interruption(error) or connection.is_closed():
            self._pool._settle(slot, error)
        else:
            if isinstance(error, STALE):
                # asyncpg has done so for this connection only, and whoever tries again may get another.
                await self._pool.forget_statements()
            await self._end(self._transaction.rollback())
        if to_tell is not None:
            raise to_tell from error

    async def _end(self, ending: Coroutine[Any, Any, None]) -> None:
        slot = self._slot
        try:
            await ending
        except BaseException as error:
            # Whether an interrupted commit took effect only the server knows: the caller gets an error.
            to_tell = told(error, slot.connection)
            self._pool._settle(slot, error)
            if to_tell is None:
                raise
            raise to_tell from error
        self._pool._release(slot)
