"""One demo that runs for all tests which only ask it, loaded once."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.cli.program import Demo
from tests.conftest import TestServer


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo. Tests may ask and add, and must not stop it."""
    with Demo(tmp_path_factory.mktemp("shared") / "demo") as running:
        yield running


@pytest.fixture
async def empty_database(server: TestServer) -> AsyncIterator[str]:
    """The owner's DSN of a database without anything in it."""
    async with server.copy_of(None) as dsn:
        yield dsn
