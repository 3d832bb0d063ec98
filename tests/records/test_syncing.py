"""Records that a partner sends through GraphQL."""

import asyncio
from typing import Any

import asyncpg

from app.ids import CompanyId, uuid7
from app.matching.match import match_due
from app.records.syncing import sync_records
from app.sync.records import RecordEntity
from tests.records.conftest import written
from tests.resolvers.conftest import Asking
from tests.resolvers.world import ANNA, COMPANY, JOB, OTHER_COMPANY, PARTNER, own

PAYLOAD = """{
  run { id done refused expected finishedAt outcomes { totalCount } }
  results { externalId entity outcome message path }
  userErrors { code path }
}"""
CANDIDATES = f"mutation ($input: SyncCandidatesInput!) {{ syncCandidates(input: $input) {PAYLOAD} }}"
JOBS = f"mutation ($input: SyncJobsInput!) {{ syncJobs(input: $input) {PAYLOAD} }}"
APPLICATIONS = f"mutation ($input: SyncApplicationsInput!) {{ syncApplications(input: $input) {PAYLOAD} }}"
ADA = {
    "atsCandidateId": "new-1",
    "firstName": "Ada",
    "lastName": "Lind",
    "emailAddresses": ["ada@example.com"],
    "phoneNumbers": [{"number": "+46 70 123 45 67", "extension": "9"}],
    "addresses": [{"city": "Malmo", "country": "SE"}],
    "currentJobTitle": "Engineer",
    "linkedInProfileUrl": "https://www.linkedin.com/in/anna-kowalska",
    "tags": ["vip"],
    "customFields": [{"name": "shirt", "value": "M"}, {"name": "desk"}],
    "atsCreatedAt": "2026-02-01T10:00:00+01:00",
    "atsLastModifiedAt": "2026-02-02T00:00:00Z",
}


async def sync(ask: Asking, mutation: str, *records: Any, **more: Any) -> dict[str, Any]:
    """The payload that the partner gets."""
    (payload,) = (await ask.data("partner", mutation, input={"records": records, **more})).values()
    return dict(payload)


def outcomes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["externalId"], one["outcome"]) for one in payload["results"]]


