"""OAuth client credentials towards LinkedIn: one access token for all calls of a worker."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from app.linkedin.calls import Calls, Unauthenticated
from app.linkedin.faults import SourceFault

PATH: Final = "/oauth/v2/accessToken"
AHEAD_S: Final = 60.0
RENEW_AT: Final = 0.8
"""The part of a token's life after which another one is asked for."""


class AccessTokens:
    """The token, had when it is first needed and had anew before it ends. `clock` counts seconds."""

    def __init__(
        self,
        calls: Calls,
        client_id: str,
        client_secret: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls = calls
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._clock = clock
        self._token: str | None = None
        self._renew_at = float("-inf")
        self._having = asyncio.Lock()

    async def get(self) -> str:
        """A token that is good; callers at the same time share one call. Raises: SourceFault and its kin."""
        if self._token is None or self._clock() >= self._renew_at:
            async with self._having:
                if self._token is None or self._clock() >= self._renew_at:
                    await self._have()
        assert self._token is not None
        return self._token

    async def renew(self) -> None:
        """Have another one if `get` would within `AHEAD_S`, so that no request waits for it."""
        if self._token is None or self._clock() >= self._renew_at - AHEAD_S:
            async with self._having:
                await self._have()

    def forget(self, token: str) -> None:
        """That token was refused: the next call has another one."""
        if self._token == token:
            self._token = None

    async def _have(self) -> None:
        said = await self._calls.post_form(PATH, self._form)
        token = said.get("access_token") if isinstance(said, dict) else None
        lives_s = said.get("expires_in") if isinstance(said, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise SourceFault("LinkedIn gave no access token.")
        if type(lives_s) is not int or lives_s <= 0:
            raise Unauthenticated("LinkedIn gave an access token that is over.")
        self._token = token
        self._renew_at = self._clock() + RENEW_AT * lives_s
