"""The committed page is what the schema does, and a refusal costs nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
    is_object_type,
)

from app.auth.personas import PERSONAS
from app.engine.connections import OperationCompiler
from app.engine.documents import Documents
from app.engine.roots import compile_operation
from app.settings import Limits
from loaders.context import RequestContext
from tests.matrix.page import PAGE, render
from tests.matrix.table import UNREACHED, YES, outcomes_of, schema_and_catalogue
from tests.matrix.viewers import grants_of_persona

_ARGUMENTS = {
    "id": '"urn:li:contract:5001"',
    "ids": '["urn:li:contract:5001"]',
    "externalId": '"x"',
    "publicProfileUrl": '"https://www.linkedin.com/in/x"',
    "query": '"x"',
    "since": '"2026-01-01T00:00:00Z"',
    "seat": '"urn:li:seat:7001"',
    "feature": "PROFILE_WIDGET",
}
_SCAN = re.compile(r"\b(?:from|join) (?!\()")


def test_the_page_says_what_the_schema_does() -> None:
    assert PAGE.read_text() == render(), "Run python -m tests.matrix and read what changed."


def test_support_and_staff_see_no_person() -> None:
    for persona in ("support", "staff"):
        outcomes = outcomes_of(grants_of_persona(persona), persona)
        people = {"Candidate", "Member", "InMail", "RecruiterNote", "StubProfile", "Application", "Note"}
        assert all(cell == UNREACHED for (of, _), cell in outcomes.items() if of in people)


def _denied() -> Iterator[tuple[str, str, str]]:
    for persona in PERSONAS:
        for (of, field), cell in outcomes_of(grants_of_persona(persona), persona).items():
            if of != "Mutation" and not cell.startswith(YES) and cell != UNREACHED:
                yield persona, of, field


@pytest.mark.parametrize("persona", list(PERSONAS))
def test_a_refused_field_adds_no_scan_to_the_statement(persona: str) -> None:
    refused = [(of, field) for name, of, field in _denied() if name == persona]
    for of, field in refused:
        way = _way_to(of, persona)
        if way is None:
            continue
        with_it = _statement(persona, way, _selected(of, field))
        without = _statement(persona, way, "__typename")
        assert len(_SCAN.findall(with_it)) == len(_SCAN.findall(without)), (of, field)


def _statement(persona: str, way: list[str], selected: str) -> str:
    schema, catalogue = schema_and_catalogue()
    document = Documents(schema, catalogue, Limits(), size=10).get(
        "{ " + " { ".join(way) + (" { " if way else "") + selected + " }" * (len(way) + 1)
    )
    context: Any = RequestContext(grants_of_persona(persona), None)  # type: ignore[arg-type]
    operation = document.operation(None)
    compiler = OperationCompiler(schema, catalogue, document.fragments, context, {})
    return compile_operation(compiler, operation.node).sql


def _way_to(target: str, persona: str) -> list[str] | None:
    """The shortest chain of answered fields from the root to a type, with arguments."""
    schema, _ = schema_and_catalogue()
    outcomes = outcomes_of(grants_of_persona(persona), persona)
    ways: dict[str, list[str]] = {"Query": []}
    waiting = ["Query"]
    while waiting:
        of = waiting.pop(0)
        if of == target:
            return ways[of]
        parent = schema.type_map[of]
        assert isinstance(parent, GraphQLObjectType)
        for name, field in parent.fields.items():
            below = get_named_type(field.type)
            if is_object_type(below) and below.name not in ways and outcomes[(of, name)].startswith(YES):
                ways[below.name] = [*ways[of], _asked(of, name)]
                waiting.append(below.name)
    return None


def _asked(of: str, name: str) -> str:
    schema, _ = schema_and_catalogue()
    parent = schema.type_map[of]
    assert isinstance(parent, GraphQLObjectType)
    field = parent.fields[name]
    required = [argument for argument, of_type in field.args.items() if is_non_null_type(of_type.type)]
    if not required and of == "Query" and "id" in field.args:
        required = ["id"]
    given = ", ".join(f"{argument}: {_ARGUMENTS[argument]}" for argument in required)
    return f"{name}({given})" if given else name


def _selected(of: str, field: str) -> str:
    schema, _ = schema_and_catalogue()
    parent = schema.type_map[of]
    assert isinstance(parent, GraphQLObjectType)
    named = get_named_type(parent.fields[field].type)
    asked = _asked(of, field)
    return asked if is_leaf_type(named) else f"{asked} {{ __typename }}"
