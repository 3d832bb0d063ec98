"""Ingest against a small model: any records, in any order and batches, any number of times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database.pool import Pool
from app.ids import CompanyId
from app.sync.ingest import ingest
from app.sync.records import (
    ApplicationRecord,
    CandidateRecord,
    JobRecord,
    Record,
    RecordEntity,
    RecordOutcome,
    StageRecord,
    TagName,
)
from tests.sync.companies import PARTNER, T0, live_company

_hours = st.integers(0, 3).map(lambda hours: T0 + timedelta(hours=hours))
_candidates = st.builds(
    CandidateRecord,
    external_id=st.sampled_from(["c1", "c2"]),
    first_name=st.sampled_from(["Ann", "Bea"]),
    tags=st.none() | st.sets(st.sampled_from([TagName("Python"), TagName("DNC")])).map(lambda t: tuple(t)),
    ats_created_at=st.just(T0),
    ats_last_modified_at=_hours,
)
_jobs = st.builds(
    JobRecord,
    external_id=st.just("j1"),
    title=st.sampled_from(["Cook", "Baker"]),
    ats_created_at=st.just(T0),
    ats_last_modified_at=_hours,
)
_applications = st.builds(
    ApplicationRecord,
    external_id=st.sampled_from(["a1", "a2"]),
    candidate_external_id=st.sampled_from(["c1", "c2"]),
    job_external_id=st.none() | st.just("j1"),
    ats_created_at=st.just(T0),
    ats_last_modified_at=_hours,
)
# The two stages never share a time, so which one is the newest does not hang on our keys.
_stages = st.builds(
    lambda application, number, name, hour: StageRecord(
        external_id=f"s{number}",
        application_external_id=application,
        name=name,
        entered_at=T0 + timedelta(hours=2 * hour + number),
    ),
    st.sampled_from(["a1", "a2"]),
    st.integers(0, 1),
    st.sampled_from(["New", "Offer"]),
    st.integers(0, 2),
)
_batches = st.lists(
    st.lists(_candidates | _jobs | _applications | _stages, min_size=1, max_size=6), max_size=6
)


@dataclass
class Model:
    """What there should be after some batches: records by kind and id, as they were last taken."""

    known: dict[tuple[RecordEntity, str, str], Record] = field(default_factory=dict)
    tags: dict[str, frozenset[str]] = field(default_factory=dict)

    def take(self, batch: Sequence[Record]) -> list[RecordOutcome]:
        order = list(RecordEntity)
        outcomes: dict[int, RecordOutcome] = {}
        for position, record in sorted(enumerate(batch), key=lambda one: order.index(one[1].entity)):
            outcomes[position] = self._take(record)
        return [outcomes[position] for position in range(len(batch))]

    def has(self, entity: RecordEntity, name: str | None) -> bool:
        return name is None or (entity, name, "") in self.known

    def _take(self, record: Record) -> RecordOutcome:
        parent = record.application_external_id if isinstance(record, StageRecord) else ""
        key = (record.entity, record.external_id, parent or "")
        known: Any = self.known.get(key)
        new: Any = record
        if parent and not self.has(RecordEntity.APPLICATION, parent):
            self.known[key] = record
            return RecordOutcome.UNCHANGED if known == record else RecordOutcome.WAITING
        if known is not None and not parent and new.ats_last_modified_at < known.ats_last_modified_at:
            return RecordOutcome.STALE
        retagged = False
        if isinstance(record, CandidateRecord):
            tags = self.tags.get(record.external_id, frozenset())
            said = tags if record.tags is None else frozenset(record.tags)
            retagged = said != tags
            self.tags[record.external_id] = said
        self.known[key] = record
        if known is not None and not retagged and self._same(known, new):
            return RecordOutcome.UNCHANGED
        if isinstance(record, ApplicationRecord) and not (
            self.has(RecordEntity.CANDIDATE, record.candidate_external_id)
            and self.has(RecordEntity.JOB, record.job_external_id)
        ):
            return RecordOutcome.WAITING
        return RecordOutcome.CREATED if known is None else RecordOutcome.UPDATED

    @staticmethod
    def _same(known: Any, new: Any) -> bool:
        if isinstance(new, CandidateRecord):
            return (known.first_name, known.ats_last_modified_at) == (
                new.first_name,
                new.ats_last_modified_at,
            )
        return bool(known == new)

    def state(self) -> dict[str, set[tuple[Any, ...]]]:
        state: dict[str, set[tuple[Any, ...]]] = {"candidate": set(), "job": set(), "application": set()}
        stages = [record for record in self.known.values() if isinstance(record, StageRecord)]
        for record in self.known.values():
            name = record.external_id
            if isinstance(record, CandidateRecord):
                tags = self.tags[name]
                entry = (name, record.first_name, record.ats_last_modified_at, tags, "DNC" in tags)
                state["candidate"].add(entry)
            elif isinstance(record, JobRecord):
                state["job"].add((name, record.title, record.ats_last_modified_at))
            elif isinstance(record, ApplicationRecord):
                own = [stage for stage in stages if stage.application_external_id == name]
                newest = max(own, key=lambda stage: stage.entered_at).name if own else None
                candidate, job = record.candidate_external_id, record.job_external_id
                there = candidate if self.has(RecordEntity.CANDIDATE, candidate) else None
                job_there = job if self.has(RecordEntity.JOB, job) else None
                state["application"].add((name, record.ats_last_modified_at, there, job_there, newest))
        return state


async def stored_state(owner: asyncpg.Connection, company: CompanyId) -> dict[str, set[tuple[Any, ...]]]:
    candidates = await owner.fetch(
        """
        select external_id, first_name, last_modified_at, do_not_contact, array(
          select t.name from candidate_tag ct join tag t on t.company_id = ct.company_id and t.id = ct.tag_id
          where ct.company_id = c.company_id and ct.candidate_id = c.id) as tags
        from candidate c where company_id = $1
        """,
        company,
    )
    jobs = await owner.fetch("select * from job where company_id = $1", company)
    applications = await owner.fetch(
        """
        select a.external_id, a.last_modified_at, c.external_id, j.external_id, a.stage
        from application a
        left join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
        left join job j on j.company_id = a.company_id and j.id = a.job_id
        where a.company_id = $1
        """,
        company,
    )
    return {
        "candidate": {
            (
                row["external_id"],
                row["first_name"],
                row["last_modified_at"],
                frozenset(row["tags"]),
                row["do_not_contact"],
            )
            for row in candidates
        },
        "job": {(row["external_id"], row["title"], row["last_modified_at"]) for row in jobs},
        "application": {tuple(row) for row in applications},
    }


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=_batches)
async def test_outcomes_and_state_agree_with_the_model(
    pool: Pool, owner: asyncpg.Connection, batches: list[list[Record]]
) -> None:
    company = await live_company(owner)
    model = Model()
    for batch in batches:
        expected = model.take(batch)
        results = await ingest(pool, company, PARTNER, batch)
        assert [result.outcome for result in results] == expected
        assert [result.external_id for result in results] == [record.external_id for record in batch]
    assert await stored_state(owner, company) == model.state()


_HISTORY: list[Record] = [
    record
    for hour in range(4)
    for record in (
        CandidateRecord(
            external_id=f"c{hour % 2}",
            first_name=f"Name at {hour}",
            tags=(TagName("DNC"),) if hour < 2 else (),
            ats_created_at=T0,
            ats_last_modified_at=T0 + timedelta(hours=hour),
        ),
        JobRecord(
            external_id="j1",
            title=f"Title at {hour}",
            ats_created_at=T0,
            ats_last_modified_at=T0 + timedelta(hours=hour),
        ),
        ApplicationRecord(
            external_id="a1",
            candidate_external_id=f"c{hour % 2}",
            job_external_id="j1" if hour else None,
            ats_created_at=T0,
            ats_last_modified_at=T0 + timedelta(hours=hour),
        ),
    )
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(_HISTORY),
    repeated=st.lists(st.sampled_from(_HISTORY), max_size=8),
    size=st.integers(1, 7),
)
async def test_any_order_and_any_repetition_end_in_the_same_state(
    pool: Pool, owner: asyncpg.Connection, order: list[Record], repeated: list[Record], size: int
) -> None:
    """A sync that was reordered, cut anywhere and partly sent again arrives where a perfect one does."""
    expected = Model()
    expected.take(_HISTORY)
    company = await live_company(owner)
    sent = [*order, *repeated]
    for start in range(0, len(sent), size):
        await ingest(pool, company, PARTNER, sent[start : start + size])
    assert await stored_state(owner, company) == expected.state()
