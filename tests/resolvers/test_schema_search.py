"""One search over members and candidates."""

from dataclasses import replace
from typing import Any

import pytest

from tests.resolvers.conftest import Asking
from tests.resolvers.world import ANNA, CORA, B, own

SEARCH = """query($query: String!, $filter: UnifiedSearchFilter, $first: Int, $after: String) {
  unifiedSearch(query: $query, filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage } facets { name values { value count } }
    edges { score matchedOn member { id } candidate { id } } } }"""
M1, M3 = "urn:li:person:m1", "urn:li:person:m3"
ANNA_ID, CORA_ID = own("candidate", ANNA), own("candidate", CORA)


def people(found: Any) -> list[tuple[str | None, str | None]]:
    return [
        ((edge["member"] or {}).get("id"), (edge["candidate"] or {}).get("id")) for edge in found["edges"]
    ]


async def search(ask: Asking, query: str, **more: Any) -> Any:
    return (await ask.data("rosa", SEARCH, query=query, **more))["unifiedSearch"]


async def test_a_person_who_is_both_is_found_once(ask: Asking) -> None:
    found = await search(ask, "kowalska")
    assert people(found) == [(M1, ANNA_ID)]
    assert found["totalCount"] == 1
    assert found["edges"][0]["score"] == 1
    assert found["edges"][0]["matchedOn"] == ["name"]


async def test_a_candidate_without_a_match_and_a_namesake_member_are_two(ask: Asking) -> None:
    assert set(people(await search(ask, "cora lind"))) == {(M3, None), (None, CORA_ID)}


@pytest.mark.parametrize(
    "query", ["kowlska", "Kowalskaa", "KOWALSKA", "brightmere kowalska", " kowalska,  anna "]
)
async def test_a_slip_of_the_finger_hides_nobody(ask: Asking, query: str) -> None:
    assert (M1, ANNA_ID) in people(await search(ask, query))


@pytest.mark.parametrize(
    "query", ["", "   ", ",", "%", "_", "\\", "'", "zzzzzz", "kowalska zzzzzz", "x" * 5_000]
)
async def test_what_resembles_nobody_finds_nobody(ask: Asking, query: str) -> None:
    found = await search(ask, query)
    assert (found["edges"], found["totalCount"], found["facets"]) == ([], 0, [])


@pytest.mark.parametrize(
    ("condition", "members"),
    [
        ({}, {M1, M3, None}),
        ({"location": "GDAN"}, {M1}),
        ({"jobTitle": "backend eng"}, {M1, None}),
        ({"inAts": True}, {M1, None}),
        ({"inAts": False}, {M3}),
        ({"openToWork": True}, set()),
        ({"tag": "alumni"}, {M1}),
        ({"stage": "Offer"}, {M1}),
        ({"stage": "offer"}, set()),
    ],
)
async def test_the_search_is_narrowed_down(
    ask: Asking, condition: dict[str, Any], members: set[str | None]
) -> None:
    found = await search(ask, "engineer", filter=condition)
    assert {member for member, _ in people(found)} == members
    assert found["totalCount"] == len(members)


async def test_facets_count_what_was_found(ask: Asking) -> None:
    facets = {facet["name"]: facet["values"] for facet in (await search(ask, "engineer"))["facets"]}
    assert facets["jobTitle"] == [{"value": "Backend Engineer", "count": 2}]
    assert facets["inAts"] == [{"value": "true", "count": 2}, {"value": "false", "count": 1}]
    assert facets["tag"] == [{"value": "alumni", "count": 1}, {"value": "blocked", "count": 1}]
    assert facets["stage"] == [{"value": "Offer", "count": 1}]


async def test_pages_meet_without_gap_or_overlap(ask: Asking) -> None:
    whole = people(await search(ask, "engineer"))
    found, after = [], None
    for _ in whole:
        page = await search(ask, "engineer", first=1, after=after)
        found += people(page)
        after = page["pageInfo"]["endCursor"]
    assert found == whole
    assert len(set(whole)) == 3


async def test_who_may_not_read_candidates_does_not_learn_of_them_by_searching(ask: Asking) -> None:
    """A seat on a contract without access has the search by another contract's, and nothing of the ATS."""
    company = await ask.company()
    assert company.integration is not None
    answer = await ask(
        "mila",
        SEARCH,
        {"query": "engineer"},
        integration=replace(company.integration, company_wide_access=False),
        contracts=tuple(c if c.id == B else replace(c, activated=True) for c in company.contracts),
    )
    found = answer["data"]["unifiedSearch"]
    assert set(people(found)) == {(M1, None), (M3, None)}
    assert found["totalCount"] == 2
    assert {facet["name"] for facet in found["facets"]} == {"jobTitle", "location", "openToWork"}


async def test_another_company_finds_its_own_candidates(ask: Asking) -> None:
    found = (await ask.data("eve", SEARCH, query="engineer"))["unifiedSearch"]
    assert ANNA_ID not in {candidate for _, candidate in people(found)}
    assert {facet["name"] for facet in found["facets"]}.isdisjoint({"tag", "stage"})
