"""`rsc serve`: production, where nothing of the demo is open."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from app.auth.keys import ensure_signing_key
from app.auth.personas import PERSONAS
from tests.cli.program import ROOT, RSC, environment


@contextmanager
def _served(folder: Path, *arguments: str, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The URL and the process of an `rsc serve` at a free port."""
    with subprocess.Popen(
        [RSC, "serve", "--port", "0", *arguments],
        env=environment(RSC_DATA_DIR=str(folder / "data"), **settings),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("serving "):
                yield line.split()[1].removesuffix("/graphql"), process
                break
        process.terminate()
        process.stderr.read()
        process.wait(30)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serves_on_the_embedded_database_until_it_is_told_to_stop(tmp_path: Path, workers: str) -> None:
    with _served(tmp_path, "--workers", workers) as (url, process):
        assert httpx.get(f"{url}/readyz").json() == {"status": "ready"}
        below = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    _, alive = psutil.wait_procs(below, timeout=10)
    assert alive == []


def test_nothing_of_the_demo_is_open(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    token = PERSONAS["staff"].token(ensure_signing_key(key))
    with _served(tmp_path, RSC_SIGNING_KEY=str(key)) as (url, _):
        assert httpx.get(f"{url}/graphiql").status_code == 404
        body = {"query": "{ viewer { subject } }"}
        assert httpx.post(f"{url}/graphql", json=body).status_code == 401
        # Signed with the service's own key, but by the issuer that exists in development only.
        development = {"Authorization": f"Bearer {token}"}
        assert httpx.post(f"{url}/graphql", json=body, headers=development).status_code == 401
