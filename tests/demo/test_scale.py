"""The benchmark's data: the shape that it promises, at a size that a test can load."""

import asyncpg
import pytest

from app.demo import scale
from app.demo.scale import load_scale
from app.errors import CallerError
from tests.conftest import TestServer

MEMBERS, CANDIDATES = 3_000, 2_500


async def _load(dsn: str) -> None:
    summary = await load_scale(dsn, members=MEMBERS, candidates=CANDIDATES)
    assert summary.loaded
    assert (summary.candidates, summary.applications, summary.jobs) == (2_500, 5_000, 25)


@pytest.fixture(scope="session")
async def scale_template(server: TestServer, migrated: str) -> str:
    return await server.fill_template("scale_data", _load, basis=migrated)


async def test_the_shape_is_that_of_real_use(server: TestServer, scale_template: str) -> None:
    async with server.copy_of(scale_template) as dsn:
        connection = await asyncpg.connect(dsn)
        row = await connection.fetchrow(
            """
            with c as (select company_id, id from company join candidate using (company_id) where urn = $1)
            select
              (select count(*) from member) as members,
              (select count(*) from c) as candidates,
              (select count(*) from candidate_tag join c on candidate_id = id) as tags,
              (select count(*) from note join c on candidate_id = c.id) as notes,
              (select count(*) from application a join c on a.candidate_id = c.id) as applications,
              (select count(*) from application_stage s join application a on a.id = s.application_id
                join c on a.candidate_id = c.id) as stages
            """,
            scale.MAIN_COMPANY,
        )
        assert row is not None
        assert (row["members"], row["candidates"]) == (MEMBERS, CANDIDATES)
        assert 2.7 <= row["tags"] / CANDIDATES <= 3.3
        assert 1.8 <= row["notes"] / CANDIDATES <= 2.2
        assert row["applications"] == 2 * CANDIDATES
        assert 2.8 <= row["stages"] / row["applications"] <= 3.2
        wrong = await connection.fetchval(
            "select count(*) from candidate where do_not_contact <> tagged_do_not_contact(company_id, id)"
        )
        assert wrong == 0
        disabled = await connection.fetchval("select count(*) from pg_trigger where tgenabled <> 'O'")
        assert disabled == 0
        shares = await connection.fetch(
            """
            select (substr(external_id, 6)::int - 1) / 100, avg((match_state = 'MATCHED')::int)
            from candidate c join company o using (company_id) where o.urn = $1 group by 1
            """,
            scale.MAIN_COMPANY,
        )
        assert all(0.57 <= share <= 0.63 for _, share in shares)
        await connection.close()


async def test_every_matched_member_exists_and_a_small_company_is_beside_the_main_one(
    server: TestServer, scale_template: str
) -> None:
    async with server.copy_of(scale_template) as dsn:
        connection = await asyncpg.connect(dsn)
        for table, column in (("candidate", "match_member_urn"), ("inmail", "member_urn")):
            missing = await connection.fetchval(
                f"""
                select count(*) from {table} t
                where t.{column} is not null and not exists (select from member m where m.urn = t.{column})
                """
            )
            assert missing == 0, table
        sizes = await connection.fetch(
            """
            select o.urn, count(*) from company o join candidate using (company_id)
            group by 1 order by 2 desc
            """
        )
        assert [tuple(row) for row in sizes] == [
            (scale.MAIN_COMPANY, CANDIDATES),
            (scale.SMALL_COMPANY, CANDIDATES // 50),
        ]
        personas = [scale.MAIN_SEAT, scale.SMALL_SEAT]
        seats = await connection.fetch("select urn from seat where urn = any($1)", personas)
        assert len(seats) == 2
        await connection.close()


async def test_a_second_call_does_nothing_and_other_numbers_are_refused(
    server: TestServer, scale_template: str
) -> None:
    async with server.copy_of(scale_template) as dsn:
        summary = await load_scale(dsn, members=MEMBERS, candidates=CANDIDATES)
        assert not summary.loaded
        with pytest.raises(CallerError, match="2500 candidates"):
            await load_scale(dsn, members=MEMBERS, candidates=CANDIDATES - 1)


async def test_fewer_members_than_candidates_are_refused(database: str) -> None:
    with pytest.raises(CallerError, match="at least as many members"):
        await load_scale(database, members=10, candidates=11)
