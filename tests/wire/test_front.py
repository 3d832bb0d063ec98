"""What every call of the wire API has in common: spellings of keys, methods, errors, limits."""

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import CONTOSO, NORTHWIND
from app.telemetry.metrics import WIRE_RESOURCES
from app.wire.codes import CODES
from app.wire.routes import RESOURCES
from tests.http.conftest import KEY, SETTINGS
from tests.wire.conftest import Wire, partner_of, wire_on

NOW = 1_700_000_000_000
CONTEXT = f"integrationContext={NORTHWIND}"


def candidate(name: str, context: str = NORTHWIND) -> str:
    """A candidate's key as bodies have it."""
    return f"atsCandidateId={name}&dataProvider=ATS&integrationContext={context}"


def record(**fields: Any) -> dict[str, Any]:
    """A candidate that can be taken."""
    return {"firstName": "Ada", "atsCreatedAt": NOW, "atsLastModifiedAt": NOW, **fields}


def ids_of(*keys: str) -> str:
    """`ids[n]…` of these keys."""
    return "&".join(f"ids[{n}].{piece}" for n, key in enumerate(keys) for piece in key.split("&"))


V2_KEY = f"(atsCandidateId:c1,dataProvider:ATS,integrationContext:{quote(NORTHWIND, safe='')})"
ENCODED = quote(NORTHWIND, safe="")

