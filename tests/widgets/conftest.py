"""Gateways with the demo's data, an ATS on another origin, one Chromium: see tests/widgets/browser.py."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.conftest import TestServer
from tests.npm import install
from tests.widgets.browser import Ats, Embed, ats_pages, embedded, launched, require_chromium
from tests.widgets.gateway import Gateway, NewGateway, fill, gateway_on


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of all these gateways, for the signing key in it."""
    return tmp_path_factory.mktemp("widgets")


@pytest.fixture(scope="session")
async def widgets_demo(server: TestServer, migrated: str, key_folder: Path) -> str:
    """The template with the demo's data, its applications, and an ATS user for each seat."""
    return await server.fill_template("widgets_demo", partial(fill, data_dir=key_folder), basis=migrated)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests; each visit has a context of its own."""
    require_chromium()
    async with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
async def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core."""
    folder = tmp_path_factory.mktemp("axe")
    await install(Path(__file__).parent / "axe", ("package.json",), folder)
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(scope="session")
async def ats() -> AsyncIterator[Ats]:
    """The pages of an ATS, which all these gateways let frame them."""
    async with ats_pages() as pages:
        yield pages


@pytest.fixture(scope="session")
def new_gateway(server: TestServer, widgets_demo: str, key_folder: Path, ats: Ats) -> NewGateway:
    """`async with new_gateway(**settings) as gateway`: on a copy of the demo, with these settings."""

    @asynccontextmanager
    async def make(**settings: Any) -> AsyncIterator[Gateway]:
        async with (
            server.copy_of(widgets_demo) as dsn,
            gateway_on(dsn, key_folder, origins=(ats.origin,), **settings) as gateway,
        ):
            yield gateway

    return make


@pytest.fixture(scope="session")
async def gateway(new_gateway: NewGateway) -> AsyncIterator[Gateway]:
    """One gateway for all tests that change nothing."""
    async with new_gateway() as gateway:
        yield gateway


@pytest.fixture
async def gateway_with(new_gateway: NewGateway) -> AsyncIterator[Callable[..., Awaitable[Gateway]]]:
    """`await gateway_with(**settings)`: the same, which lives as long as the test."""
    async with AsyncExitStack() as stack:

        async def make(**settings: Any) -> Gateway:
            return await stack.enter_async_context(new_gateway(**settings))

        yield make


@pytest.fixture
async def own_gateway(gateway_with: Callable[..., Awaitable[Gateway]]) -> Gateway:
    """A gateway of the test's own, to be changed."""
    return await gateway_with()


@pytest.fixture
def embed(chromium: Browser, gateway: Gateway, ats: Ats, axe: str) -> Embed:
    """`embed("profile", candidate="cand-0001")`: a page with this widget of the shared gateway."""
    return partial(embedded, chromium, gateway, ats, axe=axe)


@pytest.fixture
def own_embed(chromium: Browser, own_gateway: Gateway, ats: Ats, axe: str) -> Embed:
    """The same of the test's own gateway."""
    return partial(embedded, chromium, own_gateway, ats, axe=axe)
