"""Broken, strange and huge bodies: each gets a code and a place, none of them a 5xx."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.settings import Limits
from tests.http.conftest import LIMITS, RECRUITER, Gateway, code_of, error_of

JSON = RECRUITER | {"Content-Type": "application/json"}


def nested(levels: int) -> bytes:
    """A body whose one variable is a list in a list in a list."""
    return b'{"query":"{viewer{roles}}","variables":{"a":' + b"[" * levels + b"]" * levels + b"}}"


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"query {viewer}",
    "half": b'{"query":"{viewer{roles}}"',
    "bad UTF-8": b'{"query":"\xff\xfe"}',
    "overlong UTF-8": b'{"query":"\xc0\xaf"}',
    "UTF-16": '{"query":"{viewer{roles}}"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query":"{viewer{roles}}"}',
    "a lone surrogate": b'{"query":"\\ud800"}',
    "a lone surrogate in variables": b'{"query":"{viewer{roles}}","variables":{"a":"\\udc00"}}',
    "a control character": b'{"query":"{viewer{roles}}\x00"}',
    "NaN": b'{"query":"{viewer{roles}}","variables":{"a":NaN}}',
    "Infinity": b'{"query":"{viewer{roles}}","variables":{"a":Infinity}}',
    "null": b"null",
    "a number": b"42",
    "a string": b'"{viewer{roles}}"',
    "true": b"true",
    "a batch": b'[{"query":"{viewer{roles}}"}]',
    "an empty batch": b"[]",
    "100,000 deep lists": b"[" * 100_000,
    "100,000 deep objects": b'{"a":' * 100_000,
    "1,000 deep variables": b'{"query":"{viewer{roles}}","variables":{"a":'
    + b"[" * 1000
    + b"]" * 1000
    + b"}}",
    "70 deep variables": nested(70),
    "60,000 variables in a list": b'{"query":"{viewer{roles}}","variables":{"a":[' + b"1," * 60_000 + b"1]}}",
    "60,000 objects in lists": b'{"query":"{viewer{roles}}","variables":{"a":[['
    + b"[{}]," * 60_000
    + b"[]]]}}",
    "an integer of 5,000 digits": b'{"query":"{viewer{roles}}","variables":{"a":' + b"9" * 5000 + b"}}",
    "a float beyond floats": b'{"query":"{viewer{roles}}","variables":{"a":1e400}}',
    "no query": b"{}",
    "query null": b'{"query":null}',
    "query empty": b'{"query":""}',
    "query a number": b'{"query":1}',
    "query a list": b'{"query":["{viewer{roles}}"]}',
    "operationName a number": b'{"query":"{viewer{roles}}","operationName":7}',
    "variables a list": b'{"query":"{viewer{roles}}","variables":[]}',
    "variables a string": b'{"query":"{viewer{roles}}","variables":"{}"}',
    "extensions a list": b'{"query":"{viewer{roles}}","extensions":[]}',
}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_body_is_400_and_told_why(gateway: Gateway, kind: str, accept: str) -> None:
    response = await gateway.client.post("/graphql", content=BROKEN[kind], headers=JSON | {"Accept": accept})
    assert response.status_code == 400
    assert code_of(response) == "BAD_REQUEST"
    assert len(response.content) < 1_000


async def test_broken_json_is_told_where(gateway: Gateway) -> None:
    response = await gateway.client.post("/graphql", content=b'{\n  "query": oops}', headers=JSON)
    assert "line 2 column 12" in error_of(response)["message"]


@pytest.mark.parametrize("name", ["query", "operationName", "variables", "extensions"])
async def test_a_wrong_parameter_is_named(gateway: Gateway, name: str) -> None:
    body = {"query": "{viewer{roles}}", name: 5}
    response = await gateway.client.post("/graphql", json=body, headers=RECRUITER)
    assert error_of(response)["extensions"] == {"code": "BAD_REQUEST", "parameter": name}


async def test_parameters_may_be_null_and_others_are_passed_over(gateway: Gateway) -> None:
    extra: dict[str, Any] = {"operationName": None, "variables": None, "extensions": None, "unknown": [1]}
    response = await gateway.ask("{viewer{roles}}", **extra)
    assert response.json() == {"data": {"viewer": {"roles": ["RECRUITER"]}}}


async def test_a_document_s_id_without_a_document_asks_for_the_document(gateway: Gateway) -> None:
    apq = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    for body in (apq, {"documentId": "0" * 64}):
        response = await gateway.client.post("/graphql", json=body, headers=RECRUITER)
        assert code_of(response) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonp",
        "application/json, text/plain",
    ],
)
async def test_only_json_in_utf8_is_taken(gateway: Gateway, content_type: str | None) -> None:
    headers = RECRUITER | ({"Content-Type": content_type} if content_type is not None else {})
    response = await gateway.client.post("/graphql", content=b'{"query":"{viewer{roles}}"}', headers=headers)
    assert response.status_code == 415
    assert code_of(response) == "BAD_REQUEST"


@pytest.mark.parametrize(
    "content_type",
    ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"', "application/json; version=1"],
)
async def test_json_may_be_spelled_in_any_way(gateway: Gateway, content_type: str) -> None:
    headers = RECRUITER | {"Content-Type": content_type}
    response = await gateway.client.post("/graphql", content=b'{"query":"{viewer{roles}}"}', headers=headers)
    assert response.status_code == 200


async def test_a_compressed_body_is_not_taken(gateway: Gateway) -> None:
    response = await gateway.client.post("/graphql", content=b"", headers=JSON | {"Content-Encoding": "gzip"})
    assert response.status_code == 415


async def test_a_header_given_twice_is_no_header(gateway: Gateway) -> None:
    for name in ("Content-Type", "Authorization"):
        headers = [*JSON.items(), (name, JSON[name])]
        response = await gateway.client.post("/graphql", content=b"{}", headers=headers)
        assert response.status_code in {401, 415}


class Pieces:
    """A body in pieces that counts how much of it was taken."""

    def __init__(self, pieces: int, piece: bytes = b" " * 100_000) -> None:
        self.pieces = pieces
        self.piece = piece
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            self.taken += len(self.piece)
            yield self.piece


async def test_a_body_of_exactly_the_limit_is_read(gateway: Gateway) -> None:
    query = b'{"query":"{viewer{roles}}"}'
    body = query + b" " * (LIMITS.body_bytes_max - len(query))
    response = await gateway.client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 200
    response = await gateway.client.post("/graphql", content=body + b" ", headers=JSON)
    assert (response.status_code, code_of(response)) == (413, "BODY_LIMIT")


async def test_a_body_in_pieces_is_put_together(gateway: Gateway) -> None:
    class Bytes(Pieces):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for byte in b'{"query":"{viewer{roles}}"}':
                yield bytes([byte])

    response = await gateway.client.post("/graphql", content=Bytes(0), headers=JSON)
    assert response.status_code == 200


@pytest.mark.parametrize(("pieces", "closes"), [(50, False), (3_000, True)])
async def test_a_body_beyond_the_limit_is_drained_only_so_far(
    gateway: Gateway, pieces: int, closes: bool
) -> None:
    body = Pieces(pieces)
    response = await gateway.client.post("/graphql", content=body, headers=JSON)
    assert (response.status_code, code_of(response)) == (413, "BODY_LIMIT")
    assert body.taken <= Limits().body_drain_bytes_max + len(body.piece)
    assert (response.headers.get("connection") == "close") is closes
