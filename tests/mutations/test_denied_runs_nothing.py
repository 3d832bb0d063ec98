"""A mutation that is refused by a guard asks nothing of the database: not even a connection is had."""

from typing import Any

import orjson
import pytest

from app.auth.personas import PERSONAS
from app.engine.request import GraphQLRequest
from loaders.context import RequestContext
from tests.http.conftest import real_engine
from tests.matrix.table import YES, outcomes_of
from tests.matrix.viewers import grants_of_persona
from tests.mutations.cases import CASES
from tests.mutations.conftest import document_of


class _NoDatabase:
    """A pool that nothing may be asked of."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"The pool's `{name}` was used for something that is refused.")


def refused() -> list[tuple[str, str]]:
    return [
        (persona, mutation)
        for persona in PERSONAS
        for (of, mutation), cell in outcomes_of(grants_of_persona(persona), persona).items()
        if of == "Mutation" and cell != YES
    ]


def test_somebody_is_refused_each_of_them() -> None:
    assert {mutation for _, mutation in refused()} == set(CASES)


@pytest.mark.parametrize("persona", PERSONAS)
async def test_what_a_guard_refuses_never_reaches_the_database(persona: str) -> None:
    pool: Any = _NoDatabase()
    for who, mutation in refused():
        if who != persona:
            continue
        given = CASES[mutation].input
        variables = None if given is None else {"input": given}
        request = GraphQLRequest(document_of(mutation), None, variables)
        answer = orjson.loads(
            await real_engine().execute(request, RequestContext(grants_of_persona(persona), pool))
        )
        assert answer["data"] == {mutation: None}
        assert [error["path"] for error in answer["errors"]] == [[mutation]]
