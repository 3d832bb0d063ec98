"""The matrix itself, worked out from the schema's own catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_abstract_type, is_object_type

from app.access.features import Feature, Role
from app.access.guards import Denial, FeatureGuard, Grants
from app.auth.personas import PERSONAS
from app.engine.mapping import Catalogue, Computed
from app.errors import ErrorCode
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.matrix.viewers import contracts_of, grants_less, grants_of_persona

YES = "yes"
UNREACHED = "·"


@cache
def schema_and_catalogue() -> tuple[GraphQLSchema, Catalogue]:
    """The schema as it is served."""
    return bind(build_schema())


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the type, its fields that share an outcome, and the outcome for each persona."""

    of: str
    fields: tuple[str, ...]
    cells: tuple[str, ...]


def rows() -> Iterator[Row]:
    """All object types in the order of their names, fields with equal outcomes together."""
    schema, _ = schema_and_catalogue()
    outcomes = {name: outcomes_of(grants_of_persona(name), name) for name in PERSONAS}
    for name, of in sorted(schema.type_map.items()):
        if not is_object_type(of) or name.startswith("__"):
            continue
        assert isinstance(of, GraphQLObjectType)
        alike: dict[tuple[str, ...], list[str]] = {}
        for field in of.fields:
            cells = tuple(outcomes[persona][(name, field)] for persona in PERSONAS)
            alike.setdefault(cells, []).append(field)
        for cells, fields in alike.items():
            yield Row(name, tuple(fields), cells)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a persona cannot have where none of these features is granted."""

    features: tuple[Feature, ...]
    persona: str
    of: str
    fields: tuple[str, ...]


def losses(persona: str) -> Iterator[Loss]:
    """For each choice of features that a guard offers, in the order of their names: what goes with them."""
    _, catalogue = schema_and_catalogue()
    guards = {guard for of in catalogue.guards.values() for guard in of if isinstance(guard, FeatureGuard)}
    before = outcomes_of(grants_of_persona(persona), persona)
    for features in sorted({tuple(sorted(guard.any_of)) for guard in guards}):
        after = outcomes_of(grants_less(persona, features), persona)
        lost: dict[str, list[str]] = {}
        for (of, field), cell in before.items():
            if (
                cell.startswith(YES)
                and not after[of, field].startswith(YES)
                and after[of, field] != UNREACHED
            ):
                lost.setdefault(of, []).append(field)
        for of, fields in sorted(lost.items()):
            yield Loss(features, persona, of, tuple(fields))


def outcomes_of(grants: Grants, persona: str) -> Mapping[tuple[str, str], str]:
    """For every field: `yes`, the reason of a refusal, or that nothing leads to its type."""
    _, catalogue = schema_and_catalogue()
    own: list[UUID] = [contract.id for contract in contracts_of(PERSONAS[persona])]
    reached = {"Query", "Mutation"}
    while more := set(_further(grants, own, reached)) - reached:
        reached |= more
    return {
        place: _outcome(grants, catalogue, place, own) if place[0] in reached else UNREACHED
        for place in catalogue.guards
    }


def _further(grants: Grants, contracts: list[UUID], reached: set[str]) -> Iterator[str]:
    """The types that the answered fields of reached types lead to; through abstract ones, what may be had."""
    schema, catalogue = schema_and_catalogue()
    for of, field in catalogue.guards:
        if of in reached and _outcome(grants, catalogue, (of, field), contracts).startswith(YES):
            target = schema.type_map[_target(schema, of, field)]
            if not is_abstract_type(target):
                yield target.name
                continue
            for one in schema.get_possible_types(target):
                if _first([grants.check(guard) for guard in catalogue.types[one.name].guards]) == YES:  # type: ignore[arg-type]
                    yield one.name


def _outcome(grants: Grants, catalogue: Catalogue, place: tuple[str, str], contracts: list[UUID]) -> str:
    of, guards, source = place[0], catalogue.guards[place], catalogue.fields[place].source
    if isinstance(source, Computed) and source.tells_schema:
        # The demo lets everybody introspect; elsewhere it is for staff.
        return YES if Role.STAFF in grants.roles else ErrorCode.INTROSPECTION_DISABLED.value
    if catalogue.types[of].decided_on is None or not guards:
        return _first([grants.check(guard) for guard in guards])  # type: ignore[arg-type]
    each = [
        _first([grants.check_on_contract(guard, contract) for guard in guards])  # type: ignore[arg-type]
        for contract in contracts
    ]
    # Decided on the very contract: a star where it is another answer for another contract.
    if YES in each:
        return YES if set(each) == {YES} else f"{YES}*"
    return " or ".join(dict.fromkeys(each))


def _first(denials: list[Denial | None]) -> str:
    for denial in denials:
        if denial is not None:
            reason = denial.extensions.get("reason")
            return str(reason) if reason else denial.code.value
    return YES


def _target(schema: GraphQLSchema, of: str, field: str) -> str:
    parent = schema.type_map[of]
    assert isinstance(parent, GraphQLObjectType)
    target: str = get_named_type(parent.fields[field].type).name
    return target
