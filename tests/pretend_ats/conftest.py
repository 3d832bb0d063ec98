"""One demo with its ATS for all of these tests, and a browser."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from tests.cli.program import Demo
from tests.widgets.browser import launched, require_chromium


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo. Tests may ask and add, and must not stop it."""
    with Demo(tmp_path_factory.mktemp("ats") / "demo") as running:
        yield running


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests."""
    require_chromium()
    async with launched() as browser:
        yield browser
