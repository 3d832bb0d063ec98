"""GraphiQL's example operations, each run through the real engine on the demo's data."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from app.access.features import Feature
from app.auth.personas import PERSONAS
from app.http.graphiql.routes import example_operations
from tests.conftest import TestServer
from tests.http.tooling import tooling_on
from tests.widgets.gateway import Gateway

EXAMPLES = example_operations()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tooling(
    server: TestServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    async with tooling_on(server, migrated, tmp_path_factory.mktemp("examples")) as gateway:
        yield gateway


def persona_of(example: str) -> str:
    """Whom the example names first of all, and else the recruiter, as whom the page opens."""
    named = re.match(r"# Ask as `([a-z-]+)`", EXAMPLES[example])
    return named[1] if named else next(iter(PERSONAS))


def leaves(value: Any) -> list[Any]:
    """What is neither null nor a list or an object of something."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return [leaf for one in inside for leaf in leaves(one)]
    return [] if value is None else [value]


@pytest.mark.parametrize("example", EXAMPLES)
async def test_each_example_answers_its_persona_with_rows_and_without_an_error(
    tooling: Gateway, example: str
) -> None:
    answer = await tooling.ask(persona_of(example), EXAMPLES[example])
    assert "errors" not in answer, answer["errors"]
    for name, value in answer["data"].items():
        if name != "auditTrailBrokenAt":
            assert len(leaves(value)) > 5, (name, value)


@pytest.mark.parametrize("feature", Feature)
async def test_the_example_of_a_feature_is_refused_to_whom_the_feature_is_not_granted(
    tooling: Gateway, feature: Feature
) -> None:
    (example,) = [text for text in EXAMPLES.values() if text.startswith(f"# {feature.value}:")]
    answer = await tooling.ask("recruiter-parked", example)
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes == {"FEATURE_NOT_GRANTED"}


@pytest.mark.parametrize("persona", PERSONAS)
async def test_no_example_is_an_accident_for_anybody(tooling: Gateway, persona: str) -> None:
    for example in EXAMPLES.values():
        answer = await tooling.ask(persona, example)
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= {"FEATURE_NOT_GRANTED", "ROLE_REQUIRED", "INTEGRATION_DISABLED"}
