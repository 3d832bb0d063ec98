"""What is asked of the schema, beside what is asked of the data."""

from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query, print_schema

from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode
from resolvers.schema import print_federation_sdl
from tests.engine.conftest import Small


async def test_the_whole_schema_can_be_read(small: Small) -> None:
    answer = await small.ask(get_introspection_query())
    assert print_schema(build_client_schema(answer["data"])) == print_schema(small.engine.schema)


async def test_all_that_any_tool_asks_for_can_be_read(small: Small) -> None:
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    assert len((await small.ask(query))["data"]["__schema"]["types"]) > 150


async def test_the_largest_type_cannot_be_asked_for_without_end(small: Small) -> None:
    """What it costs is estimated by means, which a type of many fields exceeds many times."""
    names = " ".join(f"f{number}: name" for number in range(15))
    aliases = " ".join(
        f'a{number}: __type(name: "Mutation") {{ fields {{ {names} }} }}' for number in range(30)
    )
    refusal = await small.refusal(f"{{ {aliases} }}")
    assert refusal["extensions"] == {"code": "COST_LIMIT"}


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ viewer { subject } a: __type(name: "Job") { name } }',
        '{ ... on Query { ...F } } fragment F on Query { __type(name: "Job") { name } }',
    ],
)
async def test_who_may_not_read_it_gets_nothing_at_all(small: Small, query: str) -> None:
    with pytest.raises(CallerError) as caught:
        await small.engine.execute(GraphQLRequest(query, None, None), small.context())
    assert caught.value.code is ErrorCode.INTROSPECTION_DISABLED


async def test_a_name_of_a_type_is_no_introspection(small: Small) -> None:
    query = "{ __typename viewer { __typename } s: __schema @skip(if: true) { __typename } }"
    body = await small.engine.execute(GraphQLRequest(query, None, None), small.context())
    assert body == b'{"data":{"__typename":"Query","viewer":{"__typename":"Viewer"}}}'


async def test_both_halves_keep_the_order_of_the_operation(small: Small) -> None:
    answer = await small.ask(
        """query($name: String!, $fields: Boolean!) {
          one: viewer { subject }
          type: __type(name: $name) { name fields @include(if: $fields) { name } }
          ...Rest
          last: candidate(externalId: "x-1") { firstName }
        }
        fragment Rest on Query { __schema { queryType { name } } two: viewer { subject } }""",
        {"name": "PhoneNumber", "fields": True},
    )
    assert list(answer["data"]) == ["one", "type", "__schema", "two", "last"]
    assert answer["data"]["type"] == {
        "name": "PhoneNumber",
        "fields": [{"name": "number"}, {"name": "extension"}],
    }
    assert answer["data"]["last"] == {"firstName": "Anna"}


@pytest.mark.parametrize(
    ("kind", "use", "value"),
    [
        ("DateTime!", "jobs(filter: {modifiedSince: $x}) { totalCount }", "2026-01-01T00:00:00Z"),
        ("MatchState!", "candidates(filter: {matchState: [$x]}) { totalCount }", "MATCHED"),
        (
            "CandidateFilter",
            "candidates(filter: $x) { totalCount }",
            {"modifiedSince": "2026-01-01T00:00:00Z"},
        ),
        ("[ID!]!", "nodes(ids: $x) { id }", "urn:li:seat:rosa"),
        ("Int = 2", "candidates(first: $x) { totalCount }", None),
    ],
)
async def test_variables_of_the_data_do_not_disturb_it(small: Small, kind: str, use: str, value: Any) -> None:
    query = f'query($x: {kind}) {{ {use} __type(name: "Tag") {{ name }} }}'
    answer = await small.ask(query, {"x": value})
    assert "errors" not in answer
    assert answer["data"]["__type"] == {"name": "Tag"}


async def test_denials_stand_beside_it(small: Small) -> None:
    answer = await small.ask('{ clients { name } __type(name: "Tag") { name } }')
    assert answer["data"] == {"clients": None, "__type": {"name": "Tag"}}
    assert [error["path"] for error in answer["errors"]] == [["clients"]]


@pytest.mark.parametrize(
    "query",
    [
        "{ _service { sdl } }",
        "{ viewer { subject } a: _service { __typename } }",
        "{ ...F } fragment F on Query { ... { _service { sdl } } }",
    ],
)
async def test_the_schema_as_a_subgraph_is_for_the_same_readers(small: Small, query: str) -> None:
    for _ in range(2):
        with pytest.raises(CallerError) as caught:
            await small.engine.execute(GraphQLRequest(query, None, None), small.context())
        assert caught.value.code is ErrorCode.INTROSPECTION_DISABLED
        # Whoever may read it makes it no less closed to others.
        assert "errors" not in await small.ask(query)


async def test_the_schema_as_a_subgraph_is_told_as_it_is_printed(small: Small) -> None:
    query = '{ viewer { subject } _service { sdl } __type(name: "Job") { name } }'
    answer = await small.ask(query)
    assert list(answer["data"]) == ["viewer", "_service", "__type"]
    assert answer["data"]["_service"] == {"sdl": print_federation_sdl()}
