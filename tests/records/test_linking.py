"""Who a candidate is, as a person says it: over all evidence, and remembered."""

import asyncio
from typing import Any

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId
from app.matching.match import match_candidates
from tests.records.conftest import written
from tests.resolvers.conftest import Asking
from tests.resolvers.world import ANNA, BELA, COMPANY, CORA, OLD_ANNA, own

MATCH = "candidate { match { state memberId confidence evidence { method } linkedBy { id } linkedAt } }"
LINK = f"""mutation ($input: LinkMemberInput!) {{
  linkMember(input: $input) {{ {MATCH} userErrors {{ code path }} }}
}}"""
UNLINK = f"""mutation ($input: UnlinkMemberInput!) {{
  unlinkMember(input: $input) {{ {MATCH} userErrors {{ code path }} }}
}}"""
REVIEW = "{ matchReview { edges { node { id } } } }"
M1, M2, M3 = (f"urn:li:person:m{n}" for n in (1, 2, 3))


async def link(ask: Asking, who: str, key: object, member: str) -> dict[str, Any]:
    given = {"candidateId": f"urn:rsc:candidate:{key}", "memberId": member}
    payload: dict[str, Any] = (await ask.data(who, LINK, input=given))["linkMember"]
    return payload


async def unlink(ask: Asking, who: str, key: object) -> dict[str, Any]:
    given = {"candidateId": f"urn:rsc:candidate:{key}"}
    payload: dict[str, Any] = (await ask.data(who, UNLINK, input=given))["unlinkMember"]
    return payload


async def state_of(owner: asyncpg.Connection, key: object) -> tuple[str, str | None]:
    row = await owner.fetchrow("select match_state, match_member_urn from candidate where id = $1", key)
    assert row is not None
    return row["match_state"], row["match_member_urn"]


async def test_a_link_by_hand_says_by_whom_and_when_and_is_certain(ask: Asking) -> None:
    payload = await link(ask, "rosa", CORA, M3)
    assert payload["userErrors"] == []
    match = payload["candidate"]["match"]
    assert match.pop("linkedAt") > "2026"
    assert match == {
        "state": "MANUAL",
        "memberId": M3,
        "confidence": 1,
        "evidence": [{"method": "MANUAL"}],
        "linkedBy": {"id": "urn:li:seat:rosa"},
    }


async def test_the_partner_links_without_a_seat(ask: Asking) -> None:
    payload = await link(ask, "partner", CORA, M3)
    match = payload["candidate"]["match"]
    assert (match["state"], match["linkedBy"]) == ("MANUAL", None)


async def test_a_link_ends_the_review_and_its_alternatives(ask: Asking, owner: asyncpg.Connection) -> None:
    waiting = {"node": {"id": own("candidate", CORA)}}
    assert waiting in (await ask.data("rosa", REVIEW))["matchReview"]["edges"]
    await link(ask, "rosa", CORA, M3)
    assert waiting not in (await ask.data("rosa", REVIEW))["matchReview"]["edges"]
    assert await owner.fetchval("select count(*) from candidate_alternative") == 0


async def test_linking_again_keeps_who_linked_first(ask: Asking, owner: asyncpg.Connection) -> None:
    await link(ask, "rosa", CORA, M3)
    before = await written(owner)
    assert (await link(ask, "jonas", CORA, M3))["userErrors"] == []
    assert await written(owner) == before


async def test_of_two_who_link_at_once_one_counts_whole(ask: Asking, owner: asyncpg.Connection) -> None:
    await asyncio.gather(link(ask, "rosa", CORA, M1), link(ask, "jonas", CORA, M3), unlink(ask, "rosa", CORA))
    row = await owner.fetchrow(
        "select match_state, match_member_urn, match_linked_by::text from candidate where id = $1", CORA
    )
    assert tuple(row or ()) in {
        ("MANUAL", M1, "00000000-0000-0000-0000-000000000051"),
        ("MANUAL", M3, "00000000-0000-0000-0000-000000000052"),
        ("UNLINKED", None, "00000000-0000-0000-0000-000000000051"),
    }


async def test_only_a_member_who_is_there_can_be_linked(ask: Asking, owner: asyncpg.Connection) -> None:
    before = await written(owner)
    for member in ("urn:li:person:nobody", M2, "urn:li:seat:rosa", "m1", ""):
        assert await link(ask, "rosa", CORA, member) == {
            "candidate": None,
            "userErrors": [{"code": "NOT_FOUND", "path": ["input", "memberId"]}],
        }
    assert await written(owner) == before


