"""Tokens that count no more although they have not expired: one by its `jti`, or all of a subject.

A subject or a `jti` is its issuer's own word, so both are revoked for one issuer; a row's `value` is the
issuer's name, a space, and the word. Every worker holds all living revocations in memory.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import structlog

from app.auth.issuers import LIFETIME_MAX_S
from app.auth.tokens import CLOCK_SKEW_S, Claims
from app.auth.watch import Watch
from app.database.pool import Pool

ROWS_A_READING: Final = 5_000
PURGE_EVERY_S: Final = 600.0

_log = structlog.get_logger(__name__)

_READ: Final = """
select
  id,
  kind,
  value,
  extract(epoch from revoked_at)::float8 as revoked_at,
  extract(epoch from expires_at)::float8 as expires_at,
  revoked_at < now() - interval '30 seconds' as settled
from token_revocation
where id > $1
  and expires_at > now()
order by id
limit $2
"""

_REVOKE: Final = """
insert into token_revocation (kind, value, expires_at)
values ($1, $2, to_timestamp($3::float8))
returning extract(epoch from revoked_at)::float8 as revoked_at
"""

_PURGE: Final = """
delete from token_revocation
where expires_at < now() - interval '1 minute'
"""


class Revocations:
    """All living revocations, at most a second old (see `watch`).

    Ids grow in the order in which they are given, not in which they are committed. So each reading begins
    at the last row that is older than 30 seconds, which is longer than any statement may take.
    """

    def __init__(self, pool: Pool, *, clock: Callable[[], float] = time.time) -> None:
        self._pool = pool
        self._clock = clock
        self._tokens: dict[tuple[str, str], float] = {}
        self._subjects: dict[tuple[str, str], tuple[float, float]] = {}
        self._settled_id = 0
        self.watch = Watch("token_revocation", self._read)

    def is_revoked(self, claims: Claims) -> bool:
        """Whether this very token was revoked, or its subject after it was issued.

        An issuer's clock may be half a minute ahead of ours: a token that claims to be made within the
        half minute after the subject's revocation counts as made before it.
        """
        if (claims.issuer, claims.token_id) in self._tokens:
            return True
        of_subject = self._subjects.get((claims.issuer, claims.subject))
        return of_subject is not None and claims.issued_at <= of_subject[0] + CLOCK_SKEW_S

    async def revoke_token(self, issuer: str, token_id: str, expires_at: float) -> None:
        """Revoke one token until it expires by itself (`expires_at`, seconds since the epoch).

        Holds here at once, on every other worker within a second.
        """
        async with self._pool.transaction(None) as connection:
            await connection.execute(_REVOKE, "jti", f"{issuer} {token_id}", float(expires_at))
        self._tokens[issuer, token_id] = expires_at

    async def revoke_subject(self, issuer: str, subject: str) -> None:
        """Revoke all tokens that this subject has been given so far; later ones count."""
        expires_at = self._clock() + LIFETIME_MAX_S + 2 * CLOCK_SKEW_S
        async with self._pool.transaction(None) as connection:
            revoked_at = await connection.fetchval(_REVOKE, "subject", f"{issuer} {subject}", expires_at)
        self._subjects[issuer, subject] = (revoked_at, expires_at)

    async def keep_purged(self) -> NoReturn:
        """Remove what has expired, every ten minutes, for ever; run it as a task of the server."""
        while True:
            await asyncio.sleep(PURGE_EVERY_S)
            try:
                await self.purge()
            except Exception as error:  # Whatever it was, the next time may go better.
                _log.warning("revocation_purge_failed", error=type(error).__name__)

    async def purge(self) -> None:
        """Remove what has expired, from memory and from the table."""
        now = self._clock()
        self._tokens = {key: until for key, until in self._tokens.items() if until > now}
        self._subjects = {key: times for key, times in self._subjects.items() if times[1] > now}
        async with self._pool.transaction(None) as connection:
            await connection.execute(_PURGE)

    async def _read(self) -> None:
        last_id = self._settled_id
        while True:
            rows = await self._pool.fetch(None, _READ, [last_id, ROWS_A_READING])
            self._take(rows)
            if rows:
                last_id = rows[-1]["id"]
            if len(rows) < ROWS_A_READING:
                break

    def _take(self, rows: Sequence[Any]) -> None:
        for row in rows:
            if row["settled"]:
                self._settled_id = row["id"]
            issuer, _, word = row["value"].partition(" ")
            if row["kind"] == "jti":
                self._tokens[issuer, word] = row["expires_at"]
            else:
                before = self._subjects.get((issuer, word), (0.0, 0.0))
                self._subjects[issuer, word] = (
                    max(before[0], row["revoked_at"]),
                    max(before[1], row["expires_at"]),
                )
