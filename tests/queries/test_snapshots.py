"""Each operation beside this file gets the answer beside it, by the statement beside it, and by one alone."""

import json
from collections.abc import AsyncIterator
from typing import Final

import pytest

from tests.conftest import TestServer
from tests.queries.asking import Desk, Recording, demo_desk
from tests.queries.case import Case, all_cases
from tests.reference.world import demo_template

_LOADERS_ASK_TOO: Final = {
    "access-of-a-seat/recruiter-admin": 2,
    "trusted-documents": 1,
    "denied-at-the-root/staff": 1,
}
"""Operations with fields that Python fills from the database, and how often it goes there."""


@pytest.fixture(scope="module")
async def desk(server: TestServer, migrated: str) -> AsyncIterator[Desk]:
    template = await demo_template(server, migrated)
    async with server.copy_of(template) as dsn, demo_desk(dsn) as desk:
        yield desk


@pytest.fixture(scope="module")
async def recordings(desk: Desk) -> dict[str, Recording]:
    return {case.name: await desk.ask(case) for case in all_cases()}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_an_operation_gets_the_answer_and_the_statement_that_were_looked_at(
    case: Case, recordings: dict[str, Recording]
) -> None:
    recording = recordings[case.name]
    assert json.loads(recording.answer) == json.loads(case.answer_file.read_text("utf-8"))
    # Parsed JSON does not tell the order of keys, which follows the operation.
    assert recording.answer == case.answer_file.read_text("utf-8")
    assert recording.statement == case.statement_file.read_text("utf-8")


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_an_operation_is_one_statement(case: Case, recordings: dict[str, Recording]) -> None:
    recording = recordings[case.name]
    assert recording.fetched == 1
    if case.name not in _LOADERS_ASK_TOO:
        assert len(recording.ran) == 1
        assert recording.ran[0].startswith(("select ", "with "))


@pytest.mark.parametrize(("name", "trips"), _LOADERS_ASK_TOO.items())
def test_what_python_fills_from_the_database_is_fetched_beside_the_one_statement(
    name: str, trips: int, recordings: dict[str, Recording]
) -> None:
    reads = [sql for sql in recordings[name].ran if sql.lstrip().startswith(("select ", "with "))]
    bindings = [sql for sql in reads if "set_config" in sql]
    assert len(reads) - len(bindings) == 1 + trips


def test_no_snapshot_is_without_its_operation() -> None:
    cases = all_cases()
    kept = {file for case in cases for file in (case.answer_file, case.statement_file)}
    folders = {case.folder for case in cases}
    found = {
        file for folder in folders for pattern in ("*.json", "*.sql") for file in folder.glob(pattern)
    } - {folder / "variables.json" for folder in folders}
    assert found == kept
