"""From the schema's nouns to what is enforced, and the schemas that are not built at all."""

from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, is_object_type

from app.access.directives import requires, requires_role
from app.access.features import Feature, Role
from app.access.guards import FeatureGuard
from app.engine.mapping import Catalogue, Order, Table
from loaders.tables import APPLICATION, CANDIDATE, TAG
from resolvers.binding import SchemaRefused, bind, parse_id
from resolvers.connection import Connection
from resolvers.fields import column, entity, item, many, one, page, singleton
from resolvers.node import Node
from resolvers.scalars import SCALARS
from resolvers.schema import build_schema

READS = requires(Feature.IN_ATS_INDICATOR, or_role=(Role.ATS_USER,))
PROFILE = requires(Feature.PROFILE_WIDGET)
BY_ID = (Order("{t}.id", "uuid"),)
TABLE = Table(name="thing", source="thing {t}")


Bound = tuple[GraphQLSchema, Catalogue]


def bound(query: type) -> Bound:
    return bind(
        strawberry.Schema(query=query, config=strawberry.schema.config.StrawberryConfig(scalar_map=SCALARS))
    )


def refusal(query: type) -> str:
    with pytest.raises(SchemaRefused) as caught:
        bound(query)
    return str(caught.value)


def test_a_field_that_nothing_guards_is_named() -> None:
    @entity(table=TABLE)
    class Open:
        """A type without guards."""

        title: str = column(says="A title.")

    @entity(table=TABLE)
    class Query:
        """A root that is not public."""

        open: Open | None = singleton(TABLE, says="Somebody forgot a guard.")
        shut: Open | None = singleton(TABLE, says="Guarded.", guards=(READS,))

    said = refusal(Query)
    assert "Query.open is guarded neither by itself, nor by its type or parent" in said
    assert "Open.title is guarded neither" in said
    assert "Query.shut" not in said


def test_a_guard_on_the_field_the_type_or_the_way_there_is_enough() -> None:
    @entity(table=TABLE)
    class Inner:
        """Reached through guarded fields only."""

        title: str = column(says="A title.")

    @entity(table=TABLE, guards=(READS,))
    class Guarded:
        """Guarded by itself."""

        title: str = column(says="A title.")
        inner: Inner = one(TABLE, "{p}.inner_id", says="Inside.")

    @entity(table=TABLE)
    class Query:
        """A root that is not public."""

        by_type: Guarded | None = singleton(TABLE, says="By its type.")
        by_field: Inner | None = singleton(TABLE, says="By itself.", guards=(PROFILE,))
        by_word: str | None = column("'x'", says="Said to be public.", public=True)

    _, catalogue = bound(Query)
    assert catalogue.guards[("Query", "byType")] == (READS.guard,)
    assert catalogue.guards[("Query", "byField")] == (PROFILE.guard,)
    assert catalogue.guards[("Query", "byWord")] == ()


def test_one_unguarded_way_to_a_type_uncovers_it() -> None:
    @entity(table=TABLE)
    class Inner:
        """Reached by a guarded field and by one that is not."""

        title: str = column(says="A title.")

    @entity()
    class Query:
        """Not public."""

        guarded: Inner | None = singleton(TABLE, says="By itself.", guards=(PROFILE,))
        not_guarded: Inner | None = singleton(TABLE, says="By nothing.")

    said = refusal(Query)
    assert "Query.notGuarded is guarded neither" in said
    assert "Inner.title is guarded neither" in said
    assert "Query.guarded" not in said


