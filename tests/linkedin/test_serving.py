"""The whole server with LinkedIn as its source of members, as the settings make it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager

from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.errors import CallerError
from app.http.server import build_app
from app.linkedin.breaker import BreakerState
from app.services import make_services
from app.settings import MemberSourceKind, Settings
from app.simulator.server import RunningSimulator
from tests.conftest import TestServer
from tests.reference.world import demo_template

QUERY = '{ candidate(externalId: "cand-0001") { member { firstName } } }'


@pytest.fixture
async def demo_dsn(server: TestServer, migrated: str) -> AsyncIterator[str]:
    """A copy of the demo whose mirror of members is empty."""
    async with server.copy_of(await demo_template(server, migrated)) as dsn:
        owner = await asyncpg.connect(dsn)
        await owner.execute("delete from member")
        await owner.close()
        yield dsn


def settings_for(simulator: RunningSimulator, dsn: str, data: Path) -> Settings:
    return Settings(
        database_url=dsn,
        data_dir=data,
        development_tokens=True,
        database_connections=2,
        member_source=MemberSourceKind.LINKEDIN,
        linkedin_url=simulator.url,
        linkedin_client_id=simulator.state.credentials.client_id,
        linkedin_client_secret=simulator.state.credentials.client_secret,
    )


async def test_members_come_from_linkedin_and_what_expired_is_purged(
    demo_dsn: str, simulator: RunningSimulator, tmp_path: Path
) -> None:
    settings = settings_for(simulator, demo_dsn, tmp_path)
    owner = await asyncpg.connect(demo_dsn)
    await owner.execute(
        "insert into member_cache (urn, first_name, last_name, fetched_at, fresh_until, kept_until) values "
        "('urn:li:person:old', 'O', 'L', now() - interval '25 h', now() - interval '24 h', now())"
    )
    token = PERSONAS["recruiter"].token(development_key(settings))
    async with LifespanManager(build_app(make_services(settings))) as running:
        transport = httpx.ASGITransport(app=running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.post("/graphql", json={"query": QUERY}, headers=headers)
    assert answer.json() == {"data": {"candidate": {"member": {"firstName": "Zoë"}}}}
    assert await owner.fetchval("select array_agg(urn) from member_cache") == ["urn:li:person:m0001"]
    await owner.close()


async def test_calls_waits_and_the_breaker_show_in_the_metrics(
    demo_dsn: str, simulator: RunningSimulator, tmp_path: Path
) -> None:
    settings = settings_for(simulator, demo_dsn, tmp_path)
    headers = {"Authorization": f"Bearer {PERSONAS['recruiter'].token(development_key(settings))}"}
    services = replace(make_services(settings), background={})
    async with LifespanManager(build_app(services)) as running:
        transport = httpx.ASGITransport(app=running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for _ in range(3):
                await client.post("/graphql", json={"query": QUERY}, headers=headers)
            simulator.state.knobs = replace(simulator.state.knobs, error_rate=1.0, error_status=400)
            for number in range(2, 9):
                query = QUERY.replace("cand-0001", f"cand-{number:04d}")
                await client.post("/graphql", json={"query": query}, headers=headers)
            lines = (await client.get("/metrics")).text.splitlines()
    assert services.members is not None
    await services.members.close()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['rsc_member_calls_total{outcome="answered"}'] == "1"
    assert int(values['rsc_member_calls_total{outcome="failed"}']) >= 1
    assert values["rsc_member_answers_total"] == "10"
    # The first asked, two were answered from the cache, and the others waited in vain; some have no member.
    assert 2 <= int(values["rsc_member_brings_total"]) <= 8
    is_open = services.members.people.breaker.state is not BreakerState.CLOSED
    assert values["rsc_member_breaker_open"] == str(int(is_open))


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"RSC_MEMBER_SOURCE": "facebook"}, "RSC_MEMBER_SOURCE must be mirror or linkedin"),
        ({"RSC_MEMBER_RETENTION_H": "0"}, "RSC_MEMBER_RETENTION_H must be a whole number from 1"),
        ({"RSC_LINKEDIN_WAIT_MS": "60000"}, "RSC_LINKEDIN_WAIT_MS must be a whole number"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(environ: dict[str, str], told: str) -> None:
    with pytest.raises(CallerError, match=told):
        Settings.from_environ(environ)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, "RSC_LINKEDIN_CLIENT_ID and RSC_LINKEDIN_CLIENT_SECRET"),
        (
            {
                "RSC_LINKEDIN_CLIENT_ID": "a",
                "RSC_LINKEDIN_CLIENT_SECRET": "b",
                "RSC_LINKEDIN_URL": "http://api.example.com",
            },
            "RSC_LINKEDIN_URL must be an https URL",
        ),
    ],
)
def test_a_source_that_cannot_be_asked_is_refused_at_the_start(environ: dict[str, str], told: str) -> None:
    settings = Settings.from_environ(
        {"DATABASE_URL": "postgresql://nobody@localhost/x", "RSC_MEMBER_SOURCE": "linkedin", **environ}
    )
    with pytest.raises(CallerError, match=told):
        make_services(settings)
