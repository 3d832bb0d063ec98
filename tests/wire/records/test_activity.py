"""Seats, InMails, stub profiles and recruiters' notes: in windows and pages, decided as in GraphQL."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.access.features import Role
from tests.wire.conftest import Wire
from tests.wire.records.conftest import ask_as, find
from tests.wire.records.recruiting import ACTIVATED, DARK, FOREIGN, MINUTE, NOON, SEATS, ms

HALF_DAY = timedelta(hours=12)
NOTHING = "urn:li:contract:999"


async def _events(wire: Wire, seat: str, since: datetime, until: datetime, **more: Any) -> httpx.Response:
    window = {"timeRange__start": ms(since), "timeRange__end": ms(until)}
    return await find(wire, "conversationEvents", "criteria", viewer=SEATS[seat], **window, **more)


async def _stubs(wire: Wire, contract: str, since: datetime, until: datetime, **more: Any) -> httpx.Response:
    window = {"createdDateStart": ms(since), "createdDateEnd": ms(until)}
    return await find(wire, "mailStubs", "contract", contract=contract, **window, **more)


async def _notes(wire: Wire, contract: str, since: datetime, until: datetime, **more: Any) -> httpx.Response:
    window = {"cutoffDate": ms(since), "beforeDate": ms(until)}
    return await find(wire, "prospectNotes", "criteria", contract=contract, **window, **more)


def _elements(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    elements: list[dict[str, Any]] = answer.json()["elements"]
    return elements


async def test_seats_of_contracts_active_or_not(wire: Wire) -> None:
    found = _elements(await find(wire, "seats", "seatsByAttributes", contracts=ACTIVATED))
    assert [(one["id"], one["active"], one["state"]) for one in found] == [
        (71, True, "ACTIVE"),
        (72, True, "ACTIVE"),
        (73, False, "INACTIVE"),
    ]
    assert found[0] == {
        "id": 71,
        "urn": "urn:li:seat:71",
        "firstName": "Ada",
        "lastName": "A",
        "contractId": ACTIVATED,
        "member": "urn:li:person:ada",
        "active": True,
        "admin": True,
        "state": "ACTIVE",
    }
    active = await find(wire, "seats", "seatsByAttributes", contracts=[ACTIVATED, DARK], active="true")
    assert [one["id"] for one in _elements(active)] == [71, 72, 74]
    inactive = await find(wire, "seats", "seatsByAttributes", contracts=ACTIVATED, active="false")
    assert [one["id"] for one in _elements(inactive)] == [73]
    assert _elements(await find(wire, "seats", "seatsByAttributes", contracts=FOREIGN)) == []


async def test_inmails_of_a_seat_in_a_window_oldest_first(wire: Wire) -> None:
    found = _elements(await _events(wire, "rolf", NOON, NOON + HALF_DAY))
    assert [one["createdAt"] for one in found] == [ms(NOON + minute * MINUTE) for minute in range(3)]
    assert found[1] == {
        "id": "urn:rsc:inmail:00000000-0000-0000-0000-000000000101",
        "createdAt": ms(NOON + MINUTE),
        "owner": SEATS["rolf"],
        "contract": ACTIVATED,
        "direction": "RECEIVED",
        "state": "REPLIED",
        "thread": "urn:li:messagingThread:talk-1",
        "author": "urn:li:person:mary",
        "recipients": [SEATS["rolf"]],
        "content": {"subject": "Hello", "body": "Text 1"},
    }
    assert (found[0]["author"], found[0]["recipients"]) == (SEATS["rolf"], ["urn:li:person:mary"])


async def test_a_window_has_its_beginning_and_not_its_end(wire: Wire) -> None:
    found = _elements(await _events(wire, "rolf", NOON, NOON + 2 * MINUTE))
    assert [one["content"]["body"] for one in found] == ["Text 0", "Text 1"]
    assert _elements(await _events(wire, "rolf", NOON, NOON)) == []


async def test_one_thread_of_a_seat(wire: Wire) -> None:
    found = await _events(wire, "rolf", NOON, NOON + HALF_DAY, threadUrn="urn:li:messagingThread:talk-1")
    assert [one["content"]["body"] for one in _elements(found)] == ["Text 1"]


async def test_pages_go_by_offset_and_know_how_many_there_are(wire: Wire) -> None:
    first = (await _events(wire, "rolf", NOON, NOON + HALF_DAY, start=0, count=2)).json()
    second = (await _events(wire, "rolf", NOON, NOON + HALF_DAY, start=2, count=2)).json()
    beyond = (await _events(wire, "rolf", NOON, NOON + HALF_DAY, start=9, count=2)).json()
    assert [len(page["elements"]) for page in (first, second, beyond)] == [2, 1, 0]
    for page, start in ((first, 0), (second, 2), (beyond, 9)):
        assert (page["paging"]["start"], page["paging"]["count"], page["paging"]["total"]) == (start, 2, 3)
    (forward,), (back,) = first["paging"]["links"], second["paging"]["links"]
    assert (forward["rel"], back["rel"], beyond["paging"]["links"][0]["rel"]) == ("next", "prev", "prev")
    assert (await wire.call("GET", forward["href"])).json()["elements"] == second["elements"]
    assert (await wire.call("GET", back["href"])).json()["elements"] == first["elements"]
    for wrong in ({"start": -1}, {"count": 0}, {"count": 201}, {"count": "many"}, {"start": 10**18}):
        assert (await _events(wire, "rolf", NOON, NOON + HALF_DAY, **wrong)).status_code == 400


async def test_fields_name_what_an_element_shall_have(wire: Wire) -> None:
    found = await _events(wire, "rolf", NOON, NOON + MINUTE, fields="createdAt,owner,nothing")
    assert _elements(found) == [{"createdAt": ms(NOON), "owner": SEATS["rolf"]}]


async def test_windows_are_at_most_twelve_hours(wire: Wire) -> None:
    longer = NOON + HALF_DAY + timedelta(milliseconds=1)
    answers = [
        await _events(wire, "rolf", NOON, longer),
        await _stubs(wire, ACTIVATED, NOON, longer),
        await _notes(wire, ACTIVATED, NOON, longer),
        await find(wire, "mailStubs", "contract", contract=ACTIVATED, createdDateStart=ms(NOON)),
        await _notes(wire, ACTIVATED, NOON + MINUTE, NOON),
    ]
    assert [answer.status_code for answer in answers] == [400] * 5
    assert "12 hours" in answers[0].json()["message"]
    for start, end in (("-1", ms(NOON)), ("soon", ms(NOON)), (ms(NOON), 10**18)):
        answer = await find(
            wire, "mailStubs", "contract", contract=ACTIVATED, createdDateStart=start, createdDateEnd=end
        )
        assert answer.status_code == 400


async def test_a_window_without_an_end_ends_now(wire: Wire, owner: asyncpg.Connection) -> None:
    await owner.execute("update inmail set sent_at = now() - interval '1 hour' where contract_id = $1", _RPS)
    found = await find(wire, "conversationEvents", "criteria", viewer=SEATS["ada"])
    assert len(_elements(found)) == 1


async def test_stub_profiles_have_contact_data_only_if_they_were_shared(wire: Wire) -> None:
    found = _elements(await _stubs(wire, ACTIVATED, NOON, NOON + HALF_DAY))
    assert found == [
        {
            "id": "urn:rsc:stub-profile:00000000-0000-0000-0000-000000000300",
            "createdAt": ms(NOON),
            "contract": ACTIVATED,
            "owner": SEATS["rolf"],
            "member": "urn:li:person:mary",
            "firstName": "Mary",
            "lastName": "Last",
            "emailAddress": "mary@mail.example",
        },
        {
            "id": "urn:rsc:stub-profile:00000000-0000-0000-0000-000000000301",
            "createdAt": ms(NOON + MINUTE),
            "contract": ACTIVATED,
            "owner": SEATS["ada"],
            "member": "urn:li:person:paul",
            "firstName": "Paul",
            "lastName": "Last",
        },
    ]
    of_rolf = await _stubs(wire, ACTIVATED, NOON, NOON + HALF_DAY, owners=[SEATS["rolf"], SEATS["dora"]])
    assert [one["firstName"] for one in _elements(of_rolf)] == ["Mary"]


async def test_notes_are_shared_ones_and_a_deleted_one_comes_without_its_text(wire: Wire) -> None:
    found = _elements(await _notes(wire, ACTIVATED, NOON, NOON + HALF_DAY))
    assert [(one.get("note"), one["active"]) for one in found] == [("Shared", True), (None, False)]
    assert found[0] == {
        "id": "urn:rsc:recruiter-note:00000000-0000-0000-0000-000000000200",
        "contract": ACTIVATED,
        "owner": SEATS["rolf"],
        "prospect": "urn:li:person:mary",
        "note": "Shared",
        "active": True,
        "visibility": "SHARED",
        "createdAt": ms(NOON),
        "lastModifiedAt": ms(NOON + MINUTE),
    }
    # As LinkedIn documents it, a note changed at beforeDate is in the window.
    last = _elements(await _notes(wire, ACTIVATED, NOON, NOON + MINUTE))
    assert [one["note"] for one in last] == ["Shared"]
    assert _elements(await _notes(wire, ACTIVATED, NOON, NOON + HALF_DAY, owners=SEATS["ina"])) == []


_RPS = "00000000-0000-0000-0000-00000000000a"
_IN_GRAPHQL = """query ($contract: ID!, $since: DateTime!) { contract(id: $contract) {
  inMails(since: $since) { totalCount }
  stubProfiles(since: $since) { totalCount }
  recruiterNotes(since: $since) { totalCount }
} }"""
_FIELDS = {"conversationEvents": "inMails", "mailStubs": "stubProfiles", "prospectNotes": "recruiterNotes"}


async def _asked_of(wire: Wire, contract: str, seat: str) -> dict[str, httpx.Response]:
    return {
        "conversationEvents": await _events(wire, seat, NOON, NOON + HALF_DAY),
        "mailStubs": await _stubs(wire, contract, NOON, NOON + HALF_DAY),
        "prospectNotes": await _notes(wire, contract, NOON, NOON + HALF_DAY),
    }


_SWITCHES = {
    "nothing but 5001 is switched on": "select 1",
    "company-wide access instead": "update contract set activated = false;"
    " update integration set company_wide_access = true",
    "neither": "update contract set activated = false",
    "5002 is a Recruiter Lite": f"update contract set product_tier = 'RECRUITER_LITE' where urn = '{DARK}'",
    "disabled": "update integration set state = 'DISABLED'",
}


@pytest.mark.parametrize("switched", _SWITCHES)
async def test_what_graphql_refuses_the_wire_refuses_for_the_same_reason(
    wire: Wire, owner: asyncpg.Connection, switched: str
) -> None:
    await owner.execute(_SWITCHES[switched])
    await wire.services.authenticator.refresh()
    for contract, seat in ((ACTIVATED, "rolf"), (DARK, "dora")):
        said = await ask_as(
            wire, [Role.PARTNER], _IN_GRAPHQL, contract=contract, since="2026-03-02T12:00:00Z"
        )
        errors = {error["path"][-1]: error["extensions"] for error in said.get("errors", [])}
        for resource, answer in (await _asked_of(wire, contract, seat)).items():
            refused = errors.get(_FIELDS[resource])
            if refused is None:
                assert answer.status_code == 200, (resource, answer.text)
                # GraphQL's window is open; the wire's ends 12 hours later and before the last InMail.
                count = said["data"]["contract"][_FIELDS[resource]]["totalCount"]
                assert count >= len(_elements(answer)) > 0
                continue
            told = answer.json()
            assert (answer.status_code, told["code"]) == (403, refused["code"])
            if refused["code"] == "FEATURE_NOT_GRANTED":
                assert (told["reason"], told["howToFix"]) == (refused["reason"], refused["howToFix"])


@pytest.mark.parametrize("contract", [FOREIGN, NOTHING, "urn:li:organization:1001", "5001"])
async def test_a_contract_of_another_company_is_refused_like_one_that_is_not_there(
    wire: Wire, contract: str
) -> None:
    for answer in (
        await _stubs(wire, contract, NOON, NOON + MINUTE),
        await _notes(wire, contract, NOON, NOON + MINUTE),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (403, "CONTRACT_NOT_ENABLED")
        assert contract not in json.dumps(answer.json())


@pytest.mark.parametrize("viewer", ["urn:li:seat:999", "urn:li:seat:71\0", "71", "urn:li:person:ada"])
async def test_a_seat_that_is_not_there_is_refused_or_no_seat_at_all(wire: Wire, viewer: str) -> None:
    answer = await find(wire, "conversationEvents", "criteria", viewer=viewer)
    assert answer.status_code == (403 if viewer == "urn:li:seat:999" else 400)


async def test_a_read_without_what_it_needs_is_told_so(wire: Wire) -> None:
    for resource, finder in (
        ("seats", "seatsByAttributes"),
        ("mailStubs", "contract"),
        ("prospectNotes", "criteria"),
        ("conversationEvents", "criteria"),
        ("exportedCandidates", "request"),
    ):
        assert (await find(wire, resource, finder)).status_code == 400
        assert (await find(wire, resource, "something")).status_code == 405
        assert (await wire.call("GET", f"/v2/{resource}")).status_code in (400, 405)
