"""graphql-http's own audit of GraphQL over HTTP, run by Node against the listening server."""

import json
from pathlib import Path

import pytest

from app.http.server import build_app
from tests.http.conftest import STAFF, listening, services_on
from tests.npm import install, run

AUDIT = Path(__file__).parent / "audit"


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own with the audit and its packages."""
    folder = tmp_path_factory.mktemp("audit")
    await install(AUDIT, ("package.json", "audit.mjs"), folder)
    return folder


async def test_all_audits_are_ok_for_a_staff_token(database: str, installed: Path) -> None:
    async with listening(build_app(services_on(database))) as port:
        code, out, err = await run(
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
