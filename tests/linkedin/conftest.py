"""LinkedIn as a source, on a real database and against the simulator over real sockets."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import MemberUrn
from app.linkedin.cache import Cache
from app.linkedin.source import MemberSource, make_source
from app.simulator.server import RunningSimulator
from app.simulator.state import State
from app.simulator.world import World, demo_world
from tests.simulator.running import settled, simulated

RETENTION = timedelta(hours=24)
FRESH = timedelta(hours=1)
TIMEOUT_S = 1.5  # A machine that does much else is slow, and what is asked for again counts twice.
CONNECTIONS = 3


@pytest.fixture(scope="session")
def world() -> World:
    """The demo's LinkedIn."""
    return demo_world()


@pytest.fixture(scope="session")
async def shared_simulator(world: World) -> AsyncIterator[RunningSimulator]:
    async with simulated(world) as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: RunningSimulator) -> RunningSimulator:
    """A simulator where all is well and that nobody has asked for anything."""
    return settled(shared_simulator)


@dataclass
class Times:
    """The seconds and the time of day, both set by the test."""

    seconds: float = 1_000.0
    day: datetime = field(default_factory=lambda: datetime(2026, 11, 1, 9, tzinfo=UTC))

    def pass_by(self, **time: float) -> None:
        self.seconds += timedelta(**time).total_seconds()
        self.day += timedelta(**time)


@dataclass
class Linked:
    """A source, the simulator that it asks, and its times."""

    source: MemberSource
    simulator: RunningSimulator
    times: Times
    owner: asyncpg.Connection

    @property
    def linkedin(self) -> State:
        """The simulated LinkedIn, to be asked what it was asked."""
        return self.simulator.state

    @property
    def calls(self) -> int:
        """Batch gets that arrived."""
        return self.linkedin.calls.by_path["/v2/people"]

    def turn(self, **knobs: Any) -> None:
        self.linkedin.knobs = self.linkedin.knobs.turned(knobs)

    async def bring(self, *numbers: int, within_s: float = 5) -> list[str]:
        """Bring these members; why those that could not be had could not, in their order."""
        faults = await self.source.bring(urns(*numbers), within_s=within_s)
        return [fault.message for fault in faults.values()]

    async def cached(self) -> dict[str, asyncpg.Record]:
        """The whole cache by the members' numbers."""
        rows = await self.owner.fetch("select * from member_cache order by urn")
        return {row["urn"].rpartition(":m")[2].lstrip("0"): row for row in rows}


def urns(*numbers: int) -> Sequence[MemberUrn]:
    """The URNs of the demo's members of these numbers."""
    return [MemberUrn(f"urn:li:person:m{number:04d}") for number in numbers]


@pytest.fixture
async def linked(pool: Pool, owner: asyncpg.Connection, simulator: RunningSimulator) -> AsyncIterator[Linked]:
    times = Times()
    source = make_source(
        url=simulator.url,
        client_id=simulator.state.credentials.client_id,
        client_secret=simulator.state.credentials.client_secret,
        timeout_s=TIMEOUT_S,
        connections=CONNECTIONS,
        cache=Cache(pool=pool, retention=RETENTION, fresh=FRESH),
        now=lambda: times.day,
    )
    yield Linked(source, simulator, times, owner)
    await source.close()
