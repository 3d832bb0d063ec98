"""What /graphql answers: to whom, in which media type, with which status."""

import asyncio
import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from app.engine.request import GraphQLRequest, RequestRefused
from app.errors import CallerError, ErrorCode
from loaders.context import RequestContext
from tests.http.conftest import (
    OUTSIDER,
    RECRUITER,
    STAFF,
    Gateway,
    code_of,
    error_of,
    gateway_on,
    limited,
)

GRAPHQL_RESPONSE = {"Accept": "application/graphql-response+json"}
BOMB = (
    "{...a} "
    + " ".join(f"fragment {a} on Query {{...{b} ...{b}}}" for a, b in pairwise("abcdefghijklmnopqrstu"))
    + " fragment u on Query {viewer{roles}}"
)
WHO = "{viewer{company{name} roles}}"


async def test_an_operation_is_answered_for_the_token_s_company(gateway: Gateway) -> None:
    for headers, name in ((RECRUITER, "Northwind"), (OUTSIDER, "Contoso")):
        response = await gateway.ask(WHO, headers)
        assert response.status_code == 200
        assert response.json() == {"data": {"viewer": {"company": {"name": name}, "roles": ["RECRUITER"]}}}


async def test_variables_and_the_operation_s_name_are_taken(gateway: Gateway) -> None:
    response = await gateway.ask(
        "query a($id: ID!) {node(id: $id) {id}} query b {viewer {roles}}",
        variables={"id": "urn:li:seat:Northwind"},
        operationName="a",
    )
    assert response.json() == {"data": {"node": {"id": "urn:li:seat:Northwind"}}}


async def test_every_answer_is_private_and_has_a_trace_id(gateway: Gateway) -> None:
    for response in (await gateway.ask(WHO), await gateway.ask("{"), await gateway.ask(WHO, {})):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert re.fullmatch("[0-9a-f]{32}", response.headers["x-trace-id"])
        assert "set-cookie" not in response.headers


async def test_the_caller_s_trace_id_is_taken_over(gateway: Gateway) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = RECRUITER | {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    assert (await gateway.ask(WHO, headers)).headers["x-trace-id"] == trace


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic eDp5", "Bearer", "Bearer nonsense", "Bearer a.b.c"]
)
async def test_without_a_good_token_the_answer_is_401_with_a_challenge(
    gateway: Gateway, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    response = await gateway.ask(WHO, headers)
    assert response.status_code == 401
    assert code_of(response) == "UNAUTHENTICATED"
    assert response.headers["www-authenticate"].startswith('Bearer realm="rsc-gateway"')


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{viewer{", None, "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) {node(id: $id) {id}}", {"id": None}, "BAD_USER_INPUT"),
        ("query a {viewer{roles}} query b {viewer{roles}}", None, "OPERATION_NOT_FOUND"),
        ("{__schema{types{name}}}", None, "INTROSPECTION_DISABLED"),
    ],
)
async def test_what_graphql_refuses_is_200_in_json_and_400_in_the_newer_type(
    gateway: Gateway, query: str, variables: dict[str, None] | None, code: str
) -> None:
    old = await gateway.ask(query, variables=variables)
    new = await gateway.ask(query, RECRUITER | GRAPHQL_RESPONSE, variables=variables)
    assert (old.status_code, old.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert (new.status_code, new.headers["content-type"]) == (
        400,
        "application/graphql-response+json; charset=utf-8",
    )
    assert code_of(old) == code_of(new) == code


@pytest.mark.parametrize("accept", [{}, GRAPHQL_RESPONSE])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        (BOMB, "COST_LIMIT"),
        ("{viewer{" + " ".join(f"a{n}:roles" for n in range(31)) + "}}", "ALIAS_LIMIT"),
        ("{viewer" * 5_000, "DEPTH_LIMIT"),
        ("{" + "viewer{roles}" * 5_000 + "}", "TOKEN_LIMIT"),
    ],
    ids=lambda value: value if value.isupper() else "",
)
async def test_what_the_limits_refuse_is_400_in_either_type(
    gateway: Gateway, query: str, code: str, accept: dict[str, str]
) -> None:
    response = await gateway.ask(query, RECRUITER | accept)
    assert response.status_code == 400
    assert code_of(response) == code


async def test_introspection_is_for_staff(gateway: Gateway) -> None:
    response = await gateway.ask("{__schema{queryType{name}}}", STAFF)
    assert response.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "TRACE", "QUERY"])
async def test_other_methods_are_told_which_ones_there_are(gateway: Gateway, method: str) -> None:
    response = await gateway.client.request(method, "/graphql", headers=STAFF)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST, OPTIONS"


async def test_staff_may_query_by_get(gateway: Gateway) -> None:
    parameters = {
        "query": "query a($id: ID!) {node(id: $id) {id}} query b {viewer{roles}}",
        "variables": '{"id":"urn:li:seat:Northwind"}',
        "operationName": "a",
        "extensions": "",
    }
    response = await gateway.client.get("/graphql", params=parameters, headers=STAFF)
    assert response.json() == {"data": {"node": {"id": "urn:li:seat:Northwind"}}}


async def test_nobody_else_queries_by_get(gateway: Gateway) -> None:
    response = await gateway.client.get("/graphql", params={"query": WHO}, headers=RECRUITER)
    assert response.status_code == 403
    assert error_of(response)["message"] == (
        "A query by GET is for staff, a trusted document's id for tokens that name a client; use POST."
    )


