"""Both executors on the same generated operations: what they differ in, and what was covered."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from app.access.viewer import Viewer
from tests.reference.generator import Generator, Operation
from tests.reference.sameness import first_difference, told
from tests.reference.viewers import varied
from tests.reference.world import World

ASKING: Final = {
    "recruiter": 4,
    "recruiter-admin": 3,
    "partner": 3,
    "ats-admin": 2,
    "staff": 2,
    "outsider": 2,
}
"""How often a persona asks, if more than once: those who are refused everything show little."""


@dataclass
class Tally:
    """What happened, over any number of operations."""

    operations: int = 0
    answers: int = 0
    telling: int = 0
    """Answers that have a value other than null in them."""
    with_errors: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """Count the reference's answer."""
        self.answers += 1
        self.telling += _tells(answer["data"])
        self.with_errors += "errors" in answer
        self.codes.update(error["extensions"]["code"] for error in answer.get("errors") or ())


async def run(world: World, tally: Tally, seed: int, operations: int) -> None:
    """Generate operations and ask both, each twice: with other values, and half the time as someone else."""
    generator = Generator(world.reference.schema, world.samples, seed)
    for number in range(operations):
        viewer, name = _somebody(generator, world)
        company = viewer.company
        assert company is not None
        operation = generator.operation(company.company_urn)
        tally.operations += 1
        for _ in range(2):
            await _ask(world, tally, generator, operation, viewer, f"seed {seed}, number {number}, {name}")
            if generator.rng.random() < 0.5:
                viewer, name = _somebody(generator, world)


def _somebody(generator: Generator, world: World) -> tuple[Viewer, str]:
    names = list(world.viewers)
    name = generator.rng.choices(names, [ASKING.get(one, 1) for one in names])[0]
    viewer = world.viewers[name]
    if generator.rng.random() < 0.25:
        return varied(generator.rng, viewer), f"a variation of {name}: {viewer}"
    return viewer, name


async def _ask(
    world: World, tally: Tally, generator: Generator, operation: Operation, viewer: Viewer, who: str
) -> None:
    variables = operation.variables.drawn()
    shown = f"{who}\n{operation.query}\n{json.dumps(variables, ensure_ascii=False)}"
    try:
        expected = await world.by_reference(operation.query, variables, viewer, operation.name)
        given = await world.by_engine(operation.query, variables, viewer, operation.name)
    except Exception as error:
        error.add_note(shown)
        raise
    tally.add(expected)
    generator.learn(operation, expected)
    if told(expected) != told(given):
        told_by = [json.dumps(answer.get("errors"), ensure_ascii=False) for answer in (expected, given)]
        where = first_difference(expected["data"], given.get("data"))
        tally.disagreements.append(
            f"{shown}\nfirst difference of the data (reference, engine): {where or 'none'}\n"
            f"errors of the reference: {told_by[0]}\nerrors of the engine: {told_by[1]}"
        )


def _tells(value: Any, key: str = "") -> bool:
    """Whether there is anything in an answer that is neither null nor the name of a type."""
    if isinstance(value, dict):
        return any(_tells(inside, name) for name, inside in value.items())
    if isinstance(value, list):
        return any(_tells(inside) for inside in value)
    return value is not None and key not in ("__typename", "kind")
