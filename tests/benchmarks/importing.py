"""Bulk import: records a second, memory, and how far from a bare COPY of the same rows into the same tables.

`python -m tests.benchmarks.importing` makes a database in `bench-data/importing` with 20,000 members and a
file of `RSC_BENCH_IMPORT_RECORDS` (100,000) lines: jobs, then candidates of whom 60 % have a member's e-mail
address, each with an application, two stages and a note. A process of its own loads it. Then the rows that
came of it are copied to another company by COPY, with the same triggers and indexes, as many at a time as the
import takes, because triggers that see all rows of a statement are slower for more. Reported are both rates
and their ratio, the rate of the matching that follows, and the loading process's largest resident set.
"""

import asyncio
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson

from app.database.connect import open_embedded
from app.database.migrate import migrate
from app.database.pool import Pool
from app.demo.scale import load_scale
from app.demo.scale_records import email
from app.ids import CompanyId, CompanyUrn
from app.matching.match import match_due
from app.settings import Settings
from app.sync.importing import ImportOptions, Progress, import_files
from app.sync.ingest import BATCH_MAX
from tests.sync.companies import PARTNER, live_company, urn_of

DATA: Final = Path("bench-data") / "importing"
RECORDS: Final = int(os.environ.get("RSC_BENCH_IMPORT_RECORDS", "100000"))
MEMBERS: Final = 20_000
RECORDS_A_SECOND_MIN: Final = 3_000.0
MATCHED_A_SECOND_MIN: Final = 1_000.0
_START_MS: Final = 1_600_000_000_000
_TABLES: Final = ("job", "candidate", "application", "application_stage", "note", "tag", "candidate_tag")


def main() -> int:
    """Run it; 1 if a goal is missed."""
    if sys.argv[1:2] == ["load"]:
        print(json.dumps(asyncio.run(_load(*sys.argv[2:]))))
        return 0
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    file = DATA / "records.jsonl"
    with file.open("wb") as lines:
        lines.writelines(orjson.dumps(one) + b"\n" for one in _records(RECORDS))
    with open_embedded(Settings(data_dir=DATA)) as embedded:
        company, urn = asyncio.run(_prepare(embedded.dsn))
        module = [sys.executable, "-m", "tests.benchmarks.importing"]
        command = [*module, "load", embedded.dsn, str(file), urn]
        loaded = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        copied = asyncio.run(_copy(embedded.dsn, company))
    return _report(loaded, copied)


