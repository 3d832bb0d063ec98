"""Asking the small company's questions as anybody in it, through the engine and the service's pool."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from app.access.features import Role
from app.access.guards import grants_of
from app.access.viewer import CompanyFacts, Viewer, effective_roles
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from app.settings import Limits
from loaders.context import RequestContext
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.resolvers.world import OTHER_URN, PARTNER, URN, fill

_ROLES: dict[str, frozenset[Role]] = {
    "ats-user": frozenset({Role.ATS_USER}),
    "ats-admin": frozenset({Role.ATS_USER, Role.ATS_ADMIN}),
    "partner": frozenset({Role.PARTNER}),
    "support": frozenset({Role.SUPPORT}),
    "staff": frozenset({Role.STAFF}),
}
"""Everybody else's name is a seat's."""


async def _fetch(context: RequestContext, sql: str, arguments: list[Any]) -> bytes | None:
    return await context.pool.fetch_bytes(context.company_id, sql, arguments)


@dataclass(slots=True)
class Asking:
    """`await ask("rosa", "{ viewer { subject } }")` is the whole response, as parsed JSON."""

    pool: Pool
    facts: FactsCache
    engine: Engine

    async def __call__(
        self, who: str, query: str, variables: Mapping[str, Any] | None = None, **company: Any
    ) -> dict[str, Any]:
        """`company` changes the company's facts for this question, as its admin or support could."""
        context = RequestContext(grants_of(await self._viewer(who, company)), self.pool)
        body = await self.engine.execute(GraphQLRequest(query, None, variables), context)
        answer: dict[str, Any] = orjson.loads(body)
        return answer

    async def data(self, who: str, query: str, /, **variables: Any) -> Any:
        """The data of an answer that must be without errors."""
        answer = await self(who, query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def company(self) -> CompanyFacts:
        company = await self.facts.company(URN)
        assert company is not None
        return company

    async def _viewer(self, who: str, changes: Mapping[str, Any]) -> Viewer:
        company = await self.facts.company(OTHER_URN if who == "eve" else URN)
        assert company is not None
        roles = _ROLES.get(who)
        seat = None
        if roles is None:
            seat = await self.facts.seat(company, f"urn:li:seat:{who}")
            assert seat is not None
            roles = effective_roles(frozenset({Role.RECRUITER}), seat)
        partner = None if roles.isdisjoint({Role.ATS_USER, Role.PARTNER}) else PARTNER
        return Viewer(f"test:{who}", roles, replace(company, **changes), seat, partner, None)


@pytest.fixture(scope="session")
async def small_company(server: TestServer, migrated: str) -> str:
    """The name of the template that has the small company."""
    return await server.fill_template("small_company", fill, basis=migrated)


@pytest.fixture(scope="session")
def engine() -> Engine:
    schema, catalogue = bind(build_schema())
    return Engine(schema, catalogue, _fetch, Limits())


@pytest.fixture
async def ask(server: TestServer, small_company: str, engine: Engine) -> AsyncIterator[Asking]:
    async with server.copy_of(small_company) as dsn, Pool(dsn, size=2) as pool:
        yield Asking(pool, FactsCache(pool), engine)
