"""How each kind of record is taken: its references resolved, its rows upserted, what follows from it done.

Each function takes records of one kind in which no key occurs twice, and answers a result for each.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import orjson
from asyncpg import Connection

from app.sync import tables
from app.sync.known import known_keys
from app.sync.records import (
    ApplicationRecord,
    CandidateRecord,
    FeedbackRecord,
    JobRecord,
    NoteRecord,
    Record,
    RecordEntity,
    RecordOutcome,
    RecordResult,
    StageRecord,
)
from app.sync.rows import (
    Origin,
    Row,
    application_row,
    candidate_row,
    feedback_row,
    job_row,
    note_row,
    stage_row,
)
from app.sync.stages import follow_newest_stage
from app.sync.tables import SyncedTable
from app.sync.tagging import replace_tags
from app.sync.waiting import Child, let_wait, take_out
from app.sync.wire_names import wire_name

_R = TypeVar("_R", bound=Record)
_C = TypeVar("_C", StageRecord, NoteRecord, FeedbackRecord)
Results = dict[int, RecordResult]
_NOTES: Final = (
    (RecordEntity.CANDIDATE, tables.CANDIDATE_NOTE),
    (RecordEntity.APPLICATION, tables.APPLICATION_NOTE),
)
_WRITTEN: Final = frozenset({RecordOutcome.CREATED, RecordOutcome.UPDATED})


@dataclass(frozen=True, slots=True)
class Numbered(Generic[_R]):
    """A record and where it stands in the caller's batch."""

    position: int
    record: _R


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The transaction that the records are taken in, and whose they are."""

    connection: Connection
    origin: Origin

    async def keys(self, kind: str, names: Iterable[str | None]) -> dict[str, UUID]:
        """See `known_keys`."""
        return await known_keys(self.connection, self.origin, kind, names)


async def take_jobs(batch: Batch, records: Sequence[Numbered[JobRecord]]) -> Results:
    rows = [(one, job_row(one.record, batch.origin)) for one in records]
    results = await _upsert(batch, tables.JOB, rows)
    await _join_waiting(batch, "job", results)
    return results


async def take_candidates(batch: Batch, records: Sequence[Numbered[CandidateRecord]]) -> Results:
    rows = [(one, candidate_row(one.record, batch.origin)) for one in records]
    results = await _upsert(batch, tables.CANDIDATE, rows)
    await _join_waiting(batch, "candidate", results)
    await _take_what_waited(batch, RecordEntity.CANDIDATE, results)
    said = {
        key: one.record.tags
        for one in records
        if one.record.tags is not None
        and results[one.position].outcome is not RecordOutcome.STALE
        and (key := results[one.position].id) is not None
    }
    retagged = await replace_tags(batch.connection, batch.origin, said)
    for position, result in results.items():
        if result.id in retagged and result.outcome is RecordOutcome.UNCHANGED:
            results[position] = _replaced(result, RecordOutcome.UPDATED)
    return results


async def take_applications(batch: Batch, records: Sequence[Numbered[ApplicationRecord]]) -> Results:
    candidates = await batch.keys("candidate", (one.record.candidate_external_id for one in records))
    jobs = await batch.keys("job", (one.record.job_external_id for one in records))
    rows = [(one, application_row(one.record, batch.origin, candidates, jobs)) for one in records]
    results = await _upsert(batch, tables.APPLICATION, rows)
    await _take_what_waited(batch, RecordEntity.APPLICATION, results)
    for one in records:
        missing = []
        if one.record.candidate_external_id not in candidates:
            missing.append(("candidate", one.record.candidate_external_id))
        if one.record.job_external_id is not None and one.record.job_external_id not in jobs:
            missing.append(("job", one.record.job_external_id))
        result = results[one.position]
        if missing and result.outcome is not RecordOutcome.STALE:
            waited = " and ".join(f"{kind} {name}" for kind, name in missing)
            results[one.position] = RecordResult(
                external_id=result.external_id,
                entity=result.entity,
                # A repetition changes nothing: that it still waits is said by the message.
                outcome=RecordOutcome.WAITING if result.outcome in _WRITTEN else result.outcome,
                message=f"Waits for {waited}, not arrived yet.",
                path=(wire_name(RecordEntity.APPLICATION, f"{missing[0][0]}_external_id"),),
                id=result.id,
            )
    return results


async def take_stages(batch: Batch, records: Sequence[Numbered[StageRecord]]) -> Results:
    applications = await batch.keys("application", (one.record.application_external_id for one in records))
    known, results = await _with_parent(batch, records, RecordEntity.APPLICATION, applications)
    rows = [(one, stage_row(one.record, batch.origin, parent)) for one, parent in known]
    results |= await _upsert(batch, tables.STAGE, rows)
    await follow_newest_stage(batch.connection, batch.origin.company, {parent for _, parent in known})
    return results


async def take_notes(batch: Batch, records: Sequence[Numbered[NoteRecord]]) -> Results:
    results: Results = {}
    for kind, table in _NOTES:
        field = f"{kind.value}_external_id"
        there = [one for one in records if getattr(one.record, field) is not None]
        if not there:
            continue
        parents = await batch.keys(kind.value, (getattr(one.record, field) for one in there))
        known, waiting = await _with_parent(batch, there, kind, parents)
        rows = [(one, note_row(one.record, batch.origin, parent)) for one, parent in known]
        results |= waiting | await _upsert(batch, table, rows)
    return results


async def take_feedback(batch: Batch, records: Sequence[Numbered[FeedbackRecord]]) -> Results:
    applications = await batch.keys("application", (one.record.application_external_id for one in records))
    known, results = await _with_parent(batch, records, RecordEntity.APPLICATION, applications)
    rows = [(one, feedback_row(one.record, batch.origin, parent)) for one, parent in known]
    return results | await _upsert(batch, tables.INTERVIEW_FEEDBACK, rows)


TAKERS: Final[Mapping[RecordEntity, Callable[[Batch, Sequence[Numbered[Any]]], Awaitable[Results]]]] = {
    RecordEntity.JOB: take_jobs,
    RecordEntity.CANDIDATE: take_candidates,
    RecordEntity.APPLICATION: take_applications,
    RecordEntity.STAGE: take_stages,
    RecordEntity.NOTE: take_notes,
    RecordEntity.INTERVIEW_FEEDBACK: take_feedback,
}


async def _upsert(batch: Batch, table: SyncedTable, rows: Sequence[tuple[Numbered[Any], Row]]) -> Results:
    if not rows:
        return {}
    records = {one.position: one.record for one, _ in rows}
    sent = orjson.dumps([{"position": one.position, **row} for one, row in rows], default=str).decode()
    arguments = [batch.origin.company, sent, *([batch.origin.now] if table.has_synced else [])]
    answered = await batch.connection.fetch(table.statement, *arguments)
    return {
        row["position"]: RecordResult(
            external_id=records[row["position"]].external_id,
            entity=records[row["position"]].entity,
            outcome=(outcome := RecordOutcome(row["outcome"])),
            message="A later state of this record is known." if outcome is RecordOutcome.STALE else None,
            id=row["id"],
        )
        for row in answered
    }


async def _with_parent(
    batch: Batch, records: Sequence[Numbered[_C]], parent: RecordEntity, parents: Mapping[str, UUID]
) -> tuple[list[tuple[Numbered[_C], UUID]], Results]:
    """Those whose parent has arrived, with its key; the rest wait, and their results say so."""
    known: list[tuple[Numbered[_C], UUID]] = []
    orphans: dict[int, Child] = {}
    for one in records:
        key = parents.get(getattr(one.record, f"{parent.value}_external_id"))
        if key is not None:
            known.append((one, key))
        else:
            orphans[one.position] = one.record
    return known, await let_wait(batch.connection, batch.origin, parent, orphans)


async def _take_what_waited(batch: Batch, parent: RecordEntity, results: Results) -> None:
    """Take the stages, notes and feedback that came before these."""
    arrived = [one.external_id for one in results.values() if one.outcome is RecordOutcome.CREATED]
    if not arrived:
        return
    waited = await take_out(batch.connection, batch.origin, parent, arrived)
    for entity in dict.fromkeys(child.entity for child in waited):
        some = [Numbered(place, child) for place, child in enumerate(waited) if child.entity is entity]
        await TAKERS[entity](batch, some)


async def _join_waiting(batch: Batch, kind: str, results: Results) -> None:
    """Join the applications that waited for these candidates or jobs, if those are new."""
    arrived = {one.external_id: one.id for one in results.values() if one.outcome is RecordOutcome.CREATED}
    if not arrived:
        return
    rows = await batch.connection.fetch(
        f"""
        select id, {kind}_external_id as name
        from application
        where company_id = $1 and partner_name = $2 and {kind}_external_id = any($3::text[])
          and {kind}_id is null
        """,
        batch.origin.company,
        batch.origin.partner,
        list(arrived),
    )
    if rows:
        await batch.connection.execute(
            f"""
            update application a
            set {kind}_id = w.arrived
            from unnest($2::uuid[], $3::uuid[]) as w (id, arrived)
            where a.company_id = $1 and a.id = w.id
            """,
            batch.origin.company,
            [row["id"] for row in rows],
            [arrived[row["name"]] for row in rows],
        )


def _replaced(result: RecordResult, outcome: RecordOutcome) -> RecordResult:
    return RecordResult(external_id=result.external_id, entity=result.entity, outcome=outcome, id=result.id)
