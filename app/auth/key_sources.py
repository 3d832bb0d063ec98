"""Where the public keys of an issuer come from, and how they are kept fresh without being depended on.

A source answers from memory. It is read again every few minutes, and at once (but not often) when a
token names a kid that is not known, which is how a rotated key arrives. If a reading fails, the keys of
the last good one go on working.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.jwk import OKPKey

from app.auth.keys import SigningKey, parse_jwks

REFRESH_EVERY_S: Final = 300.0
RETRY_EVERY_S: Final = 15.0
UNKNOWN_KID_EVERY_S: Final = 5.0
FETCH_TIMEOUT_S: Final = 5.0
UNKNOWN_KID_WAIT_S: Final = 2.0
DOCUMENT_BYTES_MAX: Final = 256 * 1024

_log = structlog.get_logger(__name__)

Fetch = Callable[[], Awaitable[bytes]]


class KeySource:
    """The keys of one issuer. Every look-up is an exact kid; nothing is guessed."""

    def __init__(
        self,
        name: str,
        fetch: Fetch | None,
        *,
        keys: Mapping[str, OKPKey] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fetch` reads the JWK set (None: there is nothing but `keys`); `clock` counts seconds."""
        self.name = name
        self.version = 0
        """Grows whenever a key was added, withdrawn or exchanged: what was verified before counts no more."""
        self._fetch = fetch
        self._clock = clock
        self._keys = dict(keys or {})
        self._tried_at: float | None = None
        self._failing = False
        self._reading: asyncio.Task[bool] | None = None

    def get(self, kid: str) -> OKPKey | None:
        """The key with this very kid, from memory."""
        return self._keys.get(kid)

    async def find(self, kid: str) -> OKPKey | None:
        """Like `get`, but an unknown kid makes the source be read again, at most every 5 s for all callers.

        Waits at most `UNKNOWN_KID_WAIT_S`; never raises for a source that does not answer.
        """
        key = self._keys.get(kid)
        if key is not None:
            return key
        if self._fetch is None or (self._reading is None and not self._may_try_again(UNKNOWN_KID_EVERY_S)):
            return None
        await asyncio.wait({self._start_reading(self._fetch)}, timeout=UNKNOWN_KID_WAIT_S)
        return self._keys.get(kid)

    async def refresh(self) -> bool:
        """Read the source now (callers at the same time share one reading); False if that failed."""
        return self._fetch is None or await asyncio.shield(self._start_reading(self._fetch))

    async def refresh_if_due(self) -> None:
        """What the background does: read every 5 minutes, or every 15 s while readings fail."""
        if self._may_try_again(RETRY_EVERY_S if self._failing else REFRESH_EVERY_S):
            await self.refresh()

    def _may_try_again(self, after_s: float) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= after_s

    def _start_reading(self, fetch: Fetch) -> "asyncio.Task[bool]":
        if self._reading is None:
            self._tried_at = self._clock()
            self._reading = asyncio.create_task(self._read(fetch))
        return self._reading

    async def _read(self, fetch: Fetch) -> bool:
        try:
            keys = parse_jwks(await fetch())
        except Exception as error:  # Whatever a source does, the keys that are known go on working.
            known = len(self._keys)
            _log.warning("key_source_failed", issuer=self.name, error=type(error).__name__, keys_known=known)
            self._failing = True
            return False
        finally:
            self._reading = None
        self._failing = False
        if _numbers(keys) != _numbers(self._keys):
            self._keys = keys
            self.version += 1
        return True


def own_keys(key: SigningKey) -> KeySource:
    """The source of our own tokens: the public half of the signing key, known from the start."""
    return KeySource("own", None, keys={key.kid: key.public})


def keys_from_file(name: str, path: Path) -> KeySource:
    """A JWK set in a file; a new content is noticed at the next reading."""

    async def read() -> bytes:
        return await asyncio.to_thread(_read_limited, path)

    return KeySource(name, read)


def keys_from_url(name: str, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> KeySource:
    """A JWK set behind an https URL (plain http only on this very machine), without redirects.

    Raises: ValueError for any other URL.
    """
    parts = urlsplit(url)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ValueError("a key source is an https URL")
    tls: ssl.SSLContext | None = None

    async def read() -> bytes:
        nonlocal tls
        if tls is None:
            # Loading the certificate store takes tens of milliseconds: once, and not on the event loop.
            tls = await asyncio.to_thread(httpx.create_ssl_context)
        async with httpx.AsyncClient(
            timeout=FETCH_TIMEOUT_S, follow_redirects=False, verify=tls, transport=transport
        ) as client:
            return await asyncio.wait_for(_fetch_limited(client, url), FETCH_TIMEOUT_S)

    return KeySource(name, read)


async def _fetch_limited(client: httpx.AsyncClient, url: str) -> bytes:
    headers = {"Accept": "application/jwk-set+json, application/json"}
    async with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code != 200:
            raise ValueError(f"the key source answered {answer.status_code}")
        document = bytearray()
        async for piece in answer.aiter_bytes():
            document += piece
            if len(document) > DOCUMENT_BYTES_MAX:
                raise ValueError("the key source answered too much")
        return bytes(document)


def _read_limited(path: Path) -> bytes:
    with path.open("rb") as file:
        document = file.read(DOCUMENT_BYTES_MAX + 1)
    if len(document) > DOCUMENT_BYTES_MAX:
        raise ValueError("the key file is too large")
    return document


def _numbers(keys: dict[str, OKPKey]) -> dict[str, str]:
    return {kid: key.thumbprint() for kid, key in keys.items()}
