"""Single calls to LinkedIn: an answer within its time and size, or a fault."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

from app.errors import CallerError, ErrorCode
from app.linkedin.faults import SourceFault, Throttled

ANSWER_BYTES_MAX: Final = 8_000_000
RETRY_AFTER_DEFAULT_S: Final = 5.0
RETRY_AFTER_MAX_S: Final = 600.0

_THROTTLED: Final = 429
_PASSING: Final = frozenset({500, 502, 503, 504})


class Unauthenticated(SourceFault):
    """LinkedIn does not take the token (any more)."""


class Calls:
    """The connections to LinkedIn's server, `connections` at most; each call has `timeout_s` in all."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float,
        connections: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`url` is https (plain http only on this very machine), without a path.

        Raises: CallerError (BAD_USER_INPUT) for any other.
        """
        parts = urlsplit(url)
        is_local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
            raise CallerError(ErrorCode.BAD_USER_INPUT, "RSC_LINKEDIN_URL must be an https URL.")
        self._url = url.rstrip("/")
        self._is_https = parts.scheme == "https"
        self._timeout_s = timeout_s
        self._connections = connections
        self._transport = transport
        self._opening = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def get(self, path_and_query: str, headers: Mapping[str, str]) -> Any:
        """GET it; the parsed JSON. Raises: SourceFault and its kin."""
        return await self._call("GET", path_and_query, headers)

    async def post_form(self, path: str, form: Mapping[str, str]) -> Any:
        """POST a form; the parsed JSON. Raises: SourceFault and its kin."""
        return await self._call("POST", path, {}, form)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _call(
        self, method: str, target: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Any:
        try:
            async with asyncio.timeout(self._timeout_s):
                status, answered, body = await self._exchange(method, target, headers, form)
        except TimeoutError:
            raise SourceFault("LinkedIn did not answer in time.", may_be_retried=True) from None
        except httpx.TimeoutException:
            raise SourceFault("LinkedIn did not answer in time.", may_be_retried=True) from None
        except (httpx.HTTPError, OSError):
            raise SourceFault("LinkedIn cannot be reached.", may_be_retried=True) from None
        _check(status, answered)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise SourceFault("LinkedIn's answer cannot be read.", may_be_retried=True) from None

    async def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> tuple[int, httpx.Headers, bytes]:
        client = self._client or await self._open()
        # Unpacked, a small answer could be endless.
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        async with client.stream(method, self._url + target, headers=sent, data=form) as answer:
            body = bytearray()
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > ANSWER_BYTES_MAX:
                    raise SourceFault("LinkedIn's answer is too large.")
            return answer.status_code, answer.headers, bytes(body)

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                tls: ssl.SSLContext | bool = False
                if self._is_https:
                    # Loading the certificate store takes tens of milliseconds: not on the event loop.
                    tls = await asyncio.to_thread(httpx.create_ssl_context)
                self._client = httpx.AsyncClient(
                    verify=tls,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=self._timeout_s,
                    limits=httpx.Limits(
                        max_connections=self._connections, max_keepalive_connections=self._connections
                    ),
                    transport=self._transport,
                    headers={"User-Agent": "rsc-gateway"},
                )
            return self._client


def _check(status: int, headers: httpx.Headers) -> None:
    if status == 200:
        return
    if status == _THROTTLED:
        raise Throttled(_retry_after_s(headers))
    if status == 401:
        raise Unauthenticated("LinkedIn does not take our credentials.")
    if status == 503 and "retry-after" in headers:
        raise Throttled(_retry_after_s(headers))
    raise SourceFault(f"LinkedIn answered {status}.", may_be_retried=status in _PASSING)


def _retry_after_s(headers: httpx.Headers) -> float:
    asked = headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), RETRY_AFTER_MAX_S)
    return RETRY_AFTER_DEFAULT_S
