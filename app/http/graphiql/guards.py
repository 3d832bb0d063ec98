"""What guards each type and field, as the docs pane shows it, and whether one viewer passes.

Introspection carries no applied directives; this is said beside it. It is read off what the engine enforces.
"""

from typing import Any, Final

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_object_type

from app.access.features import Role
from app.access.guards import Grants, Guard, RoleGuard
from app.engine.mapping import Catalogue, Edges

_PUBLIC: Final = "PUBLIC"
_WITH_TYPE: Final = "WITH_TYPE"
_BY_WAY: Final = "BY_WAY"


def guards_for(schema: GraphQLSchema, catalogue: Catalogue, grants: Grants) -> dict[str, Any]:
    """All object types and their fields with what guards them, decided for this viewer.

    `guards` are `{directive, granted, message, howToFix}`, the last two null where it is granted. One that
    is decided on each object of a type has `each`: `{type, granted, of}`, on how many of the company's it is
    granted. `types` has by name `{isPublic, guards, fields}`. A type's guards are numbers in `guards`; a
    field's are `{guard, here, on}`: whether it stands on the field itself, and on which types that the field
    leads to. A field without any has `access`: PUBLIC, WITH_TYPE (its type's guards hold) or BY_WAY (those of
    the fields that lead to it).
    """
    return _Telling(schema, catalogue, grants).all()


class _Telling:
    """One answer in the making; each guard is decided once."""

    def __init__(self, schema: GraphQLSchema, catalogue: Catalogue, grants: Grants) -> None:
        self._types = {
            name: of for name, of in schema.type_map.items() if is_object_type(of) and name in catalogue.types
        }
        self._catalogue = catalogue
        self._grants = grants
        self._numbers: dict[tuple[Any, str | None], int] = {}
        self._verdicts: list[dict[str, Any]] = []

    def all(self) -> dict[str, Any]:
        types = {name: self._type(of) for name, of in self._types.items()}
        return {"guards": self._verdicts, "types": types}

    def _type(self, of: GraphQLObjectType) -> dict[str, Any]:
        facts = self._catalogue.types[of.name]
        return {
            "isPublic": facts.is_public,
            "guards": [self._number(guard, None) for guard in facts.guards],
            "fields": {name: self._field(of, name) for name in of.fields},
        }

    def _field(self, of: GraphQLObjectType, name: str) -> dict[str, Any]:
        facts, parent = self._catalogue.fields[(of.name, name)], self._catalogue.types[of.name]
        each = of.name if parent.decided_on is not None else None
        ahead = self._leads_to(get_named_type(of.fields[name].type).name)
        guards = [
            {
                "guard": self._number(guard, each),
                "here": guard in facts.guards,
                "on": [one for one in ahead if guard in self._catalogue.types[one].guards],
            }
            for guard in self._catalogue.guards[(of.name, name)]
        ]
        if guards:
            return {"guards": guards}
        if parent.guards:
            return {"guards": [], "access": _WITH_TYPE}
        # What is public is a type's own values; what a field leads to is as its last type says.
        is_public = facts.is_public or (self._catalogue.types[ahead[-1]] if ahead else parent).is_public
        return {"guards": [], "access": _PUBLIC if is_public else _BY_WAY}

    def _leads_to(self, target: str) -> list[str]:
        """The object type that a field is of, and for a connection what its edges hold."""
        if target not in self._types:
            return []
        found = [target]
        for name, field in self._types[target].fields.items():
            if isinstance(self._catalogue.fields[(target, name)].source, Edges):
                node = self._types[get_named_type(field.type).name].fields.get("node")
                found += self._leads_to(get_named_type(node.type).name) if node is not None else []
        return found

    def _number(self, guard: Any, each: str | None) -> int:
        number = self._numbers.get((guard, each))
        if number is None:
            number = self._numbers[(guard, each)] = len(self._verdicts)
            self._verdicts.append(self._verdict(guard, each))
        return number

    def _verdict(self, guard: Guard, each: str | None) -> dict[str, Any]:
        refusal = self._grants.check(guard)
        verdict: dict[str, Any] = {
            "directive": directive_of(guard),
            "granted": refusal is None,
            "message": refusal.message if refusal is not None else None,
            "howToFix": refusal.extensions.get("howToFix") if refusal is not None else None,
        }
        if each is not None:
            contracts = self._grants.viewer.contracts
            refused = [self._grants.check_on_contract(guard, contract.id) for contract in contracts]
            verdict["each"] = {"type": each, "granted": refused.count(None), "of": len(refused)}
        return verdict


def directive_of(guard: Guard) -> str:
    """The directive that the guard is printed as; of what has no order, in the order of the enum."""
    if isinstance(guard, RoleGuard):
        return f"@requiresRole(anyOf: [{_listed(guard.any_of)}])"
    or_role = f", orRole: [{_listed(guard.or_role)}]" if guard.or_role else ""
    return f"@requiresFeature(anyOf: [{', '.join(guard.any_of)}]{or_role})"


def _listed(roles: frozenset[Role]) -> str:
    return ", ".join(role for role in Role if role in roles)
