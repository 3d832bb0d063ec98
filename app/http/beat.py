"""The pulse of a worker's event loop, and a thread that ends the worker when there is none.

The supervisor asks a thread of each worker whether it lives, and that thread answers also where the event
loop hangs: nobody would ever replace such a worker, and whoever is connected to it would wait for ever. So
the loop beats, and a worker whose loop has not for long is ended; the supervisor starts another.
"""

import asyncio
import os
import sys
import threading
import time
import traceback
from typing import Final, NoReturn

import structlog

from app.telemetry.logs import places

SILENT_S_MAX: Final = 20.0
"""Longer than anything that may hold up a loop which goes on afterwards, such as a machine that swaps."""

BEAT_S: Final = 0.5
_TOLD_WITHIN_S: Final = 1.0
_FRAMES_MAX: Final = 12

_log = structlog.get_logger(__name__)


class Beat:
    """Run `keep` on the loop, as long as it lives. From its first beat on a thread watches.

    Only for a worker that somebody replaces. Silence is counted in the thread's own looks and not by the
    clock: when all of a machine was suspended, nothing has hung.
    """

    def __init__(self) -> None:
        self._looks_max = max(round(SILENT_S_MAX / BEAT_S), 1)
        self._looks = 0
        self._loop_thread = 0

    async def keep(self) -> NoReturn:
        """Beat for ever."""
        self._loop_thread = threading.get_ident()
        threading.Thread(target=self._watch, name="beat", daemon=True).start()
        while True:
            self._looks = 0
            await asyncio.sleep(BEAT_S)

    def _watch(self) -> None:
        while self._looks < self._looks_max:
            time.sleep(BEAT_S)
            self._looks += 1
        # What the loop hangs in may be the log itself, whose reader has gone: it is not waited for.
        telling = threading.Thread(target=self._tell, daemon=True)
        telling.start()
        telling.join(_TOLD_WITHIN_S)
        os._exit(1)

    def _tell(self) -> None:
        frames = traceback.extract_stack(sys._current_frames().get(self._loop_thread))[-_FRAMES_MAX:]
        _log.error("worker_hangs", at_lines=places(frames))
