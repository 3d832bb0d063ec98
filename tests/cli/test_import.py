"""`rsc import` as a process: killed at any moment, of any size, and what it says by its exit code."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.cli.program import RSC, environment, run
from tests.sync.companies import PARTNER, live_company, urn_of

PEOPLE = 9_000
_POLL_S = 0.005
_POLLS_MAX = 12_000
_BODY = "A long note about a candidate. " * 2_900
"""About 90 KB, which is near what a note may have."""


@pytest.fixture
async def urn(owner: asyncpg.Connection) -> str:
    return await urn_of(owner, await live_company(owner))


@contextmanager
def importing(dsn: str, urn: str, folder: Path, *files: Path) -> Iterator[subprocess.Popen[str]]:
    """An import that runs; killed at the end if it does by then."""
    with subprocess.Popen(
        [RSC, "import", *files, "--company", urn, "--partner", PARTNER],
        env=environment(DATABASE_URL=dsn),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def done(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("select coalesce(sum(done), 0) from sync_run") or 0


def history(count: int) -> list[dict[str, Any]]:
    """Applications before their candidates, each with a note; every hundredth candidate is refused."""
    said: list[dict[str, Any]] = []
    for n in range(count // 3):
        time_of = {"atsCreatedAt": 1_700_000_000_000 + n}
        said += [
            {"entity": "application", "atsJobApplicationId": f"a{n}", "atsCandidateId": f"c{n}", **time_of},
            {"entity": "note", "atsNoteId": "n", "atsJobApplicationId": f"a{n}", "note": "Hello", **time_of},
            {
                "entity": "candidate",
                "atsCandidateId": f"c{n}",
                "firstName": "Ann" if n % 100 else "",
                **time_of,
            },
        ]
    return said


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_an_import_that_is_killed_again_and_again_loses_and_doubles_nothing(
    database: str, urn: str, owner: asyncpg.Connection, tmp_path: Path, number: signal.Signals
) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in history(PEOPLE)))
    for _ in range(3):
        before = await done(owner)
        with importing(database, urn, tmp_path, file) as process:
            for _ in range(_POLLS_MAX):
                if await done(owner) > before or process.poll() is not None:
                    break
                await asyncio.sleep(_POLL_S)
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
        assert process.returncode == (3 if number is signal.SIGTERM else -signal.SIGKILL), errors
        if number is signal.SIGTERM:
            assert errors.splitlines()[-1] == (
                "Error: Broken off. What was taken stays; the same command goes on from there."
            )
    assert 0 < await done(owner) < PEOPLE
    with importing(database, urn, tmp_path, file) as process:
        printed, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert printed.startswith("resumed              history.jsonl: went on behind ")
    counts = {
        table: await owner.fetchval(f"select count(*) from {table}")
        for table in ("candidate", "application", "note", "sync_run", "record_result", "import_position")
    }
    assert counts == {
        "candidate": 2_970,
        "application": 3_000,
        "note": 3_000,
        "sync_run": 1,
        "record_result": PEOPLE,
        "import_position": 0,
    }
    assert await owner.fetchval("select count(*) from application where candidate_id is null") == 30
    run_row = await owner.fetchrow("select done, expected, refused, finished_at is null from sync_run")
    assert run_row is not None
    assert tuple(run_row) == (PEOPLE, PEOPLE, 30, False)
    refused = [json.loads(line) for line in (tmp_path / "history.refused.jsonl").read_text().splitlines()]
    assert [one["atsCandidateId"] for one in refused] == [f"c{n}" for n in range(0, 3_000, 100)]


def notes(count: int) -> list[dict[str, Any]]:
    return [
        {"entity": "note", "atsNoteId": str(n), "atsCandidateId": "c", "note": _BODY, "atsCreatedAt": 1 + n}
        for n in range(count)
    ]


def written(path: Path, kind: str, count: int) -> Path:
    """A file of so many large notes on one candidate, as JSON Lines, a JSON array or CSV."""
    with path.open("w") as file:
        if kind == "csv":
            file.write("Note ID,Candidate ID,Note,Created at\n")
        file.write("[" if kind == "array" else "")
        for number, note in enumerate(notes(count)):
            if kind == "csv":
                file.write(f'{number},c,"{_BODY}",2024-03-01\n')
            else:
                file.write(("," if number and kind == "array" else "") + json.dumps(note) + "\n")
        file.write("]" if kind == "array" else "")
    return path


def peak_mb(dsn: str, urn: str, folder: Path, file: Path) -> float:
    """Import a file in a process of its own; answers its largest resident set, by the kernel's own record."""
    process = subprocess.Popen(
        [RSC, "import", file, "--company", urn, "--partner", PARTNER],
        env=environment(DATABASE_URL=dsn),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


@pytest.mark.parametrize("kind", ["lines", "array", "csv"])
async def test_memory_does_not_grow_with_the_file(
    database: str, urn: str, owner: asyncpg.Connection, tmp_path: Path, kind: str
) -> None:
    small, large = (written(tmp_path / f"{count}.{kind}", kind, count) for count in (60, 700))
    assert large.stat().st_size > 60 << 20
    growth_mb = -peak_mb(database, urn, tmp_path, small) + peak_mb(database, urn, tmp_path, large)
    assert await owner.fetchval("select count(*) from waiting_record") == 700
    assert growth_mb < 30


async def test_the_exit_code_says_whether_all_some_or_nothing_was_taken(
    database: str, urn: str, tmp_path: Path
) -> None:
    good, bad, mapping = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "mapping.toml"
    good.write_text("Email,Wer\na@example.com,Ann Ash\n")
    bad.write_text("Email,Name\nb@example,Bea Bay\n")
    mapping.write_text('[columns]\nWer = "fullName"\n')
    asked = ("--company", urn, "--partner", PARTNER, "--refused", str(tmp_path / "refused"))
    settings = {"DATABASE_URL": database}

    done = run("import", str(good), *asked, "--mapping", str(mapping), settings=settings)
    assert (done.returncode, done.stdout) == (0, "candidate            1 created\n")
    assert "1 records" in done.stderr

    done = run("import", str(bad), *asked, settings=settings)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == [
        f"to be mended         {tmp_path / 'refused'} (the refused records; import it once mended)",
        "Nothing changed.",
    ]
    for arguments, message in (
        ((str(tmp_path / "absent.csv"), *asked), "absent.csv cannot be read: No such file or directory."),
        ((str(good), *asked, "--mapping", str(good)), "good.csv is not TOML: "),
        ((str(bad), *asked), "refused is there already; name another file with --refused."),
    ):
        done = run("import", *arguments, settings=settings)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
