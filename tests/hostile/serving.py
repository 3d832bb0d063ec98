"""A gateway that is watched from inside: `python -m tests.hostile.serving DSN FOLDER`; prints its URL.

One worker, with everything switched on that can be reached, and the ticks of its event loop (see `Ticks`) in
`FOLDER/ticks`.
"""

import asyncio
import mmap
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from app.http.server import serve
from app.http.services import Services
from app.services import make_services
from app.settings import Settings

TICK_S: Final = 0.005
_TWO: Final = struct.Struct("=dd")
_WAITED: Final = Path("/proc/thread-self/schedstat")


class Ticks:
    """The longest that the event loop was not to be had since it was last asked, in a file that two share.

    Two numbers in ms: how long by the clock, less what the thread waited for a core that others had; and how
    long by the CPU time of the loop's thread alone.
    """

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_TWO.size))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _TWO.size)

    def take(self) -> tuple[float, float]:
        """The longest by the clock and by CPU, which then begin anew."""
        longest: tuple[float, float] = _TWO.unpack(self._shared[:])
        self._shared[:] = bytes(_TWO.size)
        return longest

    async def keep(self) -> None:
        """Tick for ever, on the loop that is watched."""
        before, waited, busy = time.perf_counter(), _waited_s(), time.thread_time()
        while True:
            await asyncio.sleep(TICK_S)
            now, waited_now, busy_now = time.perf_counter(), _waited_s(), time.thread_time()
            late = max(now - before - TICK_S - (waited_now - waited), 0.0) * 1000
            worked = (busy_now - busy) * 1000
            longest = _TWO.unpack(self._shared[:])
            self._shared[:] = _TWO.pack(max(late, longest[0]), max(worked, longest[1]))
            before, waited, busy = now, waited_now, busy_now


def _waited_s() -> float:
    """How long this thread has been ready to run while others had the cores; 0 where nobody counts it."""
    try:
        return int(_WAITED.read_bytes().split()[1]) / 1e9
    except OSError:
        return 0.0


def _watched(ticks: Path, settings: Settings) -> Services:
    services = make_services(settings)
    return replace(services, background={**services.background, "ticks": Ticks(ticks).keep})


def settings_of(dsn: str, folder: Path) -> Settings:
    """A gateway with its key and its registered issuers in this folder, and every page switched on."""
    issuers = folder / "issuers.json"
    return Settings(
        database_url=dsn,
        data_dir=folder,
        port=0,
        development_tokens=True,
        graphiql=True,
        issuers=str(issuers) if issuers.exists() else None,
        database_connections=2,
    )


def main() -> None:
    """Serve until told to stop."""
    dsn, folder = sys.argv[1], Path(sys.argv[2])
    tell: Callable[[str], None] = partial(print, flush=True)
    serve(settings_of(dsn, folder), partial(_watched, folder / "ticks"), on_ready=tell)


if __name__ == "__main__":
    main()
