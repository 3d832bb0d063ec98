"""What a recruiter exported, read by the id of its notification."""

from typing import Any

import asyncpg
import pytest

from tests.wire.conftest import Wire
from tests.wire.records.conftest import ask, candidate, find, patch, put
from tests.wire.records.recruiting import (
    ACTIVATED,
    EXPORT,
    EXPORT_FROM_DARK,
    EXPORT_OF_CLOSED,
    NOON,
    SEATS,
    ms,
)

MINIMAL = {"firstName": "Mary", "atsCreatedAt": ms(NOON), "atsLastModifiedAt": ms(NOON)}


async def _exported(wire: Wire, request_id: object) -> Any:
    answer = await find(wire, "exportedCandidates", "request", requestId=request_id)
    assert answer.status_code == 200, answer.text
    (element,) = answer.json()["elements"]
    return element


async def test_an_export_has_the_profile_that_was_sent_and_for_which_job(wire: Wire) -> None:
    assert await _exported(wire, EXPORT) == {
        "requestId": str(EXPORT),
        "integrationContext": "urn:li:organization:1001",
        "exportedAt": ms(NOON),
        "externalJobPostingId": "job-1",
        "jobPostingName": "Engineer",
        "contract": ACTIVATED,
        "recruiter": {"seat": SEATS["rolf"], "firstName": "Rolf", "lastName": "R"},
        "candidate": {
            "member": "urn:li:person:mary",
            "firstName": "Mary",
            "lastName": "Major",
            "headline": "Engineer at Works",
            "currentCompanyName": "Works",
            "currentJobTitle": "Engineer",
            "publicProfileUrl": "https://www.linkedin.com/in/mary-major",
        },
    }


async def test_graphql_s_id_of_an_export_names_it_too(wire: Wire) -> None:
    assert (await _exported(wire, f"urn:rsc:export:{EXPORT}"))["requestId"] == str(EXPORT)


async def test_a_member_who_closed_the_account_is_gone(wire: Wire) -> None:
    element = await _exported(wire, EXPORT_OF_CLOSED)
    assert "candidate" not in element
    assert "Gone" not in str(element)


@pytest.mark.parametrize("request_id", ["00000000-0000-0000-0000-0000000000ff", "7", "\0", "x" * 500])
async def test_an_unknown_request_is_not_found(wire: Wire, request_id: str) -> None:
    answer = await find(wire, "exportedCandidates", "request", requestId=request_id)
    assert answer.status_code == 404


_IN_GRAPHQL = """query ($id: ID!) { node(id: $id) { ... on Export { profile { firstName lastName } } } }"""


async def test_graphql_tells_the_partner_the_same_whatever_became_of_seat_and_contract(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    await owner.execute("update seat set state = 'PARKED'; update contract set activated = false")
    await wire.services.authenticator.refresh()
    for export in (EXPORT, EXPORT_FROM_DARK, EXPORT_OF_CLOSED):
        told = (await _exported(wire, export)).get("candidate")
        data = await ask(wire, _IN_GRAPHQL, id=f"urn:rsc:export:{export}")
        profile = data["node"]["profile"]
        assert profile == (None if told is None else {name: told[name] for name in profile})


async def test_graphql_knows_the_candidate_that_the_ats_made_of_an_export(wire: Wire) -> None:
    c1 = candidate("c1")
    await put(wire, "atsCandidates", {c1: MINIMAL})
    await patch(wire, "atsCandidates", {c1: {"manualMatchedMember": "urn:li:person:mary"}})
    data = await ask(wire, "{ exports { edges { node { state candidate { externalId } } } } }")
    nodes = [edge["node"] for edge in data["exports"]["edges"]]
    assert {"state": "CREATED", "candidate": {"externalId": "c1"}} in nodes
