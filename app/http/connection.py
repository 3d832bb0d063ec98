"""A connection that no client can hold for ever, on top of uvicorn's.

Uvicorn waits without end for a head that drips in, for the rest of a body that nobody reads any more, and
for a client that does not take its answer; and it takes a head of any size. The body of a request has its
deadline in the endpoint that reads it.
"""

from asyncio import TimerHandle, Transport
from collections import Counter
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_TIMEOUT_S: Final = 10.0
HEAD_BYTES_MAX: Final = 64 * 1024
LEFTOVER_TIMEOUT_S: Final = 10.0
ANSWER_TIMEOUT_S: Final = 60.0
CONNECTIONS_OF_A_PEER_MAX: Final = 1_000
JOINED_BYTES_MAX: Final = 64 * 1024


class _OneWrite:
    """A response's head held back until its body comes, so that both leave in one call of the system."""

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._head = b""

    def write(self, data: bytes) -> None:
        """Write what is no head at once, with the head that waits before it."""
        if self._head:
            head, self._head = self._head, b""
            if len(data) > JOINED_BYTES_MAX:
                self._transport.write(head)
                self._transport.write(data)
            else:
                self._transport.write(head + data)
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 100 "):
            self._head = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write the head that waits, where no body comes."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Write what waits, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedConnection(HttpToolsProtocol):
    """Uvicorn's protocol with a deadline and a size for the head, and a cap for each peer's connections."""

    _of_peer: ClassVar[Counter[str]] = Counter()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: float | None = None
        self._timer: TimerHandle | None = None
        self._one_write: _OneWrite | None = None
        self._in_head = False
        self._in_body = False
        self._head_bytes = 0
        self._peer: str | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._one_write = _OneWrite(transport)
        peer = self.client[0] if self.client else "-"
        if self._of_peer[peer] >= CONNECTIONS_OF_A_PEER_MAX:
            transport.abort()
            return
        self._peer = peer
        self._of_peer[peer] += 1
        self._expect(HEAD_TIMEOUT_S)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_deadline()
        self._stop_timer()
        if self._peer is not None:
            self._of_peer[self._peer] -= 1
            if not self._of_peer[self._peer]:
                del self._of_peer[self._peer]
            self._peer = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
                self.send_400_response("The request's head is too large.")
                return
        # Whatever arrived has ended uvicorn's own timer, line ends between two requests included.
        if self._deadline is None and (self._in_head or self._is_idle()):
            self._expect(HEAD_TIMEOUT_S)

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_body = True
        self._forget_deadline()
        super().on_headers_complete()
        if self.cycle is not None and self._one_write is not None:
            # One for all requests of the connection: their responses leave one after the other.
            self.cycle.transport = self._one_write  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        self._in_body = False
        self._forget_deadline()
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            # The rest of a body that was answered before it was here: now the connection is idle.
            self._expect(HEAD_TIMEOUT_S)

    def on_response_complete(self) -> None:
        if self._one_write is not None:
            self._one_write.flush()
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect(ANSWER_TIMEOUT_S)
        elif self._in_body and not self.pipeline:
            self._expect(LEFTOVER_TIMEOUT_S)

    def timeout_keep_alive_handler(self) -> None:
        self._give_up()

    def _is_idle(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and self.timeout_keep_alive_task is None
            and not self._in_body
        )

    def _expect(self, within_s: float) -> None:
        """Give up in `within_s` seconds, unless the deadline is forgotten or set anew before.

        A request sets and forgets several; so the timer stays, and looks when it rings whether it is time.
        """
        self._deadline = self.loop.time() + within_s
        if self._timer is None or self._timer.when() > self._deadline:
            self._stop_timer()
            self._timer = self.loop.call_later(within_s, self._ring)

    def _forget_deadline(self) -> None:
        self._deadline = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        if self._deadline is None:
            return
        left_s = self._deadline - self.loop.time()
        if left_s > 0:
            self._timer = self.loop.call_later(left_s, self._ring)
        else:
            self._deadline = None
            self._give_up()

    def _give_up(self) -> None:
        # Closing waits for the client to take what was written; one that is given up on may never do so.
        if self.transport.get_write_buffer_size() > 0 or self.transport.is_closing():
            self.transport.abort()
        else:
            self.transport.close()
