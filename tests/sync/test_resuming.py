"""Loads that are broken off go on, and what they refuse can be mended; within one process."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyId, CompanyUrn
from app.sync.importing import ImportBrokenOff, ImportOptions, Progress, import_files
from tests.sync.companies import PARTNER, live_company, urn_of
from tests.sync.loads import GREENHOUSE, counted, written

pytestmark = pytest.mark.usefixtures("in_folder")


class _StopError(Exception):
    pass


def people(count: int) -> list[dict[str, Any]]:
    """Candidates, every hundredth of which is refused."""
    return [
        {"atsCandidateId": f"c{n}", "firstName": "" if n % 100 == 99 else f"Name {n}", "atsCreatedAt": 1 + n}
        for n in range(count)
    ]


def stop_at(records: int) -> Any:
    def tell(progress: Progress) -> None:
        if progress.records >= records:
            raise _StopError

    return tell


async def broken_off(pool: Pool, files: list[Path], urn: CompanyUrn, records: int, **options: Any) -> None:
    with pytest.raises(_StopError):
        await import_files(pool, files, urn, PARTNER, ImportOptions(**options), tell=stop_at(records))


async def names(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch("select external_id from candidate order by created_at")
    return [row["external_id"] for row in rows]


def reasons(path: Path) -> list[str]:
    return [json.loads(line)["refused"] for line in path.read_text().splitlines()]


async def test_a_load_that_is_broken_off_goes_on_where_it_was_in_the_same_run(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    files = [written(tmp_path / f"{part}.jsonl", some) for part, some in halves(4_600).items()]
    await broken_off(pool, files, urn, 3_300)
    moved = tmp_path / "moved.jsonl"
    files[1].rename(moved)
    report = await import_files(pool, [files[0], moved], urn, PARTNER)
    assert [(one.file, one.was_done) for one in report.resumed] == [("a.jsonl", True), ("moved.jsonl", False)]
    assert 0 < report.resumed[1].bytes_before < report.resumed[1].size_bytes
    # 2,300 of the first file, and a batch of the second: only what is behind these was read again.
    assert report.records == 1_300
    assert len(await names(owner)) == 4_554
    run = await owner.fetchrow("select count(*), sum(done), sum(expected), sum(refused) from sync_run")
    assert run is not None
    assert tuple(run) == (1, 4_600, 4_600, 46)
    assert await owner.fetchval("select count(*) from record_result") == 4_600
    assert await owner.fetchval("select count(*) from import_position") == 0
    assert report.refused_file == tmp_path / "a.refused.jsonl"
    expected = [f"line {n}" for n in range(100, 2_301, 100)]
    places = [one.split(":")[0].split(", ")[1] for one in reasons(tmp_path / "a.refused.jsonl")]
    assert places == expected * 2


def halves(count: int) -> dict[str, list[dict[str, Any]]]:
    everybody = people(count)
    return {"a": everybody[: count // 2], "b": everybody[count // 2 :]}


async def test_what_was_written_down_but_not_taken_is_written_once(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(tmp_path / "people.jsonl", people(3_000))
    await broken_off(pool, [file], urn, 2_000)
    refused = tmp_path / "people.refused.jsonl"
    with refused.open("a") as more:
        more.write('{"refused": "half of a li')
    report = await import_files(pool, [file], urn, PARTNER)
    assert report.refused_file == refused
    assert len(reasons(refused)) == 30


async def test_a_load_that_ended_is_begun_anew_and_changes_nothing(
    pool: Pool, urn: CompanyUrn, tmp_path: Path
) -> None:
    file = written(tmp_path / "people.jsonl", people(150))
    for expected, name in ((149, "people.refused.jsonl"), (0, "people.refused-2.jsonl")):
        report = await import_files(pool, [file], urn, PARTNER)
        assert (report.changed, report.resumed) == (expected, [])
        assert report.refused_file == tmp_path / name


async def test_another_mapping_or_content_is_another_load(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(tmp_path / "people.jsonl", people(2_500))
    await broken_off(pool, [file], urn, 1_000)
    other = written(tmp_path / "people.jsonl", people(2_501))
    report = await import_files(pool, [other], urn, PARTNER)
    assert (report.resumed, report.records) == ([], 2_501)


async def test_of_two_loads_of_one_file_at_once_one_stops(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, company: CompanyId, tmp_path: Path
) -> None:
    file = written(tmp_path / "people.jsonl", people(2_500))
    await broken_off(pool, [file], urn, 1_000)

    # Somebody else moves the position after this load has read it.
    await owner.execute(
        """
        create function moved() returns trigger language plpgsql as
        $$ begin update import_position set bytes_read = bytes_read + 1; return null; end $$;
        create trigger moved after insert on candidate for each statement execute function moved();
        """
    )
    with pytest.raises(ImportBrokenOff) as raised:
        await import_files(pool, [file], urn, PARTNER)
    assert raised.value.message == "Another import of the same file goes on; this one stops here."
    assert len(await names(owner)) == 990


async def test_a_load_into_an_integration_that_is_disabled_meanwhile_stops_and_goes_on_later(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(tmp_path / "people.jsonl", people(2_500))
    await broken_off(pool, [file], urn, 1_000)
    await owner.execute("update integration set state = 'DISABLED'")
    with pytest.raises(ImportBrokenOff, match="is not enabled"):
        await import_files(pool, [file], urn, PARTNER)
    await owner.execute("update integration set state = 'LIVE'")
    assert (await import_files(pool, [file], urn, PARTNER)).records == 1_500


async def test_activity_feeds_are_read_after_a_load_that_was_broken_off_among_the_records(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    feed = json.loads((GREENHOUSE / "activity_feed.json").read_text())
    feed["emails"][0]["to"] = "last@example.com"
    said = [
        feed,
        *people(2_500),
        {"atsCandidateId": "z", "firstName": "Z", "emailAddresses": ["last@example.com"]},
    ]
    file = written(tmp_path / "all.jsonl", said)
    await broken_off(pool, [file], urn, 1_000)
    report = await import_files(pool, [file], urn, PARTNER)
    assert counted(report)["note CREATED"] == 1
    owner_of_note = (
        "select candidate.external_id from candidate join note on candidate.id = note.candidate_id"
    )
    assert await owner.fetchval(owner_of_note) == "z"


REFUSED: list[object] = [
    {"entity": "candidate", "atsCandidateId": "1", "firstName": 5, "lastName": "Ash"},
    '{"atsCandidateId": "2", "firstName": "Bea",',
    [{"not": "an object"}],
    {"entity": "stage", "atsStageId": "s", "atsJobApplicationId": "a", "stage": "X", "atsCreatedAt": "soon"},
    {"id": 7, "first_name": "Cid", "phone_numbers": 7, "applications": [
        {"id": 70, "applied_at": "soon", "current_stage": {"id": 1, "name": "New"}}]},
]  # fmt: skip


async def test_what_is_refused_can_be_mended_and_imported_as_it_is(
    pool: Pool, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    urn = await urn_of(owner, await live_company(owner))
    sheet = written(tmp_path / "people.csv", ["Name,Email,Added", "Dan Dow,dan@example.com,yesterday"])
    feed = json.loads((GREENHOUSE / "activity_feed.json").read_text())
    file = written(tmp_path / "all.jsonl", [{"notes": feed["notes"], "activities": []}, *REFUSED])
    asked = ImportOptions(refused=tmp_path / "wrong.jsonl")
    report = await import_files(pool, [file, sheet], urn, PARTNER, asked)
    assert (counted(report), report.refused_file) == ({}, tmp_path / "wrong.jsonl")
    text = (tmp_path / "wrong.jsonl").read_text()
    assert text.count('"refused"') == report.refused_count == 8

    unmended = await import_files(pool, [tmp_path / "wrong.jsonl"], urn, PARTNER)
    assert (unmended.changed, unmended.refused_count) == (0, 8)
    assert unmended.refused_file == tmp_path / "wrong.refused.jsonl"

    for wrong, right in (
        ('"firstName":5', '"firstName":"Ann"'),
        ('"firstName": "Bea",', '"firstName": "Bea"}'),
        ('"value":[{"not":"an object"}]', '"atsCandidateId":"3","firstName":"Eve"'),
        ('"atsJobApplicationId":"a","stage":"X","atsCreatedAt":"soon"',
         '"atsJobApplicationId":"70","stage":"Old","atsCreatedAt":1'),
        ('"phone_numbers":7', '"phone_numbers":[]'),
        ('"applied_at":"soon"', '"applied_at":"2024-03-01"'),
        ('"candidate_id":null', '"candidate_id":7'),
        ('"atsCreatedAt":"yesterday"', '"atsCreatedAt":"2024-03-01T00:00:00Z"'),
    ):  # fmt: skip
        assert wrong in text
        text = text.replace(wrong, right)
    (tmp_path / "wrong.jsonl").write_text(text)
    mended = await import_files(pool, [tmp_path / "wrong.jsonl"], urn, PARTNER)
    assert [one.message for one in mended.refused] == []
    rows = await owner.fetch("select external_id, first_name from candidate order by external_id")
    assert [tuple(row) for row in rows] == [
        ("1", "Ann"),
        ("2", "Bea"),
        ("3", "Eve"),
        ("7", "Cid"),
        ("dan@example.com", "Dan"),
    ]
    assert await owner.fetchval("select count(*) from application_stage") == 2
    assert await owner.fetchval("select count(*) from note") == 1


async def test_a_file_that_is_there_is_never_written_over(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(tmp_path / "people.jsonl", people(100))
    for path, message in (
        (file, "is there already; name another file with --refused."),
        (tmp_path, "is there already; name another file with --refused."),
        (tmp_path / "absent" / "x", "cannot be written; name another file with --refused."),
    ):
        with pytest.raises(CallerError) as raised:
            await import_files(pool, [file], urn, PARTNER, ImportOptions(refused=path))
        assert raised.value.message == f"{path} {message}"
    assert await owner.fetchval("select count(*) from sync_run") == 0
    kept = tmp_path / "x"
    report = await import_files(pool, [file], urn, PARTNER, ImportOptions(refused=kept))
    assert report.refused_file == kept
    assert kept.stat().st_mode & 0o777 == 0o600


async def test_a_dry_run_writes_no_file(pool: Pool, urn: CompanyUrn, tmp_path: Path) -> None:
    file = written(tmp_path / "people.jsonl", people(100))
    report = await import_files(pool, [file], urn, PARTNER, ImportOptions(dry_run=True))
    assert (report.refused_count, report.refused_file) == (1, None)
    assert not (tmp_path / "people.refused.jsonl").exists()
