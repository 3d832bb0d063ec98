"""What a document may cost. CPU is bounded by counting executed lines, which no slow machine changes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLSchema, build_schema, get_introspection_query, validate

from app.engine.limits import CostPlan, check_limits, parse_document
from app.errors import CallerError
from app.settings import Limits
from tests.engine.hostile_documents import HOSTILE, many, nested

SDL = """
type Query { thing(id: ID): Thing node(id: ID!): Node nodes(ids: [ID!]!): [Node]!
  things(first: Int, after: String, filter: Filter): Things }
type Mutation { change(id: ID!): Thing }
interface Node { id: ID! }
input Filter { name: String within: [Filter!] }
type Thing implements Node { id: ID! name(upper: Boolean): String parent: Thing parts: [Thing!]!
  things(first: Int, after: String, filter: Filter): Things }
type Things { edges: [Edge!]! totalCount: Int! }
type Edge { node: Thing! cursor: String! }
"""
LIMITS = Limits()


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL)


def plan(schema: GraphQLSchema, text: str) -> CostPlan:
    return check_limits(parse_document(text, LIMITS), schema, LIMITS)


def refusal(schema: GraphQLSchema, text: str, variables: dict[str, Any] | None = None) -> CallerError:
    with pytest.raises(CallerError) as caught:
        plan(schema, text).check(variables)
    return caught.value


@pytest.mark.parametrize("family", HOSTILE)
def test_a_hostile_document_is_refused_with_its_code(schema: GraphQLSchema, family: str) -> None:
    text, code = HOSTILE[family]
    error = refusal(schema, text)
    assert error.code == code
    assert error.status == 400
    assert len(error.message) < 400


@pytest.mark.parametrize("family", [name for name, (_, code) in HOSTILE.items() if code != "COST_LIMIT"])
def test_a_refusal_names_the_place(schema: GraphQLSchema, family: str) -> None:
    assert refusal(schema, HOSTILE[family][0]).locations


def lines_executed(work: Callable[[], Any]) -> int:
    """How many lines of the limits' own code `work` executes."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.endswith(("limits.py", "outline.py", "cost.py")):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except CallerError:
        pass
    finally:
        sys.settrace(before)
    return count


def tokens(document: DocumentNode) -> int:
    assert document.token_count
    return document.token_count


READABLE = [
    family
    for family, (_, code) in HOSTILE.items()
    if code not in {"TOKEN_LIMIT", "GRAPHQL_PARSE_FAILED"} and "parser" not in family
]


@pytest.mark.parametrize("family", READABLE)
def test_work_is_linear_in_tokens(schema: GraphQLSchema, family: str) -> None:
    document = parse_document(HOSTILE[family][0], LIMITS)
    lines = lines_executed(lambda: check_limits(document, schema, LIMITS))
    assert lines < 2_000 + 40 * tokens(document)


def test_the_largest_expansion_that_passes_is_bounded(schema: GraphQLSchema) -> None:
    text = "{" + "...a " * 39 + "} fragment a on Query {" + "thing{id} " * 24 + "}"
    document = parse_document(text, LIMITS)
    assert check_limits(document, schema, LIMITS).cost() == 39 * 24 * 2
    assert lines_executed(lambda: check_limits(document, schema, LIMITS)) < 400_000


@pytest.mark.parametrize(
    "text",
    [
        "{...a} fragment a on Query {...a}",
        "{...a} fragment a on Query {thing{...b}} fragment b on Thing {parent{...b}}",
        "{...f0} " + many("fragment f%n on Query {...f%m}", 350) + " fragment f350 on Query {...f0}",
        "{...a ...b} fragment a on Query {...b ...a} fragment b on Query {...a ...b ...b}",
        "{thing{id}} fragment a on Thing {parent{...b}} fragment b on Thing {parent{...a}}",
    ],
)
def test_a_cycle_of_fragments_ends_and_is_left_to_validation(schema: GraphQLSchema, text: str) -> None:
    document = parse_document(text, LIMITS)
    assert lines_executed(lambda: check_limits(document, schema, LIMITS)) < 2_000 + 40 * tokens(document)
    assert validate(schema, document)


def test_an_operation_in_a_cycle_is_beyond_every_cost(schema: GraphQLSchema) -> None:
    assert refusal(schema, "{...a} fragment a on Query {...a}").code == "COST_LIMIT"


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{thing{id}}", 2),
        ("{thing{id} thing{id}}", 4),
        ("{things(first:50){edges{node{id}}}}", 1 + 50 * 3),
        ("{things{edges{node{id}}}}", 1 + 20 * 3),
        ("{things(first:null){totalCount}}", 1 + 20),
        ("{things(first:0){edges{node{id}}}}", 1),
        ("{things(first:-5){edges{node{id}}}}", 1),
        ("{things(first:100000){totalCount}}", 1 + 200),
        ("{things(last:7){totalCount}}", 1 + 7),
        ("{things(first:10){edges{node{things(first:5){totalCount}}}}}", 1 + 10 * (2 + 1 + 5)),
        ('{nodes(ids:["a","b","c"]){id ... on Thing {name}}}', 1 + 3 * 2),
        ("{nodes(ids:[]){id}}", 1),
        ("{thing{...a ...a}} fragment a on Thing {id name}", 1 + 4),
        ("{nothing{at(first:9){all}}}", 2 + 9),
        ("{...nowhere thing{id}}", 2),
        ("mutation {change(id:1){id}}", 2),
        ("{__typename}", 1),
    ],
)
def test_cost_is_one_a_field_times_the_page_sizes_around_it(
    schema: GraphQLSchema, text: str, cost: int
) -> None:
    assert plan(schema, text).cost() == cost


