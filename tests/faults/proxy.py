"""A TCP proxy between the gateway and PostgreSQL, as a network that can be ill."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_PIECE: Final = 65_536


class Proxy:
    """Passes bytes on to a port of 127.0.0.1, or does not.

    `stall` keeps every connection and takes new ones, and passes nothing, not even that somebody hung up;
    `pass_on` ends that. `cut` breaks off the next answer of each connection behind its first bytes.
    `refuse` resets every connection, and each new one.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self.port = 0
        self._passing = asyncio.Event()
        self._passing.set()
        self._is_refusing = False
        self._cut_behind: int | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.cuts = 0
        """Answers that were broken off."""

    def stall(self) -> None:
        self._passing.clear()

    def pass_on(self) -> None:
        """All is well from now on."""
        self._is_refusing, self._cut_behind = False, None
        self._passing.set()

    def refuse(self) -> None:
        self._is_refusing = True
        for writer in list(self._writers):
            writer.transport.abort()

    def cut(self, behind: int) -> None:
        self._cut_behind = behind

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        self._writers.add(writer)
        upstream: asyncio.StreamWriter | None = None
        try:
            await self._passing.wait()
            if self._is_refusing:
                writer.transport.abort()
                return
            from_server, upstream = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(upstream)
            ways = [
                asyncio.ensure_future(self._pass(reader, upstream)),
                asyncio.ensure_future(self._pass(from_server, writer, is_answer=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                await self._passing.wait()
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            writer.transport.abort()  # PostgreSQL is away, and the caller is to know it.
        finally:
            for one in (writer, upstream):
                if one is not None:
                    self._writers.discard(one)
                    one.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_PIECE):
                await self._passing.wait()
                if is_answer and self._cut_behind is not None:
                    writer.write(data[: min(self._cut_behind, len(data) - 1)])
                    await writer.drain()
                    self.cuts += 1
                    return
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[Proxy]:
    """A proxy on a free port, gone at the end with all its connections."""
    proxy = Proxy(port)
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
