"""`_entities` of a federation: what other subgraphs name by a key is read from its source alone."""

from typing import Any
from uuid import UUID

import pytest

from app.engine.engine import Engine
from app.settings import Limits
from loaders.context import RequestContext
from loaders.postgres import fetch_bytes
from tests.engine.conftest import Small
from tests.resolvers.world import ANNA, BELA, JOB, STRANGER, own

ENTITIES = """query($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename
  ... on Candidate { id externalId firstName }
  ... on Job { title }
  ... on Application { stage }
  ... on Member { headline }
} }"""
ANNA_FOUND = {
    "__typename": "Candidate",
    "id": own("candidate", ANNA),
    "externalId": "x-1",
    "firstName": "Anna",
}
M1 = {"__typename": "Member", "id": "urn:li:person:m1"}


def candidate(**key: Any) -> dict[str, Any]:
    return {"__typename": "Candidate", **key}


async def entities(small: Small, *representations: Any) -> list[Any]:
    data = await small.data(ENTITIES, {"representations": list(representations)})
    found: list[Any] = data["_entities"]
    return found


async def test_each_is_read_by_its_key_in_the_order_of_the_representations(small: Small) -> None:
    application = {"__typename": "Application", "id": own("application", UUID(int=0xA1))}
    job = {"__typename": "Job", "id": own("job", JOB)}
    found = await entities(small, job, M1, candidate(id=own("candidate", ANNA)), application, job)
    assert found == [
        {"__typename": "Job", "title": "Backend Engineer"},
        {"__typename": "Member", "headline": "Backend Engineer"},
        ANNA_FOUND,
        {"__typename": "Application", "stage": "Offer"},
        {"__typename": "Job", "title": "Backend Engineer"},
    ]


async def test_the_id_of_the_ats_is_a_key_too(small: Small) -> None:
    # Another ATS of the same company, and the same ATS of another company, have an x-1 as well.
    found = await entities(
        small,
        candidate(externalId="x-1"),
        {"__typename": "Job", "externalId": "j-1"},
        {"__typename": "Application", "externalId": "a-1"},
        candidate(externalId="x-9"),
        {"__typename": "Member", "externalId": "x-1"},
    )
    assert found == [
        ANNA_FOUND,
        {"__typename": "Job", "title": "Backend Engineer"},
        {"__typename": "Application", "stage": "Offer"},
        None,
        None,
    ]


async def test_nothing_that_the_caller_says_beside_the_key_comes_back(small: Small) -> None:
    forged = {"headline": "forged", "firstName": "forged", "externalId": "x-2", "company_id": str(ANNA)}
    found = await entities(
        small, {**M1, **forged}, candidate(id=own("candidate", ANNA), **forged), candidate(**forged)
    )
    assert found[0] == {"__typename": "Member", "headline": "Backend Engineer"}
    assert found[1] == ANNA_FOUND
    assert found[2]["firstName"] == "Bela"


@pytest.mark.parametrize(
    "representation",
    [
        candidate(id=own("candidate", STRANGER)),
        candidate(id=own("candidate", UUID(int=0xDEAD))),
        candidate(id=own("job", JOB)),
        candidate(id="urn:li:person:m1"),
        candidate(id="x-1"),
        candidate(id="", externalId="x-1"),
        candidate(id=None),
        candidate(id=7),
        candidate(id=[own("candidate", ANNA)]),
        candidate(externalId={"a": "x-1"}),
        candidate(),
        {},
        {"id": own("candidate", ANNA)},
        {"__typename": 7, "id": own("candidate", ANNA)},
        candidate(firstName="Anna"),
        {"__typename": "Nobody", "id": own("candidate", ANNA)},
        {"__typename": "Node", "id": own("candidate", ANNA)},
        {"__typename": "_Entity", "id": own("candidate", ANNA)},
        {"__typename": "Query", "id": own("candidate", ANNA)},
        {"__typename": "", "id": own("candidate", ANNA)},
        # Has an id, and is nothing that other subgraphs may name.
        {"__typename": "Note", "id": own("note", UUID(int=0x4A))},
        {"__typename": "Member", "id": "urn:li:person:m2"},
        {"__typename": "Member", "id": "urn:li:person:nobody"},
    ],
)
async def test_what_names_nothing_is_null_at_its_place(small: Small, representation: Any) -> None:
    assert await entities(small, M1, representation, candidate(id=own("candidate", ANNA))) == [
        {"__typename": "Member", "headline": "Backend Engineer"},
        None,
        ANNA_FOUND,
    ]


@pytest.mark.parametrize("wrong", ["text", 7, True, [M1, [M1]], None])
async def test_what_is_no_representation_is_refused_by_its_place(small: Small, wrong: Any) -> None:
    refusal = await small.refusal(ENTITIES, {"representations": [M1, wrong]})
    assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "representations" in refusal["message"]
    assert "1" in refusal["message"]


