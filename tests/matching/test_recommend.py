"""Recommended matches: who is proposed for a job, why, in which order, and who never is."""

import json
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId, JobId
from app.matching.recommend import WEIGHTS, rank_matches
from app.sync.ingest import ingest
from app.sync.records import ApplicationRecord, CandidateRecord, JobRecord, JobState
from tests.sync.companies import PARTNER, live_company

JOB = JobRecord(
    external_id="j1",
    title="Backend Engineer",
    description="You write Python and C++, know PostgreSQL, and go to market with us.",
    location="Berlin, Germany",
)


async def add_member(
    owner: asyncpg.Connection,
    name: str,
    skills: tuple[str, ...] = (),
    title: str | None = None,
    location: str | None = None,
    *,
    open_to_work: bool = False,
    closed: bool = False,
) -> str:
    urn = f"urn:li:person:{name}"
    positions = [{"title": title, "companyName": "Y"}] if title else []
    positions += [{"title": "Cook", "companyName": "X", "endDate": "2020-01-01"}]
    await owner.execute(
        """
        insert into member
          (urn, first_name, last_name, location, open_to_work, is_closed, skills, positions)
        values ($1, 'A', 'B', $2, $3, $4, $5, $6)
        """,
        urn,
        location,
        open_to_work,
        closed,
        json.dumps([{"name": skill, "endorsementCount": 1} for skill in skills]),
        json.dumps(positions),
    )
    return urn


async def add_job(pool: Pool, company: CompanyId, record: JobRecord = JOB) -> JobId:
    [result] = await ingest(pool, company, PARTNER, [record])
    assert result.id is not None
    return JobId(result.id)


async def proposed(owner: asyncpg.Connection, job: JobId) -> list[tuple[Any, ...]]:
    rows = await owner.fetch(
        """
        select member_urn, score, reasons
        from recommended_match
        where job_id = $1
        order by score desc, member_urn desc
        """,
        job,
    )
    return [tuple(row) for row in rows]


def test_the_best_score_is_one() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


