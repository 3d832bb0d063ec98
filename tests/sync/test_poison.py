"""Poison in every field of every kind of record: refused with its path, and its neighbours are stored."""

from dataclasses import fields
from typing import Any, Final

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId
from app.records.syncing import RECORDS_MAX, sync_records
from app.sync.ingest import ingest
from app.sync.records import (
    ApplicationRecord,
    CandidateRecord,
    FeedbackRecord,
    JobRecord,
    NoteRecord,
    RecordEntity,
    RecordOutcome,
    StageRecord,
)
from app.sync.wire_names import wire_name
from tests.sync.companies import PARTNER
from tests.sync.test_ingest import APPLICATION, FEEDBACK, JOB, LOCKE

TABLES: Final = {
    RecordEntity.JOB: "job",
    RecordEntity.CANDIDATE: "candidate",
    RecordEntity.APPLICATION: "application",
    RecordEntity.STAGE: "application_stage",
    RecordEntity.NOTE: "note",
    RecordEntity.INTERVIEW_FEEDBACK: "interview_feedback",
}
GOOD: Final[dict[RecordEntity, dict[str, Any]]] = {
    RecordEntity.JOB: {"externalJobPostingId": "good", "title": "Cook"},
    RecordEntity.CANDIDATE: {"atsCandidateId": "good", "firstName": "Ann"},
    RecordEntity.APPLICATION: {"atsJobApplicationId": "good", "atsCandidateId": "c1"},
    RecordEntity.STAGE: {
        **{"atsStageId": "good", "atsJobApplicationId": "a1"},
        **{"stage": "New", "atsCreatedAt": 1_700_000_000_000},
    },
    RecordEntity.NOTE: {
        **{"atsNoteId": "good", "atsCandidateId": "c1"},
        **{"note": "Calls back.", "atsCreatedAt": 1_700_000_000_000},
    },
    RecordEntity.INTERVIEW_FEEDBACK: {
        **{"atsInterviewFeedbackId": "good", "atsJobApplicationId": "a1"},
        **{"atsCreatedAt": 1_700_000_000_000},
    },
}
KINDS: Final[tuple[type[Any], ...]] = (
    *(JobRecord, CandidateRecord, ApplicationRecord),
    *(StageRecord, NoteRecord, FeedbackRecord),
)
FIELDS: Final = [
    (kind.entity, wire_name(kind.entity, field.name)) for kind in KINDS for field in fields(kind)
]


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [{"k": value}]
    return value


PLAIN: Final[list[Any]] = [
    *("\x00", "a\x00b", "\ud800", "a\udfffb", "x" * 10_000_000, "\u202e", "\ufffe"),
    *(-1, 0, 2**31, 2**63, 10**400, -(10**400), 1e308, float("nan"), float("inf"), -0.0, True, False),
    *(253_402_300_800_000, 3_093_527_980_799_999, "99999-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
    *("2024-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "now"),
    *([], {}, [[]], [{}], [None], [["a"]], [{"number": {}}], [{"name": 1, "role": []}], {"": ""}),
    *({"\x00": 1}, {"k": "\x00"}, {"k": "\ud800"}, {"k": 10**400}, {"k": float("nan")}),
    *(["\x00"], [{"number": "\x00"}], [{"attribute": "\ud800", "result": "x"}], ["x"] * 100_000),
    *(nested(50), nested(400), {"k": nested(400)}, [{"city": "y" * 1_000_000}], "javascript:alert(1)"),
]


@pytest.mark.parametrize(("entity", "name"), FIELDS)
async def test_poison_is_refused_with_its_path_or_harmless(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, entity: RecordEntity, name: str
) -> None:
    await ingest(pool, company, PARTNER, [LOCKE, APPLICATION])
    good, own_id = GOOD[entity], wire_name(entity, "external_id")
    poisoned = [{**good, own_id: f"p{place}", name: value} for place, value in enumerate(PLAIN)]
    sent = [{**good, own_id: "first"}, *poisoned, {**good, own_id: "last"}]
    assert len(sent) <= RECORDS_MAX
    synced = await sync_records(pool, company, PARTNER, entity, sent, unattended=True)
    first, *between, last = synced.results
    taken = {RecordOutcome.CREATED, RecordOutcome.WAITING}
    assert {first.outcome, last.outcome} <= taken
    for value, result in zip(PLAIN, between, strict=True):
        if result.outcome is RecordOutcome.REFUSED:
            assert result.path is not None, (value, result)
            # A field that must agree with another may be refused in the other's name.
            assert result.path[0] == name or result.path[0] in good or "Modified" in result.path[0], result
            assert result.message is not None
            assert len(result.message) < 1_000
    refused = sum(result.outcome is RecordOutcome.REFUSED for result in between)
    assert refused >= len(PLAIN) / 3
    await _can_be_read(owner, entity)
    stored = await owner.fetch(f"select external_id from {TABLES[entity]} where company_id = $1", company)
    assert {"first", "last"} <= {row["external_id"] for row in stored}


async def _can_be_read(owner: asyncpg.Connection, entity: RecordEntity) -> None:
    """Whatever was taken is JSON that any client can read."""
    for row in await owner.fetch(f"select to_jsonb(t)::text as said from {TABLES[entity]} t"):
        assert "\\u0000" not in row["said"]
        row["said"].encode()


@pytest.mark.parametrize("entity", list(RecordEntity))
@pytest.mark.parametrize("said", [{}, {"x": 1}, {"": None}])
async def test_a_record_that_says_nothing_is_refused_by_its_id(
    pool: Pool, company: CompanyId, entity: RecordEntity, said: dict[str, Any]
) -> None:
    synced = await sync_records(pool, company, PARTNER, entity, [said, GOOD[entity]], unattended=True)
    assert synced.results[0].path == (wire_name(entity, "external_id"),)
    assert synced.results[1].outcome is not RecordOutcome.REFUSED


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("member", "positions"), ("member", "education"), ("member", "skills")),
        *(("candidate", "phone_numbers"), ("candidate", "addresses"), ("candidate", "match_evidence")),
        *(("job", "hiring_team"), ("interview_feedback", "evaluations")),
    ],
)
@pytest.mark.parametrize("value", ["[[]]", "[[{}]]", "[1]", "[null]", "{}", '["a"]'])
async def test_the_database_itself_takes_only_lists_of_objects(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, table: str, column: str, value: str
) -> None:
    """The last wall: what is not a list of objects would fail where it is read."""
    await ingest(pool, company, PARTNER, [LOCKE, JOB, APPLICATION, FEEDBACK])
    await owner.execute(
        "insert into member (urn, first_name, last_name) values ('urn:li:person:m', 'A', 'B')"
    )
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"update {table} set {column} = $1", value)
    await owner.execute(f"update {table} set {column} = '[]'")
