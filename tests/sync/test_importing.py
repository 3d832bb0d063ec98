"""A bulk load as a whole: repeated, tried dry, counted, refused at once."""

from pathlib import Path

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyUrn
from app.sync.importing import ImportOptions, Progress, import_files
from tests.sync.companies import PARTNER, live_company, urn_of
from tests.sync.loads import FILES, counted, reasons, written

pytestmark = pytest.mark.usefixtures("in_folder")


async def test_of_several_records_of_one_key_the_last_modified_counts(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    def said(name: str, modified: int) -> dict[str, object]:
        return {"atsCandidateId": "1", "firstName": name, "atsCreatedAt": 1, "atsLastModifiedAt": modified}

    file = written(tmp_path / "twice.jsonl", [said("Old", 5), said("New", 9), said("Older", 4)])
    for counts in (
        {"candidate CREATED": 1, "candidate UPDATED": 1, "candidate STALE": 1},
        {"candidate STALE": 2, "candidate UNCHANGED": 1},
    ):
        assert counted(await import_files(pool, [file], urn, PARTNER)) == counts
    assert await owner.fetchval("select first_name from candidate") == "New"


async def test_a_dry_run_reports_the_same_and_leaves_nothing(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection
) -> None:
    dry = await import_files(pool, FILES, urn, "Greenhouse", ImportOptions(dry_run=True))
    tables = ("candidate", "job", "application", "tag", "sync_run", "record_result")
    assert [await owner.fetchval(f"select count(*) from {table}") for table in tables] == [0] * 6
    assert await owner.fetchval("select count(*) from partner where name = 'Greenhouse'") == 0
    real = await import_files(pool, FILES, urn, "Greenhouse")
    assert (counted(dry), reasons(dry), dry.partner_registered) == (counted(real), reasons(real), True)


async def test_the_run_and_the_progress_count_everything(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection
) -> None:
    told: list[Progress] = []
    await import_files(pool, FILES, urn, PARTNER, tell=told.append)
    size = sum(file.stat().st_size for file in FILES)
    assert told[-1] == Progress(bytes_done=size, bytes_total=size, records=14, matched=1)
    done = [one.bytes_done for one in told]
    assert done == sorted(done)
    row = await owner.fetchrow("select kind, expected, done, refused, finished_at is null from sync_run")
    assert row is not None
    assert tuple(row) == ("IMPORT", 14, 14, 4, False)
    assert await owner.fetchval("select count(*) from record_result where outcome = 'REFUSED'") == 4


async def test_what_cannot_be_loaded_at_all_is_said_at_once(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    disabled = await urn_of(owner, await live_company(owner, state="DISABLED"))
    none = await urn_of(owner, await live_company(owner, state=None))
    for files, company, partner, message in (
        (
            FILES,
            CompanyUrn("urn:li:organization:1"),
            PARTNER,
            "No company is known as urn:li:organization:1.",
        ),
        (FILES, CompanyUrn("nonsense"), PARTNER, "No company is known as nonsense."),
        (FILES, disabled, PARTNER, "The integration of this company is disabled."),
        (FILES, none, PARTNER, "This company has no integration to sync for."),
        (FILES, urn, " ", "A partner's name has 1 to 100 characters."),
        ([tmp_path / "absent.csv"], urn, PARTNER, "absent.csv cannot be read: No such file or directory."),
    ):
        with pytest.raises(CallerError) as raised:
            await import_files(pool, files, company, partner)
        assert raised.value.message == message
    assert await owner.fetchval("select count(*) from candidate") == 0
