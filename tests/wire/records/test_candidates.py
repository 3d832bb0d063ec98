"""Candidates over the wire: written, read back, read in GraphQL, matched by hand, deleted."""

import json
from typing import Any

import asyncpg
import pytest

from app.access.features import Role
from app.matching.worker import match_round
from tests.wire.conftest import Wire
from tests.wire.records.conftest import (
    application,
    ask,
    ask_as,
    candidate,
    find,
    ids_of,
    patch,
    put,
    read,
    remove,
    results,
)
from tests.wire.records.recruiting import EXPORT, NOON, SEATS, ms

CREATED, MODIFIED = ms(NOON), ms(NOON) + 1
FULL: dict[str, Any] = {
    "addresses": [
        {
            "line1": "31 Spooner Street",
            "city": "Quahog",
            "geographicArea": "RI",
            "geographicAreaType": "STATE",
            "postalCode": "02802",
            "country": "us",
        },
        {"country": "de"},
    ],
    "atsCreatedAt": CREATED,
    "atsLastModifiedAt": MODIFIED,
    "currentCompanyName": "Works",
    "currentJobTitle": "Engineer",
    "emailAddresses": ["zoe@mail.example", "amy@mail.example"],
    "externalProfileUrl": "https://ats.example/people/1",
    "firstName": "Zoë",
    "lastName": "O'Neil",
    "middleInitial": "L",
    "phoneNumbers": [{"number": "555-555-5555", "extension": "1234"}, {"number": "+49 30 1234567"}],
    "prefix": "Ms",
    "suffix": "Jr",
}
MINIMAL = {"firstName": "Zoë", "atsCreatedAt": CREATED, "atsLastModifiedAt": MODIFIED + 1}
C1 = candidate("c1")


async def test_what_is_put_is_read_back(wire: Wire) -> None:
    extended = FULL | {
        "tags": ["silver", "gold"],
        "doNotContact": True,
        "isPrivate": True,
        "source": "Fair",
        "linkedInProfileUrl": "https://www.linkedin.com/in/nobody-knows",
        "customFields": {"shoe": 42, "none": None},
    }
    assert results(await put(wire, "atsCandidates", {C1: extended})) == {C1: {"status": 204}}
    body = await read(wire, "atsCandidates", C1)
    assert body["errors"] == {}
    expected = extended | {"tags": ["gold", "silver"], "matchedMembers": []}
    assert body["results"][C1] == expected


async def test_what_is_put_is_read_in_graphql(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: FULL | {"tags": ["silver", "gold"]}})
    data = await ask(
        wire,
        """{ candidate(externalId: "c1") {
          firstName lastName emailAddresses phoneNumbers { number extension }
          addresses { line1 city geographicArea postalCode country }
          currentCompanyName currentJobTitle atsProfileUrl createdAt lastModifiedAt tags { name }
        } }""",
    )
    assert data["candidate"] == {
        "firstName": "Zoë",
        "lastName": "O'Neil",
        "emailAddresses": ["zoe@mail.example", "amy@mail.example"],
        "phoneNumbers": [
            {"number": "555-555-5555", "extension": "1234"},
            {"number": "+49 30 1234567", "extension": None},
        ],
        "addresses": [
            {
                "line1": "31 Spooner Street",
                "city": "Quahog",
                "geographicArea": "RI",
                "postalCode": "02802",
                "country": "us",
            },
            {"line1": None, "city": None, "geographicArea": None, "postalCode": None, "country": "de"},
        ],
        "currentCompanyName": "Works",
        "currentJobTitle": "Engineer",
        "atsProfileUrl": "https://ats.example/people/1",
        "createdAt": "2026-03-02T12:00:00+00:00",
        "lastModifiedAt": "2026-03-02T12:00:00.001+00:00",
        "tags": [{"name": "gold"}, {"name": "silver"}],
    }


async def test_a_put_replaces_the_whole_record(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: FULL})
    await put(wire, "atsCandidates", {C1: MINIMAL})
    body = await read(wire, "atsCandidates", C1)
    lists: dict[str, Any] = {name: [] for name in ("emailAddresses", "phoneNumbers", "addresses")}
    assert body["results"][C1] == MINIMAL | lists | {"matchedMembers": []}


async def test_an_older_record_does_not_overwrite_and_says_so(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: MINIMAL})
    older = MINIMAL | {"firstName": "Old", "atsLastModifiedAt": MODIFIED}
    result = results(await put(wire, "atsCandidates", {C1: older}))[C1]
    assert (result["status"], result["outcome"]) == (204, "STALE")
    assert (await read(wire, "atsCandidates", C1))["results"][C1]["firstName"] == "Zoë"


