"""The pool: the only way to a database connection, and always for a company.

Row-level security sees the company that a connection is bound to (the session setting `rsc.company`). A free
connection that is bound already costs nothing to take; else the least recently used free one is bound anew,
which is one more trip to the server. Two connections a core are plenty: more of them make the slowest
requests slower.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Final, Self
from uuid import UUID

import asyncpg

from app.database.doors import BIND_TRANSACTION, Acquired, Transaction
from app.database.errors import STALE, is_interruption, is_lost, is_unfit, told, unavailable
from app.database.slot import Connection, ConnectionOptions, Slot, company_key
from app.database.waiting import WaitingLine
from app.settings import QUEUE_PER_CONNECTION
from app.telemetry.current import LISTENER

SERVICE_ROLE: Final = "rsc_service"

_FETCH_VALUE: Final = Connection.fetchval
_FETCH_ROWS: Final = Connection.fetch
_DRAIN_TIMEOUT_S: Final = 5.0
_RECONNECT_PAUSE_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class PoolState:
    """Counts at one moment; the last four since the pool was made."""

    size: int
    open: int
    free: int
    waiting: int
    opened: int
    bound: int
    waits: int
    waited_ns: int


class Pool:
    """Up to `size` connections as the service's role, each bound to one company at a time.

    Every door raises CallerError: `OVERLOADED` where no connection gets free within `acquire_timeout_ms` or
    `waiting_max` others wait already, `DATABASE_UNAVAILABLE` where the server cannot be reached or does not
    answer, `TIMEOUT` where a statement takes longer than `statement_timeout_ms`, `STORAGE_FULL` where it
    cannot write. Other errors of PostgreSQL pass as they are.

    `line` has those who wait; `standing_per_connection` of them for each connection are many enough where the
    queue stands (`WaitingLine.turns_away`, which is for others to ask).
    `statement_cache_size` prepared statements are kept by each connection (about 0.4 MB each in the server
    for a large one).
    """

    bind_transaction = BIND_TRANSACTION
    """What a transaction begins with; its parameter is the company."""

    _make_options: ClassVar[type[ConnectionOptions]] = ConnectionOptions

    def __init__(
        self,
        dsn: str,
        *,
        size: int = 4,
        acquire_timeout_ms: int = 2_000,
        statement_timeout_ms: int = 5_000,
        connect_timeout_ms: int = 2_000,
        waiting_max: int = 1_000,
        standing_per_connection: int = QUEUE_PER_CONNECTION,
        statement_cache_size: int = 500,
        role: str = SERVICE_ROLE,
    ) -> None:
        self._options = self._make_options(
            dsn=dsn,
            role=role,
            connect_timeout_ms=connect_timeout_ms,
            statement_timeout_ms=statement_timeout_ms,
            statement_cache_size=statement_cache_size,
        )
        self.line = WaitingLine(
            timeout_ms=acquire_timeout_ms,
            waiting_max=waiting_max,
            standing_max=size * standing_per_connection,
        )
        self._slots = tuple(Slot() for _ in range(size))
        # In the order of their last use: the first is the one to be bound anew.
        self._free = list(self._slots)
        self._mending: set[asyncio.Task[None]] = set()
        self._connect_not_before = 0.0
        # Made by `close`, and set when no slot is in use any more.
        self._closing: asyncio.Event | None = None
        self._opened = 0
        self._bound = 0
        self._waits = 0
        self._waited_ns = 0

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # The doors.

    def acquire(self, company_id: UUID | None) -> Acquired | Transaction:
        """A connection bound to the company (None: to none) for the length of an `async with`.

        For reads and single statements. The connection may not be kept, nor its `rsc.company` changed.
        """
        return Acquired(self, company_key(company_id))

    def transaction(self, company_id: UUID | None) -> Transaction:
        """A connection in a transaction bound to the company: for writes.

        Committed at the end of the `async with`, rolled back if that ends with an error. Within it,
        `connection.transaction()` makes savepoints.
        """
        return Transaction(self, company_key(company_id))

    def fetch_bytes(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> Coroutine[Any, Any, bytes | None]:
        """The first column of the first row of a reading statement, None for no row or NULL.

        Tried once more, on another connection, if the first is lost or a migration made its statement stale.
        """
        return self._read(company_id, _FETCH_VALUE, sql, args)

    def fetch(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> Coroutine[Any, Any, list[asyncpg.Record]]:
        """All rows of a reading statement, which bounds their number; tried again as `fetch_bytes` is."""
        return self._read(company_id, _FETCH_ROWS, sql, args)

    # Its life.

    async def open(self) -> None:
        """Open every connection, so that no request pays for it.

        Raises: CallerError (DATABASE_UNAVAILABLE); the pool can be used or opened again later all the same.
        """
        slots = [slot for slot in self._free if not slot.is_open()]
        self._free = [slot for slot in self._free if slot.is_open()]
        try:
            results = await asyncio.gather(*(self._connect(slot) for slot in slots), return_exceptions=True)
        finally:
            for slot in slots:
                self._release(slot)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def close(self) -> None:
        """Refuse new users, wait at most five seconds for the present ones, close all connections."""
        self._closing = asyncio.Event()
        self.line.dismiss()
        for slot in list(self._free):
            await slot.close()
        if len(self._free) < len(self._slots):
            with contextlib.suppress(TimeoutError):  # Whoever has one even then gets an error from it.
                async with asyncio.timeout(_DRAIN_TIMEOUT_S):
                    await self._closing.wait()
        for slot in self._slots:
            await slot.close()

    def state(self) -> PoolState:
        """How much is in use, for metrics."""
        return PoolState(
            size=len(self._slots),
            open=sum(slot.is_open() for slot in self._slots),
            free=len(self._free),
            waiting=self.line.length,
            opened=self._opened,
            bound=self._bound,
            waits=self._waits,
            waited_ns=self._waited_ns,
        )

    async def forget_statements(self) -> None:
        """Have every connection prepare its statements anew: a migration has changed what they mean."""
        for slot in self._slots:
            if slot.connection is not None and slot.is_open():
                await slot.connection.reload_schema_state()

    # Taking and giving back.

    async def _read(
        self,
        company_id: UUID | None,
        call: Callable[..., Coroutine[Any, Any, Any]],
        sql: str,
        args: Sequence[object],
    ) -> Any:
        key = company_key(company_id)
        for may_try_again in (True, False):
            slot = self._take_bound(key)
            if slot is None:
                slot = await self._take(key)
            connection = slot.connection
            if (listener := LISTENER.get()) is not None:
                slot.listen(listener)
            try:
                answer = await call(connection, sql, *args)
            except BaseException as error:
                again = may_try_again and (isinstance(error, STALE) or is_lost(error, connection))
                to_tell = told(error, connection)
                self._settle(slot, error)
                if again:
                    continue
                if to_tell is None:
                    raise
                raise to_tell from error
            self._release(slot)
            return answer
        raise AssertionError("unreachable")

    def _take_bound(self, key: int) -> Slot | None:
        """A free connection bound to the company, the last used first; None if there is none.

        The hot path: nothing is awaited. Nobody is overtaken, since slots are free only when none waits.
        """
        free = self._free
        for index in range(len(free) - 1, -1, -1):
            slot = free[index]
            if slot.bound_to == key and slot.is_open():
                del free[index]
                return slot
        return None

    async def _take(self, key: int, *, bind: bool = True) -> Slot:
        if self._closing is not None:
            raise unavailable("The gateway is shutting down.")
        slot = self._take_any() or await self._wait(key)
        try:
            if not slot.is_open():
                if time.monotonic() < self._connect_not_before:
                    raise unavailable()
                await self._connect(slot)
            if bind and slot.bound_to != key:
                await self._bind(slot, key)
        except BaseException as error:
            to_tell = told(error, slot.connection)
            self._settle(slot, error)
            if to_tell is None:
                raise
            raise to_tell from error
        return slot

    def _take_any(self) -> Slot | None:
        """The first free slot that is open or may be opened now; None if all are in use."""
        may_connect = time.monotonic() >= self._connect_not_before
        for index, slot in enumerate(self._free):
            if may_connect or slot.is_open():
                del self._free[index]
                return slot
        if self._free:
            raise unavailable()
        return None

    async def _wait(self, key: int) -> Slot:
        waiter = self.line.join(key)
        began_ns = time.perf_counter_ns()
        try:
            return await waiter.future
        except BaseException:
            future = waiter.future
            if future.done() and not future.cancelled() and future.exception() is None:
                self._release(future.result())  # Given to us in the moment in which we were cancelled.
            else:
                self.line.leave(waiter)
            raise
        finally:
            self._waits += 1
            self._waited_ns += time.perf_counter_ns() - began_ns

    def _release(self, slot: Slot) -> None:
        """Hand the slot to the next who waits, or else make it free."""
        if slot.listener is not None:
            slot.hush()
        if self.line.length and (waiter := self.line.next_for(slot.bound_to)) is not None:
            waiter.future.set_result(slot)
            return
        if slot.connection is None:
            self._free.insert(0, slot)
        else:
            self._free.append(slot)
        if self._closing is not None:
            slot.forget()
            if len(self._free) == len(self._slots):
                self._closing.set()

    async def _connect(self, slot: Slot) -> None:
        try:
            await slot.connect(self._options)
        except Exception:
            # While the server is away, requests fail at once instead of each trying for itself.
            self._connect_not_before = time.monotonic() + _RECONNECT_PAUSE_S
            raise
        self._opened += 1

    async def _bind(self, slot: Slot, key: int) -> None:
        connection = slot.connection
        try:
            await slot.bind(key)
        except Exception as error:
            if not is_lost(error, connection):
                raise
            await self._connect(slot)
            await slot.bind(key)
        self._bound += 1

    def _settle(self, slot: Slot, error: BaseException) -> None:
        """Give back a slot whose use ended with an error."""
        connection = slot.connection
        if connection is None or connection.is_closed() or is_unfit(error):
            slot.forget()
            self._release(slot)
        elif connection.is_in_transaction():
            self._mend_later(slot, close=True)
        elif is_interruption(error):
            self._mend_later(slot, close=False)
        else:
            self._release(slot)

    def _mend_later(self, slot: Slot, *, close: bool) -> None:
        """Bring the connection of an interrupted use into a known state, aside, before anybody has it."""
        task = asyncio.get_running_loop().create_task(self._mend(slot, close=close))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _mend(self, slot: Slot, *, close: bool) -> None:
        await slot.mend(close=close)
        self._release(slot)
