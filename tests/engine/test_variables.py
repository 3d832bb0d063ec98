"""Variables, defaults and literals: which value counts, what is refused, and where the refusal points."""

from typing import Any

import pytest

from tests.engine.conftest import Small
from tests.resolvers.world import ANNA, BELA, JOB, own

PAGE = """query($first: Int%s, $after: String) {
  candidates(first: $first, after: $after) {
    edges { cursor node { externalId } } pageInfo { hasNextPage hasPreviousPage } } }"""
FILTERED = "query($filter: CandidateFilter%s) { candidates(filter: $filter) { totalCount } }"


def listed(data: Any) -> list[str]:
    return [edge["node"]["externalId"] for edge in data["candidates"]["edges"]]


@pytest.mark.parametrize(
    ("default", "given", "count"),
    [
        ("", {}, 4),
        ("", {"first": None}, 4),
        ("", {"first": 1}, 1),
        (" = 2", {}, 2),
        (" = 2", {"first": None}, 4),
        (" = 2", {"first": 1}, 1),
        ("! = 2", {}, 2),
        ("! = 2", {"first": 3}, 3),
    ],
)
async def test_a_page_size_is_what_is_given_else_the_default_and_null_is_as_if_not_said(
    small: Small, default: str, given: dict[str, Any], count: int
) -> None:
    assert len(listed(await small.data(PAGE % default, given))) == count


@pytest.mark.parametrize(
    ("default", "given", "total"),
    [
        ("", {}, 4),
        ("", {"filter": None}, 4),
        ("", {"filter": {}}, 4),
        ("", {"filter": {"tag": None}}, 4),
        ("", {"filter": {"tag": "alumni"}}, 1),
        ("", {"filter": {"matchState": []}}, 0),
        ("", {"filter": {"matchState": "MATCHED"}}, 2),
        ("", {"filter": {"matchState": ["MATCHED", "AMBIGUOUS"], "doNotContact": None}}, 3),
        (' = {tag: "alumni"}', {}, 1),
        (' = {tag: "alumni"}', {"filter": None}, 4),
        (' = {tag: "alumni"}', {"filter": {}}, 4),
    ],
)
async def test_a_filter_is_what_is_given_else_the_default_and_null_filters_nothing(
    small: Small, default: str, given: dict[str, Any], total: int
) -> None:
    assert (await small.data(FILTERED % default, given))["candidates"]["totalCount"] == total


async def test_a_variable_inside_an_input_object_may_be_left_out(small: Small) -> None:
    query = """query($tag: String, $dnc: Boolean = true) {
      candidates(filter: {tag: $tag, doNotContact: $dnc}) { totalCount } }"""
    for given, total in (
        ({}, 1),
        ({"dnc": False}, 3),
        ({"dnc": None}, 4),
        ({"tag": "alumni", "dnc": False}, 0),
        ({"tag": "alumni", "dnc": None}, 1),
        ({"tag": None, "dnc": None}, 4),
    ):
        assert (await small.data(query, given))["candidates"]["totalCount"] == total


async def test_an_after_that_is_null_or_left_out_begins_at_the_beginning(small: Small) -> None:
    first = await small.data(PAGE % "", {"first": 1})
    assert first == await small.data(PAGE % "", {"first": 1, "after": None})
    assert first["candidates"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}
    cursor = first["candidates"]["edges"][0]["cursor"]
    second = await small.data(PAGE % "", {"first": 1, "after": cursor})
    assert second["candidates"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}
    assert listed(second) != listed(first)


