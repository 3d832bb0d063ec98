"""docs/wire.md tells what is served, and nothing that is served is left out of it."""

import re
from collections.abc import AsyncIterator

import pytest

from app.wire.codes import CODES
from app.wire.routes import RESOURCES
from tests.conftest import TestServer
from tests.wire.conftest import Wire
from tests.wire.documentation import DOCUMENT, examples, prepare
from tests.wire.records.recruiting import fill


@pytest.fixture
async def database(server: TestServer, migrated: str) -> AsyncIterator[str]:
    """The owner's DSN of a database in which recruiters have worked."""
    await server.fill_template("wire_recruiting", fill, basis=migrated)
    async with server.copy_of("wire_recruiting") as dsn:
        yield dsn


async def test_every_example_is_answered_as_it_is_written(wire: Wire) -> None:
    reader = await prepare(wire)
    for example in examples():
        told = await reader.try_out(example.request)
        assert told == (example.status, example.answer), example.line


def test_every_resource_and_finder_has_an_example() -> None:
    called = "\n".join(example.line for example in examples())
    for resource in RESOURCES:
        pattern = "/v2/" + resource.path.replace("/", r"/[^\s/?]+/") + r"(?=[\s/?]|$)"
        assert re.search(pattern, called, re.MULTILINE), resource.path
        for finder in resource.finders:
            assert f"{resource.path}?q={finder}" in called, (resource.path, finder)


def test_every_code_is_in_the_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    for name, code in CODES.items():
        assert f"| {code.status} | {code.number} | `{name}` | {code.meaning} |" in text, name
