"""The directives print as promised, and stand for the guard that they print."""

import re

import strawberry
from graphql import GraphQLObjectType

from app.access.directives import RequiresFeature, RequiresRole, requires, requires_role
from app.access.features import Feature, Role
from app.access.guards import FeatureGuard, RoleGuard


@strawberry.type(directives=[requires(Feature.PROFILE_WIDGET, or_role=(Role.STAFF,))])
class Member:
    headline: str | None = strawberry.field(directives=[requires(Feature.UNIFIED_SEARCH)])


@strawberry.type
class Query:
    member: Member | None = strawberry.field(
        default=None,
        directives=[
            requires(Feature.UNIFIED_SEARCH, Feature.IN_ATS_INDICATOR, or_role=(Role.PARTNER, Role.ATS_USER))
        ],
    )
    secret: str | None = strawberry.field(default=None, directives=[requires_role(Role.STAFF, Role.SUPPORT)])


SCHEMA = strawberry.Schema(Query)
SDL = SCHEMA.as_str()


def test_definitions_print_with_their_arguments_places_and_descriptions() -> None:
    places = "on FIELD_DEFINITION | OBJECT"
    for definition in (
        f'"""\ndirective @requiresFeature(anyOf: [Feature!]!, orRole: [Role!]) {places}\n',
        f'"""\ndirective @requiresRole(anyOf: [Role!]!) {places}\n',
    ):
        assert definition in SDL


def test_uses_print_on_fields_and_types_in_the_order_given() -> None:
    for line in (
        "type Member @requiresFeature(anyOf: [PROFILE_WIDGET], orRole: [STAFF]) {",
        "  headline: String @requiresFeature(anyOf: [UNIFIED_SEARCH])\n",
        "  member: Member @requiresFeature("
        "anyOf: [UNIFIED_SEARCH, IN_ATS_INDICATOR], orRole: [PARTNER, ATS_USER])\n",
        "  secret: String @requiresRole(anyOf: [STAFF, SUPPORT])\n",
    ):
        assert line in SDL


def test_every_feature_and_role_prints_with_its_description() -> None:
    for member in (*Feature, *Role):
        printed = re.search(rf'"""\s*([^"]+?)\s*"""\n  {member.name}\n', SDL)
        assert printed is not None
        assert printed[1] == member.description


def test_the_guard_is_read_from_the_object_that_prints() -> None:
    def guard(type_name: str, field: str) -> FeatureGuard | RoleGuard:
        of = SCHEMA._schema.get_type(type_name)
        assert isinstance(of, GraphQLObjectType)
        (directive,) = of.fields[field].extensions["strawberry-definition"].directives
        assert isinstance(directive, RequiresFeature | RequiresRole)
        return directive.guard

    assert guard("Member", "headline") == FeatureGuard((Feature.UNIFIED_SEARCH,))
    assert guard("Query", "secret") == RoleGuard(frozenset({Role.SUPPORT, Role.STAFF}))
    assert guard("Query", "member") == FeatureGuard(
        (Feature.UNIFIED_SEARCH, Feature.IN_ATS_INDICATOR), frozenset({Role.PARTNER, Role.ATS_USER})
    )
