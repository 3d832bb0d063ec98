"""The plan of an operation, as GraphiQL shows it: whom it is told, what it tells, what is refused."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings

from app.auth.personas import NORTHWIND
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from app.http.graphiql.routes import example_operations
from app.settings import Limits
from loaders.context import RequestContext
from tests.conftest import TestServer
from tests.engine.hostile_documents import HOSTILE
from tests.http.conftest import real_engine
from tests.http.test_strange_requests import FUZZ, documents, values
from tests.http.tooling import EXPLAIN, GUARDS, as_persona, explain, guards, tooling_on
from tests.widgets.gateway import Gateway

IN_MAILS = example_operations()["05-inmail-history"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphiql")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tooling(server: TestServer, migrated: str, folder: Path) -> AsyncIterator[Gateway]:
    async with tooling_on(server, migrated, folder) as gateway:
        yield gateway


@pytest.mark.parametrize(
    "persona", ["recruiter", "recruiter-company-wide", "ats-user", "support", "outsider"]
)
@pytest.mark.parametrize("example", example_operations())
async def test_what_the_plan_denies_is_what_running_it_refuses(
    tooling: Gateway, persona: str, example: str
) -> None:
    query = example_operations()[example]
    plan = (await explain(tooling, persona, query)).json()
    denied = {(one["path"], one["code"]) for one in plan["denied"]}
    answer = await tooling.ask(persona, query)
    refused = {
        (re.sub(r"\.\d+(?=\.|$)", ".*", ".".join(map(str, error["path"]))), error["extensions"]["code"])
        for error in answer.get("errors", [])
    }
    # Where there is no row, nothing below it is refused.
    assert refused <= denied
    assert bool(denied) >= bool(refused)
    if persona == "recruiter" and example != "11-support":
        assert denied == set()


async def test_the_plan_says_what_is_denied_and_how_to_mend_it(tooling: Gateway) -> None:
    plan = (await explain(tooling, "recruiter-company-wide", IN_MAILS)).json()
    assert [one["path"] for one in plan["denied"]] == [
        "candidates.edges.*.node.inMails",
        "viewer.contract.inMails",
    ]
    for one in plan["denied"]:
        assert (one["code"], one["reason"]) == ("FEATURE_NOT_GRANTED", "CONTRACT_ACCESS_REQUIRED")
        assert one["howToFix"] in plan["text"]
    assert "from inmail" not in plan["sql"]
    granted = (await explain(tooling, "recruiter", IN_MAILS)).json()
    assert granted["denied"] == []
    assert granted["decidedByRow"] == [{"path": "viewer.contract.inMails", "granted": 1}]
    assert "from inmail" in granted["sql"]
    assert granted["sql"] in granted["text"]


async def test_variables_are_bound_and_never_written_into_the_statement(tooling: Gateway) -> None:
    query = "query One($id: String!) { candidate(externalId: $id) { firstName } }"
    plan = (await explain(tooling, "recruiter", query, id="x'; drop table candidate --")).json()
    assert "drop table" not in plan["sql"]
    assert '''"x'; drop table candidate --"''' in plan["values"]


class _Untouchable:
    """No look at the database is needed for a plan."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("A plan was asked for, and the database is looked at.")


async def test_a_plan_looks_at_no_row(tooling: Gateway) -> None:
    async def fetch(context: Any, sql: str, arguments: list[Any]) -> bytes:
        raise AssertionError("A plan was asked for, and a statement is run.")

    real = real_engine()
    engine = Engine(real.schema, real.catalogue, fetch, tooling.state.services.settings.limits)
    grants = await tooling.state.services.authenticator.grants(
        as_persona(tooling, "recruiter")["Authorization"].encode("ascii")
    )
    untouchable: Any = _Untouchable()
    for query in example_operations().values():
        plan = engine.explain(GraphQLRequest(query, None, None), RequestContext(grants, untouchable))
        assert plan.sql


async def test_nothing_of_another_company_is_told(tooling: Gateway) -> None:
    owner = await asyncpg.connect(tooling.state.dsn)
    try:
        foreign = await owner.fetch(
            """
            with other as (select company_id as id, urn from company where urn = $1)
            select id::text, urn from other
            union all select c.id::text, c.urn from contract c join other o on c.company_id = o.id
            union all select s.id::text, s.urn from seat s join other o on s.company_id = o.id
            union all select i.id::text, null from integration i join other o on i.company_id = o.id
            """,
            NORTHWIND,
        )
    finally:
        await owner.close()
    ids = {value for row in foreign for value in row if value is not None}
    assert len(ids) > 10
    texts = [str(await guards(tooling, "outsider"))]
    texts += [(await explain(tooling, "outsider", query)).text for query in example_operations().values()]
    assert not [one for one in ids for text in texts if one in text]