def test_what_a_public_type_leads_to_is_not_public_by_that() -> None:
    @entity(table=TABLE)
    class Secret:
        """Somebody's new noun, with no word on who may read it."""

        title: str = column(says="A title.")

    @entity(public=True)
    class Query:
        """The root, which is public."""

        version: str | None = column("'1'", says="Its own value.")
        secret: Secret | None = singleton(TABLE, says="Forgotten.")
        secrets: Connection[Secret] | None = page(TABLE, order=BY_ID, says="Forgotten.")

    said = refusal(Query)
    assert "Query.secret is guarded neither" in said
    assert "Secret.title is guarded neither" in said
    assert "Query.version" not in said

    @entity(public=True)
    class Root:
        """The root, which is public."""

        secret: Secret | None = singleton(TABLE, says="Guarded.", guards=(PROFILE,))
        secrets: Connection[Secret] | None = page(TABLE, order=BY_ID, says="Guarded.", guards=(PROFILE,))

    assert bound(Root)


def test_a_non_null_field_that_a_guard_may_refuse_does_not_build() -> None:
    @entity(table=TABLE, guards=(PROFILE,))
    class Member:
        """Guarded by its type."""

        name: str = column(says="A name.")

    @entity(table=TABLE, guards=(READS,))
    class Candidate:
        """Whoever reads it need not read its member."""

        member: Member = one(TABLE, "{p}.member_id", says="Promised, and refused to some.")
        maybe: Member | None = one(TABLE, "{p}.member_id", says="Not promised.")
        secret: str = column(says="Promised, and refused to some.", guards=(requires_role(Role.STAFF),))

    @entity(public=True)
    class Query:
        """The root."""

        candidate: Candidate | None = singleton(TABLE, says="One.")

    said = refusal(Query)
    assert "Candidate.member is non-null, but" in said
    assert "Candidate.secret is non-null, but" in said
    assert "Candidate.maybe" not in said


def test_a_non_null_field_at_the_root_that_its_type_guards_does_not_build() -> None:
    @entity(table=TABLE, guards=(READS,))
    class Candidate:
        """Guarded."""

        name: str = column(says="A name.")

    @entity(public=True)
    class Query:
        """The root."""

        candidate: Candidate = singleton(TABLE, says="One.")

    assert "Query.candidate is non-null, but" in refusal(Query)


def test_a_stronger_guard_on_the_parent_makes_a_promise_safe() -> None:
    wide = requires(Feature.IN_ATS_INDICATOR, Feature.PROFILE_WIDGET, or_role=(Role.ATS_USER, Role.PARTNER))

    @entity(table=TABLE, guards=(wide,))
    class Job:
        """Whoever passes READS passes this too."""

        title: str = column(says="A title.")

    @entity(table=TABLE, guards=(READS,))
    class Application:
        """Guarded more strictly than what it leads to."""

        job: Job = one(TABLE, "{p}.job_id", says="Promised, and kept.")

    @entity(public=True)
    class Query:
        """The root."""

        application: Application | None = singleton(TABLE, says="One.")

    _, catalogue = bound(Query)
    assert catalogue.guards[("Application", "job")] == (wide.guard,)


def test_the_guard_of_what_a_list_holds_is_the_lists_and_its_counts() -> None:
    @entity(table=TABLE, guards=(READS,))
    class Note:
        """Guarded."""

        body: str = column(says="What it says.")

    @entity(public=True)
    class Query:
        """The root."""

        notes: Connection[Note] | None = page(TABLE, order=BY_ID, says="A connection.")
        all_notes: list[Note] | None = many(TABLE, key="{t}.x", parent="{p}.x", order=BY_ID, says="A list.")

    _, catalogue = bound(Query)
    assert catalogue.guards[("Query", "notes")] == (READS.guard,)
    assert catalogue.guards[("Query", "allNotes")] == (READS.guard,)

    @entity(public=True)
    class Promising:
        """The root."""

        notes: Connection[Note] = page(TABLE, order=BY_ID, says="A count of them tells of them too.")

    assert "Promising.notes is non-null, but" in refusal(Promising)