SPELLINGS = {
    "plain": (ids_of(candidate("c1")), candidate("c1")),
    "colons encoded in the URL": (
        f"ids[0].atsCandidateId=c1&ids[0].dataProvider=ATS&ids[0].integrationContext={ENCODED}",
        candidate("c1"),
    ),
    "brackets encoded": (
        f"ids%5B0%5D.atsCandidateId=c1&ids%5B0%5D.dataProvider=ATS&ids%5B0%5D.integrationContext={ENCODED}",
        candidate("c1", ENCODED),
    ),
    "parts in another order": (
        f"ids[0].integrationContext={NORTHWIND}&ids[0].atsCandidateId=c1&ids[0].dataProvider=ATS",
        f"dataProvider=ATS&integrationContext={NORTHWIND}&atsCandidateId=c1",
    ),
    "context encoded twice": (
        "ids[0].atsCandidateId=c1&ids[0].dataProvider=ATS&ids[0].integrationContext="
        + quote(ENCODED, safe=""),
        candidate("c1", ENCODED),
    ),
    "protocol 2": (f"ids=List({V2_KEY})", V2_KEY),
    "protocol 2, colons as they are": (
        f"ids=List((atsCandidateId:c1,dataProvider:ATS,integrationContext:{NORTHWIND}))",
        f"(atsCandidateId:c1,dataProvider:ATS,integrationContext:{NORTHWIND})",
    ),
    "protocol 2, encoded as a whole": (f"ids={quote(f'List({V2_KEY})', safe='')}", V2_KEY),
    "protocol 2, encoded but for the brackets": (
        f"ids=List({quote(V2_KEY, safe='()')})",
        V2_KEY,
    ),
    "URL of 1.0 under the header of 2.0": (ids_of(candidate("c1")), candidate("c1")),
    "a whole key as ids": (f"ids={quote(candidate('c1'), safe='')}", candidate("c1")),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_key_is_understood_in_every_spelling_and_answered_in_the_clients_own(
    wire: Wire, spelling: str
) -> None:
    ids, name = SPELLINGS[spelling]
    headers = {"X-RestLi-Protocol-Version": "2.0.0"} if "2" in spelling else {}
    put = await wire.call(
        "PUT",
        f"/v2/atsCandidates?{ids}",
        {"entities": {name: record()}},
        headers={**headers, "x-restli-method": "batch_update"},
    )
    assert put.status_code == 200, put.text
    assert put.json()["errors"] == {}
    assert put.json()["results"][name]["status"] == 204
    read = await wire.call("GET", f"/v2/atsCandidates?{ids_of(candidate('c1'))}")
    assert read.json()["results"][candidate("c1")]["firstName"] == "Ada"


@pytest.mark.parametrize("name", ["a b", "a+b", "50%", "x%20y", "a&b=c", "ü/ñ", "(1,2)", "a:b", "漢"])
async def test_an_id_may_have_any_character(wire: Wire, name: str) -> None:
    encoded = quote(name, safe="")
    ids = f"ids[0].atsCandidateId={encoded}&ids[0].dataProvider=ATS&ids[0].{CONTEXT}"
    put = await wire.call(
        "PUT", f"/v2/atsCandidates?{ids}", {"entities": {candidate(encoded): record(lastName=name)}}
    )
    assert put.json() == {"results": {candidate(encoded): {"status": 204}}, "errors": {}}
    for path in (
        f"/v2/atsCandidates?{ids}",
        f"/v2/atsCandidates?ids=List((atsCandidateId:{encoded},dataProvider:ATS,integrationContext:{ENCODED}))",
    ):
        read = await wire.call("GET", path)
        (found,) = read.json()["results"].values()
        assert found["lastName"] == name
    alone = await wire.call("GET", f"/v2/atsCandidates/{quote(candidate(encoded), safe='')}")
    assert alone.json()["lastName"] == name


async def test_methods_are_guessed_where_the_header_is_missing(wire: Wire) -> None:
    key = candidate("c1")
    target = f"/v2/atsCandidates?{ids_of(key)}"
    assert (await wire.call("PUT", target, {"entities": {key: record()}})).status_code == 200
    assert key in (await wire.call("GET", target)).json()["results"]
    deleted = await wire.call("DELETE", target)
    assert deleted.json() == {"results": {key: {"status": 204}}, "errors": {}}
    again = await wire.call("DELETE", target)
    assert again.json()["results"][key]["status"] == 204
    gone = (await wire.call("GET", target)).json()
    assert gone["errors"][key]["status"] == 404
    assert gone["results"] == {}


async def test_a_record_alone_is_a_batch_of_one(wire: Wire) -> None:
    target = f"/v2/atsCandidates/{quote(candidate('c1'), safe='')}"
    put = await wire.call("PUT", target, record())
    assert (put.status_code, put.content) == (204, b"")
    refused = await wire.call("PUT", target, record(firstName=None))
    assert refused.status_code == 400
    assert refused.json()["path"] == ["firstName"]
    assert refused.headers["x-restli-error-response"] == "true"
    assert (await wire.call("DELETE", target)).status_code == 204
    missing = await wire.call("GET", target)
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")


async def test_a_long_url_may_be_tunnelled(wire: Wire) -> None:
    key = candidate("c1")
    assert (
        await wire.call(
            "POST",
            "/v2/atsCandidates",
            content=(
                "--XYZ\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
                f"{ids_of(key)}\r\n"
                "--XYZ\r\nContent-Type: application/json\r\n\r\n"
                f"{json.dumps({'entities': {key: record()}})}\r\n--XYZ--\r\n"
            ).encode(),
            headers={
                "Content-Type": "multipart/mixed; boundary=XYZ",
                "X-HTTP-Method-Override": "PUT",
                "x-restli-method": "batch_update",
            },
        )
    ).json() == {"results": {key: {"status": 204}}, "errors": {}}
    read = await wire.call(
        "POST",
        "/v2/atsCandidates",
        content=ids_of(key).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "X-HTTP-Method-Override": "GET"},
    )
    assert read.json()["results"][key]["firstName"] == "Ada"


async def test_a_hundred_records_are_taken_and_not_one_more(wire: Wire) -> None:
    keys = [candidate(f"c{n}") for n in range(101)]
    many = await wire.call(
        "PUT", f"/v2/atsCandidates?{ids_of(*keys)}", {"entities": {key: record() for key in keys}}
    )
    assert (many.status_code, many.json()["code"]) == (400, "BATCH_LIMIT")
    keys.pop()
    enough = await wire.call(
        "PUT", f"/v2/atsCandidates?{ids_of(*keys)}", {"entities": {key: record() for key in keys}}
    )
    assert enough.status_code == 200
    assert len(enough.json()["results"]) == 100
    read = await wire.call("GET", f"/v2/atsCandidates?{ids_of(*keys)}")
    assert len(read.json()["results"]) == 100