async def test_evidence_never_moves_what_a_person_linked(
    ask: Asking, owner: asyncpg.Connection, pool: Pool
) -> None:
    await owner.execute(
        "update candidate set linkedin_profile_url = 'https://linkedin.com/in/anna-kowalska' where id = $1",
        ANNA,
    )
    await link(ask, "rosa", ANNA, M3)
    await match_candidates(pool, CompanyId(COMPANY))
    assert await state_of(owner, ANNA) == ("MANUAL", M3)


async def test_an_unlinked_candidate_stays_so_whatever_the_evidence(
    ask: Asking, owner: asyncpg.Connection, pool: Pool
) -> None:
    await owner.execute(
        "update candidate set linkedin_profile_url = 'https://linkedin.com/in/anna-kowalska' where id = $1",
        ANNA,
    )
    payload = await unlink(ask, "rosa", ANNA)
    match = payload["candidate"]["match"]
    assert (match["state"], match["memberId"], match["confidence"], match["evidence"]) == (
        *("UNLINKED", None, None),
        [],
    )
    assert match["linkedBy"] == {"id": "urn:li:seat:rosa"}
    await match_candidates(pool, CompanyId(COMPANY))
    assert await state_of(owner, ANNA) == ("UNLINKED", None)


async def test_a_refused_pair_is_not_matched_again_and_another_member_may_be(
    ask: Asking, owner: asyncpg.Connection, pool: Pool
) -> None:
    await owner.execute(
        """update candidate set email_addresses = '{cora@example.com}',
           linkedin_profile_url = 'https://linkedin.com/in/anna-kowalska' where id = $1""",
        ANNA,
    )
    await owner.execute("insert into member_contact values ('urn:li:person:m3', 'EMAIL', 'cora@example.com')")
    await owner.execute("update member set first_name = 'Anna' where urn = 'urn:li:person:m3'")
    await match_candidates(pool, CompanyId(COMPANY))
    assert await state_of(owner, ANNA) == ("MATCHED", M1)
    await unlink(ask, "rosa", ANNA)
    # As if the ATS had withdrawn what a person said, which opens the candidate to evidence again.
    await owner.execute("update candidate set match_state = 'UNMATCHED' where id = $1", ANNA)
    await match_candidates(pool, CompanyId(COMPANY))
    assert await state_of(owner, ANNA) == ("MATCHED", M3)


async def test_linking_a_refused_pair_takes_the_refusal_back(ask: Asking, owner: asyncpg.Connection) -> None:
    await unlink(ask, "rosa", ANNA)
    assert await owner.fetchval("select member_urn from refused_match where candidate_id = $1", ANNA) == M1
    await link(ask, "rosa", ANNA, M1)
    assert await owner.fetchval("select count(*) from refused_match") == 0
    assert await state_of(owner, ANNA) == ("MANUAL", M1)


async def test_unlinking_an_ambiguous_candidate_refuses_all_whom_it_may_be(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    await unlink(ask, "rosa", CORA)
    rows = await owner.fetch("select member_urn from refused_match where candidate_id = $1 order by 1", CORA)
    assert [row["member_urn"] for row in rows] == [M1, M3]
    assert await state_of(owner, CORA) == ("UNLINKED", None)


async def test_unlinking_again_changes_nothing(ask: Asking, owner: asyncpg.Connection) -> None:
    await unlink(ask, "rosa", ANNA)
    before = await written(owner)
    assert (await unlink(ask, "jonas", ANNA))["userErrors"] == []
    assert await written(owner) == before


async def test_a_closed_member_can_be_unlinked(ask: Asking, owner: asyncpg.Connection) -> None:
    assert (await unlink(ask, "partner", BELA))["userErrors"] == []
    assert await state_of(owner, BELA) == ("UNLINKED", None)


async def test_where_nobody_is_linked_there_is_nothing_to_unlink(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    before = await written(owner)
    payload = await unlink(ask, "rosa", OLD_ANNA)
    assert payload == {
        "candidate": None,
        "userErrors": [{"code": "NOT_LINKED", "path": ["input", "candidateId"]}],
    }
    assert await written(owner) == before
