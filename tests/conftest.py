"""What every test may use: a real PostgreSQL, a database of one's own made in a moment, a pool on it.

One server runs for the whole session: the embedded one, or the one that `RSC_TEST_DATABASE_URL` names (its
user must be allowed to make databases and roles). Each kind of content is one *template*, filled once a
session; a test gets a copy of a template, which takes some 70 ms. To add a kind of content, add a session
fixture that calls `server.fill_template(name, fill)`, and a fixture that calls `server.copy_of(name)`.
"""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from app.database.pool import Pool


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests come first, file by file: whatever takes long must not be the last to begin."""

    def needs_browser(item: pytest.Item) -> bool:
        return "chromium" in getattr(item, "fixturenames", ())

    browsing = {item.path for item in items if needs_browser(item)}
    items.sort(key=lambda item: item.path not in browsing)


class TestServer:
    """The session's server, with the templates and the databases that tests made on it."""

    __test__ = False

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        # Another run of the tests may use the same server at the same time.
        self._mark = f"rsc_test_{secrets.token_hex(4)}"
        self._count = 0
        self._templates: dict[str, str] = {}

    def dsn_of(self, database: str) -> str:
        """The owner's DSN for another database of this server."""
        return urlunsplit(urlsplit(self.dsn)._replace(path=f"/{database}"))

    async def run(self, *statements: str) -> None:
        """Run statements on the server's first database, each outside a transaction."""
        connection = await asyncpg.connect(self.dsn)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def fill_template(
        self, name: str, fill: Callable[[str], Awaitable[object]], *, basis: str | None = None
    ) -> str:
        """Make the template `name`, a copy of the template `basis`, and let `fill` fill it by its DSN.

        Answers `name`. `fill` must leave no connection open. A name that was filled before stays as it is.
        """
        if name in self._templates:
            return name
        database = f"{self._mark}_template_{name}"
        await self._create(database, basis)
        self._templates[name] = database
        await fill(self.dsn_of(database))
        return name

    @asynccontextmanager
    async def copy_of(self, name: str | None) -> AsyncIterator[str]:
        """The owner's DSN of a fresh copy of a template (None: empty), dropped at the end."""
        self._count += 1
        database = f"{self._mark}_{self._count}"
        await self._create(database, name)
        try:
            yield self.dsn_of(database)
        finally:
            await self.run(f'drop database if exists "{database}" with (force)')

    async def drop_templates(self) -> None:
        await self.run(*(f'drop database "{name}" with (force)' for name in self._templates.values()))

    async def _create(self, database: str, template: str | None) -> None:
        origin = "template0" if template is None else self._templates[template]
        await self.run(f'create database "{database}" template "{origin}" encoding \'UTF8\'')


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """The owner's DSN of the session's server, without regard for its content."""
    given = os.environ.get("RSC_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="rsc-test-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        yield server.dsn


@pytest.fixture(scope="session")
async def server(postgres_dsn: str) -> AsyncIterator[TestServer]:
    """The session's server, for tests and fixtures that make databases of their own."""
    server = TestServer(postgres_dsn)
    yield server
    await server.drop_templates()


@pytest.fixture(scope="session")
async def migrated(server: TestServer) -> str:
    """The name of the template that has the product's migrations and no rows."""
    return await server.fill_template("migrated", migrate)


@pytest.fixture
async def database(server: TestServer, migrated: str) -> AsyncIterator[str]:
    """The owner's DSN of a migrated, empty database of the test's own."""
    async with server.copy_of(migrated) as dsn:
        yield dsn


@pytest.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to `database` as the owner of its tables, whom row-level security does not bind."""
    connection = await asyncpg.connect(database, server_settings={"TimeZone": "UTC"})
    yield connection
    await connection.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """The service's pool on `database`, of two connections."""
    async with Pool(database, size=2) as pool:
        yield pool