@pytest.mark.parametrize(
    ("variables", "cost"),
    [
        (None, 1 + 20),
        ({}, 1 + 20),
        ({"n": None}, 1 + 20),
        ({"n": 3}, 1 + 3),
        ({"n": 3.0}, 1 + 3),
        ({"n": 100_000}, 1 + 200),
        ({"n": 10**400}, 1 + 200),
        ({"n": -1}, 1),
        ({"n": "many"}, 1 + 20),
        ({"n": True}, 1 + 20),
        ({"n": [1]}, 1 + 20),
    ],
)
def test_a_page_size_may_be_a_variable(
    schema: GraphQLSchema, variables: dict[str, Any] | None, cost: int
) -> None:
    assert plan(schema, "query ($n:Int) {things(first:$n){totalCount}}").cost(variables) == cost


def test_variables_multiply_and_defaults_hold(schema: GraphQLSchema) -> None:
    costs = plan(
        schema,
        "query ($n:Int=50 $ids:[ID!]!=[1,2]) {nodes(ids:$ids){id ...a}}"
        " fragment a on Thing {things(first:$n){edges{node{things(first:$n){totalCount}}}}}",
    )
    assert costs.cost() == 1 + 2 * (1 + 1 + 50 * (3 + 50))
    assert costs.cost({"n": 10, "ids": ["a", "b", "c"]}) == 1 + 3 * (2 + 10 * (3 + 10))
    assert costs.cost({"n": 10, "ids": "alone"}) == 1 + 2 + 10 * (3 + 10)


def test_variables_that_make_it_too_costly_are_refused_at_the_request(schema: GraphQLSchema) -> None:
    costs = plan(
        schema,
        "query ($n:Int!) {things(first:$n){edges{node{things(first:$n){edges{node{name parent{id}}}}}}}}",
    )
    costs.check({"n": 100})
    with pytest.raises(CallerError, match="costs 200601") as caught:
        costs.check({"n": 200})
    assert caught.value.code == "COST_LIMIT"


def test_too_many_ids_in_a_variable_are_refused(schema: GraphQLSchema) -> None:
    costs = plan(schema, "query ($ids:[ID!]!) {nodes(ids:$ids){id}}")
    costs.check({"ids": ["a"] * 1000})
    with pytest.raises(CallerError, match=r"\$ids has 1001") as caught:
        costs.check({"ids": ["a"] * 1001})
    assert caught.value.code == "NODE_LIMIT"


def test_each_operation_has_its_own_cost(schema: GraphQLSchema) -> None:
    costs = plan(schema, "query a {thing{id}} query b($n:Int=2) {things(first:$n){totalCount}}")
    assert costs.cost(operation_name="a") == 2
    assert costs.cost({"n": 9}, "b") == 1 + 9
    assert costs.cost(None, "c") == 0


@pytest.mark.parametrize(
    "text",
    [
        "{thing" + nested("{parent", 13, "{id}") + "}",
        "{thing{" + many("n%n:name", 30) + "}}",
        "{thing{" + many("n%n:name", 30) + " p:parent{" + many("n%n:name", 30) + "}}}",
        "{thing{" + "name " * 500 + "}}",
        "{thing{id " + "@skip(if:false)" * 50 + "}}",
        '{things(filter:{within:[{within:[{name:"a"}]}]}){totalCount}}',
        "query ($a:[[Int!]!]) {thing{id}}",
        "type Query {a:Int}",
        "{thing{id}} fragment unused on Thing {id}",
        "{node(id:1){id ... on Thing {name} ... on Nothing {name}}}",
    ],
)
def test_what_is_within_the_limits_passes(schema: GraphQLSchema, text: str) -> None:
    plan(schema, text).check()


def test_the_introspection_query_of_every_tool_passes(schema: GraphQLSchema) -> None:
    text = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    plan(schema, text).check()


def test_a_parse_error_says_where_and_suggests_nothing(schema: GraphQLSchema) -> None:
    error = refusal(schema, "{\n  thing(id: ) {id}\n}")
    assert error.as_graphql() == {
        "message": "Syntax Error: Unexpected ')'.",
        "locations": [{"line": 2, "column": 13}],
        "extensions": {"code": "GRAPHQL_PARSE_FAILED"},
    }
