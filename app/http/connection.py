"""A connection that no client can hold for ever, on top of uvicorn's.

Uvicorn waits without end for a head that drips in, for the rest of a body that nobody reads any more, and
for a client that does not take its answer; and it takes a head of any size. The body of a request has its
deadline in the endpoint that reads it.
"""

import select
from asyncio import TimerHandle, Transport
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.http.cycle import Cycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

HEAD_TIMEOUT_S: Final = 8.0
HEAD_BYTES_MAX: Final = 64 * 1024
LEFTOVER_TIMEOUT_S: Final = 8.0
ANSWER_TIMEOUT_S: Final = 60.0
LAST_S: Final = 0.5
"""When the server stops, an idle connection is closed only after this: a request may be under way to it."""

UNREAD_S: Final = 0.05
"""And so much later where it has come and only the server was too busy to read it."""

CONNECTIONS_OF_A_PEER_MAX: Final = 1_000

_PLAIN_URL: Final = b"/graphql"


class BoundedConnection(HttpToolsProtocol):
    """Uvicorn's protocol with a deadline and a size for the head, and a cap for each peer's connections."""

    _of_peer: ClassVar[Counter[str]] = Counter()
    invalid_inputs: ClassVar[int] = 0
    """Inputs of this worker's connections that were no HTTP, or had a head that is too large."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: float | None = None
        self._timer: TimerHandle | None = None
        self._in_head = False
        self._in_body = False
        self._is_kept_alive = False
        self._is_last = False
        self._head_bytes = 0
        self._peer: str | None = None
        self._at_work: RequestResponseCycle | None = None
        """Of several requests that came at once the one that is answered: `cycle` is the last of them."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = self.client[0] if self.client else "-"
        if self._of_peer[peer] >= CONNECTIONS_OF_A_PEER_MAX:
            transport.abort()
            return
        self._peer = peer
        self._of_peer[peer] += 1
        self._expect(HEAD_TIMEOUT_S)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._at_work is not None and not self._at_work.response_complete:
            # Uvicorn tells only the last of several, and this one would write to a connection that is gone.
            self._at_work.disconnected = True
            self._at_work.message_event.set()
        self._forget_deadline()
        self._stop_timer()
        if self._peer is not None:
            self._of_peer[self._peer] -= 1
            if not self._of_peer[self._peer]:
                del self._of_peer[self._peer]
            self._peer = None

    def data_received(self, data: bytes) -> None:
        if self._is_kept_alive:
            self._is_kept_alive = False
            self._deadline = None
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
                self.send_400_response("The request's head is too large.")
                return
        elif self._deadline is not None or not self._is_idle():
            return
        # Whatever arrived has ended the time of an idle connection, line ends between two requests included.
        if self._deadline is None:
            self._expect(HEAD_TIMEOUT_S)

    def send_400_response(self, msg: str) -> None:
        BoundedConnection.invalid_inputs += 1
        super().send_400_response(msg)

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_body = True
        self._deadline = None
        if self.url != _PLAIN_URL or not self._begin_plain():
            if self._at_work is None or self._at_work.response_complete:
                self._at_work = self.cycle
            super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        self._at_work = cycle
        super()._start_asgi_task(cycle, app)
        if self._is_last and self.cycle is not None:
            self.cycle.keep_alive = False

    def _begin_plain(self) -> bool:
        """Begin a request to the one URL that nearly all have, as uvicorn would; False if it is another kind.

        There is nothing in that URL to parse, and no setting of uvicorn's that we do not know.
        """
        cycle, parser = self.cycle, self.parser
        if (
            (cycle is not None and not cycle.response_complete)
            or self.root_path
            or parser.should_upgrade()
            or parser.get_http_version() != "1.1"
            or self.limit_concurrency is not None
        ):
            return False
        scope = self.scope
        method = parser.get_method()
        scope["method"] = "POST" if method == b"POST" else method.decode("ascii")
        scope["path"] = "/graphql"
        scope["raw_path"] = _PLAIN_URL
        scope["query_string"] = b""
        keep_alive = parser.should_keep_alive() and not self._is_last
        self.cycle = mine = Cycle(self, scope, keep_alive=keep_alive)
        # Uvicorn has the loop call back when the task is done; this one takes itself off the list.
        mine.task = task = self.loop.create_task(mine.run_asgi(self.app))
        self.tasks.add(task)
        return True

    def on_message_complete(self) -> None:
        self._in_body = False
        self._deadline = None
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            # The rest of a body that was answered before it was here: now the connection is idle.
            self._expect(HEAD_TIMEOUT_S)

    def on_response_complete(self) -> None:
        if not self.pipeline and not self._in_body and not self.transport.is_closing():
            # As uvicorn does, but with the one timer that is there already instead of one a request.
            self.server_state.total_requests += 1
            if self.flow.read_paused:
                self.flow.resume_reading()
            self._is_kept_alive = True
            self._expect(self.timeout_keep_alive)
            return
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect(ANSWER_TIMEOUT_S)
        elif self._in_body and not self.pipeline:
            self._expect(LEFTOVER_TIMEOUT_S)

    def shutdown(self) -> None:
        """The server stops: answer what was sent before the client could know, and close then."""
        self._is_last = True
        if self.cycle is not None and not self.cycle.response_complete:
            super().shutdown()
        elif not self.transport.is_closing():
            self._expect(LAST_S)

    def timeout_keep_alive_handler(self) -> None:
        self._give_up()

    def _is_idle(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and self.timeout_keep_alive_task is None
            and not self._in_body
        )

    def _has_unread(self) -> bool:
        """Whether something has come that this loop has not had time to read."""
        if not hasattr(select, "poll"):  # Windows
            return False
        asked = select.poll()
        asked.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(asked.poll(0))

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
        if self._is_last and self._is_idle() and self._has_unread():
            self._expect(UNREAD_S)
            return
        # Closing waits for the client to take what was written; one that is given up on may never do so.
        if self.transport.get_write_buffer_size() > 0 or self.transport.is_closing():
            self.transport.abort()
        else:
            self.transport.close()
