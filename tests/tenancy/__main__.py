"""The long form: `python -m tests.tenancy --operations 100000 --companies 20`.

Prints what was called and found, and ends with 1 if anything foreign was, or if the search found nothing
where both walls were taken away. Runs a database of its own, or copies on that of `RSC_TEST_DATABASE_URL`.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from tests.conftest import TestServer
from tests.tenancy.hunt import Leak, Tally, hunting, no_company_condition
from tests.tenancy.tenants import filled, without_canary

_PROOF: int = 300
_STEP: int = 1_000


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.tenancy", description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--seed", type=int, default=2002)
    asked = parser.parse_args()
    with database_server() as dsn:
        return asyncio.run(_run(dsn, asked.operations, asked.companies, asked.seed))


@contextmanager
def database_server() -> Iterator[str]:
    """The owner's DSN of a server on which databases may be made."""
    if given := os.environ.get("RSC_TEST_DATABASE_URL"):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="rsc-tenancy-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        yield server.dsn


async def _run(dsn: str, operations: int, companies: int, seed: int) -> int:
    server = TestServer(dsn)
    try:
        basis = await server.fill_template("migrated", migrate)
        template = await filled(server, basis, companies)
        async with server.copy_of(template) as database:
            shown = await _without_walls(database, seed)
        async with server.copy_of(template) as database:
            return await _prove(database, operations, companies, seed) or int(shown == 0)
    finally:
        await server.drop_templates()


async def _without_walls(database: str, seed: int) -> int:
    """How much the search finds when there is something to find."""
    with no_company_condition():
        async with hunting(database, seed, role="none") as hunt:
            found = len((await hunt.run(_PROOF)).leaks)
    say(f"without either wall   {found} of {_PROOF} operations tell what is foreign")
    return found


async def _prove(database: str, operations: int, companies: int, seed: int) -> int:
    owner = await asyncpg.connect(database)
    missing = await without_canary(owner, companies)
    await owner.close()
    say(f"companies             {companies}, columns without their canary: {missing or 'none'}")
    started = time.monotonic()
    async with hunting(database, seed) as hunt:
        tally, told = Tally(), 0
        while tally.operations < operations:
            tally = await hunt.run(min(_STEP, operations - tally.operations))
            for leak in tally.leaks[told:]:
                tell(leak)
            told = len(tally.leaks)
            took = time.monotonic() - started
            say(f"  {tally.operations:>7} operations, {took:.0f} s, {len(tally.leaks)} leaks")
    for line in tally.lines():
        say(line)
    for call in tally.faults:
        say(f"FAULT of ours: {call.said[:2_000]}")
    return 1 if missing or tally.leaks or tally.faults else 0


def tell(leak: Leak) -> None:
    """Who was told what, in answer to what."""
    call = leak.call
    say(f"LEAK in {leak.place}, {call.kind} of {call.who} of company {call.tenant.number}:")
    say(f"  {sorted(leak.canaries)[:5]}")
    say(f"  {call.said[:2_000]}")


def say(line: str) -> None:
    """A line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
