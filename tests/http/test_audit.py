"""graphql-http's own audit of GraphQL over HTTP, run by Node against the listening server."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from app.http.server import build_app
from tests.http.conftest import STAFF, listening, services_on

AUDIT = Path(__file__).parent / "audit"


async def _run(*command: str, folder: Path, **environ: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def _cannot(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own with the audit and its packages."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _cannot("The audit of GraphQL over HTTP needs node and npm.")
    folder = tmp_path_factory.mktemp("audit")
    for file in ("package.json", "audit.mjs"):
        shutil.copy(AUDIT / file, folder)
    npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
    code, _, err = await _run(*npm, folder=folder)
    if code:
        _cannot(f"npm cannot install the audit: {err[-500:]}")
    return folder


async def test_all_audits_are_ok_for_a_staff_token(database: str, installed: Path) -> None:
    async with listening(build_app(services_on(database))) as port:
        code, out, err = await _run(
            "node",
            "audit.mjs",
            folder=installed,
            AUDIT_URL=f"http://localhost:{port}/graphql",
            AUDIT_TOKEN=STAFF["Authorization"].removeprefix("Bearer "),
        )
    assert code == 0, err
    results = [json.loads(line) for line in out.splitlines()]
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
