"""A whole response leaves in one write, as uvicorn would have sent it; anything else is left to uvicorn."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from tests.http.conftest import listening

Headers = list[tuple[bytes, bytes]]
_PLAIN: Headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
_ANSWERS: dict[str, tuple[int, Headers, list[bytes]]] = {
    "/whole": (200, _PLAIN, [b"whole"]),
    "/in-parts": (200, _PLAIN, [b"who", b"le"]),
    "/of-no-length": (200, [(b"content-type", b"text/plain")], [b"whole"]),
    "/none": (204, [], [b""]),
    "/closing": (200, [*_PLAIN, (b"connection", b"close")], [b"whole"]),
    "/too-long": (200, _PLAIN, [b"the whole"]),
    "/with-a-line-end": (200, [*_PLAIN, (b"x-said", b"a\r\nset-cookie: b")], [b"whole"]),
    "/with-a-line-feed": (200, [*_PLAIN, (b"x-said", b"a\nset-cookie: b")], [b"whole"]),
    "/with-a-nul": (200, [*_PLAIN, (b"x-said", b"a\0")], [b"whole"]),
}


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        for said in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{said}.complete"})
        return
    status, headers, parts = _ANSWERS[scope["path"]]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for number, part in enumerate(parts, 1):
        await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with listening(_app) as port:
        yield port


async def ask(port: int, path: str, *, method: bytes = b"GET") -> bytes:
    """What comes first in answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"%s %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (method, path.encode()))
    await writer.drain()
    async with asyncio.timeout(5):
        got = await reader.read(4_096)
    writer.close()
    return got


async def test_a_whole_response_comes_in_one_piece(port: int) -> None:
    head, body = (await ask(port, "/whole")).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\ncontent-length: 5" in head
    assert body == b"whole"


@pytest.mark.parametrize("path", ["/in-parts", "/of-no-length", "/closing"])
async def test_what_is_not_common_is_sent_by_uvicorns_rules(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path.encode())
    async with asyncio.timeout(5):
        got = await reader.read()
    writer.close()
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close" in got
    body = got.split(b"\r\n\r\n", 1)[1]
    assert body in (b"whole", b"5\r\nwhole\r\n0\r\n\r\n")


async def test_without_a_body_none_is_sent(port: int) -> None:
    assert (await ask(port, "/none")).endswith(b"\r\n\r\n")
    assert (await ask(port, "/whole", method=b"HEAD")).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("path", ["/with-a-line-end", "/with-a-line-feed", "/with-a-nul"])
async def test_a_headers_value_brings_no_header_of_its_own(port: int, path: str) -> None:
    got = await ask(port, path)
    assert b"set-cookie" not in got
    assert b"x-said" not in got


async def test_more_than_the_length_that_was_told_is_not_sent(port: int) -> None:
    assert not (await ask(port, "/too-long")).endswith(b"the whole")
