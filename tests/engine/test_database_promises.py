"""What the schema promises and only the database can keep: that a value is there."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_non_null_type

from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.mapping import Catalogue, Embedded, Item
from app.engine.requirements import required_columns
from app.errors import Fault
from app.settings import Limits
from loaders.postgres import check_database, fetch_bytes
from tests.conftest import TestServer
from tests.engine.conftest import Small
from tests.resolvers.world import ANNA, own

Whole = tuple[GraphQLSchema, Catalogue]


@pytest.fixture
async def owner(server: TestServer, small_template: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of a small company of the test's own."""
    async with server.copy_of(small_template) as dsn:
        connection = await asyncpg.connect(dsn)
        yield connection
        await connection.close()


@pytest.fixture
async def own_pool(owner: asyncpg.Connection, server: TestServer) -> AsyncIterator[Pool]:
    """The service's pool on it."""
    async with Pool(server.dsn_of(await owner.fetchval("select current_database()")), size=1) as pool:
        yield pool


async def test_the_migrated_database_keeps_what_the_schema_promises(
    small: Small, whole_schema: Whole
) -> None:
    required = required_columns(*whole_schema)
    await check_database(small.pool, required)
    assert len(required) > 100
    assert {
        ("candidate", "first_name"),
        ("candidate", "phone_numbers"),  # A list that the row keeps.
        ("candidate", "match_state"),  # A field of another view of the row.
        ("seat", "contract_id"),  # What leads to an object that must be there.
        ("recommended_match", "score"),  # A field of an edge.
        ("record_result", "outcome"),
        ("application_stage", "entered_at"),
    } <= required
    assert not required & {
        ("candidate", "last_name"),
        ("candidate", "match_member_urn"),
        ("job", "listed_at"),
    }


async def test_a_database_that_does_not_is_refused_at_the_start_by_name(
    owner: asyncpg.Connection, own_pool: Pool, whole_schema: Whole
) -> None:
    required = required_columns(*whole_schema)
    await owner.execute(
        "alter table candidate alter first_name drop not null; alter table tag rename name to label"
    )
    with pytest.raises(Fault, match=r"columns may be null: candidate\.first_name, tag\.name\."):
        await check_database(own_pool, required)


async def test_a_value_that_is_missing_all_the_same_is_a_fault_and_no_empty_answer(
    owner: asyncpg.Connection, own_pool: Pool, small: Small
) -> None:
    await owner.execute(
        "alter table candidate alter first_name drop not null, alter full_name_key drop not null; "
        "update candidate set first_name = null where external_id = 'x-1'"
    )
    broken = Small(
        own_pool, Engine(small.engine.schema, small.engine.catalogue, fetch_bytes, Limits()), small.grants
    )
    for query in (
        '{ candidate(externalId: "x-1") { id firstName } }',
        "{ candidates { edges { node { firstName } } } }",
        '{ viewer { features { granted } } candidate(externalId: "x-1") { tags { name } firstName } }',
        '{ application(externalId: "a-1") { stage candidate { firstName } } }',
        """{ job(externalId: "j-1") {
          applications { edges { node { candidate { tags { id } firstName } } } } } }""",
        f'{{ node(id: "{own("candidate", ANNA)}") {{ ... on Candidate {{ firstName }} }} }}',
        f'{{ nodes(ids: ["{own("candidate", ANNA)}", "x"]) {{ ... on Candidate {{ firstName }} }} }}',
        '{ member(id: "urn:li:person:m1") { inAts { candidates { firstName } } } }',
    ):
        with pytest.raises(Fault, match="null"):
            await broken.ask(query)
    assert await broken.data('{ candidate(externalId: "x-1") { externalId } }') == {
        "candidate": {"externalId": "x-1"}
    }
    assert await broken.data('{ candidate(externalId: "x-2") { firstName } }') == {
        "candidate": {"firstName": "Bela"}
    }


def _kept_lists(whole: Whole) -> Iterator[tuple[str, str, str, str]]:
    """For each list that a row keeps, each value that elements must have: relation, column, key, type."""
    schema, catalogue = whole
    for (of, _field), facts in catalogue.fields.items():
        table = catalogue.types[of].table
        if not isinstance(facts.source, Embedded) or table is None:
            continue
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        element = get_named_type(parent.fields[_field].type)
        assert isinstance(element, GraphQLObjectType)
        for name, definition in element.fields.items():
            source = catalogue.fields[(element.name, name)].source
            if isinstance(source, Item) and is_non_null_type(definition.type):
                column = facts.source.sql.removeprefix("{t}.")
                yield table.name, column, source.key, definition.type.of_type.name


async def test_an_element_of_a_list_that_a_row_keeps_has_what_the_schema_promises(
    owner: asyncpg.Connection, whole_schema: Whole
) -> None:
    whole: dict[tuple[str, str], dict[str, object]] = {}
    for relation, column, key, kind in _kept_lists(whole_schema):
        whole.setdefault((relation, column), {})[key] = 1 if kind == "Int" else "MANUAL"
    assert len(whole) >= 7
    for (relation, column), element in whole.items():
        assert await _is_kept(owner, relation, column, _json([])), column
        assert await _is_kept(owner, relation, column, _json([element])), column
        for key in element:
            for broken in ({**element, key: None}, {name: element[name] for name in element if name != key}):
                assert not await _is_kept(owner, relation, column, _json([element, broken])), (column, key)
        for nothing in ("null", "{}", '"x"', "[1]", "[null]"):
            assert not await _is_kept(owner, relation, column, nothing), (column, nothing)


async def _is_kept(owner: asyncpg.Connection, relation: str, column: str, value: str) -> bool:
    """Whether the column's own CHECK constraints let the JSON value pass."""
    checks = await owner.fetch(
        "select pg_get_expr(c.conbin, c.conrelid) as said from pg_constraint c "
        "join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum] "
        "where c.contype = 'c' and c.conrelid = $1::text::regclass and a.attname = $2",
        relation,
        column,
    )
    row = f"from (select $1::text::jsonb as {column}) x"
    verdicts = [await owner.fetchval(f"select {check['said']} {row}", value) for check in checks]
    return False not in verdicts


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
