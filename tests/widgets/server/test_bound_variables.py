"""A page's token runs its widget's documents on its own subject, from its own page, and does nothing else."""

import time
from typing import Any, Final

import httpx
import pytest
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    type_from_ast,
    visit,
)

from app.access.features import Role
from app.access.widget import Widget
from app.auth.issue import issue_token
from app.auth.issuers import DEVELOPMENT_ISSUER, OWN_ISSUER
from app.documents.register import document_id
from app.http.widgets.trusted_operations import read_operations
from app.widgets.bound_variables import EXTERNAL, OURS
from resolvers.schema import build_schema
from tests.http.conftest import KEY, real_engine
from tests.resolvers.world import ANNA, BELA, PARTNER, STRANGER, URN, own
from tests.resolvers.world import JOB as JOB_KEY
from tests.widgets.server.conftest import (
    APP,
    ATS,
    BY_ID,
    CONNECTED,
    HOST,
    JOB,
    NAME,
    NOBODY,
    OWN_PAGE,
    TAG,
    WHO,
    Desk,
)

OPERATIONS: Final = read_operations()


def code_of(response: httpx.Response) -> tuple[int, str]:
    answer = response.json()
    assert set(answer) == {"errors"}, answer
    return response.status_code, answer["errors"][0]["extensions"]["code"]


async def test_the_token_says_whom_the_document_is_about(desk: Desk) -> None:
    token = await desk.page_token(candidateExternalId="x-2")
    for variables in (None, {}, {"candidateExternalId": "x-2"}):
        answer = (await desk.run(token, NAME, variables)).json()
        assert answer == {"data": {"candidate": {"firstName": "Bela"}}}


@pytest.mark.parametrize("other", ["x-1", "", "X-2", None, 2, ["x-2"], {"x": "x-2"}])
async def test_another_subject_is_refused(desk: Desk, other: Any) -> None:
    token = await desk.page_token(candidateExternalId="x-2")
    assert code_of(await desk.run(token, NAME, {"candidateExternalId": other})) == (403, "FORBIDDEN")


async def test_our_own_id_is_found_by_the_atss(desk: Desk) -> None:
    token = await desk.page_token(candidateExternalId="x-2")
    for variables in ({}, {"candidateId": own("candidate", BELA)}):
        answer = (await desk.run(token, BY_ID, variables)).json()
        assert answer == {"data": {"candidate": {"externalId": "x-2"}}}
    for other in (own("candidate", ANNA), own("candidate", STRANGER), "", "x-2", None):
        assert code_of(await desk.run(token, BY_ID, {"candidateId": other})) == (403, "FORBIDDEN")


async def test_a_change_reaches_the_tokens_subject_only(own_desk: Desk) -> None:
    token = await own_desk.page_token(candidateExternalId="x-2")
    answer = (await own_desk.run(token, TAG, {"name": "met"})).json()["data"]["addTag"]
    assert answer == {"candidate": {"externalId": "x-2"}, "userErrors": []}
    response = await own_desk.run(token, TAG, {"name": "no", "candidateId": own("candidate", ANNA)})
    assert code_of(response) == (403, "FORBIDDEN")
    tagged = await own_desk.owner.fetch(
        "select candidate_id from candidate_tag c join tag t on t.id = c.tag_id where t.name in ('met', 'no')"
    )
    assert [row["candidate_id"] for row in tagged] == [BELA]


async def test_who_is_not_there_is_not_found_and_nothing_else_is_told(desk: Desk) -> None:
    token = await desk.page_token(candidateExternalId="x-99")
    assert (await desk.run(token, NAME)).json() == {"data": {"candidate": None}}
    assert (await desk.run(token, BY_ID)).json() == {"data": {"candidate": None}}
    answer = (await desk.run(token, TAG, {"name": "met"})).json()["data"]["addTag"]
    assert answer == {"candidate": None, "userErrors": [{"code": "NOT_FOUND"}]}
    there = await desk.page_token(candidateExternalId="x-1")
    refused = [await desk.run(one, NAME, {"candidateExternalId": "x-2"}) for one in (token, there)]
    assert refused[0].content == refused[1].content


