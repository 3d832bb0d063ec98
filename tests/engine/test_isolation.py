"""Nothing of one company reaches another: by no field, id, filter, cursor, count or error text.

A viewer of Contoso asks with Northwind's ids, words and cursors. Two walls stand between them: the condition
that the compiler puts into every scan, and row-level security. Each is taken away here, to see that the
other holds, and both, to see that there is something to hold back.
"""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest

from app.access.features import Role
from app.access.viewer import Viewer, effective_roles
from app.auth.personas import CONTOSO, NORTHWIND
from app.database.pool import Pool
from app.engine import rows
from app.engine.engine import Engine
from app.engine.mapping import Catalogue, ContextValue
from app.settings import Limits
from loaders.postgres import fetch_bytes
from tests.conftest import TestServer
from tests.reference.canaries import canaries_of, found_in
from tests.reference.generator import Generator, Operation
from tests.reference.sameness import told
from tests.reference.viewers import varied
from tests.reference.world import World, demo_world, patient_pool

OPERATIONS = 250
_REMOVE = f"""
do $$
declare
  gone uuid := (select company_id from company where urn = '{NORTHWIND}');
  tenant_table text;
begin
  set local session_replication_role = replica;
  for tenant_table in
    select table_name from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and column_name = 'company_id' and table_type = 'BASE TABLE'
  loop
    execute format('delete from %I where company_id = $1', tenant_table) using gone;
  end loop;
end
$$
"""
"""Takes Northwind away, every row of it."""


@dataclass(frozen=True)
class Question:
    """An operation with values, and who of Contoso asks."""

    operation: Operation
    variables: dict[str, Any]
    viewer: Viewer


@dataclass(frozen=True)
class Scene:
    """The demo, what only Northwind's rows say, and what Contoso's people ask about it."""

    world: World
    canaries: frozenset[str]
    questions: list[Question]

    def compiled_anew(self, pool: Pool, catalogue: Catalogue | None = None) -> World:
        """The world with an engine that has compiled nothing yet, on this pool."""
        engine = self.world.engine
        fresh = Engine(engine.schema, catalogue or engine.catalogue, fetch_bytes, Limits())
        return replace(self.world, engine=fresh, pool=pool, grants={})


@pytest.fixture(scope="module")
async def scene(server: TestServer, migrated: str) -> AsyncIterator[Scene]:
    async with demo_world(server, migrated) as world:
        owner = await asyncpg.connect(world.owner_dsn)
        canaries = await canaries_of(owner, NORTHWIND)
        await owner.close()
        yield Scene(world, canaries, await _questions(world))


@pytest.fixture(scope="module")
async def unbound(scene: Scene) -> AsyncIterator[Pool]:
    """A pool as the owner of the tables, whom row-level security does not bind."""
    async with patient_pool(scene.world.owner_dsn, role="none") as pool:
        yield pool


@pytest.fixture
def no_company_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler's condition, taken out: every row passes."""
    monkeypatch.setattr(rows, "company_condition", lambda alias, _binds: f"{alias}.company_id is not null")


async def _questions(world: World) -> list[Question]:
    """Operations drawn from Northwind's content, with cursors that Northwind's own people were given."""
    generator = Generator(world.reference.schema, world.samples, 2002)
    rng = generator.rng
    outsider = world.viewers["outsider"]
    knowing = [world.viewers[name] for name in ("recruiter-admin", "partner", "recruiter")]
    questions = []
    for _ in range(OPERATIONS):
        operation = generator.operation(NORTHWIND)
        variables = operation.variables.drawn()
        answer = await world.by_engine(operation.query, variables, rng.choice(knowing), operation.name)
        generator.learn(operation, answer)
        questions.append(Question(operation, variables, _of_contoso(rng, outsider)))
    return questions


def _of_contoso(rng: random.Random, outsider: Viewer) -> Viewer:
    roll = rng.random()
    if roll < 0.4:
        return outsider
    if roll < 0.5:
        return varied(rng, outsider)
    seat = replace(outsider.seat, is_admin=True) if outsider.seat and roll < 0.65 else None
    roles = frozenset({Role.RECRUITER} if seat else {rng.choice([*Role])})
    return replace(outsider, seat=seat, roles=effective_roles(roles, seat), partner="Demo ATS")


