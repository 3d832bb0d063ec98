"""Matching workers that are killed in the middle: nobody is forgotten, nothing is half done."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId
from app.matching.match import match_candidates, match_due
from app.sync.ingest import ingest
from app.sync.records import CandidateRecord
from tests.matching.test_due import waiting, whole_state
from tests.matching.test_match import add_member
from tests.sync.companies import PARTNER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals are POSIX's.")

PEOPLE = 400
KILLED = 5


async def undecided(owner: asyncpg.Connection) -> int:
    return int(await owner.fetchval("select count(*) from candidate where match_state = 'UNMATCHED'"))


async def test_what_killed_workers_leave_is_finished_by_the_next(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, database: str
) -> None:
    for number in range(PEOPLE):
        await add_member(owner, f"m{number}", emails=[f"{number}@example.com", f"{number // 2}@two.example"])
    records = [
        CandidateRecord(
            external_id=str(number),
            first_name="José",
            last_name="Locke",
            email_addresses=(f"{number}@two.example" if number % 2 else f"{number}@example.com",),
        )
        for number in range(PEOPLE // 2)
    ]
    await ingest(pool, company, PARTNER, records)
    killed_with: list[int] = []
    for _ in range(KILLED):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.matching.worker", database),
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        await process.stdout.readline()
        enough = max(0, await undecided(owner) - 20)
        for _ in range(4_000):
            if await undecided(owner) <= enough:
                break
            await asyncio.sleep(0.005)
        process.kill()
        await process.wait()
        killed_with.append(await waiting(owner))
    assert all(killed_with), "each was killed with something left to do"
    # As if the leases of the dead were over.
    await owner.execute("update candidate_to_match set leased_until = null")
    await owner.execute("update member_to_match set leased_until = null")
    await match_due(pool)
    assert await waiting(owner) == 0
    end = await whole_state(owner)
    assert {row[1] for row in end} == {"MATCHED", "AMBIGUOUS"}
    await match_candidates(pool, company)
    assert await whole_state(owner) == end
