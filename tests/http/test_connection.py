"""No client holds a connection for ever. The deadlines are shortened, so that no test waits for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http import body, connection
from app.http.connection import BoundedConnection
from app.http.server import build_app
from tests.http.conftest import RECRUITER, limited, listening, services_on

ALIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_TIMEOUT_S", "LEFTOVER_TIMEOUT_S", "ANSWER_TIMEOUT_S"):
        monkeypatch.setattr(connection, name, 0.2)


@pytest.fixture
def app(database: str) -> ASGIApp:
    return build_app(services_on(database, settings=limited(request_timeout_ms=300)))


@pytest.fixture
async def port(app: ASGIApp, impatient: None) -> AsyncIterator[int]:
    async with listening(app) as port:
        yield port


class Client:
    """A client that speaks in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def hear(self) -> tuple[int, bytes]:
        """The next answer's status and body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return int(head.split(b" ")[1]), await self.reader.readexactly(length)

    async def hear_the_end(self) -> bytes:
        """All that still comes until the server closes the connection."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


@pytest.fixture
async def client(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Client(reader, writer)
    writer.close()


async def drip(client: Client, piece: bytes) -> bytes:
    """Send a piece again and again until the server closes the connection; what it said until then."""
    end = asyncio.create_task(client.hear_the_end())
    while not end.done():
        with suppress(ConnectionError):
            await client.say(piece)
        await asyncio.wait({end}, timeout=0.02)
    return end.result()


def graphql(body: bytes, length: int | None = None, headers: dict[str, str] = RECRUITER) -> bytes:
    """A POST, whose length may be said to be another one."""
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + "".join(lines)
    return f"{head}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body


async def test_many_requests_go_over_one_connection(client: Client) -> None:
    for _ in range(3):
        await client.say(ALIVE)
        assert (await client.hear())[0] == 200
        await client.say(graphql(b'{"query":"{viewer{roles}}"}'))
        assert await client.hear() == (200, b'{"data":{"viewer":{"roles":["RECRUITER"]}}}')


async def test_requests_sent_at_once_are_answered_in_turn(client: Client) -> None:
    await client.say(ALIVE + graphql(b'{"query":"{viewer{roles}}"}') + ALIVE)
    assert [(await client.hear())[0] for _ in range(3)] == [200, 200, 200]


async def test_a_connection_without_a_request_is_closed(client: Client) -> None:
    assert await client.hear_the_end() == b""


@pytest.mark.parametrize("piece", [b"X-Drip: a\r\n", b"a"])
async def test_a_head_that_drips_in_is_cut_off(client: Client, piece: bytes) -> None:
    await client.say(b"GET /healthz HTTP/1.1\r\n")
    await drip(client, piece)


async def test_a_second_head_that_drips_in_is_cut_off(client: Client) -> None:
    await client.say(ALIVE)
    await client.hear()
    await client.say(b"GET /heal")
    assert await client.hear_the_end() == b""


async def test_line_ends_between_requests_do_not_hold_a_connection(client: Client) -> None:
    await client.say(ALIVE)
    await client.hear()
    await drip(client, b"\r\n")


async def test_a_head_beyond_its_size_is_refused(client: Client) -> None:
    await client.say(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
    for _ in range(3):
        await client.say(b"a" * 30_000)
        await asyncio.sleep(0.01)
    assert (await client.hear_the_end()).startswith(b"HTTP/1.1 400 ")


async def test_what_is_no_http_is_refused(client: Client) -> None:
    await client.say(b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n")
    assert (await client.hear_the_end()).startswith(b"HTTP/1.1 400 ")


async def test_what_is_no_http_is_counted(client: Client, port: int) -> None:
    before = BoundedConnection.invalid_inputs
    await client.say(b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n")
    await client.hear_the_end()
    other = Client(*await asyncio.open_connection("127.0.0.1", port))
    await other.say(ALIVE.replace(b"/healthz", b"/metrics"))
    _, metrics = await other.hear()
    assert b"\nrsc_http_invalid_total %d\n" % (before + 1) in metrics
    other.writer.close()


async def test_a_body_that_stalls_is_answered_408_and_closed(client: Client) -> None:
    await client.say(graphql(b'{"query"', 1_000))
    status, body = await client.hear()
    assert status == 408
    assert b'"code":"TIMEOUT"' in body
    assert await client.hear_the_end() == b""


async def test_a_body_that_drips_in_is_answered_408_and_closed(client: Client) -> None:
    await client.say(graphql(b"", 100_000))
    assert (await drip(client, b" ")).startswith(b"HTTP/1.1 408 ")


async def test_a_body_has_less_time_than_the_request(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_TIMEOUT_S", 0.2)
    async with listening(build_app(services_on(database))) as port, asyncio.timeout(8):
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        await client.say(graphql(b'{"query"', 1_000))
        status, said = await client.hear()
        assert (status, b"within 0.2 s" in said) == (408, True)
        assert await client.hear_the_end() == b""
        client.writer.close()


async def test_the_rest_of_a_body_that_nobody_reads_is_not_waited_for(client: Client) -> None:
    await client.say(graphql(b"{", 1_000, headers={}))
    assert (await client.hear())[0] == 401
    await drip(client, b" ")


async def test_after_an_early_answer_the_rest_may_come_and_another_request(client: Client) -> None:
    await client.say(graphql(b"{", 1_000, headers={}))
    assert (await client.hear())[0] == 401
    await client.say(b" " * 999 + ALIVE)
    assert (await client.hear())[0] == 200


async def test_one_peer_has_only_so_many_connections(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # A browser that other tests share may keep connections from here to gateways of its own.
    others = BoundedConnection._of_peer["127.0.0.1"]
    monkeypatch.setattr(connection, "CONNECTIONS_OF_A_PEER_MAX", others + 2)
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 60.0)
    clients = [Client(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(3)]
    assert await clients[2].hear_the_end() == b""
    for client in clients[:2]:
        await client.say(ALIVE)
        assert (await client.hear())[0] == 200
        client.writer.close()
        await client.writer.wait_closed()
    again = Client(*await asyncio.open_connection("127.0.0.1", port))
    await again.say(ALIVE)
    assert (await again.hear())[0] == 200
    for client in (*clients, again):
        client.writer.close()


async def test_what_was_sent_before_it_stopped_is_answered_and_the_last(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request may be under way to a connection that is idle still."""
    monkeypatch.setattr(connection, "LAST_S", 30.0)
    async with AsyncExitStack() as stack, asyncio.timeout(20):
        port = await stack.enter_async_context(listening(app))
        clients = [Client(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(2)]
        await clients[0].say(ALIVE)
        await clients[0].hear()
        stopping = asyncio.create_task(stack.aclose())
        with suppress(ConnectionError):
            while True:  # Until nobody listens any more.
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await asyncio.sleep(0.02)
        for client, request in zip(clients, (ALIVE, graphql(b'{"query":"{viewer{roles}}"}')), strict=True):
            await client.say(request)
            said = await client.hear_the_end()
            assert said.startswith(b"HTTP/1.1 200 ")
            assert b"\r\nconnection: close\r\n" in said
            client.writer.close()
        await stopping


async def test_an_idle_connection_is_closed_when_it_stops(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LAST_S", 0.1)
    async with AsyncExitStack() as stack, asyncio.timeout(20):
        port = await stack.enter_async_context(listening(app))
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        await client.say(ALIVE)
        await client.hear()
        stopping = asyncio.create_task(stack.aclose())
        assert await client.hear_the_end() == b""
        client.writer.close()
        await stopping


@pytest.mark.parametrize("path", ["/graphql", "/slow"])
@pytest.mark.parametrize("behind", [1, 3])
async def test_a_request_at_work_learns_that_its_client_is_gone_though_others_wait_behind_it(
    path: str, behind: int
) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})
            return
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    async with listening(app) as port:
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        request = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode()
        await client.say(request * (1 + behind))
        await begun.wait()
        client.writer.transport.abort()
        async with asyncio.timeout(10):
            await gone.wait()
