"""Matching after an import: how many candidates a second, beside a bare COPY of them, and how right it is.

`python -m tests.benchmarks.matching` makes a database with 60,000 members in `bench-data/matching` (only the
first run does that), takes 10,000 new candidates into it, and matches them: by one process, and by two at
once. In each round the same rows are copied, as COPY does it, into a table with the indexes of `candidate`
and nothing else; the ratio is of the two in that round. Last come precision and recall on
the labelled pairs of `tests/matching`.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg

from app.auth.personas import DEMO_PARTNER
from app.database.connect import open_embedded
from app.database.migrate import migrate
from app.database.pool import Pool
from app.demo.clock import NOW
from app.demo.scale import MAIN_COMPANY, load_scale
from app.ids import CompanyId, uuid7
from app.matching.candidates import MatchCounts
from app.matching.match import match_due
from app.matching.members import look_at_members
from app.settings import Settings
from tests.matching.labelled import match_scenes, quality, read_scenes
from tests.sync.companies import PARTNER, live_company

MEMBERS: Final = 60_000
CANDIDATES: Final = 10_000
ROUNDS: Final = 3
RATE_MIN: Final = 1_000
PRECISION_MIN: Final = 0.98
RECALL_MIN: Final = 0.85
DATA: Final = Path("bench-data") / "matching"
COLUMNS: Final = (
    *("company_id", "id", "partner_name", "external_id", "first_name", "last_name", "email_addresses"),
    *("phone_numbers", "addresses", "current_company_name", "current_job_title", "linkedin_profile_url"),
    *("created_at", "last_modified_at", "synced_at"),
)

_FORGET: Final = "delete from candidate where company_id = $1 and external_id like 'new-%'"

Row = tuple[Any, ...]


def main() -> int:
    """Run it; 1 if a goal is missed."""
    DATA.mkdir(parents=True, exist_ok=True)
    with open_embedded(Settings(data_dir=DATA)) as embedded:
        return asyncio.run(bench(embedded.dsn))


async def bench(dsn: str) -> int:
    """The same on a database of the caller's, which is migrated and filled if it is empty."""
    await migrate(dsn)
    if (await load_scale(dsn, members=MEMBERS, candidates=1_000)).loaded:
        await _know_members(dsn)
    missed = await _speed(dsn, workers=1) + await _speed(dsn, workers=2)
    return 1 if missed + await _quality(dsn) else 0


async def _know_members(dsn: str) -> None:
    """Make the clues of all members, as if all of them were new; says how fast."""
    owner = await asyncpg.connect(dsn)
    await owner.execute("insert into member_to_match (member_urn) select urn from member")
    async with Pool(dsn, size=2) as pool:
        begun = time.perf_counter()
        while await look_at_members(pool):
            pass
        took = time.perf_counter() - begun
    await owner.execute("vacuum analyze")
    await owner.close()
    print(f"members      {MEMBERS / took:,.0f} a second", flush=True)


async def _speed(dsn: str, *, workers: int) -> int:
    owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    rates, ratios = [], []
    counts = MatchCounts()
    company = CompanyId(await owner.fetchval("select company_of($1)", MAIN_COMPANY))
    try:
        await owner.execute(_FORGET, company)
        for number in range(ROUNDS):
            rows = await _rows(owner, company, seed=number)
            copied = await _copy_bare(owner, rows)
            await owner.copy_records_to_table("candidate", columns=COLUMNS, records=rows)
            await owner.execute("analyze candidate, candidate_to_match")
            begun = time.perf_counter()
            counts = await _match(dsn, company, workers)
            took = time.perf_counter() - begun
            rates.append(CANDIDATES / took)
            ratios.append(copied / took)
            await owner.execute(_FORGET, company)
            await owner.execute("vacuum candidate, candidate_to_match, candidate_clue, candidate_search")
    finally:
        await owner.close()
    rate = statistics.median(rates)
    held = rate >= RATE_MIN
    print(
        f"matching     {workers} at once: {rate:,.0f} candidates a second "
        f"({min(rates):,.0f} to {max(rates):,.0f}; goal {RATE_MIN:,}: {'held' if held else 'MISSED'}), "
        f"{statistics.median(ratios):.3f} of a bare COPY; {counts.matched:,} matched, "
        f"{counts.ambiguous:,} ambiguous, {counts.unmatched:,} unmatched",
        flush=True,
    )
    return 0 if held else 1


