"""The short form of `make load`: what must hold however fast the machine is."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import ensure_signing_key
from app.auth.personas import CONTOSO, NORTHWIND
from tests.http.conftest import database, two_companies
from tests.load.clients import Crowd, Gathered, Sent, Task, fault_of_refusal
from tests.load.gateway import Gateway
from tests.load.questions import NAMES, VIEWER, request

__all__ = ["database", "two_companies"]  # Fixtures, used by their names.

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")

_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\ndate: x\r\ncontent-type: application/json; charset=utf-8\r\n"
    b"x-trace-id: 0123456789abcdef0123456789abcdef\r\nretry-after: 1\r\n\r\n"
    b'{"errors":[{"message":"Too much.","extensions":{"code":"OVERLOADED"}}]}'
)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b"503 Service", b"500 Service"),
        (b"application/json", b"text/plain"),
        (b"retry-after: 1", b"retry-after: soon"),
        (b"x-trace-id", b"x-trace"),
        (b"OVERLOADED", b"INTERNAL_ERROR"),
        (b'{"errors"', b'{"error"'),
        (b'"}}]}', b'"}}]'),
    ],
)
def test_a_refusal_that_is_not_as_it_should_be_is_found(said: bytes, instead: bytes) -> None:
    assert fault_of_refusal(503, _REFUSAL) == ""
    broken = _REFUSAL.replace(said, instead)
    assert fault_of_refusal(int(broken[9:12]), broken) != ""


def test_far_more_clients_than_there_is_time_for_and_then_the_end(database: str, tmp_path: Path) -> None:
    """All of them are answered or refused in due form, also those who are there when it must stop."""
    key_file = tmp_path / "signing-key.json"
    key = ensure_signing_key(key_file)
    requests = {}
    for name, company in (("Northwind", NORTHWIND), ("Contoso", CONTOSO)):
        token = issue_token(
            key, subject=name, roles=[Role.RECRUITER], company=company, seat=f"urn:li:seat:{name}"
        )
        requests[name] = (request(token, NAMES, {}), request(token, VIEWER, {}))
    crowds = (
        Crowd(name="obeying", clients=150, requests=requests["Northwind"]),
        Crowd(name="at once", clients=100, requests=requests["Northwind"], obeys=False),
        Crowd(name="beside", clients=3, requests=requests["Contoso"], every_s=0.05),
    )
    command = [sys.executable, "-m", "tests.http.serving", database, "1", str(key_file)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().decode().strip().rsplit(":", 1)[1])
            gateway = Gateway(port, process, tmp_path / "log")
            watching = threading.Thread(target=gateway.watch_memory, daemon=True)
            watching.start()
            under_way = Sent(Task(port=port, crowds=crowds, seconds=7.0))
            time.sleep(5.0)
            gateway.stop()
            harvest = under_way.harvest()
            gateway.forget()
            watching.join()
        finally:
            process.kill()
    for name, gathered in harvest.crowds.items():
        assert gathered.faults == []
        assert gathered.answered > 0
        # Who rests may send in the very moment in which the idle connection is closed, as ever in HTTP/1.1.
        assert gathered.lost == 0 or name == "obeying"
    assert _refused(harvest.crowds) > 0
    assert harvest.crowds["beside"].refused == 0
    assert process.returncode == 0
    assert gateway.tracebacks() == 0
    assert 0 < gateway.peak_rss_mb < 256


def _refused(crowds: dict[str, Gathered]) -> int:
    return sum(one.refused for one in crowds.values())