async def test_plans_for_several_viewers_at_once_are_each_their_own(tooling: Gateway) -> None:
    names = ["recruiter", "recruiter-company-wide", "support", "outsider"] * 5
    plans = await asyncio.gather(*(explain(tooling, name, IN_MAILS) for name in names))
    by_name: dict[str, set[str]] = {}
    for name, plan in zip(names, plans, strict=True):
        by_name.setdefault(name, set()).add(plan.json()["text"])
    assert {len(texts) for texts in by_name.values()} == {1}
    assert len(set.union(*by_name.values())) == 4


# What is wrong


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "BAD_REQUEST"),
        (b"null", 400, "BAD_REQUEST"),
        (b"[]", 400, "BAD_REQUEST"),
        (b'{"query": 1}', 400, "BAD_REQUEST"),
        (b'{"query": "{a}", "variables": []}', 400, "BAD_REQUEST"),
        (b'{"documentId": "sha256:00"}', 400, "BAD_REQUEST"),
        (b"[" * 100_000, 400, "BAD_REQUEST"),
        (b'{"query": "\xff"}', 400, "BAD_REQUEST"),
        (b'{"query": "{"}', 400, "GRAPHQL_PARSE_FAILED"),
        (b'{"query": "{ nothing }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ viewer { subject } }", "operationName": "No"}', 400, "OPERATION_NOT_FOUND"),
        (b'{"query": "query A($a: Int!) { jobs(first: $a) { totalCount } }"}', 400, "BAD_USER_INPUT"),
        (
            b'{"query": "query A($a: String) { candidate(externalId: $a) { id } }",'
            b' "variables": {"a": "\\u0000"}}',
            400,
            "BAD_USER_INPUT",
        ),
        (b'{"query": "' + b" " * 2_000_000 + b'"}', 413, "BODY_LIMIT"),
    ],
)
async def test_what_cannot_be_explained_is_refused_like_what_cannot_be_run(
    tooling: Gateway, content: bytes, status: int, code: str
) -> None:
    headers = {**as_persona(tooling, "recruiter"), "Content-Type": "application/json"}
    answer = await tooling.client.post(f"{tooling.url}{EXPLAIN}", content=content, headers=headers)
    assert answer.status_code == status, answer.text[:300]
    (error, *_) = answer.json()["errors"]
    assert error["extensions"]["code"] == code


async def test_a_mutation_is_not_explained_and_does_nothing(tooling: Gateway) -> None:
    query = 'mutation { addNote(input: {candidateId: "x", body: "y"}) { userErrors { code } } }'
    answer = await explain(tooling, "recruiter", query)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        400,
        "Only a query can be explained without running it.",
    )


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_document_that_costs_too_much_is_refused_before_it_is_planned(
    tooling: Gateway, name: str
) -> None:
    query, _ = HOSTILE[name]
    answer = await asyncio.wait_for(explain(tooling, "staff", query), timeout=30)
    assert answer.status_code in (400, 413)


async def test_other_methods_and_kinds_of_body_are_refused(tooling: Gateway) -> None:
    headers = as_persona(tooling, "staff")
    assert (await tooling.client.get(f"{tooling.url}{EXPLAIN}", headers=headers)).status_code == 405
    assert (await tooling.client.post(f"{tooling.url}{GUARDS}", headers=headers)).status_code == 405
    form = await tooling.client.post(f"{tooling.url}{EXPLAIN}", data={"query": "{a}"}, headers=headers)
    assert form.status_code == 415


async def test_a_body_that_does_not_come_is_waited_for_in_vain_and_not_for_ever(
    server: TestServer, migrated: str, folder: Path
) -> None:
    async with tooling_on(server, migrated, folder, limits=Limits(request_timeout_ms=300)) as gateway:
        url = httpx.URL(gateway.url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        head = [
            f"POST {EXPLAIN} HTTP/1.1",
            f"Host: {url.host}",
            f"Authorization: {as_persona(gateway, 'recruiter')['Authorization']}",
            "Content-Type: application/json",
            "Content-Length: 100",
        ]
        writer.write("\r\n".join([*head, "", '{"query":']).encode("ascii"))
        answer = await asyncio.wait_for(reader.read(), timeout=30)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "TIMEOUT"' in answer


def check(answer: httpx.Response) -> None:
    assert answer.status_code < 500
    assert ("text" in answer.json()) is (answer.status_code == 200)


@settings(FUZZ, max_examples=60)
@given(document=documents)
async def test_any_words_as_a_document(tooling: Gateway, document: str) -> None:
    check(await explain(tooling, "recruiter", document))


@settings(FUZZ, max_examples=60)
@given(given_id=values, ids=values, first=values, filters=values)
async def test_any_values_as_variables(
    tooling: Gateway, given_id: Any, ids: Any, first: Any, filters: Any
) -> None:
    query = """
    query ($id: ID, $ids: [ID!]!, $first: Int, $filter: CandidateFilter) {
      node(id: $id) { id } nodes(ids: $ids) { id }
      candidates(first: $first, filter: $filter) { totalCount edges { node { id } } }
    }
    """
    check(await explain(tooling, "recruiter", query, id=given_id, ids=ids, first=first, filter=filters))
