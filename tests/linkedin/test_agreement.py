"""With LinkedIn as the source of members an operation has the mirror's answer: data, order, nulls, errors.

`RSC_AGREEMENT_SEED` sets where to begin; `RSC_REMOTE_OPERATIONS` how many operations are generated.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import pytest

from app.engine.engine import Engine
from app.linkedin.cache import Cache
from app.linkedin.source import make_source
from app.settings import Limits
from app.simulator.world import World as LinkedInWorld
from loaders.members import RemoteMembers, with_remote_members
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.reference.agreement import Tally, run
from tests.reference.world import World, demo_world
from tests.simulator.running import simulated

OPERATIONS = int(os.environ.get("RSC_REMOTE_OPERATIONS", "400"))
SEED = int(os.environ.get("RSC_AGREEMENT_SEED", "1"))
AT_ONCE = 4


@dataclass(frozen=True)
class Run:
    """What happened in all generated operations."""

    world: World
    tally: Tally
    calls: int
    people: int
    cached: int


@pytest.fixture(scope="module")
async def run_of_all(server: TestServer, migrated: str, world: LinkedInWorld) -> AsyncIterator[Run]:
    async with demo_world(server, migrated) as mirrored, simulated(world) as simulator:
        known = simulator.state.credentials
        source = make_source(
            url=simulator.url,
            client_id=known.client_id,
            client_secret=known.client_secret,
            timeout_s=20,
            connections=2,
            cache=Cache(pool=mirrored.pool, retention=timedelta(hours=24), fresh=timedelta(hours=1)),
        )
        schema, catalogue = bind(build_schema())
        catalogue = with_remote_members(catalogue, RemoteMembers(source, wait_s=60))
        remote = replace(mirrored, engine=Engine(schema, catalogue, fetch_bytes, Limits()))
        tally = Tally()
        share = -(-OPERATIONS // AT_ONCE)
        await asyncio.gather(*(run(remote, tally, SEED * 1_000 + part, share) for part in range(AT_ONCE)))
        owner = await asyncpg.connect(mirrored.owner_dsn)
        cached = await owner.fetchval("select count(*) from member_cache")
        await owner.close()
        calls = simulator.state.calls
        yield Run(remote, tally, calls.by_path["/v2/people"], calls.people, cached)
        await source.close()


async def test_every_generated_operation_has_the_mirrors_answer(run_of_all: Run) -> None:
    tally = run_of_all.tally
    assert tally.operations >= OPERATIONS
    assert not tally.disagreements, f"{len(tally.disagreements)} differ, the first:\n{tally.disagreements[0]}"
    assert "SOURCE_UNAVAILABLE" not in tally.codes


async def test_the_operations_cross_to_linkedin_and_ask_for_what_is_missing_alone(run_of_all: Run) -> None:
    assert run_of_all.calls > 20
    # A statement may have run before another operation's answer was kept, and asks once more after it.
    assert run_of_all.cached <= run_of_all.people <= run_of_all.cached + 2 * AT_ONCE
