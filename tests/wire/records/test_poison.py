"""What must not come in: that record is refused with its path, its neighbours are stored."""

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest

from tests.wire.conftest import Wire
from tests.wire.records.conftest import application, candidate, ids_of, put, read, results
from tests.wire.records.poison import AT, JOBS, SOUND, SOUND_JOB, Poison, nested, poisons


def _key(resource: str, name: str) -> str:
    if resource == "atsCandidates":
        return candidate(name)
    return application(name) if resource == "atsApplications" else name


async def _send(wire: Wire, resource: str, entities: dict[str, Any]) -> dict[str, Any]:
    target = f"/v2/{resource}?{ids_of(list(entities))}"
    # The standard library writes a lone surrogate as the escape that a careless client would send.
    content = json.dumps({"entities": entities}).encode("ascii")
    answer = await wire.call("PUT", target, content=content)
    assert answer.status_code == 200, answer.text[:500]
    body: dict[str, Any] = answer.json()
    return body


def _batches(all_of_them: Iterable[Poison], size: int = 6) -> Iterable[list[Poison]]:
    rest = iter(all_of_them)
    while batch := list(islice(rest, size)):
        yield batch


@pytest.mark.parametrize("resource", SOUND, ids=lambda resource: resource.split("/")[0] + resource[-6:])
async def test_poison_in_any_field_refuses_that_record_with_its_path_and_no_other(
    wire: Wire, resource: str
) -> None:
    await put(wire, "atsCandidates", {candidate("c"): SOUND["atsCandidates"]})
    await put(wire, "atsApplications", {application("a"): SOUND["atsApplications"]})
    for number, batch in enumerate(_batches(poisons(resource))):
        entities: dict[str, Any] = {}
        for place, poison in enumerate(batch):
            entities[_key(resource, f"good-{number}-{place}")] = SOUND[resource]
            entities[_key(resource, f"bad-{number}-{place}")] = {
                **SOUND[resource],
                poison.field: poison.value,
            }
        body = await _send(wire, resource, entities)
        good, bad = list(entities)[0::2], list(entities)[1::2]
        for key in good:
            assert body["results"].get(key, {}).get("status") == 204, body["errors"].get(key)
        for key, poison in zip(bad, batch, strict=True):
            what = f"{poison.field} = {str(poison.value)[:80]!r}"
            assert key in body["errors"], what
            error = body["errors"][key]
            assert error["status"] == 400, (what, error)
            assert error["path"][0] == poison.field, (what, error)
            assert error["message"].startswith(poison.field), (what, error)
        stored = await read(wire, resource, *entities)
        assert set(stored["results"]) == set(good)


async def test_poison_in_any_field_refuses_that_job_with_its_path_and_no_other(wire: Wire) -> None:
    for number, batch in enumerate(_batches(poisons(JOBS))):
        elements: list[dict[str, Any]] = []
        for place, poison in enumerate(batch):
            good, bad = {"externalJobPostingId": f"good-{number}-{place}"}, {"externalJobPostingId": "bad"}
            elements += [SOUND_JOB | good, SOUND_JOB | bad | {poison.field: poison.value}]
        content = json.dumps({"elements": elements}).encode("ascii")
        answer = await wire.call(
            "POST", f"/v2/{JOBS}", content=content, headers={"x-restli-method": "batch_create"}
        )
        assert answer.status_code == 200, answer.text[:500]
        told = answer.json()["elements"]
        assert {one["status"] for one in told[0::2]} == {202}
        for one, poison in zip(told[1::2], batch, strict=True):
            what = f"{poison.field} = {str(poison.value)[:80]!r}"
            reason = one.get("error") or await _task(wire, one["id"])
            assert reason["message"].startswith(poison.field), (what, one)


async def _task(wire: Wire, task: str) -> dict[str, str]:
    """Why a posting failed that was answered with a task."""
    found = (await read(wire, "simpleJobPostingTasks", task))["results"][task]
    assert found["status"] == "FAILED", found
    return {"message": found.get("message") or found["errorMessage"]}


@pytest.mark.parametrize("record", [None, 7, "text", True, [], [{}], {}])
async def test_what_is_no_record_is_refused_alone(wire: Wire, record: Any) -> None:
    good, bad = candidate("good"), candidate("bad")
    body = await _send(wire, "atsCandidates", {bad: record, good: SOUND["atsCandidates"]})
    assert (set(body["results"]), set(body["errors"])) == ({good}, {bad})
    assert body["errors"][bad]["status"] == 400


async def test_created_and_modified_are_in_their_order(wire: Wire) -> None:
    bad = candidate("bad")
    said = SOUND["atsCandidates"] | {"atsLastModifiedAt": AT - 1}
    error = (await _send(wire, "atsCandidates", {bad: said}))["errors"][bad]
    assert (error["status"], error["path"]) == (400, ["atsLastModifiedAt"])


async def test_unknown_fields_are_passed_over_whatever_is_in_them(wire: Wire) -> None:
    keys = [candidate(f"c{number}") for number in range(5)]
    unknown: list[Any] = ["\0", "\ud800", "x" * 100_000, nested(500), {"\0": 1}]
    entities = {
        key: {**SOUND["atsCandidates"], "unknown": value} for key, value in zip(keys, unknown, strict=True)
    }
    assert (await _send(wire, "atsCandidates", entities))["errors"] == {}
    odd = {**SOUND["atsCandidates"], "\0": 1, "\ud800": 2, "x" * 100_000: 3}
    body = await _send(wire, "atsCandidates", {candidate("odd"): odd})
    assert len(json.dumps(body["results"])) < 2_000


@pytest.mark.parametrize(
    "name", ["\0", "\ud800", "x" * 301, " ", "x" * 5_000, "a&b", "a=b", "(", ")", ",", "%", "%zz", "%00", "+"]
)
async def test_no_id_breaks_anything(wire: Wire, name: str) -> None:
    from urllib.parse import quote

    encoded = quote(name, safe="", errors="surrogatepass")
    key, good = f"atsCandidateId={encoded}&{candidate('x').partition('&')[2]}", candidate("good")
    query = f"ids[0].atsCandidateId={encoded}&{ids_of([good]).replace('ids[0]', 'ids[1]')}"
    query += "&ids[0].dataProvider=ATS&ids[0].integrationContext=urn:li:organization:1001"
    content = json.dumps({"entities": dict.fromkeys([key, good], SOUND["atsCandidates"])}).encode("ascii")
    for method, body in (("PUT", content), ("GET", None), ("DELETE", None)):
        answer = await wire.call(method, f"/v2/atsCandidates?{query}", content=body)
        assert answer.status_code in (200, 400, 414), answer.text[:300]
        if answer.status_code == 200:
            assert good in answer.json()["results"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"7",
        b"[]",
        b"{",
        b'{"entities": 7}',
        b'{"entities": []}',
        b'{"entities": null}',
        b"\xff\xfe{}",
        b'{"entities": {"nonsense": {}}}',
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"entities": {"k": ' + b"9" * 10_000 + b"}}",
        b'{"entities": NaN}',
    ],
    ids=lambda content: repr(content[:24]),
)
async def test_no_body_breaks_anything(wire: Wire, content: bytes) -> None:
    key = candidate("c")
    for method in ("PUT", "POST"):
        answer = await wire.call(method, f"/v2/atsCandidates?{ids_of([key])}", content=content)
        assert answer.status_code in (200, 400), answer.text[:300]
        if answer.status_code == 200:
            assert answer.json()["results"] == {}
    assert results(await put(wire, "atsCandidates", {key: SOUND["atsCandidates"]}))