def test_a_type_and_a_field_that_say_nothing_of_themselves_do_not_build() -> None:
    @strawberry.type
    class Plain:
        title: str = column(says="A title.")

    @entity(public=True)
    class Query:
        """The root."""

        plain: Plain | None = singleton(TABLE, says="A type that is not declared.")

    assert "Plain is not declared with @entity" in refusal(Query)

    @entity(public=True)
    class Mute:
        """The root."""

        title: str
        count: int = item("count", says="How many.")

    assert "Mute.title does not say where its value comes from" in refusal(Mute)


@pytest.fixture(scope="module")
def product() -> Bound:
    return bind(build_schema())


def test_a_column_without_a_name_is_the_one_of_the_same_name(product: Bound) -> None:
    _, catalogue = product
    assert catalogue.fields[("Candidate", "firstName")].source.sql == "{t}.first_name"  # type: ignore[union-attr]
    source = catalogue.fields[("Candidate", "linkedInProfileUrl")].source
    assert source.sql == "{t}.linkedin_profile_url"  # type: ignore[union-attr]


def test_in_the_product_every_way_to_a_guarded_type_has_its_guards(product: Bound) -> None:
    schema, catalogue = product
    ways = 0
    for (of, name), guards in catalogue.guards.items():
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        target = str(parent.fields[name].type).strip("[]!")
        held = target.removesuffix("Connection")
        for type_name in {target, held}:
            if type_name in catalogue.types and catalogue.types[type_name].guards:
                ways += 1
                assert set(catalogue.types[type_name].guards) <= set(guards), (of, name)
    assert ways >= 40


def test_in_the_product_ids_name_the_types_that_are_nodes_and_no_view_of_their_rows(product: Bound) -> None:
    schema, catalogue = product
    nodes = {
        name
        for name, of in schema.type_map.items()
        if is_object_type(of) and any(interface.name == Node.__name__ for interface in of.interfaces)
    }
    assert {name for name, _ in catalogue.tables_by_id_kind.values()} == nodes
    assert catalogue.tables_by_id_kind["candidate"] == ("Candidate", CANDIDATE)
    assert catalogue.tables_by_id_kind["application"] == ("Application", APPLICATION)
    assert catalogue.tables_by_id_kind["tag"] == ("Tag", TAG)
    assert {"li:person", "li:organization", "li:contract", "li:seat"} <= set(catalogue.tables_by_id_kind)


def test_in_the_product_a_guard_is_printed_as_it_is_enforced(product: Bound) -> None:
    schema, catalogue = product
    for name, facts in catalogue.types.items():
        printed = [directive.guard for directive in _printed(schema.type_map[name])]
        assert tuple(printed) == facts.guards, name
    for (of, name), field in catalogue.fields.items():
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        assert tuple(directive.guard for directive in _printed(parent.fields[name])) == field.guards, (
            of,
            name,
        )
    assert any(isinstance(guard, FeatureGuard) for guard in catalogue.types["Candidate"].guards)


def _printed(of: Any) -> list[Any]:
    return [one for one in of.extensions["strawberry-definition"].directives or () if hasattr(one, "guard")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("urn:li:person:m1", ("li:person", "urn:li:person:m1")),
        ("urn:li:seat:7001", ("li:seat", "urn:li:seat:7001")),
        ("urn:rsc:job:00000000-0000-7000-8000-000000000001", ("job", "00000000-0000-7000-8000-000000000001")),
        ("urn:rsc:job:00000000-0000-7000-8000-00000000000A", None),
        ("urn:rsc:job:00000000000070008000000000000001", None),
        ("urn:li:job:1", None),
        ("urn:li:person:", None),
        ("urn:li:person:m1\n", None),
        ("urn:li:person:é", None),
        ("", None),
        (None, None),
        (7, None),
        (["urn:li:person:m1"], None),
        ("urn:li:person:" + "m" * 500, None),
    ],
)
def test_an_id_is_a_urn_of_a_known_spelling_or_nothing(text: Any, named: tuple[str, str] | None) -> None:
    assert parse_id(text) == named
