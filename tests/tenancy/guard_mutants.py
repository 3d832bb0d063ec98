"""The schema with one guard less, and who notices.

The matrix of personas and fields does, where one of the demo's people would be told otherwise. Some guards
make no difference to those: what they ask is granted to all of them, or the type that the field leads to asks
the same again. Those are noticed because the catalogue is no more what the committed `schema.graphql` says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest import mock

from graphql import ObjectTypeDefinitionNode, parse, value_from_ast_untyped

from app.access.features import Feature, Role
from app.access.guards import FeatureGuard, RoleGuard
from app.engine.mapping import Catalogue, Guard
from resolvers import binding
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.matrix import table
from tests.matrix.page import PAGE, render

_PRINTED: Final = Path(__file__).parents[2] / "schema.graphql"


@dataclass(frozen=True, slots=True)
class GuardMutant:
    """One guard that is gone: of a field, or of a type where `field` is None."""

    of: str
    field: str | None
    guard: Guard

    def __str__(self) -> str:
        place = f"{self.of}.{self.field}" if self.field else self.of
        return f"{place} without {self.guard}"


class GuardMutants:
    """All of them; the bound schema, `whole`, is made once and each mutant of it in memory."""

    def __init__(self) -> None:
        self._schema, self.whole = bind(build_schema())

    def __iter__(self) -> Iterator[GuardMutant]:
        for name, of in self.whole.types.items():
            yield from (GuardMutant(name, None, guard) for guard in of.guards)
        for (of_name, field), facts in self.whole.fields.items():
            yield from (GuardMutant(of_name, field, guard) for guard in facts.guards)

    def noticed_by(self, mutant: GuardMutant) -> str | None:
        """The check that fails on the mutant; None if it survives."""
        catalogue = self.catalogue_of(mutant)
        with mock.patch.object(table, "schema_and_catalogue", return_value=(self._schema, catalogue)):
            if render() != PAGE.read_text():
                return "matrix"
        return "schema.graphql" if guards_of(catalogue) != printed_guards() else None

    def is_equivalent(self, mutant: GuardMutant) -> bool:
        """Whether the guard stands at the same field a second time, by the type that the field leads to."""
        return mutant.field is not None and self.catalogue_of(mutant).guards == self.whole.guards

    def catalogue_of(self, mutant: GuardMutant) -> Catalogue:
        """The catalogue as `bind` would have made it without the guard."""
        types, fields = dict(self.whole.types), dict(self.whole.fields)
        if mutant.field is None:
            of = types[mutant.of]
            types[mutant.of] = replace(of, guards=_without(of.guards, mutant.guard))
        else:
            place = (mutant.of, mutant.field)
            fields[place] = replace(fields[place], guards=_without(fields[place].guards, mutant.guard))
        guards = binding._guards(self._schema, types, fields)
        return replace(self.whole, types=types, fields=fields, guards=guards)


def _without(guards: tuple[Guard, ...], gone: Guard) -> tuple[Guard, ...]:
    return tuple(guard for guard in guards if guard != gone)


def guards_of(catalogue: Catalogue) -> Mapping[str, frozenset[Guard]]:
    """What is enforced: by `Type` or `Type.field`, the guards that stand there."""
    found = {name: frozenset(of.guards) for name, of in catalogue.types.items()}
    found |= {f"{of}.{name}": frozenset(facts.guards) for (of, name), facts in catalogue.fields.items()}
    return {place: guards for place, guards in found.items() if guards}


@cache
def printed_guards() -> Mapping[str, frozenset[Guard]]:
    """What the committed schema says, by the same places."""
    found: dict[str, frozenset[Guard]] = {}
    for of in parse(_PRINTED.read_text(), no_location=True).definitions:
        if isinstance(of, ObjectTypeDefinitionNode):
            found[of.name.value] = _printed(of)
            found |= {f"{of.name.value}.{one.name.value}": _printed(one) for one in of.fields or ()}
    return {place: guards for place, guards in found.items() if guards}


def _printed(node: Any) -> frozenset[Guard]:
    guards: list[Guard] = []
    for directive in node.directives or ():
        said = {one.name.value: value_from_ast_untyped(one.value) for one in directive.arguments}
        if directive.name.value == "requiresRole":
            guards.append(RoleGuard(frozenset(Role(one) for one in said["anyOf"])))
        elif directive.name.value == "requiresFeature":
            features = tuple(Feature(one) for one in said["anyOf"])
            guards.append(FeatureGuard(features, frozenset(Role(one) for one in said.get("orRole", ()))))
    return frozenset(guards)