def _records(count: int) -> Iterator[dict[str, Any]]:
    drawn = random.Random(7)
    jobs = max(1, count // 500)
    for number in range(jobs):
        yield {
            "entity": "job",
            "externalJobPostingId": f"import-{number}",
            "title": f"Engineer {number}",
            "description": "We look for somebody who likes to understand things. " * 8,
            "location": "Berlin, Germany",
            "state": "LISTED",
            "listedAt": _START_MS,
        }
    for number in range((count - jobs) // 5):
        at = {"atsCreatedAt": _START_MS + number, "atsLastModifiedAt": _START_MS + number + 5_000}
        candidate, application = f"import-{number}", f"import-a{number}"
        known = drawn.random() < 0.6
        yield {
            "entity": "candidate",
            "atsCandidateId": candidate,
            "firstName": drawn.choice(("Ada", "Bea", "Cid", "Dan", "Eve", "Fay")),
            "lastName": f"Ash{number % 997}",
            "emailAddresses": [email(number % MEMBERS) if known else f"import.{number}@example.com"],
            "phoneNumbers": [{"number": f"+49 30 {number:07d}"}],
            "addresses": [{"city": "Berlin", "country": "DE"}],
            "currentCompanyName": "Acme",
            "currentJobTitle": "Engineer",
            "externalProfileUrl": f"https://ats.example.com/people/{number}",
            "source": "Referral",
            "tags": ["Python"] if number % 3 == 0 else [],
            **at,
        }
        yield {
            "entity": "application",
            "atsJobApplicationId": application,
            "atsCandidateId": candidate,
            "atsJobPostingId": f"import-{number % jobs}",
            "source": "LinkedIn",
            **at,
        }
        for rank, stage in enumerate(("New", "Phone screen")):
            yield {
                "entity": "stage",
                "atsStageId": str(rank),
                "atsJobApplicationId": application,
                "stage": stage,
                "atsCreatedAt": _START_MS + number + rank,
            }
        yield {
            "entity": "note",
            "atsNoteId": "1",
            "atsCandidateId": candidate,
            "note": "Spoke on the phone: friendly, curious, can start in May.",
            "author": {"firstName": "Jo", "lastName": "Doe"},
            "atsCreatedAt": _START_MS + number,
        }


async def _prepare(dsn: str) -> tuple[CompanyId, CompanyUrn]:
    """A database with members, and a company without records."""
    await migrate(dsn)
    await load_scale(dsn, members=MEMBERS, candidates=1_000)
    async with Pool(dsn, size=1) as pool:
        # Members are looked at once; that is not part of a load.
        await match_due(pool)
    connection = await asyncpg.connect(dsn)
    try:
        company = await live_company(connection)
        return company, await urn_of(connection, company)
    finally:
        await connection.close()


async def _load(dsn: str, file: str, urn: str) -> dict[str, float]:
    """One import, in this process: seconds of loading and of matching, counts, the largest resident set."""
    told: list[tuple[float, Progress]] = []
    begun = time.perf_counter()
    async with Pool(dsn, size=2) as pool:
        report = await import_files(
            pool,
            [Path(file)],
            CompanyUrn(urn),
            PARTNER,
            ImportOptions(refused=DATA / "refused.jsonl"),
            tell=lambda progress: told.append((time.perf_counter() - begun, progress)),
        )
    loaded_s = max(at for at, progress in told if not progress.matched)
    return {
        "records": report.records,
        "refused": report.refused_count,
        "seconds": loaded_s,
        "matched": report.matches.total,
        "match_seconds": told[-1][0] - loaded_s,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


async def _copy(dsn: str, company: CompanyId) -> tuple[int, float]:
    """Copy what the company has to a new one by COPY, each batch by itself: rows, and seconds of copying."""
    connection = await asyncpg.connect(dsn)
    try:
        other = await live_company(connection)
        # As of the first company's rows, the queue of whom to match is empty when they come in.
        await connection.execute("delete from candidate_to_match")
        rows, seconds = 0, 0.0
        for table in _TABLES:
            names, records = await _rows(connection, table, company, other)
            begun = time.perf_counter()
            for start in range(0, len(records), BATCH_MAX):
                some = records[start : start + BATCH_MAX]
                await connection.copy_records_to_table(table, records=some, columns=names)
            seconds += time.perf_counter() - begun
            rows += len(records)
        return rows, seconds
    finally:
        await connection.close()


async def _rows(
    connection: asyncpg.Connection, table: str, company: CompanyId, other: CompanyId
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and the company's rows of a table, as another company's."""
    columns = await connection.fetch(
        """
        select attname as name
        from pg_attribute
        where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
          and attgenerated = '' and attidentity = ''
        order by attnum
        """,
        table,
    )
    names = [column["name"] for column in columns]
    rows = await connection.fetch(f'select {", ".join(names)} from "{table}" where company_id = $1', company)
    at = names.index("company_id")
    return names, [(*tuple(row)[:at], other, *tuple(row)[at + 1 :]) for row in rows]


def _report(loaded: dict[str, float], copied: tuple[int, float]) -> int:
    rate = loaded["records"] / loaded["seconds"]
    matched = loaded["matched"] / max(loaded["match_seconds"], 1e-9)
    rows, seconds = copied
    copy_rate = rows / seconds
    missed = (rate < RECORDS_A_SECOND_MIN) + (matched < MATCHED_A_SECOND_MIN) + bool(loaded["refused"])
    print(
        f"import       {loaded['records']:,.0f} records in {loaded['seconds']:.1f} s: {rate:,.0f} a second "
        f"(goal {RECORDS_A_SECOND_MIN:,.0f}: {'held' if rate >= RECORDS_A_SECOND_MIN else 'MISSED'}), "
        f"{loaded['rss_mb']:.0f} MB at most\n"
        f"COPY         {rows:,} rows in {seconds:.1f} s: {copy_rate:,.0f} a second; "
        f"import's rate is {rate / copy_rate:.2f} of it\n"
        f"matching     {loaded['matched']:,.0f} candidates in {loaded['match_seconds']:.1f} s: "
        f"{matched:,.0f} a second (goal {MATCHED_A_SECOND_MIN:,.0f}: "
        f"{'held' if matched >= MATCHED_A_SECOND_MIN else 'MISSED'})",
        flush=True,
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
