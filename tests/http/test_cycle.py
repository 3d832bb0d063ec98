"""A request to /graphql has short ways in and out, by which it is what uvicorn would have made of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from starlette.types import Receive, Scope, Send

from app.http.cycle import CYCLE
from tests.http.conftest import listening

_DATE: Final[re.Pattern[bytes]] = re.compile(rb"date: [^\r]*\r\n")
_SAID_ONLY_HERE = {"extensions"}
# The same place by a URL that must be parsed, so that uvicorn's own code is what reads it.
_PLAIN, _PARSED = b"/graphql", b"/graphql?"


@dataclass
class Told:
    """An application that answers by the way that its request names, and remembers what it was told."""

    port: int = 0
    scopes: list[dict[str, Any]] = field(default_factory=list)
    took: list[bool] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for said in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{said}.complete"})
            return
        self.scopes.append({name: value for name, value in scope.items() if name not in _SAID_ONLY_HERE})
        head = dict(scope["headers"])
        way = head.get(b"x-way", b"respond")
        if way == b"raise":
            raise ValueError("Something is wrong.")
        if way == b"nothing":
            return
        cycle = scope.get("extensions", {}).get(CYCLE)
        body = cycle.take_body(1_000) if cycle is not None else None
        self.took.append(body is not None)
        self.bodies.append(body if body is not None else await _received(receive))
        answer = b"a" * int(head.get(b"x-length", b"5"))
        lines = b"content-type: text/plain\r\ncontent-length: %d\r\n" % len(answer)
        if way == b"respond" and cycle is not None and cycle.respond(200, lines, answer):
            return
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def ask(self, *requests: bytes) -> bytes:
        """All that comes in answer to these bytes, sent a moment apart, without the dates."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for one in requests:
            writer.write(one)
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.write_eof()
        async with asyncio.timeout(10):
            got = await reader.read()
        writer.close()
        return _DATE.sub(b"", got)


async def _received(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    told = Told()
    async with listening(told) as port:
        told.port = port
        yield told


def _request(
    url: bytes = _PLAIN, *headers: bytes, method: bytes = b"POST", version: bytes = b"1.1", body: bytes = b""
) -> bytes:
    lines = [b"%b %b HTTP/%b" % (method, url, version), b"Host: localhost", *headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


_CASES = {
    "plain": [_request(body=b"{}")],
    "two on a connection": [_request(body=b"1"), _request(body=b"2")],
    "two at once": [_request(body=b"1") + _request(body=b"2")],
    "in pieces": [_request(body=b"0123456789")[:-5], b"56789"],
    "in chunks": [_request(_PLAIN, b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n"],
    "head": [_request(method=b"HEAD")],
    "get": [_request(method=b"GET")],
    "options": [_request(method=b"OPTIONS")],
    "closing": [_request(_PLAIN, b"Connection: close", body=b"1")],
    "http 1.0": [_request(version=b"1.0", body=b"1")],
    "upgrade": [_request(_PLAIN, b"Connection: upgrade", b"Upgrade: websocket", method=b"GET")],
    "large": [_request(_PLAIN, b"X-Length: 100000", body=b"1")],
    "expecting": [_request(_PLAIN, b"Expect: 100-continue", b"Content-Length: 1"), b"1"],
    "too long to take": [_request(body=b"x" * 1_001)],
    "raising": [_request(_PLAIN, b"X-Way: raise", body=b"1")],
    "no answer": [_request(_PLAIN, b"X-Way: nothing", body=b"1")],
}


@pytest.mark.parametrize("case", _CASES)
async def test_the_short_ways_tell_and_send_what_uvicorn_would(told: Told, case: str) -> None:
    short = await told.ask(*_CASES[case])
    scopes, bodies = told.scopes, told.bodies
    told.scopes, told.bodies = [], []
    long = await told.ask(
        *(one.replace(_PLAIN + b" ", _PARSED + b" ").replace(b"X-Way: respond", b"") for one in _CASES[case])
    )
    assert short == long
    assert bodies == told.bodies
    assert _without_ports(scopes) == _without_ports(told.scopes)
    assert short.startswith(b"HTTP/1.1 ")


def _without_ports(scopes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**scope, "client": scope["client"][0]} for scope in scopes]


async def test_the_common_request_goes_by_the_short_ways(told: Told) -> None:
    got = await told.ask(_request(body=b"{}"), _request(body=b"{}"))
    assert got.count(b"aaaaa") == 2
    assert told.took == [True, True]
    assert got.count(b"content-length: 5\r\n") == 2


async def test_a_body_that_comes_in_pieces_is_received(told: Told) -> None:
    await told.ask(*_CASES["in pieces"])
    assert told.took == [False]
    assert told.bodies == [b"0123456789"]


async def test_the_date_is_told_and_goes_on() -> None:
    told = Told()
    async with listening(told) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        seen = set()
        for _ in range(30):
            writer.write(_request(body=b"1"))
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(5)
            seen.update(_DATE.findall(head))
            if len(seen) > 1:
                break
            await asyncio.sleep(0.1)
        writer.close()
    assert len(seen) == 2
