"""Whoever writes a member or a candidate makes them searchable, and what is gone cannot be found."""

import asyncpg
import pytest

from app.ids import CompanyId
from tests.search.conftest import add_candidate, add_member

COLUMNS = ("urn", "first_name", "last_name", "location", "skills", "positions")


async def members_with(owner: asyncpg.Connection, lexeme: str) -> list[str]:
    rows = await owner.fetch(
        "select urn from member_search where document @@ ('''' || $1 || '''')::tsquery order by urn", lexeme
    )
    return [row["urn"] for row in rows]


async def candidates_with(owner: asyncpg.Connection, company: CompanyId, mark: str, word: str) -> list[int]:
    rows = await owner.fetch(
        """
        select candidate_id from candidate_search
        where company_id = $1 and document @@ ('''' || $2 || search_prefix($1) || $3 || '''')::tsquery
        order by candidate_id
        """,
        *(company, mark, word),
    )
    return [row["candidate_id"].int for row in rows]


async def words(owner: asyncpg.Connection) -> set[str]:
    return {row["word"] for row in await owner.fetch("select word from member_word")}


async def test_members_are_searchable_whichever_way_they_come(owner: asyncpg.Connection) -> None:
    copied = [
        ("urn:li:person:a", "Zoë", "Ek", "Malmö", '[{"name": "C++", "endorsementCount": 1}]', "[]"),
        ("urn:li:person:b", "Ida", "Dal", "Oslo", "[]", '[{"title": "Lead Cook", "companyName": "Northly"}]'),
    ]
    await owner.copy_records_to_table("member", records=copied, columns=COLUMNS)
    assert await members_with(owner, "@zoe") == await members_with(owner, "#cpp") == ["urn:li:person:a"]
    assert await members_with(owner, "~malmo") == ["urn:li:person:a"]
    assert await members_with(owner, "$cook") == await members_with(owner, "&northly") == ["urn:li:person:b"]
    assert await words(owner) == {
        "zoe",
        "ek",
        "malmo",
        "cpp",
        "#cpp",
        "ida",
        "dal",
        "oslo",
        "lead",
        "cook",
        "northly",
    }


async def test_a_change_replaces_what_was_known_and_no_word_outlives_its_last_member(
    owner: asyncpg.Connection,
) -> None:
    urn = await add_member(owner, "a", last="Kowalska")
    await add_member(owner, "b", last="Berg")
    await owner.execute("update member set last_name = 'Nowak', open_to_work = true where urn = $1", urn)
    assert await members_with(owner, "kowalska") == []
    assert await members_with(owner, "@nowak") == await members_with(owner, "=open") == [urn]
    assert await words(owner) == {"ada", "nowak", "berg"}
    await owner.execute("update member set is_closed = true where urn = $1", urn)
    assert await members_with(owner, "ada") == ["urn:li:person:b"]
    assert await words(owner) == {"ada", "berg"}
    await owner.execute("update member set is_closed = false where urn = $1", urn)
    assert await members_with(owner, "ada") == [urn, "urn:li:person:b"]
    await owner.execute("delete from member")
    assert await members_with(owner, "ada") == []
    assert await words(owner) == set()


async def test_a_change_of_nothing_that_is_searched_writes_nothing(owner: asyncpg.Connection) -> None:
    urn = await add_member(owner, "a")
    before = await owner.fetchval("select xmin from member_search")
    await owner.execute("update member set picture_url = 'p', connection_count = 3 where urn = $1", urn)
    assert await owner.fetchval("select xmin from member_search") == before


async def test_a_pair_is_found_by_the_words_of_either(owner: asyncpg.Connection, company: CompanyId) -> None:
    urn = await add_member(owner, "a", last="Nowak", headline="Cooks")
    await add_candidate(owner, company, 1, last="Kowalska", member=urn)
    for mark, word in (("@", "nowak"), ("@", "kowalska"), ("", "cooks"), ("%", "kowlska")):
        assert await candidates_with(owner, company, mark, word) == [1], word


async def test_a_pair_follows_its_member_and_its_match(owner: asyncpg.Connection, company: CompanyId) -> None:
    urn = await add_member(owner, "a", headline="Cooks")
    await add_candidate(owner, company, 1, last="Kowalska", member=urn)
    await owner.execute("update member set headline = 'Bakes'")
    assert await candidates_with(owner, company, "", "cooks") == []
    assert await candidates_with(owner, company, "", "bakes") == [1]
    await owner.execute("update candidate set match_state = 'UNLINKED', match_member_urn = null")
    assert await candidates_with(owner, company, "", "bakes") == []
    await owner.execute("update candidate set match_state = 'MANUAL', match_member_urn = $1", urn)
    assert await candidates_with(owner, company, "", "bakes") == [1]
    await owner.execute("update member set is_closed = true")
    assert await candidates_with(owner, company, "", "bakes") == []
    assert await candidates_with(owner, company, "@", "kowalska") == [1]


async def test_a_candidate_matched_before_its_member_is_known_is_found_by_both_once_it_is(
    owner: asyncpg.Connection, company: CompanyId
) -> None:
    await add_candidate(owner, company, 1, member="urn:li:person:a")
    assert await candidates_with(owner, company, "", "bakes") == []
    await add_member(owner, "a", headline="Bakes")
    assert await candidates_with(owner, company, "", "bakes") == [1]


@pytest.mark.parametrize("statement", ["update candidate set last_name = 'Berg'", "delete from candidate"])
async def test_of_a_candidate_who_is_renamed_or_deleted_nothing_stays(
    owner: asyncpg.Connection, company: CompanyId, statement: str
) -> None:
    await add_candidate(owner, company, 1, last="Kowalska")
    await owner.execute(statement)
    for row in await owner.fetch("select document::text from candidate_search"):
        assert "kow" not in row["document"]
    assert await words(owner) == set(), "a company's names stand in no list that all share"
