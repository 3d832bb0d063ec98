"""What access lists cost whoever is behind them, on lopsided data: a look-up for each row that is read.

Rosa is on one list with twenty jobs and as many applications; another list has every second job and every
fourth application.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import asyncpg
import pytest

from app.access.features import Role
from app.access.viewer import Viewer
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.services import make_engine
from app.settings import Settings
from tests.conftest import TestServer
from tests.engine import skewed
from tests.engine.test_plan_cost import LIST, POINTS, WIDGET, Planning

ROSA: Final = "urn:li:person:rosa"
_ADD_LISTS: Final = f"""
update seat set member_urn = '{ROSA}';
insert into entity_acl
select company_id, partner_name, 'JOB_POSTING', external_id, 'big' from job where right(external_id, 1) < '5'
union all
select company_id, partner_name, 'JOB_POSTING', external_id, 'mine' from job where right(external_id, 3) in
  ('111', '333', '555', '777')
union all
select company_id, partner_name, 'APPLICATION', external_id, 'big' from application
  where right(external_id, 2) < '25'
union all
select company_id, partner_name, 'APPLICATION', external_id, 'mine' from application
  where right(external_id, 3) = '111';
insert into entity_acl_assignee
select s.company_id, 'Big ATS', kind, 'mine', s.member_urn
from seat s cross join (values ('JOB_POSTING'), ('APPLICATION')) as k (kind);
update application set job_external_id = case when external_id like 'a-%' then 'j-1'
  else 'j-' || substr(external_id, 3) end;
analyze;
"""


async def _fill(dsn: str) -> None:
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_ADD_LISTS)
    finally:
        await owner.close()


@pytest.fixture(scope="module", params=["UNLISTED", "LISTED"])
async def plan(
    request: pytest.FixtureRequest, server: TestServer, migrated: str
) -> AsyncIterator[tuple[str, Planning]]:
    """A seat holder's plans, by how far she sees."""
    await server.fill_template("skewed", skewed.fill, basis=migrated)
    await server.fill_template("skewed_with_lists", _fill, basis="skewed")
    async with server.copy_of("skewed_with_lists") as dsn, Pool(dsn, size=1) as pool:
        facts = FactsCache(pool)
        company = await facts.company(skewed.URN)
        assert company is not None
        assert company.integration is not None
        seat = await facts.seat(company, skewed.SEAT)
        if request.param == "LISTED":
            closed = replace(company.integration, unlisted_open_to_all=frozenset())
            company = replace(company, integration=closed)
        viewer = Viewer("test", frozenset({Role.RECRUITER}), company, seat, None, None)
        yield request.param, Planning(pool, viewer, make_engine(Settings()))


@pytest.mark.parametrize(("query", "variables"), POINTS.values(), ids=POINTS.keys())
async def test_a_point_read_reads_a_handful_of_rows(
    plan: tuple[str, Planning], query: str, variables: dict[str, Any]
) -> None:
    tree = await plan[1](query, **variables)
    assert not tree.scanned_whole
    assert tree.rows_read <= 80
    assert tree.cost < 400


async def test_a_quiet_candidate_with_everything_reads_what_it_answers(plan: tuple[str, Planning]) -> None:
    tree = await plan[1](WIDGET, candidate=skewed.QUIET_CANDIDATE)
    assert not tree.scanned_whole
    assert tree.rows_read <= 200


async def test_a_page_with_lists_in_it_reads_its_rows_and_theirs(plan: tuple[str, Planning]) -> None:
    tree = await plan[1](LIST)
    assert not tree.scanned_whole
    assert tree.rows_read <= 2_000


async def test_a_page_of_jobs_ends_with_the_page_or_passes_over_the_jobs_once(
    plan: tuple[str, Planning],
) -> None:
    sight, planned = plan
    tree = await planned("{ jobs(first: 20) { edges { node { title } } } }")
    assert tree.rows_read <= (200 if sight == "UNLISTED" else skewed.JOBS + 200)


async def test_the_busiest_candidates_applications_are_counted_in_one_pass(
    plan: tuple[str, Planning],
) -> None:
    applications = "applications(first: 5) { totalCount }"
    tree = await plan[1](f'{{ candidate(externalId: "{skewed.BUSY_CANDIDATE}") {{ {applications} }} }}')
    assert tree.rows_read <= 6 * skewed.BUSY_CANDIDATE_APPLICATIONS
