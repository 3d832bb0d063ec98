"""Reading from a replica (`DATABASE_READ_URL`), as long as nobody can tell.

A company reads from the replica once that has replayed the company's own last write, and while it is not
further behind than the settings allow; else from the primary. So whoever wrote reads what was written,
through whichever worker of this machine. Gateways on several machines do not know of each other's writes:
there the primary's `synchronous_commit = remote_apply` gives the same promise.
"""

import asyncio
import fcntl
import mmap
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn, Protocol
from uuid import UUID

import asyncpg
import structlog

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode

LOOK_EVERY_S: Final = 0.1
_STALE_AFTER_S: Final = 1.0
_PLACES: Final = 8_192
_BYTES: Final = _PLACES * 8

_REPLAYED: Final = """
select case when pg_is_in_recovery()
  then coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, 0)
  else (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint end as position
"""
_WRITTEN: Final = "select (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint as position"

_log = structlog.get_logger(__name__)


class Reads(Protocol):
    """Where compiled statements read: a pool, or what chooses one."""

    async def fetch_bytes(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> bytes | None:
        """As `Pool.fetch_bytes`."""
        ...


class Written:
    """Up to where in the write-ahead log each company has written, shared by the workers of a machine.

    Companies share places; one that meets another there only reads from the primary a little longer.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._descriptor: int | None = None
        if file is None:
            self._cells = memoryview(bytearray(_BYTES)).cast("q")
            return
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._descriptor, _BYTES)
        self._cells = memoryview(mmap.mmap(self._descriptor, _BYTES)).cast("q")

    def close(self) -> None:
        """Share no more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def until(self, company_id: UUID | None) -> int:
        """The position that a replica must have replayed for this company; 0 for any."""
        return 0 if company_id is None else self._cells[company_id.int % _PLACES]

    def note(self, company_id: UUID, position: int) -> None:
        """The company has written up to there; a position never goes back."""
        place = company_id.int % _PLACES
        if self._descriptor is not None:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
        try:
            if position > self._cells[place]:
                self._cells[place] = position
        finally:
            if self._descriptor is not None:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN)


class Replica:
    """Chooses for each statement between the replica and the primary. Run `keep` beside the server.

    `watching` are pools of one connection for the looks at either, so that a crowd cannot delay them.
    """

    def __init__(
        self,
        primary: Pool,
        replica: Pool,
        *,
        watching_primary: Pool,
        watching_replica: Pool,
        lag_ms: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._primary = primary
        self._replica = replica
        self._watching_primary = watching_primary
        self._watching_replica = watching_replica
        self._lag_s = lag_ms / 1000
        self._clock = clock
        self._written = Written()
        # Of companies whose write's position could not be asked for, until when they read from the primary.
        self._unsure: dict[UUID, float] = {}
        self._primary_was_at: deque[tuple[float, int]] = deque()
        self._replayed = 0
        self._good_at = float("-inf")
        self._in_time = False
        self.reads = 0
        """Statements that the replica answered."""

    @property
    def pool(self) -> Pool:
        """The pool to the replica."""
        return self._replica

    def share(self, file: Path) -> None:
        """Know the writes of all workers that share this file; before the first request."""
        self._written = Written(file)

    async def fetch_bytes(
        self, company_id: UUID | None, sql: str, args: Sequence[object] = ()
    ) -> bytes | None:
        """As `Pool.fetch_bytes`: from the replica if it is good enough and answers, else the primary."""
        if self.is_good_for(company_id):
            try:
                answer = await self._replica.fetch_bytes(company_id, sql, args)
            except asyncpg.SerializationError:
                pass  # What was read is being removed by what is replayed; the next look may be good again.
            except CallerError as error:
                if error.code is not ErrorCode.DATABASE_UNAVAILABLE:
                    raise
                self._good_at = float("-inf")
            else:
                self.reads += 1
                return answer
        return await self._primary.fetch_bytes(company_id, sql, args)

    def is_good_for(self, company_id: UUID | None) -> bool:
        """Whether the replica has what this company wrote and is not too far behind."""
        now = self._clock()
        if not self._in_time or now - self._good_at > _STALE_AFTER_S:
            return False
        if self._replayed < self._written.until(company_id):
            return False
        return not self._unsure or company_id is None or self._unsure.get(company_id, 0.0) < now

    async def wrote(self, company_id: UUID) -> None:
        """The company has written something just now, or may have."""
        try:
            position = await self._position(self._primary, _WRITTEN)
        except CallerError:
            self._unsure[company_id] = self._clock() + self._lag_s + _STALE_AFTER_S
            return
        self._written.note(company_id, position)

    async def keep(self) -> NoReturn:
        """Look at both again and again, for ever; cancel it to stop."""
        failing = False
        while True:
            try:
                await self.look()
            except CallerError as error:
                if not failing:
                    _log.warning("replica_failing", code=error.code.value)
                failing = True
            else:
                if failing:
                    _log.info("replica_recovered")
                failing = False
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Look once. Raises: CallerError if either does not answer."""
        began_at = self._clock()
        primary = await self._position(self._watching_primary, _WRITTEN)
        self._replayed = await self._position(self._watching_replica, _REPLAYED)
        was_at = self._primary_was_at
        was_at.append((began_at, primary))
        while len(was_at) > 1 and was_at[1][0] <= began_at - self._lag_s:
            was_at.popleft()
        # The oldest that is remembered: where the primary was as long ago as the replica may be behind.
        self._in_time = self._replayed >= was_at[0][1]
        self._good_at = began_at
        for company_id in [key for key, ends in self._unsure.items() if ends < began_at]:
            del self._unsure[company_id]

    async def open(self) -> None:
        """Look once, so that the first reads may use it. A replica that is away is left to `keep`."""
        try:
            await self.look()
        except CallerError as error:
            _log.warning("started_without_replica", code=error.code.value)

    async def close(self) -> None:
        """Close the pools to the replica and that for looking at the primary."""
        self._written.close()
        for pool in (self._replica, self._watching_replica, self._watching_primary):
            await pool.close()

    async def _position(self, pool: Pool, sql: str) -> int:
        rows = await pool.fetch(None, sql)
        return int(rows[0]["position"])
