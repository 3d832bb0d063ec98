"""A worker as a process of its own: `python -m tests.exports.worker DSN MEMBER…`.

It exports the members for Rosa's seat, printing each event's id once that is committed, and delivers all the
while, until it is killed.
"""

import asyncio
import sys
from typing import Final
from uuid import UUID

from app.database.pool import Pool
from app.exports.progress import follow_delivery
from app.exports.request import request_export
from app.ids import CompanyId, SeatId
from app.outbox.delivery import Delivery
from app.outbox.events import EventType
from app.outbox.sending import Sender
from app.telemetry.logs import configure_logging
from tests.resolvers.world import COMPANY, JOB, PARTNER

ROSA: Final = SeatId(UUID(int=0x51))


async def work(dsn: str, members: list[str]) -> None:
    """Export, and deliver for ever."""
    configure_logging()
    async with Pool(dsn, size=2) as pool:
        follow = {EventType.EXPORT_CANDIDATE_PROFILE: follow_delivery}
        delivering = asyncio.create_task(Delivery(pool, Sender(allow_private=True), follow=follow).run())
        for member in members:
            company, seat = CompanyId(COMPANY), ROSA
            print(await request_export(pool, company, PARTNER, seat, member=member, job=JOB), flush=True)
        print("all committed", flush=True)
        await delivering


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2:]))
