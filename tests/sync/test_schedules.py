"""Ten thousand random schedules of creates, updates, deletes, repetitions and delays agree with a model."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId
from app.sync.deletes import key_of
from app.sync.ingest import BATCH_MAX, delete_records, ingest
from app.sync.records import (
    ApplicationRecord,
    CandidateRecord,
    FeedbackRecord,
    JobRecord,
    NoteRecord,
    Record,
    RecordEntity,
    RecordKey,
    StageRecord,
)
from tests.sync.companies import PARTNER, T0

SCHEDULES: Final = 10_000
OPERATIONS: Final = 9
DELAY_MAX: Final = 5
"""Minutes; an operation is sent each minute."""
_ORDER: Final = tuple(RecordEntity)
_HAS_NO_MODIFIED: Final = (RecordEntity.STAGE, RecordEntity.INTERVIEW_FEEDBACK)


@dataclass(frozen=True)
class Put:
    """A record, which says `at` as its time."""

    record: Record
    parents: tuple[RecordKey, ...]
    at: datetime

    @property
    def key(self) -> RecordKey:
        return key_of(self.record)


@dataclass
class Model:
    """What should be there. A delete counts from when it arrives, a record from the time it says."""

    known: dict[RecordKey, Put] = field(default_factory=dict)
    deleted: dict[RecordKey, datetime] = field(default_factory=dict)

    def put(self, put: Put) -> None:
        known = self.known.get(put.key)
        is_older = known and known.at > put.at and put.key.entity not in _HAS_NO_MODIFIED
        if not is_older and all(self.deleted.get(key, T0) < put.at for key in (put.key, *put.parents)):
            self.known[put.key] = put

    def delete(self, key: RecordKey, now: datetime) -> None:
        self.deleted[key] = now
        self.known.pop(key, None)
        for below in [one.key for one in self.known.values() if key in one.parents]:
            self.delete(below, now)

    def visible(self) -> set[tuple[Any, ...]]:
        return {told(one, self.known) for one in self.known.values() if has_arrived(one, self.known)}


def has_arrived(put: Put, known: dict[RecordKey, Put]) -> bool:
    """Whether it is shown: an application is shown before its candidate arrives, nothing else is."""
    return put.key.entity is RecordEntity.APPLICATION or all(parent in known for parent in put.parents)


def told(put: Put, known: dict[RecordKey, Put]) -> tuple[Any, ...]:
    record = put.record
    if isinstance(record, CandidateRecord):
        return ("candidate", record.external_id, record.first_name)
    if isinstance(record, JobRecord):
        return ("job", record.external_id, record.title)
    if isinstance(record, ApplicationRecord):
        candidate = root(RecordEntity.CANDIDATE, record.candidate_external_id)
        job = root(RecordEntity.JOB, record.job_external_id or "")
        stages = [
            one.record
            for one in known.values()
            if isinstance(one.record, StageRecord) and one.parents == (put.key,)
        ]
        return (
            *("application", record.external_id, record.source),
            candidate.external_id if candidate in known else None,
            job.external_id if job in known else None,
            max(stages, key=lambda stage: stage.entered_at).name if stages else None,
        )
    parent = put.parents[0].external_id
    if isinstance(record, StageRecord):
        return ("stage", record.external_id, record.name, parent)
    text = record.body if isinstance(record, NoteRecord) else record.feedback
    return (record.entity.value, record.external_id, text, parent)


def root(entity: RecordEntity, name: str) -> RecordKey:
    return RecordKey(entity=entity, external_id=name)


@dataclass(frozen=True)
class Schedule:
    """One schedule's operations by the minute that they arrive in."""

    number: int

    def __iter__(self) -> Iterator[tuple[int, Put | RecordKey]]:
        dice = random.Random(self.number)
        sent: list[Put] = []
        for minute in range(1, OPERATIONS + 1):
            put = self._put(dice, T0 + timedelta(minutes=minute))
            operation: Put | RecordKey = put
            chance = dice.random()
            if chance < 0.3:
                operation = put.key
            elif chance < 0.45 and sent:
                operation = dice.choice(sent)
            else:
                sent.append(put)
            yield minute + dice.randrange(DELAY_MAX), operation

    def _put(self, dice: random.Random, at: datetime) -> Put:
        candidate, job = f"{self.number}-c{dice.randrange(2)}", f"{self.number}-j"
        application = f"{self.number}-a{dice.randrange(2)}"
        name = f"{self.number}-x"
        content = f"at {at.minute}"
        of_candidate = (root(RecordEntity.CANDIDATE, candidate),)
        of_application = (root(RecordEntity.APPLICATION, application),)
        times: dict[str, Any] = {"ats_created_at": T0, "ats_last_modified_at": at}
        kind = dice.choice((0, 0, 0, 1, 2, 2, 2, 3, 4, 5, 6))
        if kind == 0:
            return Put(CandidateRecord(external_id=candidate, first_name=content, **times), (), at)
        if kind == 1:
            return Put(JobRecord(external_id=job, title=content, **times), (), at)
        if kind == 2:
            applied = ApplicationRecord(
                external_id=application,
                candidate_external_id=candidate,
                job_external_id=job,
                source=content,
                **times,
            )
            return Put(applied, of_candidate, at)
        if kind == 3:
            note = NoteRecord(external_id=name, candidate_external_id=candidate, body=content, **times)
            return Put(note, of_candidate, at)
        if kind == 4:
            note = NoteRecord(external_id=name, application_external_id=application, body=content, **times)
            return Put(note, of_application, at)
        if kind == 5:
            name = f"{self.number}-s{dice.randrange(2)}"
            stage = StageRecord(
                external_id=name, application_external_id=application, name=content, entered_at=at
            )
            return Put(stage, of_application, at)
        feedback = FeedbackRecord(
            external_id=name, application_external_id=application, feedback=content, ats_created_at=at
        )
        return Put(feedback, of_application, at)