@pytest.mark.parametrize("order", ["CREATED_AT", "LAST_MODIFIED_AT", "LAST_NAME"])
async def test_page_by_page_is_the_whole_list_from_either_end(small: Small, order: str) -> None:
    query = """query($order: CandidateOrder!, $after: String, $first: Int!) {
      candidates(orderBy: $order, first: $first, after: $after) {
        edges { node { externalId } } pageInfo { endCursor hasNextPage } } }"""
    whole = {}
    for direction in ("ASC", "DESC"):
        said = {"order": {"field": order, "direction": direction}}
        whole[direction] = listed(await small.data(query, {**said, "first": 200}))
        walked: list[str] = []
        after, more = None, True
        while more:
            data = await small.data(query, {**said, "first": 1, "after": after})
            walked += listed(data)
            after, more = data["candidates"]["pageInfo"].values()
        assert walked == whole[direction]
    assert len(whole["ASC"]) == 4
    assert whole["ASC"] == whole["DESC"][::-1]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ('query($x: ID = "x") { node(id: $x) { id } }', ["node", "id"]),
        ("query($x: [ID!] = []) { nodes(ids: $x) { id } }", ["nodes", "ids"]),
        ('query($x: ID = "x") { nodes(ids: ["y", $x]) { id } }', ["nodes", "ids"]),
        ('query($x: ID = "x") { mine: contract(id: $x) { id } }', ["mine", "id"]),
        (
            "query($x: Feature = UNIFIED_SEARCH) { viewer { can(feature: $x) { granted } } }",
            ["viewer", "can", "feature"],
        ),
        ('query($x: ID = "x") { accessOf(seat: $x) { granted } }', ["accessOf", "seat"]),
        (
            "query($x: CandidateOrderField = CREATED_AT) "
            "{ candidates(orderBy: {field: $x, direction: ASC}) { totalCount } }",
            ["candidates", "orderBy"],
        ),
        (
            "query($x: MatchState = MATCHED) { candidates(filter: {matchState: [$x]}) { totalCount } }",
            ["candidates", "filter"],
        ),
        ("query($x: Boolean = true) { viewer { subject @include(if: $x) } }", ["@include", "if"]),
    ],
)
async def test_null_where_the_schema_wants_a_value_is_refused_though_a_default_let_it_pass_validation(
    small: Small, query: str, path: list[str]
) -> None:
    assert "data" in await small.ask(query, {}, who="jonas")
    for _ in range(2):
        refusal = await small.refusal(query, {"x": None}, who="jonas")
        assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
        assert refusal["path"] == path


async def test_whether_an_id_is_null_is_no_matter_of_its_kind(small: Small) -> None:
    query = (
        'query($x: ID = "y") { a: candidate(id: $x, externalId: "x-1") { firstName } node(id: $x) { id } }'
    )
    assert (await small.data(query, {"x": "malformed"}))["a"] is None
    assert (await small.refusal(query, {"x": None}))["path"] == ["node", "id"]


@pytest.mark.parametrize("bad", ["a\0", "\ud800", "b\udfffc"])
@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("query($x: String!) { candidate(externalId: $x) { id } }", ["candidate", "externalId"]),
        ("query($x: ID!) { c: candidate(id: $x) { id } }", ["c", "id"]),
        (
            "query($x: String) { candidates(filter: {nameContains: $x}) { totalCount } }",
            ["candidates", "filter", "nameContains"],
        ),
        (
            "query($x: String) { candidates(filter: {tag: $x}) { edges { cursor } } }",
            ["candidates", "filter", "tag"],
        ),
        ("query($x: String) { candidates(after: $x) { edges { cursor } } }", ["candidates", "after"]),
        ("query($x: ID!) { nodes(ids: [$x]) { id } }", ["nodes", "ids"]),
        ("query($x: ID!) { contract(id: $x) { id } }", ["contract", "id"]),
        ("query($x: String!) { member(publicProfileUrl: $x) { id } }", ["member", "publicProfileUrl"]),
        ("query($x: String!) { unifiedSearch(query: $x) { totalCount } }", ["unifiedSearch", "query"]),
        (
            'query($x: String!) { unifiedSearch(query: "a", filter: {location: $x}) { totalCount } }',
            ["unifiedSearch", "filter", "location"],
        ),
        ("query($x: ID!) { accessOf(seat: $x) { granted } }", ["accessOf", "seat"]),
        (
            """query($x: ID!) { viewer { contract {
              inMails(since: "2026-01-01T00:00:00Z", seat: $x) { totalCount } } } }""",
            ["viewer", "contract", "inMails", "seat"],
        ),
    ],
)
async def test_text_that_postgresql_cannot_hold_is_refused_with_its_place(
    small: Small, query: str, path: list[str], bad: str
) -> None:
    refusal = await small.refusal(query, {"x": bad}, who="jonas")
    assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
    assert refusal["path"] == path
    assert bad not in refusal["message"]


