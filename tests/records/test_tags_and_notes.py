"""Tags and notes that an ATS screen writes."""

import asyncio
from itertools import product

import asyncpg

from tests.records.conftest import written
from tests.resolvers.conftest import Asking
from tests.resolvers.world import ANNA, BELA, own

ADD = """mutation ($input: TagInput!) {
  addTag(input: $input) { candidate { doNotContact tags { name isDoNotContact } } userErrors { code path } }
}"""
REMOVE = ADD.replace("addTag", "removeTag")
NOTE = """mutation ($input: AddNoteInput!) {
  addNote(input: $input) {
    candidate { notes { totalCount edges { node { body authorName } } } } userErrors { code path }
  }
}"""


def tagged(who: object, name: str) -> dict[str, object]:
    return {"candidateId": who, "name": name}


async def test_a_tag_is_put_on_and_shown_at_once(ask: Asking) -> None:
    payload = (await ask.data("ats-user", ADD, input=tagged(own("candidate", BELA), " Referral ")))["addTag"]
    assert payload == {
        "candidate": {"doNotContact": False, "tags": [{"name": "Referral", "isDoNotContact": False}]},
        "userErrors": [],
    }


async def test_putting_a_tag_on_again_changes_nothing(ask: Asking, owner: asyncpg.Connection) -> None:
    before = await written(owner)
    payload = (await ask.data("partner", ADD, input=tagged(own("candidate", ANNA), "alumni")))["addTag"]
    assert payload["userErrors"] == []
    assert await written(owner) == before


async def test_callers_at_once_make_one_tag(ask: Asking, owner: asyncpg.Connection) -> None:
    asked = [
        ask.data(who, ADD, input=tagged(own("candidate", key), "fresh"))
        for key in (ANNA, BELA)
        for who in ("ats-user", "partner", "ats-admin")
    ]
    answers = await asyncio.gather(*asked)
    assert all(answer["addTag"]["userErrors"] == [] for answer in answers)
    assert await owner.fetchval("select count(*) from tag where name = 'fresh'") == 1
    assert (
        await owner.fetchval(
            "select count(*) from candidate_tag c join tag t on t.id = c.tag_id where t.name = 'fresh'"
        )
        == 2
    )


async def test_a_do_not_contact_tag_counts_at_once_and_no_longer_when_it_is_gone(ask: Asking) -> None:
    given = tagged(own("candidate", BELA), "Do Not Contact")
    added = (await ask.data("ats-user", ADD, input=given))["addTag"]
    assert added["candidate"]["doNotContact"] is True
    removed = (await ask.data("ats-user", REMOVE, input=given))["removeTag"]
    assert removed["candidate"] == {"doNotContact": False, "tags": []}


async def test_a_tag_that_is_not_there_was_taken_off_already(ask: Asking, owner: asyncpg.Connection) -> None:
    before = await written(owner)
    for name in ("blocked", "never heard of"):
        payload = (await ask.data("ats-user", REMOVE, input=tagged(own("candidate", BELA), name)))[
            "removeTag"
        ]
        assert payload["userErrors"] == []
    assert await written(owner) == before


async def test_what_is_no_tag_s_name_is_refused(ask: Asking, owner: asyncpg.Connection) -> None:
    before = await written(owner)
    for mutation, name in product([ADD, REMOVE], ["", "  \t", "x" * 201]):
        answer = await ask.data("ats-user", mutation, input=tagged(own("candidate", ANNA), name))
        (payload,) = answer.values()
        assert payload == {"candidate": None, "userErrors": [{"code": "INVALID", "path": ["input", "name"]}]}
    assert await written(owner) == before


async def test_a_candidate_has_at_most_as_many_tags_as_a_synced_record(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        """with made as (insert into tag (company_id, id, name)
             select company_id, gen_random_uuid(), 'tag ' || n from candidate, generate_series(1, 200) n
             where id = $1 returning company_id, id)
           insert into candidate_tag select company_id, $1, id from made""",
        BELA,
    )
    before = await written(owner)
    payload = (await ask.data("ats-user", ADD, input=tagged(own("candidate", BELA), "one more")))["addTag"]
    assert payload["userErrors"] == [{"code": "TOO_MANY", "path": ["input", "name"]}]
    assert await written(owner) == before


async def test_a_note_is_written_and_each_call_writes_one(ask: Asking) -> None:
    given = {"candidateId": own("candidate", BELA), "body": "  Called, will call back.\n"}
    await ask.data("ats-user", NOTE, input=given)
    payload = (await ask.data("partner", NOTE, input=given))["addNote"]
    written_twice = {"node": {"body": "Called, will call back.", "authorName": None}}
    assert payload == {
        "candidate": {"notes": {"totalCount": 2, "edges": [written_twice, written_twice]}},
        "userErrors": [],
    }


async def test_what_is_no_note_is_refused(ask: Asking, owner: asyncpg.Connection) -> None:
    before = await written(owner)
    for body in ("", " \n", "x" * 100_001):
        given = {"candidateId": own("candidate", ANNA), "body": body}
        payload = (await ask.data("ats-user", NOTE, input=given))["addNote"]
        assert payload == {"candidate": None, "userErrors": [{"code": "INVALID", "path": ["input", "body"]}]}
    assert await written(owner) == before


async def test_text_that_no_database_holds_is_refused_with_its_place(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    before = await written(owner)
    answer = await ask(
        "ats-user", NOTE, {"input": {"candidateId": own("candidate", ANNA), "body": "a\u0000b"}}
    )
    assert answer["data"] == {"addNote": None}
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await written(owner) == before
