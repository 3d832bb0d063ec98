"""When members are ranked for a job: when it is new or says something else, and again after a day."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId, JobId
from app.matching.ranking import RankingWorker, rank_due
from app.matching.recommend import RANKED_ANEW_AFTER, rank_matches
from app.sync.records import JobState
from tests.matching.test_recommend import JOB, add_job, add_member, proposed
from tests.sync.companies import live_company


async def due(owner: asyncpg.Connection) -> dict[JobId, timedelta]:
    """For each job that is ever to be ranked, how long until then."""
    rows = await owner.fetch("select job_id, due_at from job_ranking")
    return {JobId(row["job_id"]): row["due_at"] - datetime.now(UTC) for row in rows}


async def test_a_new_job_is_due_at_once_and_after_its_ranking_a_day_later(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", ("Python",))
    job = await add_job(pool, company)
    assert (await due(owner))[job] <= timedelta(0)
    assert await rank_due(pool) == 1
    assert len(await proposed(owner, job)) == 1
    assert timedelta(hours=23) < (await due(owner))[job] <= RANKED_ANEW_AFTER
    assert await rank_due(pool) == 0


async def test_a_job_is_due_again_when_it_says_something_else(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    job = await add_job(pool, company)
    await rank_due(pool)
    await add_job(pool, company, replace(JOB, department="Sales"))
    assert await rank_due(pool) == 0, "nothing that members are compared with"
    await add_job(pool, company, replace(JOB, department="Sales", title="Cook"))
    assert (await due(owner))[job] <= timedelta(0)
    assert await rank_due(pool) == 1


async def test_a_closed_job_is_never_due_and_one_that_opens_again_is(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_job(pool, company)
    await add_job(pool, company, replace(JOB, state=JobState.CLOSED))
    assert await due(owner) == {}
    job = await add_job(pool, company)
    assert list(await due(owner)) == [job]
    await owner.execute("delete from job")
    assert await due(owner) == {}


async def test_a_job_that_changes_while_it_is_ranked_stays_due(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await add_job(pool, company)
    shortlist = rank_matches.__globals__["shortlist"]

    async def change_meanwhile(*arguments: object) -> object:
        await owner.execute("update job set title = 'Cook'")
        return await shortlist(*arguments)

    monkeypatch.setitem(rank_matches.__globals__, "shortlist", change_meanwhile)
    await rank_matches(pool, company, [job])
    assert (await due(owner))[job] <= timedelta(0)


async def test_two_workers_at_once_share_the_jobs(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    jobs = {await add_job(pool, company, replace(JOB, external_id=str(n))) for n in range(12)}
    ranked = 0
    while some := sum(await asyncio.gather(rank_due(pool), rank_due(pool))):
        ranked += some
    assert ranked == len(jobs)


async def test_nothing_is_ranked_for_a_company_whose_integration_is_not_in_use(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    await add_job(pool, await live_company(owner))
    await owner.execute("update integration set state = 'DISABLED'")
    assert await rank_due(pool) == 0


async def test_the_worker_ranks_what_becomes_due_and_can_be_stopped(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", ("Python",))
    working = asyncio.create_task(RankingWorker(pool, poll_s=0.01).run())
    job = await add_job(pool, company)
    for _ in range(1_000):
        if await proposed(owner, job):
            break
        await asyncio.sleep(0.01)
    assert len(await proposed(owner, job)) == 1
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