async def test_ten_thousand_schedules_agree_with_the_model(
    pool: Pool, owner: asyncpg.Connection, company: CompanyId
) -> None:
    """All schedules go on at once, each with records of its own, so that they share batches."""
    schedules = [Schedule(number) for number in range(SCHEDULES)]
    models = [Model() for _ in schedules]
    arriving: dict[int, list[tuple[int, Put | RecordKey]]] = {}
    for schedule in schedules:
        for minute, operation in schedule:
            arriving.setdefault(minute, []).append((schedule.number, operation))
    for minute in sorted(arriving):
        now = T0 + timedelta(minutes=minute, seconds=30)
        puts = [(number, one) for number, one in arriving[minute] if isinstance(one, Put)]
        deletes = [(number, one) for number, one in arriving[minute] if isinstance(one, RecordKey)]
        # Within a batch, what others belong to is taken first.
        for number, put in sorted(puts, key=lambda one: _ORDER.index(one[1].key.entity)):
            models[number].put(put)
        for number, key in deletes:
            models[number].delete(key, now)
        await _send(pool, company, puts, deletes, now)
    stored = await _stored(owner, company)
    for schedule, model in zip(schedules, models, strict=True):
        assert stored.get(schedule.number, set()) == model.visible(), list(schedule)


async def _send(
    pool: Pool,
    company: CompanyId,
    puts: list[tuple[int, Put]],
    deletes: list[tuple[int, RecordKey]],
    now: datetime,
) -> None:
    # A schedule's records of one minute stay in one batch.
    for some in _batches(puts):
        await ingest(pool, company, PARTNER, [put.record for _, put in some], now=now)
    for some in _batches(deletes):
        await delete_records(pool, company, PARTNER, [key for _, key in some], now=now)


def _batches(operations: list[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    batch: list[tuple[int, Any]] = []
    for one in operations:
        if len(batch) > BATCH_MAX - OPERATIONS and batch[-1][0] != one[0]:
            yield batch
            batch = []
        batch.append(one)
    yield batch


async def _stored(owner: asyncpg.Connection, company: CompanyId) -> dict[int, set[tuple[Any, ...]]]:
    """What each schedule left, as `told` tells it."""
    stored: dict[int, set[tuple[Any, ...]]] = {}
    for statement in (
        "select 'candidate', external_id, first_name from candidate where company_id = $1",
        "select 'job', external_id, title from job where company_id = $1",
        """
        select 'application', a.external_id, a.source, c.external_id, j.external_id, a.stage
        from application a
        left join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
        left join job j on j.company_id = a.company_id and j.id = a.job_id
        where a.company_id = $1
        """,
        """
        select 'note', n.external_id, n.body, coalesce(c.external_id, a.external_id)
        from note n
        left join candidate c on c.company_id = n.company_id and c.id = n.candidate_id
        left join application a on a.company_id = n.company_id and a.id = n.application_id
        where n.company_id = $1
        """,
        """
        select 'stage', s.external_id, s.name, a.external_id
        from application_stage s
        join application a on a.company_id = s.company_id and a.id = s.application_id
        where s.company_id = $1
        """,
        """
        select 'interviewFeedback', f.external_id, f.feedback, a.external_id
        from interview_feedback f
        join application a on a.company_id = f.company_id and a.id = f.application_id
        where f.company_id = $1
        """,
    ):
        for row in await owner.fetch(statement, company):
            stored.setdefault(int(row[1].split("-")[0]), set()).add(tuple(row))
    return stored