@pytest.mark.parametrize(
    ("url", "parameter"),
    [
        ("/graphql", "query"),
        ("/graphql?query=", "query"),
        ("/graphql?query=%7Ba%7D&query=%7Bb%7D", "query"),
        ("/graphql?query=%7Ba%7D&variables=%5B%5D", "variables"),
        ("/graphql?query=%7Ba%7D&variables=nonsense", None),
        ("/graphql?query=%7Ba%7D&extensions=1", "extensions"),
        ("/graphql?query=%ff%fe", None),
        ("/graphql?" + "&".join(f"p{n}=1" for n in range(100)), None),
    ],
)
async def test_a_wrong_url_is_told_what_is_wrong(gateway: Gateway, url: str, parameter: str | None) -> None:
    response = await gateway.client.get(url, headers=STAFF)
    assert response.status_code == 400
    error = error_of(response)
    assert error["extensions"] == {"code": "BAD_REQUEST"} | ({"parameter": parameter} if parameter else {})


class ScriptedEngine:
    """Does to the edge what the real engine does only on a bad day."""

    def __init__(self) -> None:
        self.at_work = asyncio.Event()
        self.may_end = asyncio.Event()

    def check_document(self, text: str) -> list[str | None]:
        return [None]

    def is_query(self, request: GraphQLRequest) -> bool:
        return "mutation" not in request.query

    async def execute(
        self, request: GraphQLRequest, context: RequestContext, *, introspection: bool
    ) -> bytes:
        match request.query:
            case "break":
                secret = "ada@northwind.example"
                raise ValueError(secret)
            case "wait":
                self.at_work.set()
                await self.may_end.wait()
            case "no database":
                raise CallerError(
                    ErrorCode.DATABASE_UNAVAILABLE, "Away.", status=503, headers={"Retry-After": "1"}
                )
            case "slow statement":
                raise CallerError(ErrorCode.TIMEOUT, "Too slow.", status=503)
            case "surrogate":
                raise RequestRefused([{"message": "\ud800", "extensions": {"code": "BAD_USER_INPUT"}}])
            case "partial":
                return b'{"errors":[],"data":{}}'
        return b'{"data":{}}'


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
async def scripted(database: str, engine: ScriptedEngine) -> AsyncIterator[Gateway]:
    async with gateway_on(database, engine, settings=limited(request_timeout_ms=300)) as gateway:
        yield gateway


async def test_a_mutation_is_never_run_by_get(scripted: Gateway) -> None:
    response = await scripted.client.get("/graphql", params={"query": "mutation {a}"}, headers=STAFF)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


async def test_a_fault_of_ours_tells_its_trace_id_and_nothing_else(
    scripted: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await scripted.ask("break")
    assert response.status_code == 500
    trace_id = response.headers["x-trace-id"]
    assert error_of(response) == {
        "message": "Something went wrong on our side.",
        "extensions": {"code": "INTERNAL_ERROR", "traceId": trace_id},
    }
    logged = capsys.readouterr()
    logged_text = logged.out + logged.err
    assert trace_id in logged_text
    assert "ValueError" in logged_text
    assert "ada@" not in logged_text


async def test_an_operation_beyond_its_time_is_stopped(scripted: Gateway) -> None:
    response = await scripted.ask("wait")
    assert response.status_code == 422
    assert code_of(response) == "TIMEOUT"


async def test_a_statement_beyond_its_time_is_no_fault_of_ours(scripted: Gateway) -> None:
    response = await scripted.ask("slow statement")
    assert (response.status_code, code_of(response)) == (422, "TIMEOUT")


async def test_a_missing_database_is_503_with_retry_after(scripted: Gateway) -> None:
    response = await scripted.ask("no database")
    assert (response.status_code, code_of(response)) == (503, "DATABASE_UNAVAILABLE")
    assert response.headers["retry-after"] == "1"


async def test_a_text_that_is_no_unicode_can_still_be_told(scripted: Gateway) -> None:
    assert error_of(await scripted.ask("surrogate"))["message"] == "\ud800"


async def test_metrics_count_by_code_and_status(scripted: Gateway) -> None:
    for query in ("fine", "fine", "partial", "no database", "break", "wait"):
        await scripted.ask(query)
    text = (await scripted.client.get("/metrics")).text
    for line in (
        'rsc_graphql_requests_total{code="OK",status="200"} 2',
        'rsc_graphql_requests_total{code="PARTIAL",status="200"} 1',
        'rsc_graphql_requests_total{code="DATABASE_UNAVAILABLE",status="503"} 1',
        'rsc_graphql_requests_total{code="INTERNAL_ERROR",status="500"} 1',
        'rsc_graphql_requests_total{code="TIMEOUT",status="422"} 1',
        'rsc_graphql_request_duration_seconds_count{operation="query"} 6',
        "rsc_in_flight 0",
    ):
        assert f"{line}\n" in text


async def test_a_variable_that_is_null_where_null_may_not_be_is_the_caller_s_mistake(
    gateway: Gateway,
) -> None:
    # Its default makes the variable fit the argument, and null is not its default.
    query = "query ($ids: [ID!] = []) {nodes(ids: $ids) {id}}"
    response = await gateway.ask(query, variables={"ids": None})
    (error,) = response.json()["errors"]
    assert response.status_code < 500
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"][0] == "nodes"
