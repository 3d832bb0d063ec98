"""The function that searches as the owner of the tables tells nobody of another company's candidates."""

from uuid import UUID

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyId
from tests.search.conftest import add_candidate

FOUND = """
select candidate_id
from search_candidates($1, ($2 || search_prefix($3) || 'berg''')::tsquery, '''=''', null, null, 10)
"""


async def found(pool: Pool, bound: CompanyId | None, asked: CompanyId, prefix_of: CompanyId) -> list[int]:
    rows = await pool.fetch(bound, FOUND, [asked, "'", prefix_of])
    return [row["candidate_id"].int for row in rows]


@pytest.fixture
async def two(
    owner: asyncpg.Connection, company: CompanyId, other_company: CompanyId
) -> tuple[CompanyId, CompanyId]:
    await add_candidate(owner, company, 1)
    await add_candidate(owner, other_company, 2)
    return company, other_company


async def test_a_company_finds_its_own(pool: Pool, two: tuple[CompanyId, CompanyId]) -> None:
    ours, theirs = two
    assert await found(pool, ours, ours, ours) == [1]
    assert await found(pool, theirs, theirs, theirs) == [2]


async def test_neither_the_id_nor_the_prefix_of_another_company_finds_anybody(
    pool: Pool, two: tuple[CompanyId, CompanyId]
) -> None:
    ours, theirs = two
    assert await found(pool, ours, theirs, theirs) == []
    assert await found(pool, ours, theirs, ours) == []
    assert await found(pool, ours, ours, theirs) == []


async def test_who_is_bound_to_no_company_finds_nobody(pool: Pool, two: tuple[CompanyId, CompanyId]) -> None:
    ours, _ = two
    assert await found(pool, None, ours, ours) == []


async def test_two_companies_whose_prefixes_are_the_same_stay_apart(
    owner: asyncpg.Connection, pool: Pool, two: tuple[CompanyId, CompanyId]
) -> None:
    """The prefix only keeps lexemes together in the index; the row's company decides."""
    ours, _ = two
    twin = CompanyId(UUID(int=ours.int ^ (1 << 100)))
    await owner.execute("insert into company values ($1, 'urn:li:organization:twin', 'Twin')", twin)
    await add_candidate(owner, twin, 3)
    assert await found(pool, ours, ours, twin) == [1]
    assert await found(pool, twin, twin, ours) == [3]


async def test_search_rows_stand_behind_the_wall_and_cannot_be_written(
    owner: asyncpg.Connection, pool: Pool, two: tuple[CompanyId, CompanyId]
) -> None:
    ours, _ = two
    rows = await pool.fetch(ours, "select candidate_id from candidate_search")
    assert [row["candidate_id"].int for row in rows] == [1]
    for statement in (
        "update candidate_search set document = ''",
        "delete from candidate_search",
        "delete from member_search",
        "insert into member_word (word) values ('x')",
        "select refresh_candidate_search(bound_company(), '{}')",
        "select refresh_member_search('{}', true)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch(ours, statement)


async def test_no_function_that_runs_as_the_owner_is_everybodys(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """
        select proname, has_function_privilege('public', oid, 'execute') as is_public, proconfig
        from pg_proc
        where prosecdef and pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
        """
    )
    assert {"search_candidates", "companies_to_rank"} <= {row["proname"] for row in rows}
    assert [row["proname"] for row in rows if row["is_public"]] == []
    assert [row["proname"] for row in rows if "search_path" not in str(row["proconfig"])] == []
