"""Sockets that send one byte a second, and those who share the gateway with them."""

import asyncio
import time
from array import array
from contextlib import suppress
from typing import Final

from tests.load.capacity import WARM_UP_S, Requests, crowds_of
from tests.load.clients import Sent, Task
from tests.load.gateway import Gateway
from tests.load.report import HEAD, Report, merged, together

DRIPS: Final = 1_000
GONE_WITHIN_S: Final = 10.0
KEPT_MIN: Final = 0.8
_SOURCE: Final = "127.0.0.8"
_WATCHED_S: Final = 20.0


def show_drips(gateway: Gateway, requests: Requests, clients: int, report: Report, seconds: float) -> None:
    """Half drip a head and half a body, from one address, while others work as they do at the peak."""
    report.head(f"{DRIPS:,} sockets, each with one byte a second of a head or of a body")
    print(HEAD)
    crowds = crowds_of(requests, clients)
    # As long as the sockets are there, and no longer.
    seconds = min(seconds, GONE_WITHIN_S - WARM_UP_S)
    task = Task(port=gateway.port, crowds=crowds, seconds=WARM_UP_S + seconds, warm_up_s=WARM_UP_S)
    before = merged(Sent(task).harvest())
    report.row(f"{clients} clients before", before)
    under_way = Sent(task)
    lasted = asyncio.run(drip(gateway.port, one_of(requests), DRIPS))
    beside = merged(under_way.harvest())
    report.row(f"{clients} clients beside them", beside)
    after = merged(Sent(task).harvest())
    report.row(f"{clients} clients afterwards", after)
    stayed = sum(one > GONE_WITHIN_S for one in lasted)
    report.goal(
        f"all are gone within {GONE_WITHIN_S:g} s",
        f"{len(lasted)} connected, the last gone after {max(lasted):.1f} s, {stayed} later",
        held=len(lasted) == DRIPS and stayed == 0,
    )
    kept = beside.goodput / together(before, after).goodput
    report.goal(f"the others keep {KEPT_MIN:.0%}", f"{kept:.0%}", held=kept >= KEPT_MIN)
    report.well_formed(before, beside, after)


def one_of(requests: Requests) -> bytes:
    """Some request that is good, but for how it comes."""
    return next(iter(requests.values()))[0]


async def drip(port: int, request: bytes, number: int) -> "array[float]":
    """Open so many sockets and let them drip until they are gone; how long each lasted, in seconds."""
    head, _, body = request.partition(b"\r\n\r\n")
    whole = head + b"\r\n\r\n"
    beginnings = [(b"", whole), (whole, body * 100)]
    lasted = array("d")
    await asyncio.gather(*(_drip(port, *beginnings[turn % 2], lasted) for turn in range(number)))
    return lasted


async def _drip(port: int, at_once: bytes, slowly: bytes, lasted: "array[float]") -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(_SOURCE, 0))
    began = time.monotonic()
    gone = asyncio.create_task(_until_the_end(reader))
    with suppress(ConnectionError):
        writer.write(at_once)
        for place in range(len(slowly)):
            if gone.done() or time.monotonic() - began > _WATCHED_S:
                break
            writer.write(slowly[place : place + 1])
            await asyncio.wait({gone}, timeout=1.0)
    if not gone.done():
        gone.cancel()
        await asyncio.wait({gone})
    lasted.append(time.monotonic() - began)
    writer.transport.abort()


async def _until_the_end(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(4_096):
            pass