async def _answers(world: World, questions: list[Question]) -> list[dict[str, Any]]:
    return [
        await world.by_engine(one.operation.query, one.variables, one.viewer, one.operation.name)
        for one in questions
    ]


def _leaks(scene: Scene, answers: list[dict[str, Any]]) -> dict[str, set[str]]:
    """By operation, what of Northwind its answer says."""
    leaks = {}
    for question, answer in zip(scene.questions, answers, strict=True):
        found = found_in(answer, scene.canaries)
        if found or "Northwind" in json.dumps(answer.get("errors")):
            leaks[f"{question.operation.query}\n{question.variables}"] = found
    return leaks


async def test_northwind_is_full_of_what_contoso_must_not_see(scene: Scene) -> None:
    """The canaries sing: the same operations, asked by Northwind's own people, say thousands of them."""
    world = scene.world
    assert world.viewers["outsider"].company is not None
    assert world.viewers["outsider"].company.company_urn == CONTOSO
    own = [replace(one, viewer=world.viewers["recruiter-admin"]) for one in scene.questions]
    said = set().union(*(found_in(answer, scene.canaries) for answer in await _answers(world, own)))
    assert len(said) > 1_000


async def test_contoso_sees_nothing_of_northwind(scene: Scene) -> None:
    answers = await _answers(scene.world, scene.questions)
    assert _leaks(scene, answers) == {}
    assert sum("data" in answer for answer in answers) > OPERATIONS * 0.9


async def test_contosos_answers_are_the_same_without_northwind(
    scene: Scene, server: TestServer, migrated: str
) -> None:
    """Not even a count, an order or a cursor hangs on what another company has."""
    async with demo_world(server, migrated) as alone:
        owner = await asyncpg.connect(alone.owner_dsn)
        await owner.execute(_REMOVE)
        left = await owner.fetch("select c.urn from company c join candidate using (company_id) group by 1")
        await owner.close()
        assert [row["urn"] for row in left] == [CONTOSO]
        with_northwind = await _answers(scene.world, scene.questions)
        without = await _answers(alone, scene.questions)
    differing = [
        question.operation.query
        for question, one, other in zip(scene.questions, with_northwind, without, strict=True)
        if told(one) != told(other)
    ]
    assert differing == []


async def test_without_row_level_security_the_compiled_condition_holds(scene: Scene, unbound: Pool) -> None:
    assert await unbound.fetch(None, "select from company where urn = $1", [NORTHWIND]) != []
    answers = await _answers(scene.compiled_anew(unbound), scene.questions)
    assert _leaks(scene, answers) == {}


@pytest.mark.usefixtures("no_company_condition")
async def test_without_the_compiled_condition_row_level_security_holds(scene: Scene) -> None:
    answers = await _answers(scene.compiled_anew(scene.world.pool), scene.questions)
    assert _leaks(scene, answers) == {}


@pytest.mark.usefixtures("no_company_condition")
async def test_without_either_wall_northwind_shows(scene: Scene, unbound: Pool) -> None:
    answers = await _answers(scene.compiled_anew(unbound), scene.questions)
    assert len(_leaks(scene, answers)) > OPERATIONS / 20


async def test_statements_bound_to_the_wrong_company_find_nothing_of_it(scene: Scene, unbound: Pool) -> None:
    """As if every condition, those within the schema's own SQL too, named Northwind to Contoso's people."""
    northwind = scene.world.viewers["recruiter"].company
    assert northwind is not None
    wrong = ContextValue(type="uuid", read=lambda _: northwind.company_id)
    catalogue = scene.world.engine.catalogue
    mistaken = replace(catalogue, context={**catalogue.context, "company": wrong})
    behind_the_wall = await _answers(scene.compiled_anew(scene.world.pool, mistaken), scene.questions)
    assert _leaks(scene, behind_the_wall) == {}
    without_it = await _answers(scene.compiled_anew(unbound, mistaken), scene.questions)
    assert len(_leaks(scene, without_it)) > OPERATIONS / 20
