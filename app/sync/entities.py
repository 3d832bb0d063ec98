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
from app.sync.tables import SyncedTable
from app.sync.tagging import replace_tags
from app.sync.wire_names import wire_name

_R = TypeVar("_R", bound=Record)
Results = dict[int, RecordResult]
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


async def take_jobs(batch: Batch, records: Sequence[Numbered[JobRecord]]) -> Results:
    rows = [(one, job_row(one.record, batch.origin)) for one in records]
    results = await _upsert(batch, tables.JOB, rows)
    await _join_waiting(batch, "job", _created(results))
    return results


async def take_candidates(batch: Batch, records: Sequence[Numbered[CandidateRecord]]) -> Results:
    rows = [(one, candidate_row(one.record, batch.origin)) for one in records]
    results = await _upsert(batch, tables.CANDIDATE, rows)
    await _join_waiting(batch, "candidate", _created(results))
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
    candidates = await _keys(batch, "candidate", (one.record.candidate_external_id for one in records))
    jobs = await _keys(batch, "job", (one.record.job_external_id for one in records))
    rows = [(one, application_row(one.record, batch.origin, candidates, jobs)) for one in records]
    results = await _upsert(batch, tables.APPLICATION, rows)
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
    applications = await _keys(batch, "application", (one.record.application_external_id for one in records))
    known, results = _with_parent(records, applications, "application_external_id")
    rows = [(one, stage_row(one.record, batch.origin, parent)) for one, parent in known]
    results |= await _upsert(batch, tables.STAGE, rows)
    await _follow_newest_stage(batch, {parent for _, parent in known})
    return results


async def take_notes(batch: Batch, records: Sequence[Numbered[NoteRecord]]) -> Results:
    results: Results = {}
    for kind, table in (("candidate", tables.CANDIDATE_NOTE), ("application", tables.APPLICATION_NOTE)):
        field = f"{kind}_external_id"
        there = [one for one in records if getattr(one.record, field) is not None]
        parents = await _keys(batch, kind, (getattr(one.record, field) for one in there))
        known, refused = _with_parent(there, parents, field)
        rows = [(one, note_row(one.record, batch.origin, parent)) for one, parent in known]
        results |= refused | await _upsert(batch, table, rows)
    return results


async def take_feedback(batch: Batch, records: Sequence[Numbered[FeedbackRecord]]) -> Results:
    applications = await _keys(batch, "application", (one.record.application_external_id for one in records))
    known, results = _with_parent(records, applications, "application_external_id")
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


async def _keys(batch: Batch, table: str, names: Iterable[str | None]) -> dict[str, UUID]:
    """Our keys of what the ATS names; what has not arrived is missing."""
    rows = await batch.connection.fetch(
        f"""
        select external_id, id
        from {table}
        where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
        """,
        batch.origin.company,
        batch.origin.partner,
        sorted({name for name in names if name is not None}),
    )
    return {row["external_id"]: row["id"] for row in rows}


def _with_parent(
    records: Sequence[Numbered[_R]], parents: Mapping[str, UUID], field: str
) -> tuple[list[tuple[Numbered[_R], UUID]], Results]:
    """Divide into those whose parent has arrived, with its key, and refusals of the rest."""
    known: list[tuple[Numbered[_R], UUID]] = []
    refused: Results = {}
    for one in records:
        name = getattr(one.record, field)
        if name in parents:
            known.append((one, parents[name]))
            continue
        kind = field.removesuffix("_external_id")
        refused[one.position] = RecordResult(
            external_id=one.record.external_id,
            entity=one.record.entity,
            outcome=RecordOutcome.REFUSED,
            message=f"Belongs to {kind} {name}, which is not known; send that first.",
            path=(wire_name(one.record.entity, field),),
        )
    return known, refused


async def _join_waiting(batch: Batch, kind: str, arrived: Sequence[UUID]) -> None:
    """Join the applications that waited for these candidates or jobs."""
    if not arrived:
        return
    await batch.connection.execute(
        f"""
        update application a
        set {kind}_id = p.id
        from {kind} p
        where p.company_id = $1 and p.id = any($3::uuid[])
          and a.company_id = $1 and a.partner_name = $2
          and a.{kind}_external_id = p.external_id and a.{kind}_id is null
        """,
        batch.origin.company,
        batch.origin.partner,
        arrived,
    )


async def _follow_newest_stage(batch: Batch, applications: Iterable[UUID]) -> None:
    """An application's stage is the one that it entered last."""
    await batch.connection.execute(
        """
        update application a
        set stage = newest.name
        from (
          select distinct on (application_id) application_id, name
          from application_stage
          where company_id = $1 and application_id = any($2::uuid[])
          order by application_id, entered_at desc, rank desc, id desc
        ) as newest
        where a.company_id = $1 and a.id = newest.application_id and a.stage is distinct from newest.name
        """,
        batch.origin.company,
        sorted(applications),
    )


def _created(results: Results) -> list[UUID]:
    return [
        result.id
        for result in results.values()
        if result.outcome is RecordOutcome.CREATED and result.id is not None
    ]


def _replaced(result: RecordResult, outcome: RecordOutcome) -> RecordResult:
    return RecordResult(external_id=result.external_id, entity=result.entity, outcome=outcome, id=result.id)