async def test_eight_megabytes_are_too_many(wire: Wire) -> None:
    key = candidate("c1")
    head = f'{{"entities":{{"{key}":{{"firstName":"Ada","atsCreatedAt":{NOW},"x":"'.encode()
    tail = b'"}}}'
    for length, status in ((8_000_000, 413), (7_999_999, 200)):
        body = head + b"x" * (length - len(head) - len(tail)) + tail
        assert len(body) == length
        answer = await wire.call("PUT", f"/v2/atsCandidates?{ids_of(key)}", content=body)
        assert answer.status_code == status
        if status == 413:
            assert answer.json()["code"] == "BODY_LIMIT"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_another_companys_context_is_refused_and_nothing_is_done(
    wire: Wire, owner: asyncpg.Connection, method: str
) -> None:
    mine, foreign = candidate("c1"), candidate("c2", CONTOSO)
    body = {"entities": {mine: record(), foreign: record()}} if method in ("PUT", "POST") else None
    answer = await wire.call(method, f"/v2/atsCandidates?{ids_of(mine, foreign)}", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert await owner.fetchval("select count(*) from candidate") == 0


async def test_a_company_that_there_is_not_is_refused_in_the_same_words(wire: Wire) -> None:
    told = [
        (await wire.call("GET", f"/v2/atsCandidates?{ids_of(candidate('c', context))}")).json()
        for context in (CONTOSO, "urn:li:organization:999999")
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("state", ["REQUESTED", "PARTNER_READY", "DISABLED"])
async def test_a_disabled_integration_is_told_with_its_reason(
    wire: Wire, owner: asyncpg.Connection, state: str
) -> None:
    await owner.execute("update integration set state = $1", state)
    await wire.services.authenticator.refresh()
    answer = await wire.call("GET", f"/v2/atsCandidates?{ids_of(candidate('c1'))}")
    assert answer.status_code == 403
    error = answer.json()
    assert error["code"] == error["reason"] == "INTEGRATION_DISABLED"
    assert error["status"] == 403
    assert error["serviceErrorCode"] == CODES["INTEGRATION_DISABLED"].number
    assert error["howToFix"]
    by_graphql = await wire.call("POST", "/graphql", {"query": "{ candidates { totalCount } }"})
    assert by_graphql.json()["errors"][0]["extensions"]["code"] == "INTEGRATION_DISABLED"


@pytest.mark.parametrize(
    ("method", "target", "headers", "status", "code"),
    [
        ("GET", "/v2/nothing", {}, 404, "NOT_FOUND"),
        ("GET", "/v2/", {}, 404, "NOT_FOUND"),
        ("GET", "/v2/seats?q=nothing", {}, 405, "METHOD_NOT_ALLOWED"),
        ("PUT", f"/v2/seats?{ids_of(candidate('1'))}", {}, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v2/atsCandidates", {}, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v2/atsCandidates?ids[0].atsCandidateId=1", {}, 400, "BAD_REQUEST"),
        ("GET", "/v2/atsCandidates?ids[0].a=1&ids[0].a=2", {}, 400, "BAD_REQUEST"),
        ("GET", "/v2/atsCandidates?ids=", {}, 400, "BAD_REQUEST"),
        ("GET", "/v2/atsCandidates?ids=List(", {}, 400, "BAD_REQUEST"),
        ("PUT", f"/v2/atsCandidates?{ids_of(candidate('1'))}", {}, 400, "BAD_REQUEST"),
        ("PUT", "/v2/atsCandidates", {"x-restli-method": "no"}, 400, "BAD_REQUEST"),
        ("GET", "/v2/atsCandidates?ids=x", {"x-restli-method": "batch_delete"}, 400, "BAD_REQUEST"),
        ("GET", "/v2/seats?q=x", {"X-RestLi-Protocol-Version": "3"}, 405, "METHOD_NOT_ALLOWED"),
        ("TRACE", "/v2/seats", {}, 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "/v2/atsCandidates", {"Content-Encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("PUT", "/v2/atsCandidates", {"Content-Type": "text/xml"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("GET", "/v2/atsCandidates?" + "&".join(f"a{n}=1" for n in range(2_500)), {}, 400, "BAD_REQUEST"),
        ("GET", "/v2/atsCandidates/x/notes?ids=1", {}, 400, "BAD_REQUEST"),
        ("GET", "/v2/atsCandidates/x/notes/y/z", {}, 404, "NOT_FOUND"),
        ("GET", "/v2/%FF/%00", {}, 404, "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_done_has_a_documented_error(
    wire: Wire, method: str, target: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await wire.call(method, target, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    error = answer.json()
    assert error["serviceErrorCode"] == CODES[code].number
    assert error["status"] == status
    assert error["message"]


@pytest.mark.parametrize("token", ["x", "a.b.c", base64.b64encode(b"x" * 9_000).decode()])
async def test_without_a_good_token_nothing_is_told(wire: Wire, token: str) -> None:
    answer = await wire.as_(token).call("GET", "/v2/nothing")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert "www-authenticate" in answer.headers


async def test_only_the_partners_backend_may_call(wire: Wire) -> None:
    admin = issue_token(KEY, subject="a", roles=[Role.ATS_ADMIN], company=NORTHWIND, lifetime_s=600)
    answer = await wire.as_(admin).call("GET", f"/v2/atsCandidates?{ids_of(candidate('c'))}")
    assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_REQUIRED")
    assert answer.json()["roles"] == ["PARTNER"]


async def test_a_key_and_its_entity_must_belong_together(wire: Wire) -> None:
    one, two, three = candidate("1"), candidate("2"), candidate("3")
    answer = await wire.call(
        "PUT", f"/v2/atsCandidates?{ids_of(one, two)}", {"entities": {one: record(), three: record()}}
    )
    assert list(answer.json()["results"]) == [one]
    assert set(answer.json()["errors"]) == {two, three}


async def test_a_repeated_call_with_an_idempotency_key_is_done_once(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    body = {
        "elements": [{"integrationContext": NORTHWIND, "externalJobPostingId": "j1", "title": "Engineer"}]
    }
    headers = {"Idempotency-Key": "k1", "x-restli-method": "batch_create"}
    first = await wire.call("POST", "/v2/simpleJobPostings", body, headers=headers)
    again = await wire.call("POST", "/v2/simpleJobPostings", body, headers=headers)
    assert first.status_code == 200, first.text
    assert (again.status_code, again.content) == (200, first.content)
    assert await owner.fetchval("select count(*) from job_posting_task") == 1
    body["elements"][0]["title"] = "Another"
    other = await wire.call("POST", "/v2/simpleJobPostings", body, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    bad = await wire.call(
        "POST", "/v2/simpleJobPostings", body, headers={**headers, "Idempotency-Key": "x" * 300}
    )
    assert bad.status_code == 400


async def test_limits_hold_where_they_are_set(database: str) -> None:
    settings = replace(SETTINGS, wire_records_a_minute=3, wire_requests_a_day=4)
    async with wire_on(database, settings) as wire:
        keys = [candidate(str(n)) for n in range(4)]
        target = f"/v2/atsCandidates?{ids_of(*keys)}"
        many = await wire.call("PUT", target, {"entities": {key: record() for key in keys}})
        assert (many.status_code, many.json()["serviceErrorCode"]) == (429, 101)
        assert 1 <= int(many.headers["retry-after"]) <= 61
        few = {"entities": {key: record() for key in keys[:3]}}
        assert (await wire.call("PUT", f"/v2/atsCandidates?{ids_of(*keys[:3])}", few)).status_code == 200
        for _ in range(2):
            assert (await wire.call("GET", target)).status_code == 200
        over = await wire.call("GET", target)
        assert over.status_code == 429
        assert int(over.headers["retry-after"]) <= 86_401
        other = await wire.as_(partner_of(CONTOSO)).call(
            "GET", f"/v2/atsCandidates?{ids_of(candidate('1', CONTOSO))}"
        )
        assert other.status_code == 200


async def test_metrics_name_the_calls_and_nothing_of_anybody(wire: Wire) -> None:
    key = candidate("very-personal")
    await wire.call("PUT", f"/v2/atsCandidates?{ids_of(key)}", {"entities": {key: record()}})
    await wire.call("GET", "/v2/very-personal")
    exposed = (await wire.client.get("/metrics")).text
    assert 'rsc_wire_requests_total{resource="atsCandidates",status="200"} 1' in exposed
    assert 'rsc_wire_records_total{resource="atsCandidates"} 1' in exposed
    assert 'rsc_wire_requests_total{resource="other",status="404"} 1' in exposed
    assert "very-personal" not in exposed


def test_every_resource_has_its_counter() -> None:
    assert {resource.path for resource in RESOURCES} | {"accessToken", "other"} == set(WIRE_RESOURCES)
