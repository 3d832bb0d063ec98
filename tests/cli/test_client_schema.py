"""`rsc schema --client`: only what that client's operations reach, as a schema that is valid by itself."""

from graphql import build_schema, print_schema, validate_schema
from inline_snapshot import snapshot

from app.cli.client_schema import schema_for

SDL = '''
directive @requiresRole(anyOf: [Role!]!) on FIELD_DEFINITION | OBJECT
directive @unused on OBJECT

enum Role { RECRUITER STAFF }
enum Order { NEWEST OLDEST }
scalar Date

interface Node { id: ID! }

"""A person in the ATS."""
type Candidate implements Node {
  id: ID!
  "Given name."
  firstName: String!
  bornOn: Date
  notes(first: Int, after: String): [Note!]! @requiresRole(anyOf: [STAFF])
}
type Note implements Node { id: ID! body: String! }
type Job implements Node @unused { id: ID! title: String! }

input CandidateFilter { name: String range: DateRange order: Order }
input DateRange { from: Date }
input JobFilter { title: String }

type Query {
  node(id: ID!): Node
  candidates(filter: CandidateFilter, first: Int): [Candidate!]!
  jobs(filter: JobFilter): [Job!]!
}
'''


def _reduced(*documents: str) -> str:
    reduced = schema_for(build_schema(SDL), SDL, documents)
    assert validate_schema(build_schema(reduced)) == []
    return reduced


def test_fields_arguments_and_types_that_no_operation_names_are_gone() -> None:
    assert _reduced(
        "query ($filter: CandidateFilter) {"
        " candidates(filter: $filter) { firstName notes(first: 2) { body } } }"
    ) == snapshot('''\
directive @requiresRole(anyOf: [Role!]!) on FIELD_DEFINITION | OBJECT

enum Role {
  RECRUITER
  STAFF
}

enum Order {
  NEWEST
  OLDEST
}

scalar Date

"""A person in the ATS."""
type Candidate {
  "Given name."
  firstName: String!
  notes(first: Int): [Note!]! @requiresRole(anyOf: [STAFF])
}

type Note {
  body: String!
}

input CandidateFilter {
  name: String
  range: DateRange
  order: Order
}

input DateRange {
  from: Date
}

type Query {
  candidates(filter: CandidateFilter): [Candidate!]!
}\
''')


def test_what_is_reached_through_an_interface_keeps_its_promise() -> None:
    reduced = _reduced('{ node(id: "x") { ... on Job { title } ...N } } fragment N on Note { __typename }')
    assert "type Job implements Node @unused {\n  id: ID!\n  title: String!\n}" in reduced
    assert "type Note implements Node {\n  id: ID!\n}" in reduced
    assert "Candidate" not in reduced


def test_several_operations_add_up() -> None:
    reduced = _reduced("{ jobs { title } }", "{ jobs { id } }")
    assert "title" in reduced
    assert "id: ID!" in reduced


def test_a_union_of_which_only_the_name_is_asked_keeps_a_member() -> None:
    sdl = "union Found = Job | Note type Job { id: ID! title: String } type Note { id: ID! } "
    schema = build_schema(sdl + "type Query { found: [Found]! }")
    reduced = schema_for(schema, print_schema(schema), ["{ found { __typename } }"])
    assert validate_schema(build_schema(reduced)) == []
    assert "union Found = Job\n" in reduced
    reduced = schema_for(schema, print_schema(schema), ["{ found { ... on Note { id } } }"])
    assert "union Found = Note\n" in reduced
