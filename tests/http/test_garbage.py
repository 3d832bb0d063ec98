"""A request leaves nothing to the garbage collector, which stops all other requests while it looks."""

import asyncio
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import orjson
import pytest

from app.errors import CallerError
from app.http.body import request_of_body
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


@pytest.mark.parametrize("value", ["{}", "[]", '{"a":{}}'])
def test_nothing_is_collected_while_a_large_body_is_read(value: str) -> None:
    """Neither before it is refused for its size, nor while those who are refused are told so."""
    body = f'{{"query":"{{a}}","variables":{{"x":[{",".join([value] * 100_000)}]}}}}'.encode()
    seen: list[int] = []

    def see(phase: str, _: object) -> None:
        seen.append(phase == "start")

    gc.callbacks.append(see)
    try:
        with pytest.raises(CallerError, match="more than 50000 values"):
            request_of_body(body)
        assert seen == []
        assert gc.isenabled()
        assert orjson.loads(body)
        assert seen
    finally:
        gc.callbacks.remove(see)


async def test_requests_leave_nothing_to_the_garbage_collector(database: str) -> None:
    async with listening(build_app(services_on(database))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def ask(request: bytes, status: int) -> None:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d " % status), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)

        left = {}
        try:
            for what, (request, status) in _ASKED.items():
                await ask(request, status)
                with _counting_garbage() as found:
                    for _ in range(_REQUESTS):
                        await ask(request, status)
                left[what] = found[0]
        finally:
            writer.close()
            await writer.wait_closed()
    assert all(objects < _REQUESTS for objects in left.values()), left
