"""Who sees which jobs and applications, by every way to one: the ATS's access lists hold on all of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from app.access.features import Role
from app.access.guards import grants_of
from app.access.viewer import Viewer
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from loaders.context import RequestContext
from tests.conftest import TestServer
from tests.resolvers import listed
from tests.resolvers.conftest import Asking
from tests.resolvers.listed import (
    APPLICATIONS,
    JOBS,
    JONAS,
    ROSA,
    application_id,
    job_id,
    on,
    put,
    put_lists,
    set_viewers,
    who,
)
from tests.resolvers.ways import Listed, all_ways, applications_seen, jobs_seen, names, nodes
from tests.resolvers.world import ANNA, COMPANY, OTHER_COMPANY, own

ALL: Final = "ALL_PRODUCT_USERS"
UNRESTRICTED: Final = ("partner", "ats-user", "ats-admin")
EVERY_JOB: Final = set(JOBS)
EVERY_APPLICATION: Final = set(APPLICATIONS)


@pytest.fixture(scope="session")
async def listed_company(server: TestServer, small_company: str) -> str:
    return await server.fill_template("listed_company", listed.fill, basis=small_company)


@pytest.fixture
async def company(server: TestServer, listed_company: str, engine: Engine) -> AsyncIterator[Listed]:
    async with server.copy_of(listed_company) as dsn, Pool(dsn, size=2) as pool:
        owner = await asyncpg.connect(dsn)
        yield Listed(Asking(pool, FactsCache(pool), engine), owner)
        await owner.close()


async def test_without_lists_and_without_the_setting_recruiters_see_nothing(company: Listed) -> None:
    await set_viewers(company.owner, None, None)
    for person in ("rosa", "jonas", "nina"):
        all_ways(await jobs_seen(company, person), set())
        all_ways(await applications_seen(company, person), set())


async def test_without_lists_the_setting_shows_everything_to_everybody(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    for person in ("rosa", "jonas", "nina"):
        all_ways(await jobs_seen(company, person), EVERY_JOB)
        all_ways(await applications_seen(company, person), EVERY_APPLICATION)


async def test_with_the_setting_what_is_on_a_list_is_seen_by_whoever_is_on_it_and_the_rest_by_all(
    company: Listed,
) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    jobs = {person: await jobs_seen(company, person) for person in ("rosa", "jonas", "nina")}
    of_rosa, of_jonas = jobs["rosa"].pop("of applications"), jobs["jonas"].pop("of applications")
    all_ways(jobs["rosa"], {"j-1", "j-open", "j-mine", "j-all"})
    assert of_rosa == {"j-1", "j-open", "j-mine", "j-all"}
    all_ways(jobs["jonas"], {"j-1", "j-open", "j-hidden", "j-all"})
    assert of_jonas == {"j-1", "j-open", "j-hidden", "j-all"}
    all_ways(jobs["nina"], {"j-1", "j-open", "j-all"})


async def test_an_application_on_no_list_of_its_own_stays_behind_its_jobs_list(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    common = {"a-1", "a-open", "a-all", "a-none"}
    # `a-shown` is for Rosa although its job is not; Jonas, whose job it is, is not on its own list.
    all_ways(await applications_seen(company, "rosa"), common | {"a-mine", "a-shown"})
    all_ways(await applications_seen(company, "jonas"), common | {"a-kept", "a-hidden"})
    all_ways(await applications_seen(company, "nina"), common)


async def test_without_the_setting_only_what_is_on_the_viewers_lists_is_seen(company: Listed) -> None:
    await set_viewers(company.owner, None, None)
    await put_lists(company.pool)
    jobs = await jobs_seen(company, "rosa")
    assert jobs.pop("of applications") == set()
    all_ways(jobs, {"j-mine", "j-all"})
    all_ways(await applications_seen(company, "rosa"), {"a-shown"})
    all_ways(await applications_seen(company, "jonas"), {"a-kept"})
    all_ways(await applications_seen(company, "nina"), set())


async def test_the_two_settings_are_independent(company: Listed) -> None:
    await set_viewers(company.owner, None, ALL)
    all_ways(await jobs_seen(company, "rosa"), set())
    all_ways(await applications_seen(company, "rosa"), EVERY_APPLICATION)
    await set_viewers(company.owner, ALL, None)
    jobs = await jobs_seen(company, "rosa")
    assert jobs.pop("of applications") == set()
    all_ways(jobs, EVERY_JOB)
    all_ways(await applications_seen(company, "rosa"), set())


@pytest.mark.parametrize("person", UNRESTRICTED)
@pytest.mark.parametrize("setting", [None, ALL])
async def test_the_ats_and_its_partner_see_everything(
    company: Listed, person: str, setting: str | None
) -> None:
    await set_viewers(company.owner, setting, setting)
    await put_lists(company.pool)
    all_ways(await jobs_seen(company, person), EVERY_JOB)
    all_ways(await applications_seen(company, person), EVERY_APPLICATION)


async def test_an_ats_user_who_acts_for_a_seat_sees_what_its_holder_may(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    facts = await company.ask.company()
    seat = await company.ask.facts.seat(facts, "urn:li:seat:rosa")
    viewer = Viewer("ats:user", frozenset({Role.ATS_USER}), facts, seat, "Test ATS", "widget.profile")
    query = GraphQLRequest("{ jobs { edges { node { externalId } } } }", None, {})
    body = await company.ask.engine.execute(query, RequestContext(grants_of(viewer), company.pool))
    assert b"j-mine" in body
    assert b"j-hidden" not in body


COUNTS: Final = """query($id: ID!, $hidden: ID!, $mine: ID!, $shown: ID!) {
  member(id: "urn:li:person:m1") { inAts { applicationCount lastAppliedAt } }
  job(id: $mine) { applications { totalCount edges { node { externalId } } } }
  hidden: candidates(filter: {jobId: $hidden}) { totalCount edges { node { id } } }
  mine: candidates(filter: {jobId: $mine}) { totalCount }
  candidate(id: $id) { applications(first: 1) { totalCount pageInfo { hasNextPage } } }
  application(id: $shown) { externalId job { id } }
}"""


async def _counts(company: Listed, person: str) -> Any:
    return await company.data(
        person,
        COUNTS,
        id=own("candidate", ANNA),
        hidden=job_id("j-hidden"),
        mine=job_id("j-mine"),
        shown=application_id("a-shown"),
    )


async def test_counts_filters_and_the_indicator_tell_of_nothing_hidden(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    rosa = await _counts(company, "rosa")
    assert rosa["member"]["inAts"]["applicationCount"] == 6
    assert rosa["hidden"] == {"totalCount": 0, "edges": []}
    assert rosa["mine"] == {"totalCount": 1}
    assert rosa["job"]["applications"]["totalCount"] == 1
    assert rosa["candidate"]["applications"]["totalCount"] == 6
    # The application is hers to see, the job is not.
    assert rosa["application"] == {"externalId": "a-shown", "job": None}
    nina = await _counts(company, "nina")
    assert nina["member"]["inAts"]["applicationCount"] == 4
    assert nina["job"] is None
    assert nina["mine"] == {"totalCount": 0}
    assert (await _counts(company, "jonas"))["hidden"]["totalCount"] == 1
    # She sees the job, and no more who applied for it.
    await put(company.pool, on("APPLICATION", "jonas's", "a-mine"))
    rosa = await _counts(company, "rosa")
    assert rosa["mine"] == {"totalCount": 0}
    assert rosa["job"] == {"applications": {"totalCount": 0, "edges": []}}


async def test_the_indicators_last_application_is_the_last_that_the_viewer_sees(company: Listed) -> None:
    await set_viewers(company.owner, ALL, None)
    await put_lists(company.pool)
    query = '{ member(id: "urn:li:person:m1") { inAts { applicationCount lastAppliedAt } } }'
    shown = list(APPLICATIONS).index("a-shown") + 1
    assert (await company.data("rosa", query))["member"]["inAts"] == {
        "applicationCount": 1,
        "lastAppliedAt": f"2026-02-{1 + shown:02}T00:00:00+00:00",
    }
    nobody = {"applicationCount": 0, "lastAppliedAt": None}
    assert (await company.data("nina", query))["member"]["inAts"] == nobody


SEARCH: Final = """query($stage: String) {
  unifiedSearch(query: "Anna", filter: {stage: $stage, inAts: true}) {
    totalCount
    edges { candidate { externalId } }
    facets { name values { value count } }
  } }"""


async def test_search_neither_finds_by_a_hidden_stage_nor_counts_it(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    assert (await company.data("rosa", SEARCH, stage="stage of a-hidden"))["unifiedSearch"]["totalCount"] == 0
    assert (await company.data("rosa", SEARCH, stage="stage of a-shown"))["unifiedSearch"]["totalCount"] == 1
    facets = (await company.data("rosa", SEARCH, stage=None))["unifiedSearch"]["facets"]
    stages = {one["value"] for facet in facets if facet["name"] == "stage" for one in facet["values"]}
    assert stages == {
        f"stage of {name}" for name in ("a-1", "a-open", "a-all", "a-none", "a-mine", "a-shown")
    }


async def test_a_hidden_jobs_matches_and_exports_are_hidden_with_it(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    query = """query($id: ID!) { job(id: $id) { recommendedMatches { totalCount } }
      exports { edges { node { member { id } job { externalId } } } } }"""
    rosa = await company.data("rosa", query, id=job_id("j-hidden"))
    assert rosa["job"] is None
    assert {one["job"] and one["job"]["externalId"] for one in nodes(rosa["exports"])} == {"j-1", None}
    jonas = await company.data("jonas", query, id=job_id("j-hidden"))
    assert jonas["job"] == {"recommendedMatches": {"totalCount": 1}}
    assert {one["job"]["externalId"] for one in nodes(jonas["exports"])} == {"j-1", "j-hidden"}


@pytest.mark.parametrize(
    "mutation",
    [
        'exportMember(input: {memberId: "urn:li:person:m3", jobId: $job}) { userErrors { code path } }',
        'decideRecommendedMatch(input: {memberId: "urn:li:person:m3", jobId: $job, decision: SAVED}) '
        "{ userErrors { code path } }",
    ],
    ids=["export", "decision"],
)
@pytest.mark.parametrize("setting", [ALL, None])
async def test_a_hidden_job_is_unknown_to_whoever_would_act_on_it(
    company: Listed, mutation: str, setting: str | None
) -> None:
    await set_viewers(company.owner, setting, setting)
    await put_lists(company.pool)
    query = f"mutation($job: ID!) {{ done: {mutation} }}"
    before = await company.owner.fetchval(
        "select (select count(*) from export) + (select count(*) from recommended_match_decision)"
    )
    refused = (await company.data("rosa", query, job=job_id("j-hidden")))["done"]
    unknown = (await company.data("rosa", query, job=own("job", UUID(int=1))))["done"]
    assert refused == unknown == {"userErrors": [{"code": "NOT_FOUND", "path": ["input", "jobId"]}]}
    assert before == await company.owner.fetchval(
        "select (select count(*) from export) + (select count(*) from recommended_match_decision)"
    )
    assert (await company.data("rosa", query, job=job_id("j-mine")))["done"] == {"userErrors": []}


async def test_open_posted_jobs_block_disabling_without_naming_what_is_hidden(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    query = """mutation { disableIntegration(input: {openPostedJobs: REFUSE}) {
      userErrors { code message } } }"""
    errors = (await company.data("jonas", query))["disableIntegration"]["userErrors"]
    assert len(errors) == len(JOBS)
    said = " ".join(error["message"] for error in errors)
    assert job_id("j-mine") in said
    assert "Title of" not in said


async def test_lists_of_one_company_are_nothing_to_another(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await set_viewers(company.owner, ALL, ALL, OTHER_COMPANY)
    await put_lists(company.pool, OTHER_COMPANY)
    all_ways(await jobs_seen(company, "nina"), EVERY_JOB)
    assert (await company.data("eve", "{ jobs { totalCount } }"))["jobs"]["totalCount"] == 3
    # Rosa is on the neighbour's list by name; that opens nothing of the neighbour's to her.
    foreign = own("job", listed.job_key("j-mine", OTHER_COMPANY))
    query = "query($id: ID!) { node(id: $id) { id } job(id: $id) { id } }"
    assert await company.data("rosa", query, id=foreign) == {"node": None, "job": None}


async def test_a_change_of_lists_holds_for_the_next_request(company: Listed) -> None:
    await set_viewers(company.owner, None, ALL)
    query = "{ jobs { edges { node { externalId } } } }"

    async def seen(person: str) -> set[str]:
        # The same grants as before: nothing but the rows of the lists has changed.
        return names(nodes((await company.ask.data(person, query))["jobs"]))

    await company.ask.facts.watch.read_now()
    await put(company.pool, on("JOB_POSTING", "team", "j-1"))
    await company.ask.facts.watch.read_now()
    assert await seen("rosa") == set()
    await put(company.pool, who("JOB_POSTING", "team", ROSA))
    assert await seen("rosa") == {"j-1"}
    await put(company.pool, on("JOB_POSTING", "team", "j-hidden"))
    assert await seen("rosa") == {"j-1", "j-hidden"}
    await listed.delete(company.pool, on("JOB_POSTING", "team", "j-1"))
    assert await seen("rosa") == {"j-hidden"}
    await put(company.pool, who("JOB_POSTING", "team", JONAS))
    await listed.delete(company.pool, who("JOB_POSTING", "team", ROSA))
    assert await seen("rosa") == set()
    assert await seen("jonas") == {"j-hidden"}


async def test_a_seat_that_changes_hands_sees_what_its_new_holder_may(company: Listed) -> None:
    await set_viewers(company.owner, None, None)
    await put_lists(company.pool)
    query = "{ jobs { edges { node { externalId } } } }"
    assert names(nodes((await company.data("nina", query))["jobs"])) == {"j-all"}
    await company.owner.execute("update seat set member_urn = $1 where urn = 'urn:li:seat:nina'", JONAS)
    assert names(nodes((await company.data("nina", query))["jobs"])) == {"j-hidden", "j-all"}


async def test_what_an_earlier_partners_lists_hid_stays_hidden(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await put_lists(company.pool)
    await company.owner.execute(
        "update integration set partner_name = 'Old ATS' where company_id = $1 and state = 'LIVE'", COMPANY
    )
    query = "{ jobs { edges { node { externalId } } } }"
    assert names(nodes((await company.data("rosa", query))["jobs"])) == {"j-1", "j-open"}


async def test_where_nothing_is_hidden_the_statement_knows_no_lists(company: Listed) -> None:
    await set_viewers(company.owner, ALL, ALL)
    await company.ask.facts.watch.read_now()
    query = GraphQLRequest(
        """{ jobs { totalCount edges { node { applications { totalCount edges { node { id notes {
          totalCount } } } } } } } candidates(filter: {jobId: "x"}) { edges { node { member { inAts {
          applicationCount } } } } } }""",
        None,
        {},
    )

    async def statement(who: str) -> str:
        facts = await company.ask.company()
        seat = await company.ask.facts.seat(facts, f"urn:li:seat:{who}")
        viewer = Viewer(f"test:{who}", frozenset({Role.RECRUITER}), facts, seat, None, None)
        context = RequestContext(grants_of(viewer), company.pool)
        return company.ask.engine.explain(query, context).sql

    free = await statement("rosa")
    assert "acl" not in free
    await put(company.pool, on("JOB_POSTING", "team", "j-1"))
    await company.ask.facts.watch.read_now()
    assert "entity_acl" in await statement("rosa")
    await listed.delete(company.pool, on("JOB_POSTING", "team", "j-1"))
    await company.ask.facts.watch.read_now()
    assert await statement("rosa") == free


async def test_the_company_is_in_every_scan_of_a_list(company: Listed) -> None:
    """Row-level security aside: the same statements as the owner, who sees every company."""
    await set_viewers(company.owner, None, None)
    await put_lists(company.pool, OTHER_COMPANY)
    await put(company.pool, on("JOB_POSTING", "rosas", "j-1"))
    await company.ask.facts.watch.read_now()
    facts = await company.ask.company()
    seat = await company.ask.facts.seat(facts, "urn:li:seat:rosa")
    viewer = Viewer("test:rosa", frozenset({Role.RECRUITER}), facts, seat, None, None)
    # In our company nobody is on Rosa's list yet; in the neighbour's she is.
    for of in (viewer, replace(viewer, seat=replace(seat, member_urn=ROSA))):  # type: ignore[type-var]
        context = RequestContext(grants_of(of), company.pool)
        found = company.ask.engine.explain(GraphQLRequest("{ jobs { totalCount } }", None, {}), context)
        row = await company.owner.fetchval(found.sql, *found.arguments)
        assert row == b'{"data":{"jobs":{"totalCount":0}}}'
