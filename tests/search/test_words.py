"""How text becomes words, and which words count as one."""

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Łukasz  O'Neil-Möri", "lukasz oneil mori"),
        ("İSTANBUL ığdır", "istanbul igdir"),
        ("Straße · Ærøskøbing · œuvre", "strasse aeroskobing oeuvre"),
        ("Київ, МИКОЛА", "киів микола"),
        ("怡君 林", "怡君 林"),
        ("C++, C# and ASP.NET; F#", "cpp csharp and asp dotnet f"),
        ("Senior “Backend” Engineer – Berlin…", "senior backend engineer berlin"),
        ("Ａｄａ ⑴ ＇quoted＇ ㏂", "ada 1 quoted a m"),
        ("'); drop table member; -- \\ | & ! <-> :*", "drop table member"),
        ("  \t\n ", ""),
        ("😀 ok", "😀 ok"),
    ],
)
async def test_case_accents_and_punctuation_do_not_matter(
    owner: asyncpg.Connection, text: str, words: str
) -> None:
    found = await owner.fetchval("select search_words($1)", text)
    assert found.split() == words.split()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("kowalska", "kowlska", True),
        ("kowalska", "kowalskaa", True),
        ("kowalska", "kowalsha", True),
        ("kowalska", "kowlaska", True),
        ("john", "jhon", True),
        ("john", "jane", False),
        ("berlin", "dublin", False),
    ],
)
async def test_a_slip_is_a_letter_wrong_missing_or_too_many_or_two_that_changed_places(
    owner: asyncpg.Connection, one: str, other: str, alike: bool
) -> None:
    assert await owner.fetchval("select search_slips($1) && search_slips($2)", one, other) is alike


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
async def test_whatever_is_said_can_be_stored_and_found_again(owner: asyncpg.Connection, text: str) -> None:
    """Any text makes a document, and every one of its words a query that finds this document."""
    unfound = await owner.fetch(
        """
        with said as (select search_words($1) as words),
          made as (
            select words, search_document('', array[words, words, '', words, words, words], true) as document
            from said)
        select word from made, unnest(string_to_array(words, ' ')) as word
        where word not in ('', chr(30), chr(31)) and position(chr(30) in word) + position(chr(31) in word) = 0
          and (not document @@ ('''' || word || '''')::tsquery
            or not document @@ ('''@' || word || '''')::tsquery
            or not document @@ ('''' || word || ''':*')::tsquery)
        """,
        text,
    )
    assert unfound == []


async def test_text_of_any_length_is_stored(owner: asyncpg.Connection) -> None:
    """A lexeme may have 2 kB: longer words are left out, the rest is found."""
    document = await owner.fetchval(
        "select search_document('', array[$1, '', '', '', '', ''], null)::text", "x" * 5_000 + " known"
    )
    assert document == "'@known' 'known'"
    await owner.execute(
        "insert into member (urn, first_name, last_name, headline) values ('urn:li:person:a', $1, $2, $3)",
        *("é" * 3_000, "y" * 200_000, "word " * 100_000),
    )
    assert await owner.fetchval("select count(*) from member_search") == 1
