"""What the knobs do to the answers: a layer around the resources that delays, refuses, breaks and counts."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.simulator.answers import error
from app.simulator.knobs import Answers, Knobs
from app.simulator.state import State

RESET_EXTENSION: Final = "simulator.reset"
"""Names, among the scope's extensions, the function that resets the connection."""
MOODY: Final = ("/v2/", "/oauth/")
"""What the knobs have power over; the simulator's own pages always answer."""

_RESET: Final = 0
_ENDLESS_BYTES: Final = 64 * 1024 * 1024
_PIECE: Final = b" " * 65_536
_ON_THE_WIRE: Final = frozenset({Answers.MALFORMED, Answers.HALF, Answers.EMPTY, Answers.ENDLESS})


class Moods:
    """The layer. `chance` draws jitter and errors, `clock` counts the seconds that calls are throttled in."""

    def __init__(
        self,
        app: ASGIApp,
        state: State,
        *,
        chance: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._state = state
        self._chance = chance or random.Random()
        self._clock = clock
        self._second = -1
        self._calls_in_second = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(MOODY):
            await self._app(scope, receive, send)
            return
        calls = self._state.calls
        number = calls.begin(scope["path"])
        status = _RESET
        try:
            status = await self._answer(number, scope, receive, send)
        finally:
            calls.under_way -= 1
            calls.by_status[status] += 1

    async def _answer(self, number: int, scope: Scope, receive: Receive, send: Send) -> int:
        knobs = self._state.knobs
        if knobs.down or (knobs.flap_every and number // knobs.flap_every % 2):
            await _reset(scope)
            return _RESET
        if knobs.calls_a_second and self._is_one_too_many(knobs):
            refusal = error(429, "Throttled", code=101, headers={"Retry-After": str(knobs.retry_after_s)})
            await refusal(scope, receive, send)
            return 429
        if knobs.latency_ms or knobs.jitter_ms:
            await asyncio.sleep((knobs.latency_ms + self._chance.uniform(0, knobs.jitter_ms)) / 1000)
        if knobs.error_rate and self._chance.random() < knobs.error_rate:
            await error(knobs.error_status, "Simulated error")(scope, receive, send)
            return knobs.error_status
        if knobs.answers in _ON_THE_WIRE and scope["path"].startswith("/v2/"):
            return await self._broken(knobs.answers, scope, receive, send)
        start, pieces = await self._taken(scope, receive)
        await send(start)
        await send({"type": "http.response.body", "body": b"".join(pieces)})
        return int(start["status"])

    def _is_one_too_many(self, knobs: Knobs) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._calls_in_second = second, 0
        self._calls_in_second += 1
        return self._calls_in_second > knobs.calls_a_second

    async def _taken(self, scope: Scope, receive: Receive) -> tuple[Message, list[bytes]]:
        """What the resource answers: its head, and its body in pieces."""
        start: dict[str, Any] = {}
        pieces: list[bytes] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                pieces.append(message.get("body", b""))

        await self._app(scope, receive, take)
        return start, pieces

    async def _broken(self, answers: Answers, scope: Scope, receive: Receive, send: Send) -> int:
        start, pieces = await self._taken(scope, receive)
        whole = b"".join(pieces)
        half = whole[: len(whole) // 2]
        others = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        length = {Answers.HALF: len(whole), Answers.MALFORMED: len(half), Answers.EMPTY: 0}.get(answers)
        headers = others if length is None else [*others, (b"content-length", b"%d" % length)]
        await send({**start, "headers": headers})
        if answers is Answers.ENDLESS:
            await _without_end(receive, send)
        elif answers is Answers.HALF:
            await send({"type": "http.response.body", "body": half, "more_body": True})
            # What was written leaves before the connection goes.
            await asyncio.sleep(0.01)
            await _reset(scope)
        else:
            await send({"type": "http.response.body", "body": b"" if length == 0 else half})
        return int(start["status"])


async def _reset(scope: Scope) -> None:
    scope["extensions"][RESET_EXTENSION]()
    # The server learns in the loop's next round that the connection is lost; until then it misses an answer.
    await asyncio.sleep(0.001)


async def _without_end(receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_until_gone(receive))
    try:
        for _ in range(_ENDLESS_BYTES // len(_PIECE)):
            if gone.done():
                return
            await send({"type": "http.response.body", "body": _PIECE, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
