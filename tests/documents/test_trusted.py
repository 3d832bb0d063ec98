"""A token that names a client runs that client's registered documents by their ids, and nothing else."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from app.access.features import Role
from app.database.pool import Pool
from app.documents.trusted import UNKNOWN_FOR_S, TrustedDocuments
from tests.conftest import TestServer
from tests.documents.conftest import NEWER, SEAT, WHO, Trusting, of_client
from tests.http.conftest import RECRUITER, STAFF, code_of

WIDGET = of_client("widget")
WHO_ID, SEAT_ID = (hashlib.sha256(text.encode()).hexdigest() for text in (WHO, SEAT))
ANSWER = {"data": {"viewer": {"company": {"name": "Northwind"}, "roles": ["RECRUITER"]}}}
TAG = "mutation Tag($input: TagInput!) { addTag(input: $input) { userErrors { code } } }"


def apq(document_id: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": document_id}}


@pytest.fixture(scope="module")
async def database(server: TestServer, documents_companies: str) -> AsyncIterator[str]:
    """One database for all of these: each has documents of its own, or registers the same ones."""
    async with server.copy_of(documents_companies) as dsn:
        yield dsn


@pytest.fixture
async def widget(trusting: Trusting) -> Trusting:
    """The client `widget` has two queries and a mutation; the client `other` has one query."""
    await trusting.register("widget", [WHO, SEAT, TAG])
    await trusting.register("other", ["query Other { viewer { subject } }"])
    return trusting


async def test_a_document_runs_by_its_id_with_variables(widget: Trusting) -> None:
    assert (await widget.post(WIDGET, documentId=WHO_ID)).json() == ANSWER
    assert (await widget.post(WIDGET, documentId=f"sha256:{WHO_ID}")).json() == ANSWER
    seat = await widget.post(WIDGET, documentId=SEAT_ID, variables={"id": "urn:li:seat:Northwind"})
    assert seat.json() == {"data": {"node": {"id": "urn:li:seat:Northwind"}}}


async def test_a_document_runs_by_automatic_persisted_queries(widget: Trusting) -> None:
    assert (await widget.post(WIDGET, extensions=apq(WHO_ID))).json() == ANSWER
    # A client that sends the text again, as such clients do, sends what is registered.
    assert (await widget.post(WIDGET, extensions=apq(WHO_ID), query=WHO)).json() == ANSWER


async def test_a_query_runs_by_get(widget: Trusting) -> None:
    assert (await widget.get(WIDGET, documentId=WHO_ID)).json() == ANSWER
    given = json.dumps({"id": "urn:li:seat:Northwind"})
    seat = await widget.get(WIDGET, documentId=SEAT_ID, variables=given)
    assert seat.json() == {"data": {"node": {"id": "urn:li:seat:Northwind"}}}
    assert (await widget.get(WIDGET, extensions=json.dumps(apq(WHO_ID)))).json() == ANSWER


async def test_a_mutation_does_not_run_by_get(widget: Trusting) -> None:
    tag_id = hashlib.sha256(TAG.encode()).hexdigest()
    given = json.dumps({"input": {"candidateId": "x", "name": "y"}})
    response = await widget.get(WIDGET, documentId=tag_id, variables=given)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("headers", [WIDGET, of_client("widget", Role.STAFF), of_client("nobody")])
async def test_a_client_s_token_runs_no_document_of_its_bearer_s_own(
    widget: Trusting, headers: dict[str, str]
) -> None:
    for sent in (
        {"query": WHO},
        {"query": "query Who { viewer { subject } }", "extensions": apq(WHO_ID)},
        {"query": "query Who { viewer { subject } }", "documentId": WHO_ID},
        {"query": "{ __typename }", "extensions": apq("0" * 64)},
    ):
        response = await widget.post(headers, **sent)
        assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")
    assert (await widget.get(headers, query=WHO)).status_code == 403


@pytest.mark.parametrize("document_id", ["0" * 64, "", "Who", WHO_ID.upper(), "\x00", WHO_ID + " "])
async def test_an_id_that_the_client_has_not_registered_is_not_found(
    widget: Trusting, document_id: str
) -> None:
    for sent in ({"documentId": document_id}, {"extensions": apq(document_id)}):
        response = await widget.post(WIDGET, **sent)
        assert (response.status_code, code_of(response)) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_documents_of_another_client_are_as_good_as_unknown(widget: Trusting) -> None:
    for client in ("other", "nobody"):
        response = await widget.post(of_client(client), documentId=WHO_ID)
        assert code_of(response) == "PERSISTED_QUERY_NOT_FOUND"


async def test_without_a_client_ids_mean_nothing_and_documents_are_free(widget: Trusting) -> None:
    for headers in (RECRUITER, STAFF):
        response = await widget.post(headers | NEWER, documentId=WHO_ID)
        assert code_of(response) == "PERSISTED_QUERY_NOT_FOUND"
        assert "data" in (await widget.post(headers, query=WHO, extensions=apq(WHO_ID))).json()
    assert (await widget.get(RECRUITER, documentId=WHO_ID)).status_code == 403
    assert "data" in (await widget.get(STAFF, query=WHO)).json()


@pytest.mark.parametrize(
    ("sent", "parameter"),
    [
        ({"documentId": 5}, "documentId"),
        ({"documentId": "x", "query": 5}, "query"),
        ({"extensions": {"persistedQuery": 5}}, "extensions"),
        ({"extensions": {"persistedQuery": {"sha256Hash": None}}}, "extensions"),
        ({"documentId": None}, "query"),
        ({"documentId": "x", "variables": []}, "variables"),
    ],
)
async def test_a_wrong_parameter_is_named(widget: Trusting, sent: dict[str, Any], parameter: str) -> None:
    response = await widget.post(WIDGET, **sent)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST", "parameter": parameter}


async def test_a_trusted_document_decides_nothing_about_access(trusting: Trusting) -> None:
    clients = "query Clients { clients { name } }"
    await trusting.register("widget", [clients])
    response = await trusting.post(WIDGET, documentId=hashlib.sha256(clients.encode()).hexdigest())
    assert response.json()["data"] == {"clients": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"


async def _insert(owner: asyncpg.Connection, document_id: str) -> None:
    await owner.execute("insert into client values ('c') on conflict do nothing")
    await owner.execute(
        "insert into trusted_operation values ('c', $1, 'Who', $2, now())", document_id, f"# {document_id}"
    )


async def test_what_is_known_is_not_asked_for_again(pool: Pool, owner: asyncpg.Connection) -> None:
    documents = TrustedDocuments(pool, size=2)
    await _insert(owner, "a" * 64)
    assert await documents.find("c", "a" * 64) == "# " + "a" * 64
    await owner.execute("delete from trusted_operation where client_name = 'c'")
    assert await documents.find("c", "a" * 64) == "# " + "a" * 64
    assert await documents.find("other", "a" * 64) is None


async def test_of_many_documents_the_least_recently_used_is_forgotten(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    documents = TrustedDocuments(pool, size=2)
    for letter in "def":
        await _insert(owner, letter * 64)
    for letter in "dedf":
        assert await documents.find("c", letter * 64) is not None
    await owner.execute("delete from trusted_operation where client_name = 'c'")
    found = [letter for letter in "def" if await documents.find("c", letter * 64) is not None]
    assert found == ["d", "f"]


async def test_what_is_unknown_is_asked_for_again_after_a_moment(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    now = 100.0
    documents = TrustedDocuments(pool, size=2, clock=lambda: now)
    assert await documents.find("c", "1" * 64) is None
    await _insert(owner, "1" * 64)
    assert await documents.find("c", "1" * 64) is None
    now += UNKNOWN_FOR_S
    assert await documents.find("c", "1" * 64) is not None
