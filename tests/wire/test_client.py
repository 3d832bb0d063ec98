"""The client that knows LinkedIn's documentation only goes through everything, in each spelling of keys."""

import ast
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import TestServer
from tests.wire.client.journey import Customer, Journey
from tests.wire.client.restli import Spelling
from tests.wire.client.restli import Wire as Client
from tests.wire.conftest import Wire
from tests.wire.credentials import own_credentials
from tests.wire.records.recruiting import ACTIVATED, EXPORT, NOON, fill

ORGANIZATION = "urn:li:organization:1001"


@pytest.fixture
async def database(server: TestServer, migrated: str) -> AsyncIterator[str]:
    """The owner's DSN of a database in which recruiters worked yesterday."""
    await server.fill_template("wire_recruiting", fill, basis=migrated)
    async with server.copy_of("wire_recruiting") as dsn:
        yield dsn


async def _move_to_now(owner: asyncpg.Connection) -> int:
    """Let what recruiters did have been 20 hours ago; the time now, in epoch milliseconds."""
    now = datetime.now(UTC)
    shift = now - NOON - timedelta(hours=20)
    await owner.execute("update inmail set sent_at = sent_at + $1", shift)
    await owner.execute("update stub_profile set created_at = created_at + $1", shift)
    await owner.execute(
        "update recruiter_note set created_at = created_at + $1, last_modified_at = last_modified_at + $1",
        shift,
    )
    return int(now.timestamp() * 1000)


@pytest.mark.parametrize("spelling", Spelling, ids=lambda spelling: spelling.name.lower())
async def test_a_client_from_the_documentation_goes_through_everything(
    wire: Wire, owner: asyncpg.Connection, spelling: Spelling
) -> None:
    now_ms = await _move_to_now(owner)
    partners_own = await own_credentials(owner)
    base_url = str(wire.client.base_url).rstrip("/")
    customer = Customer(
        organization=ORGANIZATION,
        contract=ACTIVATED,
        person="urn:li:person:paul",
        recruiter="urn:li:person:ada",
        now_ms=now_ms,
    )
    steps: list[str] = []

    def run() -> tuple[dict[str, int], dict[str, object]]:
        partner, own = Client(base_url, spelling), Client(base_url, spelling)
        assert partner.authorize(partners_own.client_id, partners_own.secret).status == 200
        journey = Journey(own, customer, "m1", say=steps.append)
        journey.onboard(partner)
        journey.sync()
        found = journey.read()
        exported = journey.exported(str(EXPORT))
        journey.match()
        journey.delete()
        return found, exported

    found, exported = await asyncio.to_thread(run)
    # Rolf's four InMails and Ada's, two stub profiles, the shared note and the deleted one.
    assert found == {"seats": 2, "conversationEvents": 5, "mailStubs": 2, "prospectNotes": 2}
    assert exported["externalJobPostingId"] == "job-1"
    assert steps[-1] == "deleted"


def test_the_client_imports_nothing_of_the_product() -> None:
    for file in (Path(__file__).parent / "client").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("tests.wire.client"), name
