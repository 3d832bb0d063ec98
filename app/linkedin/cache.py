"""What LinkedIn answered, kept in PostgreSQL for all workers, and never longer than the retention."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

import orjson
import structlog

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import MemberUrn
from app.linkedin.profiles import Profile

PURGE_EVERY_S: Final = 60.0
ROWS_A_TIME: Final = 5_000

_log = structlog.get_logger(__name__)

_COLUMNS: Final = {
    "first_name": "text",
    "last_name": "text",
    "headline": "text",
    "location": "text",
    "industry": "text",
    "summary": "text",
    "picture_url": "text",
    "public_profile_url": "text",
    "connection_count": "integer",
    "open_to_work": "boolean",
    "is_closed": "boolean",
    "positions": "jsonb",
    "education": "jsonb",
    "skills": "jsonb",
}
_TIMES: Final = ("fetched_at", "fresh_until", "kept_until")
_DEFAULTS: Final = {"open_to_work": "false", "positions": "'[]'", "education": "'[]'", "skills": "'[]'"}
_STORE: Final = f"""
insert into member_cache (urn, {", ".join(_COLUMNS)}, {", ".join(_TIMES)})
select urn,
  {", ".join(f"coalesce({name}, {_DEFAULTS[name]})" if name in _DEFAULTS else name for name in _COLUMNS)},
  $2, $3, $4
from jsonb_to_recordset($1::jsonb) as said (urn text, {", ".join(map(" ".join, _COLUMNS.items()))})
order by urn  -- so that two at once do not wait for each other
on conflict (urn) do update
set ({", ".join((*_COLUMNS, *_TIMES))}) = ({", ".join(f"excluded.{name}" for name in (*_COLUMNS, *_TIMES))})
where member_cache.fetched_at <= excluded.fetched_at
"""
_SHORTEN: Final = """
update member_cache
set kept_until = fetched_at + $1, fresh_until = least(fresh_until, fetched_at + $1)
where kept_until > fetched_at + $1
"""
_PURGE: Final = """
delete from member_cache
where urn = any(array(select urn from member_cache where kept_until <= $1 order by kept_until limit $2))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """The cache behind a pool. What was fetched is fresh for `fresh`, and gone after `retention`."""

    pool: Pool
    retention: timedelta
    fresh: timedelta

    async def store(self, profiles: Mapping[MemberUrn, Profile], *, fetched_at: datetime) -> None:
        """Keep these, which LinkedIn was asked for at that moment; what was fetched later stays."""
        if not profiles:
            return
        rows = [{"urn": urn, **profile} for urn, profile in profiles.items()]
        async with self.pool.transaction(None) as connection:
            await connection.execute(
                _STORE,
                orjson.dumps(rows).decode(),
                fetched_at,
                fetched_at + min(self.fresh, self.retention),
                fetched_at + self.retention,
            )

    async def purge(self, *, now: datetime) -> int:
        """Delete what is older than the retention, also if that was made shorter; answers how much it was."""
        async with self.pool.transaction(None) as connection:
            await connection.execute(_SHORTEN, self.retention)
        purged = 0
        while True:
            async with self.pool.transaction(None) as connection:
                done = int((await connection.execute(_PURGE, now, ROWS_A_TIME)).split()[-1])
            purged += done
            if done < ROWS_A_TIME:
                return purged

    async def keep_purged(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> NoReturn:
        """Purge every minute for ever; run it as a task of the server, cancel it to stop."""
        while True:
            try:
                purged = await self.purge(now=clock())
                if purged:
                    _log.info("members_purged", members=purged)
            except CallerError as error:
                _log.warning("purge_waits", code=error.code.value)
            await asyncio.sleep(PURGE_EVERY_S)
