"""One attempt to deliver an event: a signed POST, by the rules of Standard Webhooks."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

import httpx
from standardwebhooks import Webhook

from app.outbox.addresses import PrivateAddressError, Resolve, checked_addresses, system_resolve
from app.outbox.callbacks import Callback
from app.outbox.events import Event

TIMEOUT_S: Final = 10.0
"""For the whole attempt: looking up, connecting, sending and the answer to its last byte."""
_CONNECT_TIMEOUT_S: Final = 4.0
_ANSWER_BYTES_MAX: Final = 65_536
_GONE: Final = 410
_NOT_CONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How an attempt went. `error` is a sentence without anything that the receiver said; None: delivered.

    `is_final`: the receiver wants no more of it. `asked_for_s`: it asked to be left alone so long.
    """

    error: str | None = None
    is_final: bool = False
    asked_for_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How callbacks are called. `allow_private`: also without TLS, and on addresses that are not public."""

    allow_private: bool = False
    timeout_s: float = TIMEOUT_S
    resolve: Resolve = system_resolve
    tls: ssl.SSLContext | None = None

    async def send(self, event: Event, callback: Callback) -> Attempt:
        """POST the event to the callback. Never raises but when it is cancelled."""
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._send(event, callback)
        except TimeoutError:
            return Attempt(error=f"The callback did not answer within {self.timeout_s:g} s.")
        except PrivateAddressError:
            return Attempt(error="The callback's name leads to an address that is not public.")
        except _NOT_CONNECTED:
            return Attempt(error="The callback cannot be connected to.")
        except httpx.HTTPError:
            return Attempt(error="The callback broke off before its answer was complete.")
        except (OSError, UnicodeError):
            return Attempt(error="The callback's name is not known.")

    async def _send(self, event: Event, callback: Callback) -> Attempt:
        url = httpx.URL(callback.url)
        if url.scheme != "https" and not self.allow_private:
            return Attempt(error="The callback is not https.")
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await checked_addresses(self.resolve, host, port, allow_private=self.allow_private)
        tls = self.tls
        if tls is None:
            tls = await asyncio.to_thread(_system_tls)
        for address in addresses[:-1]:
            try:
                return await self._post(event, callback, url, address, tls)
            except _NOT_CONNECTED:
                continue
        return await self._post(event, callback, url, addresses[-1], tls)

    async def _post(
        self, event: Event, callback: Callback, url: httpx.URL, address: str, tls: ssl.SSLContext
    ) -> Attempt:
        # A client of its own: connections are known by their address, and two names may share one.
        async with httpx.AsyncClient(
            verify=tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=_CONNECT_TIMEOUT_S),
        ) as client:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=event.body,
                headers={"Host": url.netloc.decode("ascii"), **signed_headers(event, callback)},
                # The certificate must be the name's, whatever address was connected to.
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            )
            response = await client.send(request, stream=True)
            try:
                received = 0
                async for chunk in response.aiter_raw():
                    received += len(chunk)
                    if received > _ANSWER_BYTES_MAX:
                        break
            finally:
                await response.aclose()
        return _judged(response)


@cache
def _system_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def signed_headers(event: Event, callback: Callback) -> dict[str, str]:
    """The headers of one attempt; a signature for each secret that is good now."""
    at = datetime.now(UTC).replace(microsecond=0)
    body = event.body.decode()
    signatures = [
        Webhook(secret).sign(msg_id=str(event.id), timestamp=at, data=body) for secret in callback.secrets
    ]
    return {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "rsc-gateway",
        "webhook-id": str(event.id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _judged(response: httpx.Response) -> Attempt:
    if response.is_success:
        return Attempt()
    asked = response.headers.get("retry-after", "")
    return Attempt(
        error=f"The callback answered {response.status_code}"
        + (", and redirects are not followed." if response.is_redirect else "."),
        is_final=response.status_code == _GONE,
        asked_for_s=float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None,
    )
