"""The guide's own commands set up a server, back it up and restore it on another, which answers the same."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app.auth.keys import SigningKey, ensure_signing_key
from app.auth.personas import PERSONAS
from app.database.pool import Pool
from app.demo import load_demo
from app.http.server import build_app
from app.services import make_services
from app.settings import Settings
from tests.scaling.servers import Server, needed, primary

_GUIDE = Path(__file__).parents[2] / "docs/operations.md"
_ASKED = (
    ("recruiter", '{ candidate(externalId: "cand-0001") { firstName tags { name } member { headline } } }'),
    ("ats-user", "{ candidates(first: 50) { totalCount edges { node { id externalId } } } }"),
    ("recruiter", '{ unifiedSearch(query: "engineer", first: 10) { edges { score member { id } } } }'),
    ("outsider", "{ candidates(first: 50) { totalCount edges { node { externalId firstName } } } }"),
    ("staff", "{ auditTrailBrokenAt }"),
)
_ADD = """mutation ($name: String!) {
  addTag(input: {candidateId: "urn:rsc:candidate:%s", name: $name}) {
    candidate { tags { name } } userErrors { code }
  }
}"""


def commands(name: str) -> str:
    """The block of the guide that has this name."""
    found = re.search(rf"^```sh {name}\n(.*?)^```$", _GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def run_guide(name: str, folder: Path, urls: dict[str, str]) -> None:
    """Run a block in a shell, as an operator would."""
    tools = f"{Path(needed('pg_dump')).parent}:{Path(sys.executable).parent}"
    ended = subprocess.run(
        ["sh", "-euc", commands(name)],
        cwd=folder,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **urls},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr


def urls_of(server: Server, prefix: str = "") -> dict[str, str]:
    """What the guide calls the users' URLs."""
    return {
        f"{prefix}ADMIN_URL": server.dsn(),
        f"{prefix}OWNER_URL": server.dsn("rsc", "rsc_owner"),
        f"{prefix}LOGIN_URL": server.dsn("rsc", "rsc_login"),
    }


@pytest.fixture(scope="module")
def two_servers() -> Iterator[tuple[Server, Server]]:
    for tool in ("pg_dump", "pg_restore", "psql"):
        needed(tool)
    with primary() as first, primary() as second:
        yield first, second


@asynccontextmanager
async def asking(dsn: str, key_file: Path, key: SigningKey) -> AsyncIterator[Any]:
    """A function that asks a gateway on this database as a persona, for the length of an `async with`."""
    environ = {"DATABASE_URL": dsn, "RSC_DEVELOPMENT_TOKENS": "1", "RSC_SIGNING_KEY": str(key_file)}
    services = replace(make_services(Settings.from_environ(environ)), background={})
    app = build_app(services)
    async with (
        LifespanManager(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):

        async def ask(persona: str, query: str, **variables: str) -> Any:
            headers = {"Authorization": f"Bearer {PERSONAS[persona].token(key)}"}
            body = {"query": query, "variables": variables}
            answer = (await client.post("/graphql", json=body, headers=headers)).json()
            assert "errors" not in answer, answer
            return answer["data"]

        yield ask


async def rows_of(dsn: str) -> dict[str, int]:
    """How many rows each table has."""
    connection = await asyncpg.connect(dsn)
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        return {row[0]: await connection.fetchval(f'select count(*) from "{row[0]}"') for row in tables}
    finally:
        await connection.close()


async def test_a_restored_backup_answers_as_the_first_server_did(
    two_servers: tuple[Server, Server], tmp_path: Path
) -> None:
    first, second = two_servers
    key_file = tmp_path / "key"
    key = ensure_signing_key(key_file)
    urls = urls_of(first)
    run_guide("users", tmp_path, urls)
    async with Pool(urls["LOGIN_URL"], size=1, statement_timeout_ms=60_000) as pool:
        await load_demo(urls["OWNER_URL"], pool)
    async with asking(urls["LOGIN_URL"], key_file, key) as ask:
        found = (await ask("ats-user", '{ candidate(externalId: "cand-0001") { id } }'))["candidate"]["id"]
        add = _ADD % found.rsplit(":", 1)[1]
        assert (await ask("ats-user", add, name="before the backup"))["addTag"]["userErrors"] == []
        run_guide("backup", tmp_path, urls)
        # What comes after the backup is not in it.
        before = [await ask(persona, query) for persona, query in _ASKED]
        rows = await rows_of(urls["OWNER_URL"])
        await ask("ats-user", add, name="after the backup")
    new = urls_of(second, "NEW_")
    run_guide("restore", tmp_path, new)
    assert await rows_of(new["NEW_OWNER_URL"]) == rows
    async with asking(new["NEW_LOGIN_URL"], key_file, key) as ask:
        assert [await ask(persona, query) for persona, query in _ASKED] == before
        assert "before the backup" in str(before)
        added = await ask("ats-user", add, name="restored")
        names = {tag["name"] for tag in added["addTag"]["candidate"]["tags"]}
        assert {"before the backup", "restored"} <= names
        assert "after the backup" not in names
