"""`rsc simulate`."""

import asyncio
import os
import signal
from typing import Any

import click

from app.http.server import listen
from app.simulator.knobs import Answers, Knobs
from app.simulator.server import running_simulator
from app.simulator.state import Credentials, State
from app.simulator.world import demo_world


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8100, show_default=True, help="0 takes any free one."
)
@click.option("--latency-ms", type=int, help="How long each answer takes at least.")
@click.option("--jitter-ms", type=int, help="Up to so much is added.")
@click.option("--error-rate", type=float, help="The part of calls, 0 to 1, that fail.")
@click.option("--error-status", type=int, help="The status of those.  [500]")
@click.option("--calls-a-second", type=int, help="More are answered 429 with Retry-After.")
@click.option("--retry-after-s", type=int, help="What Retry-After says.  [1]")
@click.option("--closed", metavar="ID", multiple=True, help="A person whose account is closed; repeatable.")
@click.option("--down", is_flag=True, default=None, help="Reset every connection.")
@click.option("--flap-every", type=int, help="So many calls are answered, as many reset, and so on.")
@click.option("--answers", type=click.Choice([str(one) for one in Answers]), help="What answers look like.")
@click.option("--token-lifetime-s", type=int, help="How long access tokens are good.  [1800]")
def simulate(host: str, port: int, **given: Any) -> None:
    """Serve LinkedIn's side from the demo's people, for those without access to the real one.

    It speaks the member API, the seats, InMails and notes behind it, and OAuth client credentials:
    RSC_LINKEDIN_CLIENT_ID and RSC_LINKEDIN_CLIENT_SECRET, or random ones, which it prints. The options say
    how well it feels; PATCH /simulator/knobs changes that while it runs. Prints `ready`, stops on SIGINT
    and SIGTERM.
    """
    turned = {name: value for name, value in given.items() if value is not None and value != ()}
    state = State(world=demo_world(), credentials=_credentials(), knobs=Knobs().turned(turned))
    asyncio.run(_serve(state, host, port))


def _credentials() -> Credentials:
    client_id, secret = (os.environ.get(f"RSC_LINKEDIN_CLIENT_{name}") for name in ("ID", "SECRET"))
    if client_id and secret:
        return Credentials(client_id=client_id, client_secret=secret)
    return Credentials.random()


async def _serve(state: State, host: str, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with listen(host, port) as listener:
        async with running_simulator(state, listener) as running:
            click.echo(f"linkedin: {running.url}")
            click.echo(f"knobs:    {running.url}/simulator/knobs")
            click.echo(f"calls:    {running.url}/simulator/calls")
            if "RSC_LINKEDIN_CLIENT_SECRET" not in os.environ:
                click.echo(f"client:   {state.credentials.client_id}")
                click.echo(f"secret:   {state.credentials.client_secret}")
            click.echo(f"people:   {len(state.world.people):,}, {len(state.world.closed):,} of them closed")
            click.echo("ready")
            await stopped.wait()