async def test_nothing_is_deep_enough_to_be_a_fault(small: Small) -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = {"a": [deep]}
    assert await entities(small, candidate(id=own("candidate", ANNA), deep=deep)) == [ANNA_FOUND]


async def test_text_that_postgresql_cannot_hold_is_refused_in_a_key_only(small: Small) -> None:
    refusal = await small.refusal(ENTITIES, {"representations": [candidate(externalId="x\0")]})
    assert refusal["path"] == ["_entities", "representations"]
    assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await entities(small, candidate(id=own("candidate", ANNA), firstName="\0")) == [ANNA_FOUND]


async def test_a_refused_type_is_null_with_an_error_at_each_of_its_places(small: Small) -> None:
    representations = [M1, candidate(id=own("candidate", ANNA)), M1, {"__typename": "Member", "id": "?"}]
    answer = await small.ask(ENTITIES, {"representations": representations}, who="partner")
    assert answer["data"]["_entities"] == [None, ANNA_FOUND, None, None]
    assert [error["path"] for error in answer["errors"]] == [["_entities", 0], ["_entities", 2]]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FEATURE_NOT_GRANTED"}


async def test_a_refused_field_has_the_lists_index_in_its_path(small: Small) -> None:
    query = """query($r: [_Any!]!) { _entities(representations: $r) {
      ... on Candidate { externalId member { id } } ... on Job { title } } }"""
    sent = [{"__typename": "Job", "id": own("job", JOB)}, *[candidate(externalId=f"x-{n}") for n in (1, 2)]]
    answer = await small.ask(query, {"r": sent}, who="partner")
    assert answer["data"]["_entities"][1] == {"externalId": "x-1", "member": None}
    paths = [error["path"] for error in answer["errors"]]
    assert paths == [["_entities", 1, "member"], ["_entities", 2, "member"]]


async def test_a_thousand_are_one_statement_and_more_are_refused(small: Small) -> None:
    statements: list[str] = []

    def fetch(context: RequestContext, sql: str, arguments: list[Any]) -> Any:
        statements.append(sql)
        return fetch_bytes(context, sql, arguments)

    counted = Small(
        small.pool, Engine(small.engine.schema, small.engine.catalogue, fetch, Limits()), small.grants
    )
    each = [M1, candidate(id=own("candidate", ANNA)), candidate(externalId="x-2"), candidate(id="?")]
    found = await entities(counted, *(each * 250))
    assert found[:4] == [
        {"__typename": "Member", "headline": "Backend Engineer"},
        ANNA_FOUND,
        {**ANNA_FOUND, "id": own("candidate", BELA), "externalId": "x-2", "firstName": "Bela"},
        None,
    ]
    assert found == found[:4] * 250
    assert len(statements) == 1
    assert statements[0].count("from candidate ") == 2
    assert statements[0].count("from member ") == 1
    for many in (each * 250 + each[:1], each * 2_500):
        refusal = await counted.refusal(ENTITIES, {"representations": many})
        assert refusal["extensions"] == {"code": "COST_LIMIT"}
    listed_out = ", ".join(['{__typename: "Job"}'] * 1_001)
    refusal = await counted.refusal(f"{{ _entities(representations: [{listed_out}]) {{ __typename }} }}")
    assert refusal["extensions"] == {"code": "TOKEN_LIMIT"}
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("declared", "representations", "variables"),
    [
        ("$key: ID!", '[{__typename: "Candidate", id: $key}]', {"key": own("candidate", ANNA)}),
        ("$key: String!", '[{__typename: "Candidate", externalId: $key}]', {"key": "x-1"}),
        ("$of: String!", '{__typename: $of, externalId: "x-1"}', {"of": "Candidate"}),
        ("$one: _Any!", "[$one]", {"one": candidate(externalId="x-1")}),
        ("$all: [_Any!]!", "$all", {"all": candidate(externalId="x-1")}),
        ("$all: [_Any!]! = [{__typename: \"Candidate\", externalId: \"x-1\"}]", "$all", {}),
    ],
)  # fmt: skip
async def test_representations_may_be_said_in_every_way(
    small: Small, declared: str, representations: str, variables: dict[str, Any]
) -> None:
    query = f"""query({declared}) {{ _entities(representations: {representations}) {{
      ... on Candidate {{ firstName }} }} }}"""
    assert await small.data(query, variables) == {"_entities": [{"firstName": "Anna"}]}
    # A value of another shape has a plan of its own.
    nothing = {name: {"__typename": "Job"} if name in ("one", "all") else "?" for name in variables}
    if variables:
        assert await small.data(query, nothing) == {"_entities": [None]}
        assert await small.data(query, variables) == {"_entities": [{"firstName": "Anna"}]}


async def test_what_callers_invent_makes_no_plans(small: Small) -> None:
    for number in range(30):
        odd = {"__typename": f"Odd{number}", "id": f"urn:rsc:odd{number}:{ANNA}"}
        assert await entities(small, candidate(id=own("candidate", ANNA)), odd) == [ANNA_FOUND, None]
    assert len(small.engine.plans) == 1
