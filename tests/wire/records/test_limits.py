"""How much, for whom and when: the status that the documentation names for each."""

import json

import asyncpg
import pytest

from app.auth.personas import CONTOSO, NORTHWIND
from tests.wire.conftest import Wire
from tests.wire.records.conftest import application, candidate, find, ids_of, patch, put, read, remove
from tests.wire.records.poison import SOUND
from tests.wire.records.recruiting import ACTIVATED, EXPORT

SOUND_ONE = SOUND["atsCandidates"]


async def test_a_hundred_records_are_taken_and_one_more_is_none(wire: Wire) -> None:
    keys = [candidate(f"c{number}") for number in range(101)]
    for entities, status in ((keys, 400), (keys[:100], 200)):
        assert (await put(wire, "atsCandidates", dict.fromkeys(entities, SOUND_ONE))).status_code == status
        answer = await wire.call("GET", f"/v2/atsCandidates?{ids_of(entities)}")
        assert answer.status_code == status
    assert len((await read(wire, "atsCandidates", *keys[:100]))["results"]) == 100
    assert (await remove(wire, "atsCandidates", *keys)).status_code == 400
    too_many = {key: {"manualMatchedMember": None} for key in keys}
    assert (await patch(wire, "atsCandidates", too_many)).status_code == 400
    assert len((await read(wire, "atsCandidates", *keys[:100]))["results"]) == 100


async def test_eight_megabytes_are_too_much_and_a_little_less_is_not(wire: Wire) -> None:
    good, bad = candidate("good"), candidate("bad")
    target = f"/v2/atsCandidates?{ids_of([good, bad])}"
    frame = len(json.dumps({"entities": {good: SOUND_ONE, bad: SOUND_ONE | {"lastName": ""}}}))
    for size, status in ((8_000_000, 413), (7_999_999, 200), (20_000_000, 413)):
        long = {**SOUND_ONE, "lastName": "x" * (size - frame)}
        content = json.dumps({"entities": {good: SOUND_ONE, bad: long}}).encode()
        assert len(content) == size
        answer = await wire.call("PUT", target, content=content)
        assert answer.status_code == status, answer.text[:300]
        if status == 200:
            body = answer.json()
            assert set(body["results"]) == {good}
            assert body["errors"][bad]["path"] == ["lastName"]
        else:
            assert answer.json()["status"] == 413


async def test_a_foreign_company_s_context_refuses_the_whole_call(wire: Wire) -> None:
    own = candidate("c1")
    foreign = own.replace(NORTHWIND, CONTOSO)
    answer = await put(wire, "atsCandidates", {own: SOUND_ONE, foreign: SOUND_ONE})
    assert answer.status_code == 403
    assert (await read(wire, "atsCandidates", own))["results"] == {}
    for answer in (
        await wire.call("GET", f"/v2/atsCandidates?{ids_of([foreign])}"),
        await remove(wire, "atsCandidates", foreign),
        await put(wire, f"atsCandidates/{foreign}/notes", {"n": {"note": "x"}}),
        await wire.call("PUT", f"/v2/atsCandidates/{foreign}", SOUND_ONE),
    ):
        assert answer.status_code == 403
        assert set(answer.json()) >= {"message", "serviceErrorCode", "status"}


async def test_a_disabled_integration_answers_403_to_everything(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    await put(wire, "atsCandidates", {candidate("c"): SOUND_ONE})
    await owner.execute("update integration set state = 'DISABLED'")
    await wire.services.authenticator.refresh()
    answers = [await put(wire, resource, {_key(resource): record}) for resource, record in SOUND.items()]
    for resource in SOUND:
        answers.append(await wire.call("GET", f"/v2/{resource}?{ids_of([_key(resource)])}"))
        answers.append(await remove(wire, resource, _key(resource)))
    answers.append(await patch(wire, "atsCandidates", {candidate("c"): {"manualMatchedMember": None}}))
    answers.append(await find(wire, "seats", "seatsByAttributes", contracts=ACTIVATED))
    answers.append(await find(wire, "mailStubs", "contract", contract=ACTIVATED))
    answers.append(await find(wire, "prospectNotes", "criteria", contract=ACTIVATED))
    answers.append(await find(wire, "conversationEvents", "criteria", viewer="urn:li:seat:72"))
    answers.append(await find(wire, "exportedCandidates", "request", requestId=EXPORT))
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (403, "INTEGRATION_DISABLED")
    }
    assert all(answer.json()["howToFix"] for answer in answers)


def _key(resource: str) -> str:
    if resource == "atsCandidates":
        return candidate("c")
    return application("a") if resource == "atsApplications" else "x"


@pytest.mark.parametrize("named", ["dataProvider", "integrationContext", "atsCandidateId"])
async def test_a_key_that_lacks_a_part_is_told_which(wire: Wire, named: str) -> None:
    parts = [part for part in candidate("c").split("&") if not part.startswith(named)]
    answer = await wire.call("GET", f"/v2/atsCandidates?{ids_of(['&'.join(parts)])}")
    assert answer.status_code == 400
    assert named in answer.json()["message"]
