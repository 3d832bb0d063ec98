"""An erasure in a process of its own: `python -m tests.integration.erasing DSN begin|finish`.

It takes few rows at a time, so that there is a middle to be killed in, and prints a line when it is done.
"""

import asyncio
import sys

from app.database.pool import Pool
from app.ids import CompanyId
from app.integration import erasure
from app.telemetry.logs import configure_logging
from tests.integration.company import COMPANY, NAME

ROWS_OF_A_BATCH = 3


async def work(dsn: str, what: str) -> None:
    """Ask for the erasure and wait for all of it, or go on with the one that was begun."""
    configure_logging()
    erasure.BATCH = ROWS_OF_A_BATCH  # type: ignore[misc]
    async with Pool(dsn, size=2) as pool:
        if what == "begin":
            await erasure.erase_ats_data(
                pool,
                CompanyId(COMPANY),
                "idp:ada",
                confirm_company_name=NAME,
                key=None,
                wait_s=float("inf"),
            )
        else:
            await erasure.finish_erasures(pool, None)
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2]))