async def test_fields_that_nobody_knows_are_passed_over_with_a_remark(wire: Wire) -> None:
    sent = MINIMAL | {"shoeSize": 42, "another": {"deep": [1]}, "dataProvider": "ATS"}
    result = results(await put(wire, "atsCandidates", {C1: sent}))[C1]
    assert result == {"status": 204, "ignoredFields": ["another", "shoeSize"]}


async def test_what_was_read_can_be_put_back(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: FULL})
    await patch(wire, "atsCandidates", {C1: {"manualMatchedMember": "urn:li:person:mary"}})
    before = (await read(wire, "atsCandidates", C1))["results"][C1]
    assert results(await put(wire, "atsCandidates", {C1: before})) == {C1: {"status": 204}}
    assert (await read(wire, "atsCandidates", C1))["results"][C1] == before


async def test_a_record_that_says_another_id_than_its_key_is_refused_alone(wire: Wire) -> None:
    c2 = candidate("c2")
    answer = await put(wire, "atsCandidates", {C1: MINIMAL | {"atsCandidateId": "c9"}, c2: MINIMAL})
    body = answer.json()
    assert body["results"] == {c2: {"status": 204}}
    assert (body["errors"][C1]["status"], body["errors"][C1]["path"]) == (400, ["atsCandidateId"])


async def test_one_candidate_alone_is_written_read_and_deleted(wire: Wire) -> None:
    target = f"/v2/atsCandidates/{C1}"
    assert (await wire.call("PUT", target, MINIMAL)).status_code == 204
    answer = await wire.call("GET", target)
    assert (answer.status_code, answer.json()["firstName"]) == (200, "Zoë")
    assert (await wire.call("DELETE", target)).status_code == 204
    assert (await wire.call("GET", target)).status_code == 404


async def test_a_match_by_evidence_is_told_apart_from_one_by_hand(wire: Wire) -> None:
    url = "https://www.linkedin.com/in/mary-major"
    await put(wire, "atsCandidates", {C1: MINIMAL | {"firstName": "Mary", "linkedInProfileUrl": url}})
    found = await _matched(wire)
    assert (found["matchedMembers"], found.get("manualMatchedMember")) == (["urn:li:person:mary"], None)
    set_by_hand = {"manualMatchedMember": "urn:li:person:paul"}
    assert results(await patch(wire, "atsCandidates", {C1: set_by_hand})) == {C1: {"status": 204}}
    found = await _matched(wire)
    assert (found["matchedMembers"], found["manualMatchedMember"]) == ([], "urn:li:person:paul")


async def _matched(wire: Wire) -> Any:
    """The candidate once matching, which follows behind, has seen it."""
    await match_round(wire.services.pool)
    return (await read(wire, "atsCandidates", C1))["results"][C1]


async def test_a_match_by_hand_outlives_every_record(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: MINIMAL})
    await patch(wire, "atsCandidates", {C1: {"manualMatchedMember": "urn:li:person:mary"}})
    await put(
        wire, "atsCandidates", {C1: MINIMAL | {"firstName": "Other", "atsLastModifiedAt": MODIFIED + 9}}
    )
    found = (await read(wire, "atsCandidates", C1))["results"][C1]
    assert (found["firstName"], found["manualMatchedMember"]) == ("Other", "urn:li:person:mary")
    data = await ask(wire, '{ candidate(externalId: "c1") { match { state memberId } } }')
    assert data["candidate"]["match"] == {"state": "MANUAL", "memberId": "urn:li:person:mary"}


async def test_a_match_by_hand_is_taken_back(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: MINIMAL})
    await patch(wire, "atsCandidates", {C1: {"manualMatchedMember": "urn:li:person:mary"}})
    await patch(wire, "atsCandidates", {C1: {"manualMatchedMember": None}})
    found = (await read(wire, "atsCandidates", C1))["results"][C1]
    assert (found["matchedMembers"], found.get("manualMatchedMember")) == ([], None)
    data = await ask(wire, '{ candidate(externalId: "c1") { match { state } } }')
    assert data["candidate"]["match"] == {"state": "UNLINKED"}


async def test_a_record_may_say_the_match_by_hand_itself(wire: Wire) -> None:
    sent = MINIMAL | {"manualMatchedMember": "urn:li:person:mary"}
    assert results(await put(wire, "atsCandidates", {C1: sent})) == {C1: {"status": 204}}
    found = (await read(wire, "atsCandidates", C1))["results"][C1]
    assert found["manualMatchedMember"] == "urn:li:person:mary"


