"""The two schema directives. What they print is what is enforced: `guard` comes from the same object."""

import strawberry
from strawberry.schema_directive import Location

from app.access.features import Feature, Role
from app.access.guards import FeatureGuard, RoleGuard


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description=(
        "Answered only if one of the features in anyOf is granted to the viewer (see Viewer.features), or "
        "the viewer holds one of the roles in orRole. On a type it holds on every way to that type: fields, "
        "node, nodes, _entities, lists and search. Refused, it is null there, with an error whose extensions "
        "have code FEATURE_NOT_GRANTED, feature (the first of anyOf), reason and howToFix; towards the ATS's "
        "users and partner, while the integration is not enabled, the code is INTEGRATION_DISABLED."
    ),
)
class RequiresFeature:
    """`@requiresFeature(anyOf:, orRole:)`; `or_role` left unset is not printed."""

    any_of: list[Feature]
    or_role: list[Role] | None = strawberry.UNSET

    @property
    def guard(self) -> FeatureGuard:
        """The check that this directive stands for."""
        return FeatureGuard(tuple(self.any_of), frozenset(self.or_role or ()))


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description=(
        "Answered only to a viewer who holds one of the roles in anyOf. Refused, it is null there, with an "
        "error whose extensions have code ROLE_REQUIRED, roles and howToFix."
    ),
)
class RequiresRole:
    """`@requiresRole(anyOf:)`."""

    any_of: list[Role]

    @property
    def guard(self) -> RoleGuard:
        """The check that this directive stands for."""
        return RoleGuard(frozenset(self.any_of))


def requires(*features: Feature, or_role: tuple[Role, ...] = ()) -> RequiresFeature:
    """One of these features, or one of these roles. The first feature is the one that a refusal names."""
    return RequiresFeature(any_of=list(features), or_role=list(or_role) or strawberry.UNSET)


def requires_role(*roles: Role) -> RequiresRole:
    """One of these roles."""
    return RequiresRole(any_of=list(roles))
