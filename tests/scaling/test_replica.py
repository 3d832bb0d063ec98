"""A streaming replica takes the reads, and nobody can tell: who wrote reads what was written."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from asgi_lifespan import LifespanManager

from app.auth.keys import SigningKey, ensure_signing_key
from app.auth.personas import PERSONAS
from app.database.errors import unavailable
from app.database.replica import Replica, Written
from app.http.server import build_app
from app.services import make_services
from app.settings import Settings
from tests.scaling.servers import Server, replica_of, run, stop

_PAUSE = "select pg_wal_replay_pause()"
_RESUME = "select pg_wal_replay_resume()"
_TAGS = '{ candidate(externalId: "cand-0001") { id tags { name } } }'
_ADD = """mutation ($id: ID!, $name: String!) {
  addTag(input: {candidateId: $id, name: $name}) { candidate { tags { name } } userErrors { code } }
}"""


@dataclass
class Site:
    """A gateway that reads from a replica, as two personas ask it."""

    client: httpx.AsyncClient
    replica: Replica
    server: Server
    key: SigningKey

    async def ask(self, persona: str, query: str, **variables: str) -> dict[str, object]:
        token = PERSONAS[persona].token(self.key)
        answer = await self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "errors" not in body, body
        data: dict[str, object] = body["data"]
        return data

    async def tags(self) -> set[str]:
        candidate = (await self.ask("ats-user", _TAGS))["candidate"]
        assert isinstance(candidate, dict)
        return {tag["name"] for tag in candidate["tags"]}

    async def add(self, name: str) -> set[str]:
        """Tag the candidate; answers the tags that the mutation tells of."""
        candidate = (await self.ask("ats-user", _TAGS))["candidate"]
        assert isinstance(candidate, dict)
        payload = (await self.ask("ats-user", _ADD, id=candidate["id"], name=name))["addTag"]
        assert isinstance(payload, dict)
        assert payload["userErrors"] == []
        return {tag["name"] for tag in payload["candidate"]["tags"]}

    async def by_replica(self, ask: Callable[[], Awaitable[object]]) -> bool:
        """Whether the replica answers this."""
        before = self.replica.reads
        await ask()
        return self.replica.reads > before

    async def until_good_for(self, company: UUID | None) -> None:
        async with asyncio.timeout(20):
            while not self.replica.is_good_for(company):  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.02)

    async def replay(self, *, paused: bool) -> None:
        await run(self.server.dsn(), _PAUSE if paused else _RESUME)


@pytest.fixture
async def site(postgres: Server, database: str, tmp_path: Path) -> AsyncIterator[Site]:
    with replica_of(postgres) as server:
        async with _served(postgres, server, database) as site:
            yield site


@asynccontextmanager
async def _served(
    postgres: Server, server: Server, database: str, *, lag_ms: int = 60_000
) -> AsyncIterator[Site]:
    key_file = server.folder / "key.json"
    key = ensure_signing_key(key_file)
    settings = Settings.from_environ(
        {
            "DATABASE_URL": postgres.dsn(database),
            "DATABASE_READ_URL": server.dsn(database),
            "RSC_DATABASE_READ_LAG_MS": str(lag_ms),
            "RSC_DEVELOPMENT_TOKENS": "1",
            "RSC_SIGNING_KEY": str(key_file),
        }
    )
    services = replace(make_services(settings), background={})
    assert services.replica is not None
    app = build_app(services)
    async with (
        LifespanManager(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        site = Site(client, services.replica, server, key)
        await site.until_good_for(None)
        yield site


async def test_reads_go_to_the_replica_and_writes_to_the_primary(site: Site, postgres: Server) -> None:
    assert await site.by_replica(site.tags)
    assert "both" in await site.add("both")
    await site.until_good_for(await _northwind(postgres))
    assert await site.by_replica(site.tags)
    assert "both" in await site.tags()


async def test_who_wrote_reads_it_at_once_however_late_the_replica_is(site: Site, postgres: Server) -> None:
    await site.replay(paused=True)
    assert "at once" in await site.add("at once")
    assert not await site.by_replica(site.tags)
    assert "at once" in await site.tags()
    # Others have written nothing and go on reading from the replica.
    assert await site.by_replica(lambda: site.ask("outsider", "{ candidates { totalCount } }"))
    await site.replay(paused=False)
    await site.until_good_for(await _northwind(postgres))
    assert await site.by_replica(site.tags)
    assert "at once" in await site.tags()


async def test_a_replica_that_is_too_far_behind_is_not_read_from(postgres: Server, database: str) -> None:
    with replica_of(postgres) as server:
        async with _served(postgres, server, database, lag_ms=300) as site:
            assert await site.by_replica(lambda: site.ask("outsider", "{ viewer { roles } }"))
            await site.replay(paused=True)
            await site.add("far behind")
            async with asyncio.timeout(20):
                while site.replica.is_good_for(None):  # noqa: ASYNC110 (it tells nobody)
                    await asyncio.sleep(0.05)
            assert not await site.by_replica(lambda: site.ask("outsider", "{ viewer { roles } }"))
            await site.replay(paused=False)
            await site.until_good_for(None)


async def test_a_replica_that_dies_and_comes_back_is_missed_by_nobody(site: Site, postgres: Server) -> None:
    stop(site.server.process)
    assert not await site.by_replica(site.tags)
    assert "without" in await site.add("without")
    assert "without" in await site.tags()


async def test_a_write_whose_place_is_not_known_is_read_from_the_primary(
    site: Site, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await _northwind(postgres)
    await site.until_good_for(company)

    async def fail(*_: object) -> int:
        raise unavailable()

    monkeypatch.setattr(site.replica, "_position", fail)
    await site.replica.wrote(company)
    assert not site.replica.is_good_for(company)
    assert site.replica.is_good_for(None)


def test_workers_know_of_each_others_writes(tmp_path: Path) -> None:
    one, other = Written(tmp_path / "written"), Written(tmp_path / "written")
    company, another = UUID(int=5), UUID(int=6)
    one.note(company, 1_000)
    assert other.until(company) == 1_000
    assert other.until(another) == 0
    other.note(company, 900)
    assert one.until(company) == 1_000
    one.close()
    other.close()


async def _northwind(postgres: Server) -> UUID:
    found: UUID = (await run(postgres.dsn("demo"), "select company_of('urn:li:organization:1001')"))[0]
    return UUID(int=found.int)
