"""How it ends: told to stop under load; and workers that die, stand still or hang, one of two at a time."""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from app.http.beat import SILENT_S_MAX
from app.http.server import DRAIN_S
from tests.http.freezing import SILENT_S
from tests.load.capacity import Requests, crowds_of
from tests.load.clients import Sent, Task
from tests.load.drips import one_of
from tests.load.gateway import Gateway, Place
from tests.load.report import Report, merged

_STOPPED_AFTER_S: Final = 4.0
_REPLACED_WITHIN_S: Final = 60.0
_IN_A_ROW: Final = 20
_PING_S: Final = 5.0
"""Uvicorn's supervisor gives a worker so long to answer whether it lives."""

_START_S: Final = 10.0
"""A worker needs some seconds to come up, on a machine that has other work too."""


def show_stop(gateway: Gateway, requests: Requests, clients: int, report: Report) -> None:
    """SIGTERM while five times the peak's clients are at it; the gateway has ended afterwards.

    They come again at once: whoever rests after a refusal may send in the very moment in which the idle
    connection is closed, and must then ask elsewhere, as ever in HTTP/1.1.
    """
    report.head(f"SIGTERM under the load of {clients} clients that never rest")
    crowds = crowds_of(requests, clients, obeys=False)
    under_way = Sent(Task(port=gateway.port, crowds=crowds, seconds=_STOPPED_AFTER_S + 2))
    time.sleep(_STOPPED_AFTER_S)
    took_s = gateway.stop()
    whole = merged(under_way.harvest())
    report.goal(
        "whatever was sent is answered, and whole",
        f"{whole.answered:,} answered, {whole.refused:,} refused, {whole.lost} lost",
        held=whole.lost == 0 and whole.answered > 0,
    )
    report.goal(
        f"it has ended, well, within the {DRAIN_S} s that it has for that",
        f"{took_s:.1f} s, exit {gateway.process.returncode}",
        held=took_s <= DRAIN_S and gateway.process.returncode == 0,
    )


def show_workers(place: Place, requests: Requests, report: Report) -> None:
    """Of two workers one is killed, one is stopped and one is made to hang."""
    report.head("Two workers; what becomes of one, and when two answer again")
    with tempfile.TemporaryDirectory(prefix="rsc-load-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "tests.http.freezing", place.dsn, str(place.key_file), name]
        log = folder / "log"
        with (
            log.open("wb") as out,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out) as process,
        ):
            try:
                assert process.stdout is not None
                port = int(process.stdout.readline().decode().strip().rsplit(":", 1)[1])
                gateway = Gateway(port, process, log)
                asked = one_of(requests)
                _show(report, "killed", _START_S, *_replaced(gateway, asked, _kill))
                _show(report, "stopped (SIGSTOP)", _PING_S + _START_S, *_replaced(gateway, asked, _stop))
                # The program has a shorter patience than the product.
                within_s = SILENT_S + _START_S
                hang = _Hang(folder)
                _show(
                    report,
                    f"its event loop hangs, {SILENT_S:g} s of patience",
                    within_s,
                    *_replaced(gateway, asked, hang),
                )
                report.say(
                    f"patience with an event loop: here {SILENT_S:g} s, the product's {SILENT_S_MAX:g} s"
                )
                report.say(f"in the log: {log.read_text().count('worker_hangs')} × worker_hangs")
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=30)


def _show(report: Report, what: str, within_s: float, replaced_s: float, answered: int, failed: int) -> None:
    report.goal(
        f"{what}: replaced within {within_s:g} s, and the other answers meanwhile",
        f"{replaced_s:.1f} s; {answered} new connections answered, {failed} not",
        held=replaced_s <= within_s and answered > 0 and failed == 0,
    )


def _kill(worker: psutil.Process) -> None:
    worker.send_signal(signal.SIGKILL)


def _stop(worker: psutil.Process) -> None:
    worker.send_signal(signal.SIGSTOP)


class _Hang:
    """Tells a worker of tests.http.freezing to hang."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, worker: psutil.Process) -> None:
        (self._folder / str(worker.pid)).touch()


def _replaced(
    gateway: Gateway, request: bytes, harm: Callable[[psutil.Process], None]
) -> tuple[float, int, int]:
    """Harm one worker, and ask until another in its place has answered, and all goes well.

    Answers the seconds until then, and how many new connections were answered meanwhile and how many not.
    """
    before = gateway.workers()
    known = {worker.pid for worker in before}
    began = time.monotonic()
    harm(before[0])
    answered = failed = in_a_row = 0
    new_answers = False
    while time.monotonic() - began < _REPLACED_WITHIN_S:
        by = _answered_by(gateway, request)
        answered, failed = answered + (by != 0), failed + (by == 0)
        in_a_row = in_a_row + 1 if by else 0
        new_answers = new_answers or (by != 0 and by not in known)
        if new_answers and in_a_row >= _IN_A_ROW:
            return time.monotonic() - began, answered, failed
        time.sleep(0.02)
    return float("inf"), answered, failed


def _answered_by(gateway: Gateway, request: bytes) -> int:
    """The process that answers on a new connection; 0 if none does within some seconds."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", gateway.port), 5) as connection:
        connection.sendall(request)
        if connection.recv(1_000).startswith(b"HTTP/1.1 200"):
            here = connection.getsockname()[1]
            for worker in gateway.workers():
                with suppress(psutil.Error):
                    if any(one.raddr and one.raddr.port == here for one in worker.net_connections("tcp")):
                        return worker.pid
    return 0
