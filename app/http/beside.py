"""Another server on the same event loop, beside the one that has the signals."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

_STOP_WITHIN_S: Final = 1


@contextlib.asynccontextmanager
async def served_beside(app: ASGIApp, listener: socket.socket, **config: Any) -> AsyncIterator[None]:
    """Serve on the listening socket while the `with` lasts. What is under way at the end is broken off.

    `config` is uvicorn's, where it differs. Raises: RuntimeError if the application does not start.
    """
    server = _Server(
        uvicorn.Config(
            app,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_WITHIN_S,
            **config,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    up = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait((serving, up), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            raise RuntimeError("the application did not start")
        yield
    finally:
        up.cancel()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """A server that leaves signals to those whose loop it runs on."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
