"""Requests that nobody thought of: none of them is a fault of ours, each is answered as JSON with a code."""

from collections.abc import Sequence
from typing import Any

import httpx
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import ErrorCode
from tests.http.conftest import OUTSIDER, RECRUITER, STAFF, Gateway

FUZZ = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
CODES = {code.value for code in ErrorCode} - {"INTERNAL_ERROR"}

WORDS: Sequence[str] = [
    *("{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "...", "=", "|", "&", "#", ",", '"', '"""'),
    *("query", "mutation", "subscription", "fragment", "on", "true", "false", "null", "type", "extend"),
    *("viewer", "candidates", "nodes", "node", "edges", "pageInfo", "id", "first", "after", "ids", "filter"),
    *("_entities", "representations", "_service", "sdl"),
    *("Query", "Candidate", "ID", "Int", "String", "__typename", "__schema", "__type", "name", "skip", "if"),
    *(
        "0",
        "-1",
        "1",
        "200",
        "201",
        "2147483648",
        "1e400",
        "9" * 400,
        "x",
        "é",
        "\x00",
        "\ufeff",
        "\U0001f600",
    ),
    *('"urn:li:seat:Northwind"', '"\\u0000"', '"\\uD83D\\uDE00"', '"\\u{110000}"', "candidates(first: 5)"),
]
documents = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(["urn:li:seat:Northwind", "\x00", "9999-12-31T23:59:59Z", "99999-01-01T00:00:00Z", "="])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
URL_BYTES = b"abcquery={}%0123456789FfEe&;+._-~!$'()*,:@/?"
viewers = st.sampled_from([RECRUITER, OUTSIDER, STAFF])


def check(response: httpx.Response) -> None:
    assert response.status_code < 500
    answer = response.json()
    assert response.headers["content-type"].startswith("application/")
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] in CODES, answer
        assert "Did you mean" not in error["message"]
    assert "data" in answer or answer["errors"]


@FUZZ
@given(body=st.binary(max_size=300), viewer=viewers)
async def test_any_bytes_as_a_body(gateway: Gateway, body: bytes, viewer: dict[str, str]) -> None:
    headers = viewer | {"Content-Type": "application/json"}
    check(await gateway.client.post("/graphql", content=body, headers=headers))


@FUZZ
@given(
    body=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("query", "operationName", "variables", "extensions"), values)
    ),
    viewer=viewers,
)
async def test_any_json_as_parameters(gateway: Gateway, body: dict[str, Any], viewer: dict[str, str]) -> None:
    try:
        content = orjson.dumps(body)
    except orjson.JSONEncodeError:  # An integer beyond 64 bits.
        return
    headers = viewer | {"Content-Type": "application/json"}
    check(await gateway.client.post("/graphql", content=content, headers=headers))


@FUZZ
@given(document=documents, viewer=viewers)
async def test_any_words_as_a_document(gateway: Gateway, document: str, viewer: dict[str, str]) -> None:
    check(await gateway.ask(document, viewer))


@FUZZ
@given(
    variables=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("first", "after", "filter", "orderBy", "ids", "id", "if"), values)
    ),
    viewer=viewers,
)
async def test_any_values_as_variables(
    gateway: Gateway, variables: dict[str, Any], viewer: dict[str, str]
) -> None:
    try:
        orjson.dumps(variables)
    except orjson.JSONEncodeError:
        return
    check(await gateway.ask(EVERYTHING, viewer, variables=variables))


EVERYTHING = """
query ($first: Int, $after: String, $filter: CandidateFilter, $orderBy: CandidateOrder, $ids: [ID!] = [],
  $id: ID = "x", $if: Boolean = true) {
  candidates(first: $first, after: $after, filter: $filter, orderBy: $orderBy) @include(if: $if) {
    totalCount pageInfo {endCursor hasNextPage} edges {cursor node {id}}
  }
  nodes(ids: $ids) {id}
  node(id: $id) {id}
  candidate(id: $id) {id}
  member(publicProfileUrl: $after) {id}
  contract(id: $id) {id}
}
"""


@FUZZ
@given(
    headers=st.dictionaries(
        st.sampled_from(
            ["Authorization", "Accept", "Content-Type", "Origin", "traceparent", "Content-Encoding"]
        ),
        st.binary(max_size=40).map(lambda value: value.replace(b"\r", b"").replace(b"\n", b"")),
    ),
    method=st.sampled_from(["GET", "POST", "OPTIONS", "PUT"]),
    query=st.binary(max_size=60),
)
async def test_any_headers_and_url(
    gateway: Gateway, headers: dict[str, bytes], method: str, query: bytes
) -> None:
    url = httpx.URL("http://localhost/graphql").copy_with(query=bytes(c for c in query if c in URL_BYTES))
    staff = {name: value.encode() for name, value in STAFF.items()}
    raw = [(name.encode(), value) for name, value in (staff | headers).items()]
    response = await gateway.client.request(method, url, headers=raw, content=b"{}")
    assert response.status_code < 500
