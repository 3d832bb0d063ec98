"""Bodies and keys that no field can hold: refused alone, with their place, and never a fault of ours."""

import json

import pytest

from tests.wire.conftest import Wire
from tests.wire.test_front import CONTEXT, NOW, candidate, ids_of, record

POISONED_BODIES = {
    "a lone surrogate": '"\\ud800"',
    "NUL": '"\\u0000"',
    "deep": "[" * 5_000 + "]" * 5_000,
    "a number of 5,000 digits": "9" * 5_000,
    "a number that is infinite": "1e999",
    "an object": "{}",
}


@pytest.mark.parametrize("poison", POISONED_BODIES)
async def test_one_poisoned_record_does_not_hurt_the_others(wire: Wire, poison: str) -> None:
    good, bad = candidate("good"), candidate("bad")
    body = (
        f'{{"entities": {{"{good}": {json.dumps(record())}, '
        f'"{bad}": {{"firstName": {POISONED_BODIES[poison]}, "atsCreatedAt": {NOW}}}}}}}'
    )
    answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of(good, bad)}", content=body.encode())
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["results"] == {good: {"status": 204}}
    assert said["errors"][bad]["status"] == 400
    assert said["errors"][bad]["path"] == ["firstName"]


@pytest.mark.parametrize("spelled", ["%00", "%ED%A0%80", "%FF"])
async def test_a_poisoned_key_is_refused_alone(wire: Wire, spelled: str) -> None:
    good, bad = candidate("good"), candidate(spelled)
    answer = await wire.call(
        "PUT",
        f"/v2/atsCandidates?{ids_of(good)}&ids[1].atsCandidateId={spelled}&ids[1].dataProvider=ATS&ids[1].{CONTEXT}",
        {"entities": {good: record(), bad: record()}},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"] == {good: {"status": 204}}
    assert [error["status"] for error in answer.json()["errors"].values()] == [400]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b"[]",
        b"{",
        b"\xff",
        b'{"entities": []}',
        b'{"entities": {"x": 1}}',
        b"[" * 200_000,
    ],
)
async def test_a_body_that_cannot_be_read_is_the_callers_mistake(wire: Wire, body: bytes) -> None:
    answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of(candidate('c'))}", content=body)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert answer.json()["results"] == {}
        assert len(answer.json()["errors"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 2_000_000,
        b'{"a":"' + b'\\"' * 2_000_000,
        b"[" * 3_000_000,
        b'{"entities":{"x":' * 100_000,
        b"\n" * 7_000_000,
        b'["\xed\xa0\x80"]' * 500_000,
    ],
)
async def test_a_large_body_that_is_no_json_does_not_keep_the_others_waiting(wire: Wire, body: bytes) -> None:
    answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of(candidate('c'))}", content=body)
    assert answer.status_code == 400


@pytest.mark.parametrize("filler", [b"\n", b"(", b"a=1&", b"ids=List((", b"%25"])
async def test_a_large_tunnelled_query_is_refused(wire: Wire, filler: bytes) -> None:
    query = filler * (2_000_000 // len(filler))
    for media, body in (
        ("application/x-www-form-urlencoded", query),
        (
            "multipart/mixed; boundary=B",
            b"--B\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + query + b"\r\n--B--",
        ),
    ):
        answer = await wire.call(
            "POST",
            "/v2/atsCandidates",
            content=body,
            headers={"Content-Type": media, "X-HTTP-Method-Override": "GET"},
        )
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "values",
    [
        b"[]," * 500_000,
        b'{"a":0},' * 500_000,
        b"0," * 1_000_000,
        b'"a",' * 120_000 + b'"\\ud800",',
    ],
)
async def test_a_body_of_more_values_than_anybody_sends_is_not_read(wire: Wire, values: bytes) -> None:
    key = candidate("many")
    body = b'{"entities": {"%b": {"tags": [%b0]}}}' % (key.encode(), values)
    answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of(key)}", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


async def test_a_batch_beyond_every_size_is_told_so_before_its_keys_are_read(wire: Wire) -> None:
    key = candidate("one")
    entities: dict[str, object] = {f"%%{number}": {} for number in range(1_001)}
    answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of(key)}", {"entities": entities})
    assert (answer.status_code, answer.json()["code"]) == (400, "BATCH_LIMIT")
