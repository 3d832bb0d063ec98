"""What a widget weighs: its scripts, compressed, as they come to a browser that has none of them yet."""

import re

import pytest
from playwright.async_api import expect

from tests.widgets.browser import Embed
from tests.widgets.gateway import MATCHED, Gateway
from tests.widgets.operations import WIDGETS

SCRIPTS_BYTES_MAX = 40_000
LOADER_BYTES_MAX = 8_000
_SCRIPT = re.compile(r'(?:rel="modulepreload" href|type="module" src)="([^"]+)"')


async def weight(gateway: Gateway, path: str) -> int:
    """Bytes of a file as a browser that takes gzip gets it."""
    headers = {"Accept-Encoding": "gzip"}
    async with gateway.client.stream("GET", f"{gateway.url}{path}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        return len(b"".join([part async for part in answer.aiter_raw()]))


@pytest.mark.parametrize("widget", WIDGETS)
async def test_the_scripts_of_a_widget_are_at_most_40_kb(gateway: Gateway, widget: str) -> None:
    page = await gateway.client.get(f"{gateway.url}/widgets/{widget}")
    scripts = set(_SCRIPT.findall(page.text))
    assert scripts
    assert sum([await weight(gateway, path) for path in scripts]) <= SCRIPTS_BYTES_MAX


async def test_the_loader_is_small(gateway: Gateway) -> None:
    assert await weight(gateway, "/widgets/loader.js") <= LOADER_BYTES_MAX


async def test_chromium_loads_the_scripts_that_the_head_names_and_no_others(
    gateway: Gateway, embed: Embed
) -> None:
    """A module that is missing in the head is found one trip later; one too many is loaded for nothing."""
    page = await gateway.client.get(f"{gateway.url}/widgets/profile")
    named = {f"{gateway.url}{path}" for path in _SCRIPT.findall(page.text)}
    async with embed("profile", candidate=MATCHED) as widget:
        await expect(widget.frame.get_by_text("Marchetti").first).to_be_visible()
        loaded = [url for url in widget.visit.requests if url.endswith(".js") and url.startswith(gateway.url)]
        assert sorted(loaded) == sorted(named)
