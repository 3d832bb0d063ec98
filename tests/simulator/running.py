"""A simulator that runs beside the tests, on real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.http.server import listen
from app.simulator.calls import Calls
from app.simulator.knobs import Knobs
from app.simulator.server import RunningSimulator, running_simulator
from app.simulator.state import Credentials, State
from app.simulator.world import World


@asynccontextmanager
async def simulated(world: World) -> AsyncIterator[RunningSimulator]:
    """A simulator of that world on a free port, with credentials of its own."""
    state = State(world=world, credentials=Credentials.random())
    with listen("127.0.0.1", 0) as listener:
        async with running_simulator(state, listener) as running:
            yield running


def settled(running: RunningSimulator) -> RunningSimulator:
    """The simulator as if it had just begun: all is well, nothing was asked, no token is known."""
    running.state.knobs = Knobs()
    # What an earlier test left under way counts for that test.
    running.state.calls = Calls()
    running.state.revoke_tokens()
    return running
