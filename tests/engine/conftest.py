"""The small company (tests/resolvers/world.py) behind an engine of one's own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema

from app.access.features import Role
from app.access.guards import Grants, grants_of
from app.access.viewer import Viewer, effective_roles
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.mapping import Catalogue
from app.engine.request import GraphQLRequest, RequestRefused
from app.errors import CallerError
from app.settings import Limits
from loaders.context import RequestContext
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.resolvers.world import PARTNER, URN, fill


@dataclass(slots=True)
class Small:
    """The small company: an engine on it, and who asks."""

    pool: Pool
    engine: Engine
    grants: Mapping[str, Grants]

    def context(self, who: str = "rosa") -> RequestContext:
        return RequestContext(self.grants[who], self.pool)

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        who: str = "rosa",
        name: str | None = None,
    ) -> dict[str, Any]:
        """The whole response, parsed. Raises what the engine raises."""
        body = await self.engine.execute(
            GraphQLRequest(query, name, variables), self.context(who), introspection=True
        )
        answer: dict[str, Any] = orjson.loads(body)
        return answer

    async def data(self, query: str, variables: Mapping[str, Any] | None = None, *, who: str = "rosa") -> Any:
        """The data of an answer that has no errors."""
        answer = await self.ask(query, variables, who=who)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def refusal(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        who: str = "rosa",
        name: str | None = None,
    ) -> dict[str, Any]:
        """The first error of a request that never ran."""
        try:
            answer = await self.ask(query, variables, who=who, name=name)
        except RequestRefused as refused:
            return dict(refused.errors[0])
        except CallerError as error:
            return error.as_graphql()
        raise AssertionError(f"It was answered: {answer}")


@pytest.fixture(scope="session")
async def small_template(server: TestServer, migrated: str) -> str:
    return await server.fill_template("small_company_of_the_engine", fill, basis=migrated)


@pytest.fixture(scope="session")
async def shared_pool(server: TestServer, small_template: str) -> AsyncIterator[Pool]:
    """The service's pool on a small company that tests only read."""
    async with server.copy_of(small_template) as dsn, Pool(dsn, size=2) as pool:
        yield pool


@pytest.fixture(scope="session")
async def grants(shared_pool: Pool) -> dict[str, Grants]:
    """By name: the seat holders of the small company, and its partner."""
    facts = FactsCache(shared_pool)
    company = await facts.company(URN)
    assert company is not None
    found = {
        "partner": grants_of(Viewer("test:partner", frozenset({Role.PARTNER}), company, None, PARTNER, None))
    }
    for name in ("rosa", "jonas", "mila", "nina"):
        seat = await facts.seat(company, f"urn:li:seat:{name}")
        assert seat is not None
        roles = effective_roles(frozenset({Role.RECRUITER}), seat)
        found[name] = grants_of(Viewer(f"test:{name}", roles, company, seat, None, None))
    return found


@pytest.fixture(scope="session")
def whole_schema() -> tuple[GraphQLSchema, Catalogue]:
    """The product's schema and its catalogue; building them takes a moment."""
    return bind(build_schema())


@pytest.fixture
def small(
    shared_pool: Pool, grants: dict[str, Grants], whole_schema: tuple[GraphQLSchema, Catalogue]
) -> Small:
    """The small company behind an engine that has seen nothing yet."""
    return Small(shared_pool, Engine(*whole_schema, fetch_bytes, Limits()), grants)
