"""A matching worker as a process of its own, until it is killed: `python -m tests.matching.worker DSN`."""

import asyncio
import sys

from app.database.pool import Pool
from app.matching.worker import match_round


async def work(dsn: str) -> None:
    """Match for ever, in small rounds."""
    async with Pool(dsn, size=2) as pool:
        print("works", flush=True)
        while True:
            if not await match_round(pool, chunk=5):
                await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
