"""A gateway with everything around it that can be broken, three companies in it, and a crowd at work."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.auth.keys import SigningKey, ensure_signing_key
from app.database.migrate import migrate
from app.database.pool import Pool
from app.outbox.callbacks import set_callback
from app.simulator.state import State
from app.simulator.world import demo_world
from tests.faults.crowd import Author, Crowd, Reader
from tests.faults.gateway import Gateway
from tests.faults.post import Journal, Post
from tests.faults.postgres import NotPossible, Postgres, postgres, replica
from tests.faults.proxy import Proxy, proxy_to
from tests.faults.world import Company, settle
from tests.outbox.receiver import Receiver, receiving
from tests.simulator.running import simulated
from tests.sync.companies import PARTNER

WORKERS: Final = 2
CONNECTIONS: Final = 3

PLAIN, NETWORK, REPLICA, CLOCK = "plain", "network", "replica", "clock"
LINKEDIN, SMALL_TABLES, SMALL_LOG = "LinkedIn", "small disk for tables", "small disk for the log"
SITES: Final = (PLAIN, NETWORK, REPLICA, SMALL_TABLES, SMALL_LOG, LINKEDIN, CLOCK)

_FAKETIME: Final = "*/faketime/libfaketimeMT.so.1"


@dataclass
class Site:
    """What a fault may take hold of; `proxy`, `replica`, `linkedin`, `clock` on their sites only.

    `clock` is a file that says how far the gateway's clock is ahead, as `+600`.
    """

    name: str
    dice: random.Random
    key: SigningKey
    postgres: Postgres
    gateway: Gateway
    companies: list[Company]
    post: Post
    crowd: Crowd
    receiver: Receiver
    proxy: Proxy | None = None
    replica: Postgres | None = None
    linkedin: State | None = None
    clock: Path | None = None

    @property
    def journal(self) -> Journal:
        return self.post.journal


def faketime() -> Path | None:
    """The library that shows a process another time, if it is installed."""
    return next((path for root in ("/usr/lib", "/usr/lib64") for path in Path(root).glob(_FAKETIME)), None)


@asynccontextmanager
async def site(name: str, seed: int) -> AsyncIterator[Site]:
    """The site of this name, with its crowd at work. Raises: NotPossible."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsc-faults-")))
        disk_of = {SMALL_TABLES: "tables", SMALL_LOG: "log"}.get(name)
        server = await stack.enter_async_context(postgres(disk_of=disk_of))
        await migrate(server.dsn)
        key, dice = ensure_signing_key(folder / "key.json"), random.Random(f"{seed} {name}")
        async with server.owner() as owner:
            companies = await settle(owner, key, dice)
        receiver = await stack.enter_async_context(receiving())
        await _call_back(server.dsn, companies, receiver)
        settings = {"RSC_DATABASE_CONNECTIONS": str(CONNECTIONS), "RSC_ALLOW_PRIVATE_CALLBACKS": "1"}
        gateway = Gateway(server.dsn, folder / "key.json", folder / "log", WORKERS, settings)
        post = Post(gateway, Journal())
        crowd = Crowd(companies, post, dice)
        made = Site(name, dice, key, server, gateway, companies, post, crowd, receiver)
        await _equip(made, settings, folder, stack)
        stack.callback(gateway.kill)
        await asyncio.to_thread(gateway.start)
        await stack.enter_async_context(crowd)
        yield made


async def _equip(made: Site, settings: dict[str, str], folder: Path, stack: AsyncExitStack) -> None:
    """What this site has beside the others."""
    if made.name == NETWORK:
        made.proxy = await stack.enter_async_context(proxy_to(made.postgres.port))
        made.gateway.dsn = made.postgres.dsn.replace(f":{made.postgres.port}/", f":{made.proxy.port}/")
    elif made.name == REPLICA:
        made.replica = await stack.enter_async_context(replica(made.postgres))
        settings["DATABASE_READ_URL"] = made.replica.dsn
    elif made.name == LINKEDIN:
        simulator = await stack.enter_async_context(simulated(demo_world()))
        made.linkedin = simulator.state
        settings |= {
            "RSC_MEMBER_SOURCE": "linkedin",
            "RSC_LINKEDIN_URL": simulator.url,
            "RSC_LINKEDIN_CLIENT_ID": simulator.state.credentials.client_id,
            "RSC_LINKEDIN_CLIENT_SECRET": simulator.state.credentials.client_secret,
            "RSC_LINKEDIN_TIMEOUT_MS": "500",
            "RSC_LINKEDIN_WAIT_MS": "1000",
        }
        for worker in made.crowd.workers:
            if isinstance(worker, Reader):
                worker.with_members = True
            elif isinstance(worker, Author):
                worker.exports = False  # LinkedIn knows none of the members that it would export.
    elif made.name == CLOCK:
        library = faketime()
        if library is None:
            raise NotPossible("faketime is not installed (Debian: apt-get install faketime)")
        made.clock = folder / "clock"
        made.clock.write_text("+0\n")
        settings |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(made.clock),
            "FAKETIME_CACHE_DURATION": "1",
            # A clock that is set does not change how long anything lasts.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


async def _call_back(dsn: str, companies: list[Company], receiver: Receiver) -> None:
    async with Pool(dsn, size=1) as pool:
        for company in companies:
            async with pool.transaction(company.id) as connection:
                await set_callback(connection, company.id, PARTNER, receiver.url, allow_private=True)
