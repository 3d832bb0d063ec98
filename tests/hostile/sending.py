"""The client of what is no proper HTTP: raw connections, a few at once, and what came back on each."""

import asyncio
import re
import socket
import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tests.hostile.malformed import TOKENS, Input

DUE_S = 2.0
NOT_DUE_S = 0.05
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n")
_RESET = struct.pack("ii", 1, 0)


async def send_all(
    port: int,
    tokens: Mapping[str, str],
    inputs: Iterable[Input],
    statuses: Counter[str],
    *,
    at_once: int = 32,
) -> None:
    """Send each on a connection of its own, and count what is answered by status; `none` is no answer."""
    waiting = iter(inputs)
    bearers = [(mark, tokens[mark.strip(b"@").decode().lower()].encode()) for mark in TOKENS]

    async def sender() -> None:
        for one in waiting:
            data = one.data
            for mark, bearer in bearers:
                data = data.replace(mark, bearer)
            answers = await send(port, replace(one, data=data))
            statuses.update(answers or ["none"])

    await asyncio.gather(*(sender() for _ in range(at_once)))


async def send(port: int, one: Input) -> list[str]:
    """The statuses of what is answered to it, until the answer is there or nothing comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    received = b""
    try:
        writer.write(one.data)
        if one.resets:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return ["reset"]
        wait_s = DUE_S if one.is_whole else NOT_DUE_S
        while piece := await asyncio.wait_for(reader.read(65_536), wait_s):
            received += piece
            if one.is_whole and _STATUS.search(received):
                if one.data.count(b" HTTP/1.1\r\n") == 1:
                    break
                wait_s = NOT_DUE_S  # Of a pipeline there may be more, or it was cut off.
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return [status.decode() for status in _STATUS.findall(received)]