async def test_a_job_is_bound_in_the_same_way_and_free_where_the_token_has_none(desk: Desk) -> None:
    mine = {"a": {"title": "Backend Engineer"}, "b": {"title": "Backend Engineer"}}
    token = await desk.page_token(widget="RECOMMENDED", jobExternalId="j-1")
    assert (await desk.run(token, JOB)).json()["data"] == mine
    assert code_of(await desk.run(token, JOB, {"jobExternalId": "j-2"})) == (403, "FORBIDDEN")
    assert code_of(await desk.run(token, JOB, {"jobId": own("job", ANNA)})) == (403, "FORBIDDEN")
    free = await desk.page_token(widget="SEARCH")
    assert (await desk.run(free, JOB)).json()["data"] == {"a": None, "b": None}
    given = {"jobExternalId": "j-1", "jobId": own("job", JOB_KEY)}
    assert (await desk.run(free, JOB, given)).json()["data"] == mine


async def test_only_documents_of_its_own_widget_are_run(desk: Desk) -> None:
    token = await desk.page_token()
    client = desk.gateway.client
    headers = {**OWN_PAGE, "Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
    free = await client.post("/graphql", json={"query": "{ viewer { subject } }"}, headers=headers)
    assert code_of(free) == (403, "FORBIDDEN")
    elsewhere = "query Elsewhere { viewer { subject } }"
    assert code_of(await desk.run(token, elsewhere)) == (400, "PERSISTED_QUERY_NOT_FOUND")
    both = {"documentId": document_id(WHO), "query": "{ viewer { roles } }"}
    assert code_of(await client.post("/graphql", json=both, headers=headers)) == (403, "FORBIDDEN")
    of_another = OPERATIONS[Widget.ONBOARDING][0].document
    assert code_of(await desk.run(token, of_another)) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_widgets_own_operations_are_there_before_anybody_registered_them(own_desk: Desk) -> None:
    assert not await own_desk.owner.fetchval("select count(*) from trusted_operation where name = 'Profile'")
    document = next(one.document for one in OPERATIONS[Widget.PROFILE] if one.name == "Profile")
    token = await own_desk.page_token(atsUserId=CONNECTED)
    answer = (await own_desk.run(token, document)).json()
    assert answer["data"]["candidate"]["firstName"] == "Anna"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": ATS},
        {"Origin": "null"},
        {"Origin": "http://localhost:8001"},
        {"Origin": HOST, "Sec-Fetch-Site": "same-site"},
        {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_it_is_used_from_our_own_page_only(desk: Desk, headers: dict[str, str]) -> None:
    token = await desk.page_token()
    for _ in range(2):  # The second time the token's grants are remembered.
        response = await desk.run(token, WHO, headers=headers)
        assert code_of(response) == (403, "FORBIDDEN")
        assert "access-control-allow-origin" not in response.headers
        assert (await desk.run(token, WHO)).status_code == 200


async def test_by_get_it_needs_our_own_page_too(desk: Desk) -> None:
    token = await desk.page_token()
    url = f"/graphql?documentId={document_id(NAME)}"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
    assert code_of(await desk.gateway.client.get(url, headers=headers)) == (403, "FORBIDDEN")
    response = await desk.gateway.client.get(url, headers={**headers, **OWN_PAGE})
    assert response.json() == {"data": {"candidate": {"firstName": "Anna"}}}


CLAIM: Final = {"widget": "PROFILE", "candidate": "x-1", "app": APP, "origin": ATS}
FORGED: Final[dict[str, dict[str, Any]]] = {
    "by the development issuer": {"issuer": DEVELOPMENT_ISSUER},
    "without a client": {"client": None},
    "for another widget's client": {"client": "search-widget"},
    "for another client": {"client": "elsewhere"},
    "of no origin": {"widget": {name: CLAIM[name] for name in ("widget", "candidate", "app")}},
    "of no application": {"widget": {name: CLAIM[name] for name in ("widget", "candidate", "origin")}},
    "with something else": {"widget": {**CLAIM, "more": "x"}},
    "with an empty subject": {"widget": {**CLAIM, "candidate": ""}},
    "of a text": {"widget": "PROFILE"},
    "of an unknown widget": {"widget": {**CLAIM, "widget": "OTHER"}},
    "by too long a user": {"subject": "u" * 301},
    "expired": {"issued_at": int(time.time()) - 301},
}


def forged(**changes: Any) -> str:
    """A page's token signed with our key, changed."""
    said: dict[str, Any] = {
        "subject": NOBODY,
        "roles": [Role.ATS_USER],
        "company": URN,
        "partner": PARTNER,
        "client": "profile-widget",
        "widget": CLAIM,
        "issuer": OWN_ISSUER,
        "lifetime_s": 300,
    }
    return issue_token(KEY, **said | changes)


async def test_one_that_is_not_exactly_ours_is_refused(desk: Desk) -> None:
    assert (await desk.run(forged(), WHO)).status_code == 200
    assert (await desk.run(forged(subject="u" * 300), WHO)).status_code == 200
    for name, changes in FORGED.items():
        assert code_of(await desk.run(forged(**changes), WHO)) == (401, "UNAUTHENTICATED"), name


async def test_the_wire_api_refuses_it(desk: Desk) -> None:
    token = await desk.page_token(atsUserId=CONNECTED, isAtsAdmin=True)
    response = await desk.gateway.client.get(
        "/v2/seats?q=seatsByAttributes", headers={"Authorization": f"Bearer {token}", **OWN_PAGE}
    )
    assert response.status_code == 403


# What the pages' own operations promise.


class _Subjects(Visitor):
    """The values of all arguments and input fields that name a candidate or a job, by that name."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: list[tuple[str, Any]] = []

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        field = self._types.get_field_def()
        of = get_named_type(field.type).name if field is not None else ""
        name = node.name.value
        if name in ("id", "externalId") and of in ("Candidate", "Job"):
            self.found.append((name if name == "externalId" else f"{of.lower()}Id", node.value))
        elif name in EXTERNAL or name in OURS:
            self.found.append((name, node.value))

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        if node.name.value in EXTERNAL or node.name.value in OURS:
            self.found.append((node.name.value, node.value))

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        # By these anything could be named.
        parent = self._types.get_parent_type()
        if parent is SCHEMA.query_type and node.name.value in ("node", "_entities"):
            self.found.append((node.name.value, None))


SCHEMA: Final[GraphQLSchema] = build_schema()._schema


def subjects(document: str) -> list[tuple[str, Any]]:
    types = TypeInfo(SCHEMA)
    visitor = _Subjects(types)
    visit(parse(document), TypeInfoVisitor(types, visitor))
    return visitor.found


def operations_of(*widgets: Widget) -> list[Any]:
    return [
        pytest.param(one, id=f"{widget.page}-{one.name}") for widget in widgets for one in OPERATIONS[widget]
    ]


@pytest.mark.parametrize("operation", operations_of(*Widget))
def test_every_operation_is_one_that_the_schema_has(operation: Any) -> None:
    assert list(real_engine().check_document(operation.document)) == [operation.name]
    assert operation.document_id == document_id(operation.document)


@pytest.mark.parametrize("operation", operations_of(Widget.PROFILE, Widget.RECOMMENDED))
def test_whoever_is_about_one_subject_names_it_by_the_bound_variables_only(operation: Any) -> None:
    for name, value in subjects(operation.document):
        assert isinstance(value, VariableNode), (operation.name, name)
        assert value.name.value in (EXTERNAL if name == "externalId" else {name: ""}), operation.name


@pytest.mark.parametrize("operation", operations_of(*Widget))
def test_no_variable_holds_a_subject_inside_an_object(operation: Any) -> None:
    for definition in parse(operation.document).definitions:
        for variable in getattr(definition, "variable_definitions", None) or ():
            assert isinstance(variable, VariableDefinitionNode)
            of = get_named_type(type_from_ast(SCHEMA, variable.type))
            if isinstance(of, GraphQLInputObjectType):
                assert of.fields.keys().isdisjoint(EXTERNAL.keys() | OURS.keys()), operation.name


def test_every_widget_has_operations_under_names_of_their_own() -> None:
    for widget in Widget:
        names = [one.name for one in OPERATIONS[widget]]
        assert names
        assert len(names) == len(set(names))
