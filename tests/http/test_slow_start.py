"""A worker that takes long to start is waited for, and not ended for its silence."""

import os
import signal
import sys
from pathlib import Path

import pytest

from app.auth.keys import ensure_signing_key
from tests.http.test_server import ask, children_of, program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Workers are found through /proc.")


async def test_workers_that_start_slower_than_a_live_one_answers_come_up_all_the_same(
    database: str, tmp_path: Path
) -> None:
    key_file = tmp_path / "signing-key.json"
    ensure_signing_key(key_file)
    async with program(database, "2", str(key_file), module="tests.http.slow_start") as (process, url):
        answer = await ask(url, str(key_file))
        assert answer.status_code == 200
        assert len(children_of(process.pid)) == 2
        os.kill(process.pid, signal.SIGTERM)
        assert await process.wait() == 0
