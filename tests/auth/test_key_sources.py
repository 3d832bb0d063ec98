"""Keys of issuers: by URL or file, rotated, withdrawn, and with the source down."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.auth.issuers import IssuerRegistry, read_issuers
from app.auth.key_sources import KeySource, keys_from_file, keys_from_url
from app.auth.keys import SigningKey, new_signing_key
from app.auth.tokens import TokenVerifier
from app.errors import CallerError
from tests.auth.forge import KEY, NOW, claims, header, sealed, token


class KeyServer:
    """A real HTTP server on this machine that publishes keys, and can be stopped."""

    def __init__(self) -> None:
        self.keys: list[SigningKey] = []
        self.asked = 0
        self.status = "200 OK"
        self.body: bytes | None = None
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        port = int(self.url.rsplit(":", 1)[1].split("/")[0]) if self.url else 0
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/jwks"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = self.body
        if body is None:
            body = json.dumps({"keys": [key.public_jwks()["keys"][0] for key in self.keys]}).encode()
        head = [
            f"HTTP/1.1 {self.status}",
            f"Content-Length: {len(body)}",
            "Location: /else",
            "Connection: close",
        ]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def key_server(*keys: SigningKey) -> AsyncIterator[KeyServer]:
    server = KeyServer()
    server.keys = list(keys)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def _by_url(server: KeyServer, clock: Clock | None = None) -> KeySource:
    source = keys_from_url("idp", server.url)
    if clock is not None:
        source = KeySource("idp", source._fetch, clock=clock)
    return source


def _verifier(server: KeyServer) -> TokenVerifier:
    issuers = [
        {
            "issuer": json.loads(claims())["iss"],
            "jwks": server.url,
            "roles": ["RECRUITER"],
            "companies": ["urn:li:organization:1001"],
        }
    ]
    return TokenVerifier(IssuerRegistry(read_issuers(json.dumps(issuers))), clock=lambda: float(NOW))


async def test_the_first_token_of_an_issuer_brings_its_keys() -> None:
    async with key_server(KEY) as server:
        assert (await _verifier(server).verify(token())).token_id == "a-token"
        assert server.asked == 1


async def test_known_keys_go_on_working_while_their_source_is_down() -> None:
    async with key_server(KEY) as server:
        checked = _verifier(server)
        await checked.verify(token())
        await server.stop()
        for issuer in checked._issuers:
            assert await issuer.keys.refresh() is False
        assert (await checked.verify(token(jti='"another"'))).token_id == "another"
        assert checked.remembered(token()) is not None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("500 Oops", None),
        ("302 Found", None),
        ("200 OK", b"<html>"),
        ("200 OK", b"{}"),
        ("200 OK", b" " * 300_000),
    ],
)
async def test_known_keys_go_on_working_while_their_source_answers_nonsense(
    status: str, body: bytes | None
) -> None:
    async with key_server(KEY) as server:
        source = _by_url(server)
        assert await source.refresh()
        server.status, server.body = status, body
        assert not await source.refresh()
        assert source.get(KEY.kid) is not None


async def test_a_rotated_key_is_found_by_the_first_token_that_names_it() -> None:
    old, new = new_signing_key(), new_signing_key()
    async with key_server(old) as server:
        clock = Clock()
        source = _by_url(server, clock)
        assert await source.find(old.kid)
        server.keys.append(new)
        clock.now += 5
        assert await source.find(new.kid)
        assert await source.find(old.kid)
        assert server.asked == 2


async def test_unknown_kids_make_the_source_be_asked_now_and_then_not_each_time() -> None:
    async with key_server(KEY) as server:
        clock = Clock()
        source = _by_url(server, clock)
        for kid in range(50):
            assert await source.find(f"made-up-{kid}") is None
        assert server.asked == 1
        clock.now += 5
        found = await asyncio.gather(*(source.find(f"made-up-{kid}") for kid in range(50)))
        assert found == [None] * 50
        assert server.asked == 2


async def test_a_source_that_is_down_costs_unknown_kids_no_waiting_in_line() -> None:
    async with key_server() as server:
        clock = Clock()
        source = _by_url(server, clock)
        await server.stop()
        assert await source.find("x") is None
        assert await source.find("x") is None
        assert source._reading is None


async def test_what_a_withdrawn_key_has_signed_counts_no_more() -> None:
    withdrawn = new_signing_key()
    async with key_server(KEY, withdrawn) as server:
        checked = _verifier(server)
        text = sealed(header(kid=json.dumps(withdrawn.kid)), claims(), withdrawn)
        await checked.verify(text)
        server.keys.remove(withdrawn)
        for issuer in checked._issuers:
            assert await issuer.keys.refresh()
        assert checked.remembered(text) is None
        with pytest.raises(CallerError, match="does not publish"):
            await checked.verify(text)


async def test_reading_the_same_keys_again_forgets_nothing() -> None:
    async with key_server(KEY) as server:
        checked = _verifier(server)
        await checked.verify(token())
        for issuer in checked._issuers:
            assert await issuer.keys.refresh()
        assert checked.remembered(token()) is not None


async def test_the_background_reads_every_five_minutes_and_every_15_s_while_that_fails() -> None:
    async with key_server(KEY) as server:
        clock = Clock()
        source = _by_url(server, clock)
        asked = []
        for seconds in (0, 299, 1):
            clock.now += seconds
            await source.refresh_if_due()
            asked.append(server.asked)
        server.status = "503 Later"
        for seconds in (300, 14, 1):
            clock.now += seconds
            await source.refresh_if_due()
            asked.append(server.asked)
        assert asked == [1, 1, 2, 3, 3, 4]


async def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    source = keys_from_file("idp", path)
    assert not await source.refresh()
    path.write_text(json.dumps(KEY.public_jwks()))
    assert await source.refresh()
    assert source.get(KEY.kid)
    path.write_text(json.dumps(new_signing_key().public_jwks()))
    assert await source.refresh()
    assert source.get(KEY.kid) is None


@pytest.mark.parametrize(
    "url", ["http://idp.example/jwks", "ftp://idp.example/jwks", "https://", "file:///etc/x"]
)
def test_keys_come_over_https_only(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        keys_from_url("idp", url)