async def test_score_and_reasons_follow_the_formula(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    full = ("PostgreSQL", "Python", "C++")
    best = await add_member(owner, "best", full, "Backend engineer", "Berlin, DE", open_to_work=True)
    some = await add_member(owner, "some", ("python", "Go", "C", "Baking"), "Chef", "Paris")
    near = await add_member(owner, "near", (), "Senior Backend Developer")
    await add_member(owner, "none", ("Baking",), "Chef", "Berlin", open_to_work=True)
    job = await add_job(pool, company)
    assert await rank_matches(pool, company, [job]) == 3
    assert await proposed(owner, job) == [
        (
            best,
            1.0,
            [
                "Has 3 of the job's 3 skills: C++, PostgreSQL, Python",
                "Works as Backend engineer",
                "Lives where the job is: Berlin, DE",
                "Is open to work",
            ],
        ),
        # The same work by another word, one level above the job.
        (near, pytest.approx(0.25 + 0.1 / 2), ["Works as Senior Backend Developer"]),
        (some, pytest.approx(0.45 / 3), ["Has 1 of the job's 3 skills: Python"]),
    ]


async def test_the_strongest_reason_comes_first(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", ("Python",), "Senior Backend Engineer", "Berlin", open_to_work=True)
    await add_member(owner, "b", ("PostgreSQL", "C++"), "Accountant")
    record = replace(JOB, title="Senior Backend Engineer")
    job = await add_job(pool, company, record)
    await rank_matches(pool, company, [job])
    assert (await proposed(owner, job))[0][2] == [
        "Works as Senior Backend Engineer",
        "Has 1 of the job's 3 skills: Python",
        "Has the job's level: senior",
        "Lives where the job is: Berlin",
        "Is open to work",
    ]


async def test_of_two_the_one_nearer_to_the_jobs_level_comes_first(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    titles = ("Senior Backend Engineer", "Backend Engineer", "Junior Backend Engineer", "Head of Backend")
    for title in titles:
        await add_member(owner, title.split()[0].lower(), (), title)
    job = await add_job(pool, company, JobRecord(external_id="j1", title="Sr. Backend Engineer (m/f/d)"))
    await rank_matches(pool, company, [job])
    assert [one[0].rsplit(":", 1)[1] for one in await proposed(owner, job)] == [
        *("senior", "backend", "junior", "head"),
    ]


async def test_a_skill_counts_as_it_is_named_and_once(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    """Short names only where they are spelled as names; of two that overlap the longer one."""
    named = ("Go", "R", "Web Accessibility", "Accessibility", "Node.js", "C#")
    await add_member(owner, "a", named)
    record = JobRecord(
        external_id="j1", title="Coder", description="Ready to go: web accessibility, node.js, C#, and R."
    )
    job = await add_job(pool, company, record)
    await rank_matches(pool, company, [job])
    [(_, score, reasons)] = await proposed(owner, job)
    assert reasons == ["Has 4 of the job's 4 skills: C#, Node.js, R, Web Accessibility"]
    assert score == pytest.approx(0.45)


async def test_only_the_best_are_kept_and_a_second_ranking_replaces_the_first(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    for number in range(6):
        await add_member(owner, str(number), ("Python",), open_to_work=number % 2 == 0)
    job = await add_job(pool, company)
    assert await rank_matches(pool, company, [job], limit=2) == 2
    assert [one[0] for one in await proposed(owner, job)] == ["urn:li:person:4", "urn:li:person:2"]
    before = await owner.fetch("select xmin, * from recommended_match")
    await rank_matches(pool, company, [job], limit=2)
    assert await owner.fetch("select xmin, * from recommended_match") == before
    await owner.execute("update member set is_closed = true where urn = 'urn:li:person:4'")
    await rank_matches(pool, company, [job], limit=2)
    assert [one[0] for one in await proposed(owner, job)] == ["urn:li:person:2", "urn:li:person:0"]


async def test_never_proposed_are_closed_members_those_in_the_job_and_those_not_to_be_contacted(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    people = [await add_member(owner, name, ("Python",)) for name in ("in-job", "silent", "free")]
    await add_member(owner, "closed", ("Python",), closed=True)
    job = await add_job(pool, company)
    other_job = await add_job(pool, company, JobRecord(external_id="j2", title="Python coder"))
    await ingest(
        pool,
        company,
        PARTNER,
        [
            CandidateRecord(external_id="0", first_name="A"),
            CandidateRecord(external_id="1", first_name="A", do_not_contact=True),
            ApplicationRecord(external_id="a", candidate_external_id="0", job_external_id="j1"),
        ],
    )
    for number in (0, 1):
        await owner.execute(
            "update candidate set match_state = 'MATCHED', match_member_urn = $2 where external_id = $1",
            str(number),
            people[number],
        )
    await rank_matches(pool, company)
    assert {one[0] for one in await proposed(owner, job)} == {people[2]}
    assert {one[0] for one in await proposed(owner, other_job)} == {people[0], people[2]}


async def test_whom_a_recruiter_is_not_interested_in_is_not_ranked_again(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    people = [await add_member(owner, name, ("Python",)) for name in ("refused", "saved")]
    job = await add_job(pool, company)
    for member, decision in zip(people, ("NOT_INTERESTED", "SAVED"), strict=True):
        await owner.execute(
            "insert into recommended_match_decision values ($1, $2, $3, $4, null, '2026-01-01Z')",
            *(company, job, member, decision),
        )
    await rank_matches(pool, company, [job])
    assert [one[0] for one in await proposed(owner, job)] == [people[1]]


async def test_without_a_choice_the_listed_jobs_of_the_company_are_ranked(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", ("Python",))
    listed = await add_job(pool, company)
    closed = await add_job(
        pool, company, JobRecord(external_id="j2", title="Python coder", state=JobState.CLOSED)
    )
    foreign = await add_job(pool, await live_company(owner))
    assert await rank_matches(pool, company) == 1
    assert await rank_matches(pool, company, [foreign]) == 0
    assert [len(await proposed(owner, job)) for job in (listed, closed, foreign)] == [1, 0, 0]
