"""A worker whose event loop hangs is ended, and another takes its place."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from tests.http.test_server import ask, children_of, key_file, program

__all__ = ["key_file"]  # A fixture, used by its name.

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not Path("/proc/self/task").exists(), reason="Workers are found through /proc."
)


async def test_a_worker_whose_event_loop_hangs_is_replaced_and_the_log_says_where(
    database: str, key_file: str, tmp_path: Path
) -> None:
    async with (
        program(database, key_file, str(tmp_path), module="tests.http.freezing") as (process, url),
        asyncio.timeout(60),
    ):
        first, second = children_of(process.pid)
        (tmp_path / str(first)).touch()
        while len(workers := children_of(process.pid)) < 2 or first in workers:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert second in workers
        for _ in range(10):
            assert (await ask(url, key_file)).status_code == 200
        process.terminate()
        _, log = await process.communicate()
    (line,) = [line for line in log.decode().splitlines() if "worker_hangs" in line]
    assert "freezing.py" in line
    assert "_freeze_when_told" in line
    assert str(tmp_path) not in line


async def test_a_worker_that_works_is_left_alone(database: str, key_file: str, tmp_path: Path) -> None:
    async with (
        program(database, key_file, str(tmp_path), module="tests.http.freezing") as (process, url),
        httpx.AsyncClient() as client,
        asyncio.timeout(60),
    ):
        workers = children_of(process.pid)
        await asyncio.sleep(3.0)  # Twice the patience that these workers are given.
        assert (await client.get(f"{url}/healthz")).status_code == 200
        assert children_of(process.pid) == workers
        process.terminate()
        _, log = await process.communicate()
    assert (process.returncode, log) == (0, b"")
