"""A request leaves nothing to the garbage collector, which stops all other requests while it looks."""

import asyncio
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from app.http.server import build_app
from tests.http.conftest import RECRUITER, STAFF, listening, services_on

_REQUESTS: Final = 100
_JOBS: Final = "query Jobs { jobs(first: 5) { edges { node { id title } } } viewer { roles } }"


def _post(document: str, headers: dict[str, str]) -> bytes:
    body = json.dumps({"query": document}).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Accept: application/graphql-response+json\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


_ASKED: Final = {
    "an operation": (_post(_JOBS, RECRUITER), 200),
    "a denial": (_post(_JOBS, STAFF), 200),
    "no token": (_post(_JOBS, {}), 401),
    "a wrong URL": (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
}


@contextmanager
def _counting_garbage() -> Iterator[list[int]]:
    """The number of objects, once this ends, that nothing reaches and that were not freed at once."""
    found: list[int] = []
    gc.collect()
    gc.disable()
    try:
        yield found
        found.append(gc.collect())
    finally:
        gc.enable()


@pytest.mark.parametrize("what", _ASKED)
async def test_requests_leave_nothing_to_the_garbage_collector(database: str, what: str) -> None:
    request, status = _ASKED[what]

    async def ask(number: int) -> None:
        for _ in range(number):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d " % status), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)

    async with listening(build_app(services_on(database))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await ask(5)
            with _counting_garbage() as found:
                await ask(_REQUESTS)
        finally:
            writer.close()
            await writer.wait_closed()
    assert found[0] < _REQUESTS