@pytest.mark.parametrize("escape", [r"\u0000", r"a\u0000b", r"\u{0}"])
@pytest.mark.parametrize(
    ("query", "path"),
    [
        ('{ candidate(externalId: "%s") { id } }', ["candidate", "externalId"]),
        ('{ candidates(filter: {tag: "%s"}) { totalCount } }', ["candidates", "filter", "tag"]),
        ('{ nodes(ids: ["%s"]) { id } }', ["nodes", "ids"]),
        ('{ accessOf(seat: "%s") { granted } }', ["accessOf", "seat"]),
    ],
)
async def test_a_literal_cannot_smuggle_it_in_either(
    small: Small, query: str, path: list[str], escape: str
) -> None:
    refusal = await small.refusal(query % escape, who="jonas")
    assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
    assert refusal["path"] == path


async def test_an_id_that_is_no_id_is_null_whatever_it_is(small: Small) -> None:
    for text in ("", "x" * 100_000, "\0", "\ud800", "urn:rsc:candidate:", own("candidate", ANNA).upper()):
        assert (await small.data("query($x: ID!) { node(id: $x) { id } }", {"x": text}))["node"] is None


@pytest.mark.parametrize("first", [-1, -(2**31), 201, 2**31 - 1])
async def test_a_page_is_from_none_to_two_hundred(small: Small, first: int) -> None:
    for query, given in (
        (f"{{ candidates(first: {first}) {{ totalCount }} }}", {}),
        ("query($first: Int!) { candidates(first: $first) { totalCount } }", {"first": first}),
        ("query($first: Int = %d) { candidates(first: $first) { totalCount } }" % first, {}),  # noqa: UP031
    ):
        refusal = await small.refusal(query, given)
        assert refusal["extensions"] == {"code": "PAGE_LIMIT"}
        assert refusal["path"] == ["candidates", "first"]
    deep = await small.refusal(
        "query($n: Int) { candidates { edges { node { a: applications(first: $n) { totalCount } } } } }",
        {"n": first},
    )
    assert deep["path"] == ["candidates", "edges", "*", "node", "a", "first"]


async def test_a_page_of_none_still_counts(small: Small) -> None:
    data = await small.data(
        """{ candidates(first: 0) {
          totalCount edges { cursor } pageInfo { hasNextPage startCursor endCursor } } }"""
    )
    assert data["candidates"] == {
        "totalCount": 4,
        "edges": [],
        "pageInfo": {"hasNextPage": True, "startCursor": None, "endCursor": None},
    }