@pytest.mark.parametrize(
    "member", ["urn:li:person:nobody", "urn:li:person:gone", "mary", 7, True, [], {"a": 1}, "\0", "\ud800"]
)
async def test_a_record_that_names_nobody_by_hand_is_refused_and_not_stored(wire: Wire, member: Any) -> None:
    c2 = candidate("c2")
    sent = {C1: MINIMAL | {"manualMatchedMember": member}, c2: MINIMAL}
    content = json.dumps({"entities": sent}).encode("ascii")
    answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of([C1, c2])}", content=content)
    assert answer.json()["results"] == {c2: {"status": 204}}
    assert answer.json()["errors"][C1]["path"] == ["manualMatchedMember"]
    assert set((await read(wire, "atsCandidates", C1, c2))["results"]) == {c2}


async def test_an_older_record_undoes_no_match_by_hand(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: MINIMAL | {"manualMatchedMember": "urn:li:person:mary"}})
    older = {"atsLastModifiedAt": MODIFIED, "manualMatchedMember": "urn:li:person:paul"}
    assert results(await put(wire, "atsCandidates", {C1: MINIMAL | older}))[C1]["outcome"] == "STALE"
    found = (await read(wire, "atsCandidates", C1))["results"][C1]
    assert found["manualMatchedMember"] == "urn:li:person:mary"


async def test_partial_updates_are_refused_one_by_one(wire: Wire) -> None:
    keys = [candidate(f"c{number}") for number in range(6)]
    await put(wire, "atsCandidates", dict.fromkeys(keys[:5], MINIMAL))
    answer = await patch(
        wire,
        "atsCandidates",
        {
            keys[0]: {"manualMatchedMember": "urn:li:person:mary"},
            keys[1]: {"manualMatchedMember": "urn:li:person:nobody"},
            keys[2]: {"manualMatchedMember": "urn:li:person:gone"},
            keys[3]: {"manualMatchedMember": 7},
            keys[4]: {"firstName": "New"},
            keys[5]: {"manualMatchedMember": "urn:li:person:mary"},
        },
    )
    body = answer.json()
    assert body["results"] == {keys[0]: {"status": 204}}
    told = {key: (error["status"], error.get("path")) for key, error in body["errors"].items()}
    assert told == {
        keys[1]: (400, ["manualMatchedMember"]),
        keys[2]: (400, ["manualMatchedMember"]),
        keys[3]: (400, ["manualMatchedMember"]),
        keys[4]: (400, ["patch", "$set", "firstName"]),
        keys[5]: (404, None),
    }


async def test_the_candidate_of_an_exported_member_confirms_the_export(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    await put(wire, "atsCandidates", {C1: MINIMAL})
    before = (await find(wire, "exportedCandidates", "request", requestId=EXPORT)).json()
    assert "atsCandidateId" not in before["elements"][0]
    await patch(wire, "atsCandidates", {C1: {"manualMatchedMember": "urn:li:person:mary"}})
    after = (await find(wire, "exportedCandidates", "request", requestId=EXPORT)).json()
    assert after["elements"][0]["atsCandidateId"] == "c1"
    assert await owner.fetchval("select state from export where id = $1", EXPORT) == "CREATED"
    again = await patch(wire, "atsCandidates", {C1: {"manualMatchedMember": "urn:li:person:mary"}})
    assert results(again) == {C1: {"status": 204}}


async def test_a_deleted_candidate_is_gone_for_everybody_with_what_belongs_to_it(wire: Wire) -> None:
    await put(wire, "atsCandidates", {C1: FULL})
    notes = f"atsCandidates/{C1}/notes"
    await put(wire, notes, {"n1": {"note": "x", "atsCreatedAt": CREATED}})
    await put(
        wire,
        "atsApplications",
        {application("a1"): {"atsCandidateId": "c1", "atsCreatedAt": CREATED, "atsLastModifiedAt": CREATED}},
    )
    for _ in range(2):
        assert results(await remove(wire, "atsCandidates", C1)) == {C1: {"status": 204}}
    assert set((await read(wire, "atsCandidates", C1))["errors"]) == {C1}
    assert (await read(wire, notes, "n1"))["errors"]["n1"]["status"] == 404
    assert results(await remove(wire, notes, "n1")) == {"n1": {"status": 204}}
    data = await ask(wire, '{ candidate(externalId: "c1") { id } application(externalId: "a1") { id } }')
    assert data == {"candidate": None, "application": None}
    seen = await ask_as(
        wire, [Role.RECRUITER], "{ candidates { edges { node { externalId } } } }", seat=SEATS["ada"]
    )
    assert seen["data"]["candidates"]["edges"] == []
