"""What is generated is valid, reproducible and of every kind that operations can be of."""

from collections.abc import AsyncIterator

import pytest
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from app.auth.personas import NORTHWIND
from tests.conftest import TestServer
from tests.reference.generator import Generator, Operation
from tests.reference.world import World, demo_world

COUNT = 150


@pytest.fixture(scope="module")
async def world(server: TestServer, migrated: str) -> AsyncIterator[World]:
    async with demo_world(server, migrated) as world:
        yield world


def _generated(world: World, seed: int) -> list[Operation]:
    generator = Generator(world.reference.schema, world.samples, seed)
    return [generator.operation(NORTHWIND) for _ in range(COUNT)]


async def test_every_operation_is_valid_and_so_are_the_values_that_are_sent(world: World) -> None:
    schema = world.reference.schema
    for operation in _generated(world, 7):
        document = parse(operation.query)
        assert validate(schema, document) == [], operation.query
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode) and definition.variable_definitions:
                sent = operation.variables.drawn()
                values = get_variable_values(schema, definition.variable_definitions, sent)
                assert not isinstance(values, list), (operation.query, sent, values)


async def test_the_same_seed_gives_the_same_operations(world: World) -> None:
    once, again = _generated(world, 7), _generated(world, 7)
    assert [one.query for one in once] == [one.query for one in again]
    assert [one.variables.drawn() for one in once] == [one.variables.drawn() for one in again]
    assert [one.query for one in once] != [one.query for one in _generated(world, 8)]


async def test_operations_are_of_every_kind(world: World) -> None:
    text = "\n".join(operation.query for operation in _generated(world, 9))
    for part in (
        "fragment ", "... on Node", "... on Member", "@skip(if: $", "@include(if: true)", "__typename",
        "first: 0", "null", "orderBy: {", "orderBy: $", "filter: $", "[ID!]! = [", "Boolean = false",
        "query Other", "nodes(ids: [", "_entities(representations: [",
    ):  # fmt: skip
        assert part in text, part


async def test_cursors_of_an_answer_come_back_at_the_field_that_gave_them(world: World) -> None:
    generator = Generator(world.reference.schema, world.samples, 10)
    viewer = world.viewers["recruiter-admin"]
    given: set[str] = set()
    asked = []
    for _ in range(COUNT):
        operation = generator.operation(NORTHWIND)
        asked.append(operation)
        answer = await world.by_reference(
            operation.query, operation.variables.drawn(), viewer, operation.name
        )
        generator.learn(operation, answer)
        given.update(cursor for known in generator.cursors.values() for cursor in known)
    used = [one for one in asked if any(cursor in one.query for cursor in given)]
    assert len(used) > COUNT / 20
