"""Representations over HTTP, forged ones too: none is a fault of ours, and there may not be too many."""

from typing import Any

import pytest

from tests.http.conftest import RECRUITER, STAFF, Gateway, code_of

ENTITIES = """query($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Candidate { id firstName } ... on Member { id headline } } }"""
CANDIDATE = {"__typename": "Candidate", "id": "urn:rsc:candidate:0196f000-0000-7000-8000-0000000000ad"}


@pytest.mark.parametrize(
    "representation",
    [
        {"__typename": "Member", "id": "urn:li:person:nobody", "headline": "forged"},
        {**CANDIDATE, "firstName": "forged"},
        {"__typename": "Nobody", "id": "forged"},
        {"__typename": "Query"},
        {"__typename": "Candidate", "externalId": "x" * 100_000},
        {"__typename": ["Candidate"], "id": {"id": CANDIDATE["id"]}},
        {},
    ],
)
async def test_what_names_nothing_gives_nothing(gateway: Gateway, representation: Any) -> None:
    response = await gateway.ask(ENTITIES, variables={"representations": [representation]})
    assert response.status_code == 200
    assert response.json() == {"data": {"_entities": [None]}}


@pytest.mark.parametrize(
    "wrong", [7, "x", None, [[CANDIDATE]], True, {"__typename": "Job", "externalId": "\0"}]
)
async def test_what_is_no_representation_is_the_callers_mistake(gateway: Gateway, wrong: Any) -> None:
    response = await gateway.ask(ENTITIES, variables={"representations": [wrong]})
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert response.status_code < 500


@pytest.mark.parametrize("count", [1_001, 10_000])
async def test_too_many_cost_too_much(gateway: Gateway, count: int) -> None:
    response = await gateway.ask(ENTITIES, variables={"representations": [CANDIDATE] * count})
    assert (response.status_code, code_of(response)) == (400, "COST_LIMIT")


async def test_the_sdl_of_the_subgraph_is_for_those_who_may_introspect(gateway: Gateway) -> None:
    refused = await gateway.ask("{ _service { sdl } }", RECRUITER)
    assert code_of(refused) == "INTROSPECTION_DISABLED"
    answer = (await gateway.ask("{ _service { sdl } }", STAFF)).json()
    assert "@key" in answer["data"]["_service"]["sdl"]
