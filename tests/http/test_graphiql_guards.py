"""What guards each type and field, as GraphiQL's docs pane is told it, and for whom it is."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from graphql import (
    DirectiveNode,
    EnumValueNode,
    GraphQLObjectType,
    ListValueNode,
    build_schema,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
)

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import NORTHWIND, PERSONAS
from tests.conftest import TestServer
from tests.http.tooling import EXPLAIN, GUARDS, as_persona, explain, guards, tooling_on
from tests.widgets.gateway import Gateway

SCHEMA = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text(encoding="utf-8"))
OBJECTS: Mapping[str, GraphQLObjectType] = {
    name: of for name, of in SCHEMA.type_map.items() if is_object_type(of) and not name.startswith("__")
}
REFUSALS = {"FEATURE_NOT_GRANTED", "ROLE_REQUIRED", "INTEGRATION_DISABLED"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphiql")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tooling(server: TestServer, migrated: str, folder: Path) -> AsyncIterator[Gateway]:
    async with tooling_on(server, migrated, folder) as gateway:
        yield gateway


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def closed(server: TestServer, migrated: str, folder: Path) -> AsyncIterator[Gateway]:
    """The same as staff have it outside of the demo."""
    async with tooling_on(server, migrated, folder, open_introspection=False) as gateway:
        yield gateway


def printed(directives: tuple[DirectiveNode, ...] | None) -> set[tuple[str, str, frozenset[str]]]:
    """Each argument of each directive, with its values in no order."""
    found = set()
    for directive in directives or ():
        for argument in directive.arguments or ():
            assert isinstance(argument.value, ListValueNode)
            names = [one.value for one in argument.value.values if isinstance(one, EnumValueNode)]
            found.add((directive.name.value, argument.name.value, frozenset(names)))
    return found


def told(directives: list[str]) -> set[tuple[str, str, frozenset[str]]]:
    """The same of what the docs pane shows."""
    carried = " ".join(directives)
    (definition,) = build_schema(
        f"""directive @requiresFeature(anyOf: [A!], orRole: [A!]) repeatable on OBJECT
            directive @requiresRole(anyOf: [A!]) repeatable on OBJECT
            enum A {{ {" ".join(set(re.findall("[A-Z_]{3,}", carried))) or "NONE"} }}
            type Query {carried} {{ a: A }}"""
    ).type_map["Query"].ast_node,  # fmt: skip
    assert definition is not None
    return printed(definition.directives)


async def test_each_directive_of_the_printed_schema_is_shown_where_it_stands(tooling: Gateway) -> None:
    shown = await guards(tooling, "recruiter")
    assert set(shown["types"]) == set(OBJECTS)
    directive = [guard["directive"] for guard in shown["guards"]]
    for name, of in OBJECTS.items():
        assert of.ast_node is not None
        own = [directive[number] for number in shown["types"][name]["guards"]]
        assert told(own) == printed(of.ast_node.directives), name
        assert set(shown["types"][name]["fields"]) == set(of.fields)
        for field_name, field in of.fields.items():
            assert field.ast_node is not None
            here = [one for one in shown["types"][name]["fields"][field_name]["guards"] if one["here"]]
            stands = printed(field.ast_node.directives)
            assert told([directive[one["guard"]] for one in here]) == stands, (name, field_name)


async def test_a_guard_on_a_type_is_shown_at_every_field_that_leads_to_it(tooling: Gateway) -> None:
    shown = await guards(tooling, "recruiter")
    for name, of in OBJECTS.items():
        for field_name, field in of.fields.items():
            target = get_named_type(field.type).name
            for number in shown["types"].get(target, {"guards": []})["guards"]:
                directive = shown["guards"][number]["directive"]
                at_field = shown["types"][name]["fields"][field_name]["guards"]
                on = [one for one in at_field if shown["guards"][one["guard"]]["directive"] == directive]
                assert [one for one in on if target in one["on"]] == on != [], (name, field_name)
    assert shown["types"]["Candidate"]["fields"]["inMails"]["guards"][0]["on"] == ["InMail"]


@pytest.mark.parametrize("persona", PERSONAS)
async def test_what_is_shown_as_granted_is_answered_and_what_as_denied_is_refused(
    tooling: Gateway, persona: str
) -> None:
    shown = await guards(tooling, persona)
    query_type = OBJECTS["Query"]
    asked = [
        name
        for name, field in query_type.fields.items()
        if not any(is_required_argument(one) for one in field.args.values())
    ]
    for name in asked:
        inside = "{ __typename }" if is_composite_type(get_named_type(query_type.fields[name].type)) else ""
        arguments = '(externalId: "nobody")' if "externalId" in query_type.fields[name].args else ""
        arguments = '(id: "urn:li:person:nobody")' if name == "member" else arguments
        answer = await tooling.ask(persona, f"{{ {name}{arguments} {inside} }}")
        refused = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert refused <= REFUSALS, (name, answer)
        decided = [shown["guards"][one["guard"]] for one in shown["types"]["Query"]["fields"][name]["guards"]]
        assert all(guard["granted"] for guard in decided) is not bool(refused), name
        told_why = {error["message"] for error in answer.get("errors", [])}
        assert told_why <= {guard["message"] for guard in decided}, name


async def test_what_is_decided_on_each_contract_says_on_how_many(tooling: Gateway) -> None:
    async def in_mails(persona: str) -> Mapping[str, Any]:
        shown = await guards(tooling, persona)
        (one,) = shown["types"]["Contract"]["fields"]["inMails"]["guards"]
        found: Mapping[str, Any] = shown["guards"][one["guard"]]["each"]
        return found

    assert await in_mails("recruiter") == {"type": "Contract", "granted": 1, "of": 3}
    assert await in_mails("recruiter-company-wide") == {"type": "Contract", "granted": 0, "of": 3}
    assert await in_mails("outsider") == {"type": "Contract", "granted": 1, "of": 1}


async def test_what_has_no_guard_of_its_own_says_what_stands_for_it(tooling: Gateway) -> None:
    types = (await guards(tooling, "staff"))["types"]
    access = {
        place: types[place.split(".")[0]]["fields"][place.split(".")[1]]["access"]
        for place in (
            "Query.viewer",
            "Contract.name",
            "Contract.seats",
            "Candidate.firstName",
            "Address.city",
        )
    }
    assert access == {
        "Query.viewer": "PUBLIC",
        "Contract.name": "PUBLIC",
        "Contract.seats": "PUBLIC",
        "Candidate.firstName": "WITH_TYPE",
        "Address.city": "BY_WAY",
    }


async def test_a_change_of_access_shows_at_the_next_look(
    server: TestServer, migrated: str, folder: Path
) -> None:
    async with tooling_on(server, migrated, folder) as own:
        assert all(one["granted"] for one in await _features(own))
        await own.state.seat("recruiter", "PARKED")
        refused = await _features(own)
        assert {one["granted"] for one in refused} == {False}
        assert all("seat" in one["message"] and one["howToFix"] for one in refused)


async def _features(gateway: Gateway) -> list[dict[str, Any]]:
    shown = await guards(gateway, "recruiter")
    return [one for one in shown["guards"] if one["directive"].startswith("@requiresFeature(anyOf: [INMAIL")]


# Who may


@pytest.mark.parametrize(("method", "path"), [("GET", GUARDS), ("POST", EXPLAIN)])
async def test_only_who_may_read_the_schema_is_told(closed: Gateway, method: str, path: str) -> None:
    async def ask(headers: Mapping[str, str]) -> tuple[int, str]:
        body = {"query": "{ viewer { subject } }"} if method == "POST" else None
        answer = await closed.client.request(method, f"{closed.url}{path}", json=body, headers=headers)
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        errors = answer.json().get("errors")
        return answer.status_code, errors[0]["extensions"]["code"] if errors else "OK"

    assert await ask(as_persona(closed, "staff")) == (200, "OK")
    for name in PERSONAS.keys() - {"staff"}:
        assert await ask(as_persona(closed, name)) == (403, "INTROSPECTION_DISABLED"), name
    assert await ask({}) == (401, "UNAUTHENTICATED")
    assert await ask({"Authorization": "Bearer nonsense"}) == (401, "UNAUTHENTICATED")
    twice = [("Authorization", as_persona(closed, "staff")["Authorization"])] * 2
    assert (await closed.client.request(method, f"{closed.url}{path}", headers=twice)).status_code == 401
    for site in ("cross-site", "same-site"):
        elsewhere = {**as_persona(closed, "staff"), "Sec-Fetch-Site": site}
        assert await ask(elsewhere) == (403, "FORBIDDEN")


@pytest.mark.parametrize(("method", "path"), [("GET", GUARDS), ("POST", EXPLAIN)])
async def test_a_token_of_a_client_is_for_its_documents_only(
    tooling: Gateway, method: str, path: str
) -> None:
    token = issue_token(
        tooling.key,
        subject="somebody",
        roles=[Role.RECRUITER],
        company=NORTHWIND,
        seat=PERSONAS["recruiter"].seat,
        client="profile-widget",
        lifetime_s=60,
    )
    answer = await tooling.client.request(
        method,
        f"{tooling.url}{path}",
        json={"query": "{ viewer { subject } }"} if method == "POST" else None,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_without_graphiql_there_is_neither(server: TestServer, migrated: str, folder: Path) -> None:
    async with tooling_on(server, migrated, folder, graphiql=False) as gateway:
        answer = await gateway.client.get(f"{gateway.url}{GUARDS}", headers=as_persona(gateway, "staff"))
        assert answer.status_code == 404
        assert (await explain(gateway, "staff", "{ viewer { subject } }")).status_code == 404
