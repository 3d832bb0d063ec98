"""What recruiters decide about recommended matches, and what becomes of the list."""

import asyncio

import asyncpg

from tests.resolvers.conftest import Asking
from tests.resolvers.world import JOB, own

DECIDE = """mutation ($input: DecideRecommendedMatchInput!) {
  decideRecommendedMatch(input: $input) {
    job { recommendedMatches { totalCount edges { node { id } } } } userErrors { code }
  }
}"""
LISTED = "query ($id: ID) { job(id: $id) { recommendedMatches { edges { node { id } } } } }"
MARKED = """query ($id: ID) {
  job(id: $id) { recommendedMatches { edges { isSaved export { state } node { id } } } }
}"""
EXPORT = """mutation ($input: ExportMemberInput!) {
  exportMember(input: $input) { export { state } userErrors { code } }
}"""
M3, M4 = "urn:li:person:m3", "urn:li:person:m4"


async def decide(ask: Asking, who: str, member: str, decision: str) -> list[str]:
    """The members who are listed after the decision."""
    given = {"jobId": own("job", JOB), "memberId": member, "decision": decision}
    payload = (await ask.data(who, DECIDE, input=given))["decideRecommendedMatch"]
    assert payload["userErrors"] == []
    matches = payload["job"]["recommendedMatches"]
    assert matches["totalCount"] == len(matches["edges"])
    return [edge["node"]["id"] for edge in matches["edges"]]


async def test_whom_a_recruiter_is_not_interested_in_leaves_the_list_for_everybody(ask: Asking) -> None:
    assert await decide(ask, "rosa", M3, "NOT_INTERESTED") == [M4]
    job = (await ask.data("nina", LISTED, id=own("job", JOB)))["job"]
    assert [edge["node"]["id"] for edge in job["recommendedMatches"]["edges"]] == [M4]


async def test_a_saved_member_stays_in_the_list(ask: Asking, owner: asyncpg.Connection) -> None:
    assert await decide(ask, "rosa", M3, "SAVED") == [M3, M4]
    row = await owner.fetchrow("select decision, member_urn from recommended_match_decision")
    assert tuple(row or ()) == ("SAVED", M3)


async def test_the_last_decision_counts(ask: Asking) -> None:
    assert await decide(ask, "rosa", M3, "NOT_INTERESTED") == [M4]
    assert await decide(ask, "jonas", M3, "SAVED") == [M3, M4]


async def test_deciding_the_same_again_keeps_who_decided_first(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    await decide(ask, "rosa", M3, "SAVED")
    before = await owner.fetch("select * from recommended_match_decision")
    await decide(ask, "jonas", M3, "SAVED")
    assert await owner.fetch("select * from recommended_match_decision") == before


async def test_decisions_at_once_leave_one(ask: Asking, owner: asyncpg.Connection) -> None:
    await asyncio.gather(
        *(decide(ask, who, M4, what) for who in ("rosa", "jonas") for what in ("SAVED", "NOT_INTERESTED"))
    )
    assert await owner.fetchval("select count(*) from recommended_match_decision") == 1


async def test_a_new_ranking_does_not_bring_back_whom_nobody_is_interested_in(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    await decide(ask, "rosa", M3, "NOT_INTERESTED")
    await owner.execute("delete from recommended_match")
    await owner.execute(
        "insert into recommended_match select company_id, id, $1, 0.99, '{fits}' from job", M3
    )
    job = (await ask.data("rosa", LISTED, id=own("job", JOB)))["job"]
    assert job["recommendedMatches"]["edges"] == []


async def test_the_list_says_who_was_saved_and_who_was_sent_for_this_job(ask: Asking) -> None:
    async def marked() -> list[dict[str, object]]:
        job = (await ask.data("jonas", MARKED, id=own("job", JOB)))["job"]
        edges: list[dict[str, object]] = job["recommendedMatches"]["edges"]
        return edges

    # M3 was sent to this job before.
    before = {"isSaved": False, "export": {"state": "REQUESTED"}, "node": {"id": M3}}
    assert await marked() == [before, {"isSaved": False, "export": None, "node": {"id": M4}}]
    await decide(ask, "rosa", M3, "SAVED")
    sent = (await ask.data("rosa", EXPORT, input={"jobId": own("job", JOB), "memberId": M4}))["exportMember"]
    assert sent == {"export": {"state": "REQUESTED"}, "userErrors": []}
    assert await marked() == [
        before | {"isSaved": True},
        {"isSaved": False, "export": {"state": "REQUESTED"}, "node": {"id": M4}},
    ]
