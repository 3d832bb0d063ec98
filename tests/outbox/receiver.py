"""An ATS that is called: a real HTTP server on this machine, as well or badly behaved as a test wants it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def status(code: int, *headers: str) -> bytes:
    """A whole answer with this status."""
    lines = [f"HTTP/1.1 {code} Said", "Content-Length: 0", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came over the wire; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The body, if its signature, its time and its id are right; the library raises if not."""
        said: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return said


Answer = Callable[[Call], Awaitable[bytes]]


@dataclass(slots=True)
class Receiver:
    """`answer` decides on each call; its bytes go out as they are, and then the connection is closed."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/callback"

    @property
    def ids(self) -> list[str]:
        return [call.id for call in self.calls]

    def always(self, answer: bytes) -> None:
        """Answer this from now on."""

        async def same(_: Call) -> bytes:
            return answer

        self.answer = same

    async def serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            call = Call(head[0], headers, body)
            self.calls.append(call)
            writer.write(await self.answer(call) if self.answer else OK)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The caller hung up.
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port, which answers 204 until told otherwise."""
    receiver = Receiver()
    open_calls: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver.serve_one(reader, writer))
        open_calls.add(task)
        task.add_done_callback(open_calls.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in open_calls:
            task.cancel()
        await asyncio.gather(*open_calls, return_exceptions=True)
        await server.wait_closed()
