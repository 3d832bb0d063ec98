"""A simulator to talk to over real sockets, and a client that has its token."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.simulator.server import RunningSimulator
from app.simulator.world import World, demo_world
from tests.simulator.running import settled, simulated


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


@pytest.fixture
async def anonymous(simulator: RunningSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the simulator without a token."""
    async with httpx.AsyncClient(base_url=simulator.url, timeout=5, verify=False) as client:
        yield client


@pytest.fixture
async def linkedin(anonymous: httpx.AsyncClient, simulator: RunningSimulator) -> httpx.AsyncClient:
    """A client of the simulator with a token."""
    known = simulator.state.credentials
    answer = await anonymous.post(
        "/oauth/v2/accessToken",
        data={
            "grant_type": "client_credentials",
            "client_id": known.client_id,
            "client_secret": known.client_secret,
        },
    )
    anonymous.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    simulator.state.calls.forget()
    return anonymous