async def test_a_candidate_arrives_whole_and_is_matched_when_matching_comes_to_it(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    payload = await sync(ask, CANDIDATES, {**ADA, "firstName": "Anna"})
    await match_due(ask.pool)
    assert payload["results"] == [
        {"externalId": "new-1", "entity": "candidate", "outcome": "CREATED", "message": None, "path": None}
    ]
    shown = await ask.data(
        "partner",
        """{ candidate(externalId: "new-1") {
          firstName phoneNumbers { number extension } addresses { city line1 } createdAt
          tags { name } match { state memberId } } }""",
    )
    assert shown["candidate"] == {
        "firstName": "Anna",
        "phoneNumbers": [{"number": "+46 70 123 45 67", "extension": "9"}],
        "addresses": [{"city": "Malmo", "line1": None}],
        "createdAt": "2026-02-01T09:00:00+00:00",
        "tags": [{"name": "vip"}],
        "match": {"state": "MATCHED", "memberId": "urn:li:person:m1"},
    }
    kept = await owner.fetchval("select custom_fields::text from candidate where external_id = 'new-1'")
    assert kept == '{"desk": null, "shirt": "M"}'


async def test_a_call_is_a_run_of_its_own(ask: Asking) -> None:
    run = (await sync(ask, CANDIDATES, ADA, {"atsCandidateId": "bad"}))["run"]
    assert run.pop("id").startswith("urn:rsc:sync-run:")
    assert run.pop("finishedAt") is not None
    assert run == {"done": 2, "refused": 1, "expected": 2, "outcomes": {"totalCount": 2}}


async def test_a_run_is_read_while_it_goes_on(ask: Asking) -> None:
    """That of unattended calls, which is open until they pause."""
    said: list[dict[str, Any]] = [
        {"atsCandidateId": "new-1", "firstName": "Ada", "atsCreatedAt": 1, "atsLastModifiedAt": 2},
        {"atsCandidateId": "bad"},
    ]
    for _ in range(2):
        await sync_records(
            ask.pool, CompanyId(COMPANY), PARTNER, RecordEntity.CANDIDATE, said, unattended=True
        )
    shown = await ask.data(
        "staff",
        """{ integration { syncRuns(first: 1) { edges { node {
          finishedAt expected done refused counts { entity outcome count }
          outcomes { edges { node { externalId outcome path } } } } } } } }""",
    )
    (edge,) = shown["integration"]["syncRuns"]["edges"]
    refused = {"externalId": "bad", "outcome": "REFUSED", "path": ["firstName"]}
    taken = {"externalId": "new-1", "outcome": "CREATED", "path": None}
    assert edge["node"] == {
        **{"finishedAt": None, "expected": None, "done": 4, "refused": 2},
        "counts": [
            {"entity": "candidate", "outcome": "CREATED", "count": 1},
            {"entity": "candidate", "outcome": "REFUSED", "count": 2},
            {"entity": "candidate", "outcome": "UNCHANGED", "count": 1},
        ],
        "outcomes": {"edges": [{"node": one} for one in (refused, refused, taken)]},
    }


async def test_a_bad_record_fails_alone_in_its_place(ask: Asking) -> None:
    payload = await sync(
        ask,
        CANDIDATES,
        {"atsCandidateId": "c-1"},
        ADA,
        {"atsCandidateId": "c-2", "firstName": "Eve", "emailAddresses": ["nonsense"]},
        {
            **{"atsCandidateId": "c-3", "firstName": "Ida"},
            **{"atsCreatedAt": "2026-02-02T00:00:00Z", "atsLastModifiedAt": "2026-02-01T00:00:00Z"},
        },
    )
    assert outcomes(payload) == [
        *[("c-1", "REFUSED"), ("new-1", "CREATED")],
        *[("c-2", "REFUSED"), ("c-3", "REFUSED")],
    ]
    assert [one["path"] for one in payload["results"]] == [
        ["firstName"],
        None,
        ["emailAddresses", "0"],
        ["atsLastModifiedAt"],
    ]
    assert payload["userErrors"] == []


async def test_a_repeated_call_changes_nothing_but_its_runs(ask: Asking, owner: asyncpg.Connection) -> None:
    await sync(ask, CANDIDATES, ADA)
    before = await written(owner)
    assert outcomes(await sync(ask, CANDIDATES, ADA)) == [("new-1", "UNCHANGED")]
    after = await written(owner)
    assert {table for table in before if before[table] != after[table]} == {"sync_run", "record_result"}


async def test_callers_at_once_make_one_candidate(ask: Asking, owner: asyncpg.Connection) -> None:
    answers = await asyncio.gather(*(sync(ask, CANDIDATES, ADA) for _ in range(4)))
    assert sorted(outcomes(one)[0][1] for one in answers) == ["CREATED", *["UNCHANGED"] * 3]
    assert await owner.fetchval("select count(*) from candidate where external_id = 'new-1'") == 1


async def test_a_record_replaces_the_whole_and_an_older_one_loses(ask: Asking) -> None:
    await sync(ask, CANDIDATES, ADA)
    newer = {"atsCandidateId": "new-1", "firstName": "Ada", "atsLastModifiedAt": "2026-03-01T00:00:00Z"}
    assert outcomes(await sync(ask, CANDIDATES, newer)) == [("new-1", "UPDATED")]
    assert outcomes(await sync(ask, CANDIDATES, ADA)) == [("new-1", "STALE")]
    shown = await ask.data(
        "partner", '{ candidate(externalId: "new-1") { lastName emailAddresses tags { name } } }'
    )
    assert shown["candidate"] == {"lastName": None, "emailAddresses": [], "tags": [{"name": "vip"}]}


async def test_what_a_person_linked_stays_over_a_sync(ask: Asking) -> None:
    link = "mutation ($input: LinkMemberInput!) { linkMember(input: $input) { userErrors { code } } }"
    await ask.data(
        "rosa", link, input={"candidateId": own("candidate", ANNA), "memberId": "urn:li:person:m3"}
    )
    changed = {**ADA, "atsCandidateId": "x-1", "atsLastModifiedAt": "2026-06-01T00:00:00Z"}
    assert outcomes(await sync(ask, CANDIDATES, changed)) == [("x-1", "UPDATED")]
    await match_due(ask.pool)
    shown = await ask.data(
        "partner",
        "query ($id: ID) { candidate(id: $id) { firstName match { state memberId } } }",
        id=own("candidate", ANNA),
    )
    assert shown["candidate"] == {
        "firstName": "Ada",
        "match": {"state": "MANUAL", "memberId": "urn:li:person:m3"},
    }


async def test_jobs_come_with_state_team_and_times(ask: Asking) -> None:
    job = {
        "externalJobPostingId": "j-9",
        "title": "Data Engineer",
        "state": "CLOSED",
        "availability": "PRIVATE_TO_ATS_INTEGRATION",
        "postedThroughRsc": True,
        "companyApplyUrl": "https://jobs.example.com/9",
        "listedAt": "2026-02-01T00:00:00Z",
        "closedAt": "2026-02-05T00:00:00Z",
        "hiringTeam": [{"name": "Ida B", "role": "Hiring manager"}],
    }
    payload = await sync(ask, JOBS, job, {"externalJobPostingId": "j-10", "title": "x" * 201})
    assert outcomes(payload) == [("j-9", "CREATED"), ("j-10", "REFUSED")]
    shown = await ask.data(
        "partner",
        '{ job(externalId: "j-9") { title state availability postedThroughRsc applyUrl listedAt closedAt '
        "hiringTeam { name role } } }",
    )
    assert shown["job"] == {
        "title": "Data Engineer",
        "state": "CLOSED",
        "availability": "PRIVATE_TO_ATS_INTEGRATION",
        "postedThroughRsc": True,
        "applyUrl": "https://jobs.example.com/9",
        "listedAt": "2026-02-01T00:00:00+00:00",
        "closedAt": "2026-02-05T00:00:00+00:00",
        "hiringTeam": [{"name": "Ida B", "role": "Hiring manager"}],
    }


async def test_an_application_waits_for_its_candidate_and_is_joined_when_that_arrives(ask: Asking) -> None:
    application = {
        **{"atsJobApplicationId": "a-9", "atsCandidateId": "new-1", "atsJobPostingId": "j-1"},
        **{"status": "HIRED", "atsCreatedAt": "2026-02-03T00:00:00Z"},
    }
    payload = await sync(ask, APPLICATIONS, application, {"atsJobApplicationId": "a-10"})
    assert outcomes(payload) == [("a-9", "WAITING"), ("a-10", "REFUSED")]
    assert payload["results"][0]["path"] == payload["results"][1]["path"] == ["atsCandidateId"]
    await sync(ask, CANDIDATES, ADA)
    shown = await ask.data(
        "partner", '{ application(externalId: "a-9") { status job { id } candidate { firstName } } }'
    )
    assert shown["application"] == {
        "status": "HIRED",
        "job": {"id": own("job", JOB)},
        "candidate": {"firstName": "Ada"},
    }


async def a_run(owner: asyncpg.Connection, company: Any = COMPANY, *, finished: bool = False) -> str:
    key = uuid7()
    await owner.execute(
        """insert into sync_run (company_id, id, integration_id, kind, entities, started_at, finished_at,
             expected)
           select company_id, $2, id, 'FIRST', '{candidate}', now(), case when $3 then now() end, 10
           from integration where company_id = $1 and state <> 'ERASED'""",
        *(company, key, finished),
    )
    return own("sync-run", key)


async def test_records_can_be_added_to_a_run_that_goes_on(ask: Asking, owner: asyncpg.Connection) -> None:
    run_id = await a_run(owner)
    other = {"atsCandidateId": "new-2", "firstName": "Ben"}
    await sync(ask, CANDIDATES, ADA, runId=run_id)
    payload = await sync(ask, CANDIDATES, other, runId=run_id)
    assert outcomes(payload) == [("new-2", "CREATED")]
    assert payload["run"] == {
        **{"id": run_id, "done": 2, "refused": 0, "expected": 10},
        **{"finishedAt": None, "outcomes": {"totalCount": 2}},
    }


async def test_only_a_run_of_the_company_that_goes_on_takes_records(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    over, foreign = await a_run(owner, finished=True), await a_run(owner, OTHER_COMPANY)
    before = await written(owner)
    for run_id, code in (
        *((over, "RUN_FINISHED"), (foreign, "NOT_FOUND"), (own("sync-run", ANNA), "NOT_FOUND")),
        *((own("job", JOB), "NOT_FOUND"), ("nonsense", "NOT_FOUND")),
    ):
        payload = await sync(ask, CANDIDATES, ADA, runId=run_id)
        assert payload == {
            **{"run": None, "results": []},
            "userErrors": [{"code": code, "path": ["input", "runId"]}],
        }
    assert await written(owner) == before


async def test_a_call_takes_at_most_a_hundred_records(ask: Asking, owner: asyncpg.Connection) -> None:
    before = await written(owner)
    records = [{"atsCandidateId": f"n-{n}", "firstName": "N"} for n in range(101)]
    payload = await sync(ask, CANDIDATES, *records)
    assert payload["userErrors"] == [{"code": "TOO_MANY", "path": ["input", "records"]}]
    assert await written(owner) == before
    assert len((await sync(ask, CANDIDATES, *records[:100]))["results"]) == 100