async def test_a_thousand_ids_are_enough(small: Small) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [own("candidate", ANNA)] * 1_000
    assert (await small.data(query, {"ids": ids}))["nodes"] == [{"id": own("candidate", ANNA)}] * 1_000
    refusal = await small.refusal(query, {"ids": [*ids, "x"]})
    assert refusal["extensions"] == {"code": "NODE_LIMIT"}
    listed_out = ", ".join(['"x"'] * 1_001)
    refusal = await small.refusal(f"{{ nodes(ids: [{listed_out}]) {{ id }} }}")
    assert refusal["extensions"] == {"code": "NODE_LIMIT"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Int", "1"),
        ("Int", 2**31),
        ("Int", 1.5),
        ("Int", True),
        ("Boolean", 1),
        ("String", 7),
        ("String", ["x"]),
        ("ID", 1.5),
        ("CandidateFilter", {"unknown": 1}),
        ("CandidateFilter", {"matchState": ["SOMETHING"]}),
        ("CandidateFilter", {"modifiedSince": "yesterday"}),
        ("CandidateOrder", {"field": "CREATED_AT"}),
        ("[ID!]", [None]),
        ("Int!", None),
    ],
)
async def test_a_variable_of_another_type_is_refused_by_its_name(small: Small, kind: str, value: Any) -> None:
    uses = {
        "Int": "candidates(first: $x) { totalCount }",
        "Boolean": "candidates(filter: {doNotContact: $x}) { totalCount }",
        "String": "candidate(externalId: $x) { id }",
        "ID": "candidate(id: $x) { id }",
        "CandidateFilter": "candidates(filter: $x) { totalCount }",
        "CandidateOrder": "candidates(orderBy: $x) { totalCount }",
        "[ID!]": "nodes(ids: $x) { id }",
    }
    required = "!" if kind.startswith("[") else ""
    query = f"query($x: {kind}{required}) {{ {uses[kind.rstrip('!')]} }}"
    refusal = await small.refusal(query, {"x": value})
    assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "'$x'" in refusal["message"]
    assert refusal["locations"] == [{"line": 1, "column": 7}]


async def test_values_are_coerced_as_the_specification_has_it(small: Small) -> None:
    assert len(listed(await small.data(PAGE % "", {"first": 1.0}))) == 1
    assert (await small.data("query($x: ID!) { node(id: $x) { id } }", {"x": 7}))["node"] is None
    by_one = "query($x: [ID!]!) { nodes(ids: $x) { id } }"
    assert len((await small.data(by_one, {"x": own("candidate", BELA)}))["nodes"]) == 1
    assert (await small.data("{ viewer { subject } }", {"nobody": "knows it"}))["viewer"]


async def test_what_is_left_out_by_directives_follows_the_variables(small: Small) -> None:
    query = """query($a: Boolean!, $b: Boolean = true) { candidate(externalId: "x-1") {
      firstName @include(if: $a) lastName @skip(if: $b) id @skip(if: $a) @include(if: $b) } }"""
    for given, keys in (
        ({"a": True}, {"firstName"}),
        ({"a": False}, {"id"}),
        ({"a": True, "b": False}, {"firstName", "lastName"}),
        ({"a": False, "b": False}, {"lastName"}),
    ):
        assert set((await small.data(query, given))["candidate"]) == keys


async def test_nothing_but_left_out_fields_is_an_empty_object(small: Small) -> None:
    query = '{ candidate(externalId: "x-1") { id @skip(if: true) } viewer @include(if: false) { subject } }'
    assert await small.data(query) == {"candidate": {}}
    assert await small.data("{ viewer @skip(if: true) { subject } }") == {}


async def test_an_argument_that_names_nothing_is_told_so(small: Small) -> None:
    for query, path in (
        ("{ candidate { id } }", ["candidate"]),
        ("{ a: job(id: null, externalId: null) { id } }", ["a"]),
        ("query($x: ID) { member(id: $x) { id } }", ["member"]),
    ):
        refusal = await small.refusal(query)
        assert refusal["extensions"] == {"code": "BAD_USER_INPUT"}
        assert refusal["path"] == path


async def test_both_arguments_of_a_look_up_must_agree(small: Small) -> None:
    query = (
        "query($id: ID, $externalId: String) { candidate(id: $id, externalId: $externalId) { firstName } }"
    )
    anna, bela = own("candidate", ANNA), own("candidate", BELA)
    for given, found in (
        ({"id": anna}, {"firstName": "Anna"}),
        ({"externalId": "x-1"}, {"firstName": "Anna"}),
        ({"id": anna, "externalId": "x-1"}, {"firstName": "Anna"}),
        ({"id": bela, "externalId": "x-1"}, None),
        ({"id": own("job", JOB), "externalId": "x-1"}, None),
    ):
        assert (await small.data(query, given))["candidate"] == found
