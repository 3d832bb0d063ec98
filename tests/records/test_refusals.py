"""What every small write refuses, and that nothing happens then."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.conftest import TestServer
from tests.records.conftest import disabled, written
from tests.resolvers.conftest import Asking
from tests.resolvers.world import ANNA, JOB, STRANGER, own

CANDIDATE = own("candidate", ANNA)
ON_CANDIDATE = {
    "addTag": ("TagInput", {"name": "new"}),
    "removeTag": ("TagInput", {"name": "alumni"}),
    "addNote": ("AddNoteInput", {"body": "Called."}),
    "linkMember": ("LinkMemberInput", {"memberId": "urn:li:person:m3"}),
    "unlinkMember": ("UnlinkMemberInput", {}),
}
DECISION = {"jobId": own("job", JOB), "memberId": "urn:li:person:m1", "decision": "SAVED"}
NO_IDS = ["", "x", "urn:rsc:candidate:", f"urn:rsc:job:{JOB}", "urn:li:person:m1"]


def on_candidate(name: str) -> str:
    of, _ = ON_CANDIDATE[name]
    return (
        f"mutation ($input: {of}!) {{ {name}(input: $input) "
        "{ candidate { id } userErrors { code message path } } }"
    )


DECIDE = """mutation ($input: DecideRecommendedMatchInput!) {
  decideRecommendedMatch(input: $input) { job { id } userErrors { code message path } }
}"""


@pytest.fixture(scope="module")
async def database(server: TestServer, records_company: str) -> AsyncIterator[str]:
    """One copy of the small company for all of these, since none of them may change it."""
    async with server.copy_of(records_company) as dsn:
        yield dsn


@pytest.mark.parametrize("name", ON_CANDIDATE)
async def test_an_unknown_a_malformed_and_another_company_s_candidate_are_told_alike(
    ask: Asking, owner: asyncpg.Connection, name: str
) -> None:
    before = await written(owner)
    told = []
    for candidate in (own("candidate", STRANGER), own("candidate", JOB), *NO_IDS):
        given = {"candidateId": candidate, **ON_CANDIDATE[name][1]}
        told.append(await ask.data("partner", on_candidate(name), input=given))
    assert told[0][name] == {
        "candidate": None,
        "userErrors": [
            {
                "code": "NOT_FOUND",
                "message": "No candidate of this company has this id.",
                "path": ["input", "candidateId"],
            }
        ],
    }
    assert all(one == told[0] for one in told)
    assert await written(owner) == before


@pytest.mark.parametrize("name", ["addTag", "removeTag", "addNote"])
@pytest.mark.parametrize("who", ["rosa", "jonas", "support", "staff"])
async def test_only_the_ats_writes_on_its_records(
    ask: Asking, owner: asyncpg.Connection, name: str, who: str
) -> None:
    before = await written(owner)
    given = {"candidateId": CANDIDATE, **ON_CANDIDATE[name][1]}
    answer = await ask(who, on_candidate(name), {"input": given})
    assert answer["data"] == {name: None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["ROLE_REQUIRED"]
    assert await written(owner) == before


@pytest.mark.parametrize("name", ["linkMember", "unlinkMember"])
@pytest.mark.parametrize("who", ["ats-user", "support", "staff"])
async def test_links_are_not_for_those_without_the_profile_widget(
    ask: Asking, owner: asyncpg.Connection, name: str, who: str
) -> None:
    before = await written(owner)
    given = {"candidateId": CANDIDATE, **ON_CANDIDATE[name][1]}
    answer = await ask(who, on_candidate(name), {"input": given})
    assert answer["data"] == {name: None}
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["feature"]) == (
        "FEATURE_NOT_GRANTED",
        "PROFILE_WIDGET",
    )
    assert await written(owner) == before


@pytest.mark.parametrize("name", ON_CANDIDATE)
async def test_while_the_integration_is_disabled_the_partner_is_told_to_stop(
    ask: Asking, owner: asyncpg.Connection, name: str
) -> None:
    before = await written(owner)
    given = {"candidateId": CANDIDATE, **ON_CANDIDATE[name][1]}
    answer = await ask("partner", on_candidate(name), {"input": given}, **await disabled(ask))
    assert answer["data"] == {name: None}
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTEGRATION_DISABLED"
    assert error["extensions"]["howToFix"]
    assert await written(owner) == before


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"jobId": own("job", ANNA)}, "jobId"),
        ({"jobId": "nonsense"}, "jobId"),
        ({"memberId": "urn:li:person:nobody"}, "memberId"),
        ({"memberId": "urn:li:person:m2"}, "memberId"),
        ({"memberId": "urn:li:seat:rosa"}, "memberId"),
    ],
)
async def test_a_decision_needs_a_job_of_the_company_and_a_member_who_is_there(
    ask: Asking, owner: asyncpg.Connection, wrong: dict[str, Any], at: str
) -> None:
    before = await written(owner)
    payload = (await ask.data("rosa", DECIDE, input={**DECISION, **wrong}))["decideRecommendedMatch"]
    assert payload["job"] is None
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [("NOT_FOUND", ["input", at])]
    assert await written(owner) == before


async def test_another_company_s_recruiter_decides_nothing_on_our_job(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    before = await written(owner)
    payload = (await ask.data("eve", DECIDE, input=DECISION))["decideRecommendedMatch"]
    assert payload["userErrors"][0]["code"] == "NOT_FOUND"
    assert await written(owner) == before


@pytest.mark.parametrize("who", ["ats-user", "partner", "staff"])
async def test_decisions_are_for_those_who_get_recommended_matches(
    ask: Asking, owner: asyncpg.Connection, who: str
) -> None:
    before = await written(owner)
    answer = await ask(who, DECIDE, {"input": DECISION})
    assert answer["data"] == {"decideRecommendedMatch": None}
    assert answer["errors"][0]["extensions"]["feature"] == "RECOMMENDED_MATCHES"
    assert await written(owner) == before


SYNC = """mutation (
  $jobs: SyncJobsInput!, $candidates: SyncCandidatesInput!, $applications: SyncApplicationsInput!
) {
  syncJobs(input: $jobs) { run { id } }
  syncCandidates(input: $candidates) { run { id } }
  syncApplications(input: $applications) { run { id } }
}"""
RECORDS = {
    "jobs": {"records": [{"externalJobPostingId": "j", "title": "T"}]},
    "candidates": {"records": [{"atsCandidateId": "c", "firstName": "C"}]},
    "applications": {"records": [{"atsJobApplicationId": "a", "atsCandidateId": "c"}]},
}
NOTHING = {"syncJobs": None, "syncCandidates": None, "syncApplications": None}


@pytest.mark.parametrize("who", ["ats-user", "ats-admin", "rosa", "jonas", "support", "staff"])
async def test_records_are_the_partner_s_to_send(ask: Asking, owner: asyncpg.Connection, who: str) -> None:
    before = await written(owner)
    answer = await ask(who, SYNC, RECORDS)
    assert answer["data"] == NOTHING
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["ROLE_REQUIRED"] * 3
    assert await written(owner) == before


async def test_while_the_integration_is_disabled_no_record_is_taken(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    before = await written(owner)
    answer = await ask("partner", SYNC, RECORDS, **await disabled(ask))
    assert answer["data"] == NOTHING
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTEGRATION_DISABLED"] * 3
    assert await written(owner) == before
