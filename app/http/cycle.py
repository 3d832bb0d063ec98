"""One request to /graphql and its response on a connection, on top of uvicorn's."""

from asyncio import Event, Task
from typing import TYPE_CHECKING, Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, HTTPScope

CYCLE: Final = "rsc.cycle"
"""The scope's extension whose value is the Cycle, for an application that knows it."""

_kept: tuple[object, bytes] = (None, b"")


class Cycle(RequestResponseCycle):
    """What uvicorn makes of a request, with two short ways for an application that knows them.

    `take_body` gives a body that has come whole with its head, and `respond` takes a whole response: without
    messages, of which each costs two more coroutines, and without a look at each header field by itself.
    Both may decline; then uvicorn's own `receive` and `send` do the same.
    """

    # What uvicorn sets in each to begin with.
    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding = None
    expected_content_length = 0

    task: "Task[None]"
    """What runs the application, among the server's `tasks` for as long as it does."""

    def __init__(self, connection: HttpToolsProtocol, scope: "HTTPScope", *, keep_alive: bool) -> None:
        """As uvicorn makes it for the request whose head is complete."""
        self.scope = scope
        self.transport = connection.transport
        self.flow = connection.flow
        self.logger = connection.logger
        self.access_logger = connection.access_logger
        self.access_log = connection.access_log
        self.default_headers = connection.server_state.default_headers
        self.message_event = Event()
        self.on_response = connection.on_response_complete
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = connection.expect_100_continue
        self.body = bytearray()
        self.tasks = connection.tasks
        scope["extensions"] = {CYCLE: cast("Any", self)}

    async def run_asgi(self, app: "ASGI3Application") -> None:
        """As uvicorn's, which is asked for its opinion only where something went wrong."""
        failure: BaseException | None = None
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as error:
            failure = error
        finally:
            self.tasks.discard(self.task)
            # Without the way back nothing here is left to the garbage collector, which stops all others.
            self.scope["extensions"] = {}
        if failure is None and self.response_complete:
            self.on_response = _nothing
            return

        async def so_it_went(*_: object) -> None:
            if failure is not None:
                raise failure

        await super().run_asgi(so_it_went)

    def take_body(self, bytes_max: int) -> bytes | None:
        """The body, where all of it is here and it is no longer than that; None if it must be received."""
        if self.more_body or self.disconnected or self.waiting_for_100_continue or len(self.body) > bytes_max:
            return None
        body, self.body = bytes(self.body), bytearray()
        return body

    def respond(self, status: int, head: bytes, body: bytes) -> bool:
        """Send a whole response without the way through messages; False, and nothing sent, if it cannot be.

        `head` has the lines of the header fields, each with its end, Content-Length among them and no
        Connection; whoever calls has made it of values that are known to be sound.
        """
        if (
            not self.keep_alive
            or self.flow.write_paused
            or self.disconnected
            or self.response_started
            or self.scope["method"] == "HEAD"
        ):
            return False
        # Apart, though one call of the system would do: by the head a client on this machine, such as a
        # proxy, is awake when the body comes. Else Linux has it wait for the core that we are on while the
        # other one idles: a tenth fewer requests on two cores, and more CPU for each.
        self.transport.write(b"%b%b%b\r\n" % (STATUS_LINE[status], _lines_of(self.default_headers), head))
        self.transport.write(body)
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.message_event.set()
        self.on_response()
        return True


def _lines_of(headers: list[tuple[bytes, bytes]]) -> bytes:
    """Uvicorn's own fields as lines: the date, for which it makes a new list each second."""
    global _kept
    of, lines = _kept
    if of is not headers:
        lines = b"".join(b"%b: %b\r\n" % field for field in headers)
        _kept = (headers, lines)
    return lines


def _nothing() -> None:
    return None