async def _match(dsn: str, company: CompanyId, workers: int) -> MatchCounts:
    if workers == 1:
        async with Pool(dsn, size=2) as pool:
            return await match_due(pool, company)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers) as processes:
        # The processes start within the time that is measured: a worker that serves has done so before.
        parts = [loop.run_in_executor(processes, _match_aside, dsn, company) for _ in range(workers)]
        return sum(await asyncio.gather(*parts), MatchCounts())


def _match_aside(dsn: str, company: CompanyId) -> MatchCounts:
    return asyncio.run(_match(dsn, company, 1))


async def _copy_bare(owner: asyncpg.Connection, rows: Sequence[Row]) -> float:
    """Seconds that COPY takes into a table of the same columns and indexes, without triggers."""
    await owner.execute("create table bare_candidate (like candidate including all)")
    try:
        begun = time.perf_counter()
        await owner.copy_records_to_table("bare_candidate", columns=COLUMNS, records=rows)
        return time.perf_counter() - begun
    finally:
        await owner.execute("drop table bare_candidate")


async def _rows(owner: asyncpg.Connection, company: CompanyId, *, seed: int) -> list[Row]:
    """Candidates as an import brings them: four of five are members, told by one thing or by several."""
    drawn = random.Random(seed)
    members = await owner.fetch(
        """
        select
          m.first_name, m.last_name, m.public_profile_url as url, m.positions -> 0 as position,
          (select min(c.value_key) from member_contact c
           where c.member_urn = m.urn and c.kind = 'EMAIL') as email
        from member m
        order by m.urn
        limit $1
        """,
        MEMBERS,
    )
    return list(_candidates(drawn.sample(members, CANDIDATES), company, drawn))


def _candidates(members: Sequence[asyncpg.Record], company: UUID, drawn: random.Random) -> Iterator[Row]:
    for number, member in enumerate(members):
        emails, url, title, works_at = [f"applicant.{number}@mail.example"], None, None, None
        position = json.loads(member["position"] or "{}")
        kind = drawn.randrange(10)
        if kind < 5 and member["email"]:
            emails.append(str(member["email"]).upper().replace("@", "+jobs@"))
        if kind in (4, 5, 6):
            url = "https://de.linkedin.com/in/" + quote(member["url"].rpartition("/")[2].upper()) + "/?x=1"
        if kind < 8:
            title, works_at = position.get("title"), f"{position.get('companyName')} GmbH"
        phones = [{"number": f"({drawn.randint(201, 989)}) 555-{number % 10_000:04}"}]
        yield (
            *(
                company,
                uuid7(),
                DEMO_PARTNER,
                f"new-{number}",
                member["first_name"],
                member["last_name"],
                emails,
            ),
            *(json.dumps(phones), json.dumps([{"city": "Berlin", "country": "US"}]), works_at, title, url),
            *(NOW, NOW, NOW),
        )


async def _quality(dsn: str) -> int:
    """Precision and recall on the labelled pairs, in a database of their own; says both."""
    name = "labelled_pairs"
    elsewhere = urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    server = await asyncpg.connect(dsn)
    try:
        await server.execute(f"drop database if exists {name} with (force)")
        await server.execute(f"create database {name} template template0 encoding 'UTF8'")
        await migrate(elsewhere)
        owner = await asyncpg.connect(elsewhere)
        async with Pool(elsewhere, size=2) as pool:
            company = await live_company(owner)
            outcomes = await match_scenes(owner, pool, company, PARTNER, read_scenes())
        await owner.close()
    finally:
        await server.execute(f"drop database if exists {name} with (force)")
        await server.close()
    missed = 0
    for name, some in (
        ("seen", [one for one in outcomes if not one.scene.is_held_back]),
        ("held back", [one for one in outcomes if one.scene.is_held_back]),
        ("all", outcomes),
    ):
        figures = quality(some)
        held = figures.precision >= PRECISION_MIN and figures.recall >= RECALL_MIN
        missed += not held
        print(
            f"labelled     {name}: {figures.pairs} pairs, {figures.same} of them one person; "
            f"precision {figures.precision:.3f} (goal {PRECISION_MIN}), "
            f"recall {figures.recall:.3f} (goal {RECALL_MIN}): {'held' if held else 'MISSED'}"
        )
    return missed


if __name__ == "__main__":
    sys.exit(main())
