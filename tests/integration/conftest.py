"""Doing things to the company's integration as anybody, through the engine, so that every guard is real."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
import pytest

from app.access.features import Role
from app.access.guards import grants_of
from app.access.viewer import Viewer, effective_roles, roles_with_partner
from app.auth.facts import FactsCache
from app.auth.keys import SigningKey, new_signing_key
from app.database.pool import Pool
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from app.services import make_engine
from app.settings import Settings
from loaders.context import RequestContext
from tests.conftest import TestServer
from tests.integration.company import ATS, COMPANY, OF_OTHER, OTHER_URN, SEATS, TAKE_BACK, fill

ROWS = {
    "integration": "integration { id state companyWideAccess oneClickExportCompanyWide jobPostingViewers "
    "applicationViewers enabledAt disabledAt "
    "acknowledgedAt partner { name } resync { id } }",
    "contract": "contract { id activated }",
    "receipt": "receipt { id requestedAt finishedAt counts { entity erased } remark signature }",
}
INPUTS = {
    "requestIntegration": "RequestIntegrationInput",
    "enableIntegration": "EnableIntegrationInput",
    "disableIntegration": "DisableIntegrationInput",
    "setCompanyWideAccess": "SetCompanyWideAccessInput",
    "setIntegrationSettings": "SetIntegrationSettingsInput",
    "setViewers": "SetViewersInput",
    "activateContract": "ContractInput",
    "deactivateContract": "ContractInput",
    "changeCompanyId": "ChangeCompanyIdInput",
    "eraseAtsData": "EraseAtsDataInput",
}
PAYLOADS = {"activateContract": "contract", "deactivateContract": "contract", "eraseAtsData": "receipt"}


@dataclass(slots=True)
class Office:
    """`await office("ada", "setCompanyWideAccess", enabled=True)` is the payload, which must be there."""

    pool: Pool
    owner: asyncpg.Connection
    facts: FactsCache
    engine: Engine
    signing_key: SigningKey | None

    async def __call__(self, who: str, mutation: str, **given: Any) -> dict[str, Any]:
        answer = await self.do(await self.context(who), mutation, **given)
        assert "errors" not in answer, answer["errors"]
        payload: dict[str, Any] = answer["data"][mutation]
        return payload

    async def do(self, context: RequestContext, mutation: str, **given: Any) -> dict[str, Any]:
        """The whole response, as parsed JSON."""
        row = ROWS[PAYLOADS.get(mutation, "integration")]
        declared = f"($input: {INPUTS[mutation]}!)" if mutation in INPUTS else ""
        passed = "(input: $input)" if declared else ""
        document = (
            f"mutation{declared} {{ {mutation}{passed} {{ {row} userErrors {{ code message path }} }} }}"
        )
        return await self._execute(context, document, {"input": given} if declared else None)

    async def query(self, who: str, document: str, **variables: Any) -> dict[str, Any]:
        return await self._execute(await self.context(who), document, variables or None)

    async def query_as(self, context: RequestContext, document: str) -> dict[str, Any]:
        return await self._execute(context, document, None)

    async def context(self, who: str) -> RequestContext:
        """Who asks, by what the database says now."""
        await self.facts.watch.read_now()
        urn = await self.owner.fetchval("select urn from company where company_id = $1", COMPANY)
        company = await self.facts.company(OTHER_URN if who in OF_OTHER else urn)
        assert company is not None
        seat = partner = None
        if who in SEATS:
            seat = await self.facts.seat(company, SEATS[who])
            roles = effective_roles(frozenset({Role.RECRUITER}), seat)
        else:
            roles, partner = ATS[who]
            roles = roles_with_partner(roles, partner, company.integration)
        viewer = Viewer(f"idp:{who.replace(' ', '-')}", roles, company, seat, partner, None)
        return RequestContext(grants_of(viewer), self.pool, signing_key=self.signing_key)

    async def codes(self, who: str, mutation: str, **given: Any) -> list[str]:
        """The codes of what was wrong."""
        return [error["code"] for error in (await self(who, mutation, **given))["userErrors"]]

    async def state(self) -> str | None:
        state: str | None = await self.owner.fetchval(
            "select state from integration where company_id = $1 order by generation desc limit 1", COMPANY
        )
        return state

    async def trail(self) -> list[tuple[str, str, str, str | None]]:
        """Actor, action, subject and detail of each entry, the first first."""
        rows = await self.owner.fetch(
            "select actor, action, subject, detail from audit_entry where company_id = $1 order by sequence",
            COMPANY,
        )
        return [tuple(row.values()) for row in rows]

    async def actions(self) -> list[str]:
        return [action for _, action, _, _ in await self.trail()]

    async def _execute(self, context: RequestContext, document: str, variables: Any) -> dict[str, Any]:
        body = await self.engine.execute(GraphQLRequest(document, None, variables), context)
        answer: dict[str, Any] = orjson.loads(body)
        return answer


@pytest.fixture(scope="session")
async def companies(server: TestServer, migrated: str) -> str:
    return await server.fill_template("integration_life", fill, basis=migrated)


@pytest.fixture(scope="session")
def whole_engine() -> Engine:
    return make_engine(Settings())


@pytest.fixture(scope="session")
async def home(server: TestServer, companies: str) -> AsyncIterator[tuple[asyncpg.Connection, Pool]]:
    """One database for all of these tests, as its owner and as the service."""
    async with server.copy_of(companies) as dsn, Pool(dsn, size=4) as pool:
        owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
        yield owner, pool
        await owner.close()


@pytest.fixture
async def office(home: tuple[asyncpg.Connection, Pool], whole_engine: Engine) -> AsyncIterator[Office]:
    """The company without an integration, as it was filled; taken back to that afterwards."""
    owner, pool = home
    yield Office(pool, owner, FactsCache(pool), whole_engine, new_signing_key())
    await owner.execute(TAKE_BACK)
