"""A gateway on two companies (tests/http/conftest.py), with tokens that name a client."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import NORTHWIND
from tests.conftest import TestServer
from tests.http.conftest import KEY, STAFF, Gateway, gateway_on
from tests.http.conftest import _fill as fill

WHO = "query Who { viewer { company { name } roles } }"
SEAT = "query Seat($id: ID!) { node(id: $id) { id } }"
REGISTER = """mutation ($input: RegisterOperationsInput!) {
  registerOperations(input: $input) {
    client { name operations { documentId name document } } userErrors { code message path }
  }
}"""
NEWER = {"Accept": "application/graphql-response+json"}


def of_client(client: str, *roles: Role) -> dict[str, str]:
    """The headers of a recruiter of Northwind (or of these roles), calling through a client."""
    token = issue_token(
        KEY,
        subject="somebody",
        roles=roles or (Role.RECRUITER,),
        company=NORTHWIND,
        seat=None if roles else "urn:li:seat:Northwind",
        client=client,
        lifetime_s=3600,
    )
    return {"Authorization": f"Bearer {token}", **NEWER}


@dataclass(frozen=True)
class Trusting:
    """A gateway whose clients run what they registered."""

    gateway: Gateway

    async def register(
        self, client: str, documents: Sequence[str], headers: dict[str, str] = STAFF
    ) -> dict[str, Any]:
        """The answer to registerOperations, as staff unless said otherwise."""
        given = {"client": client, "documents": list(documents)}
        response = await self.gateway.ask(REGISTER, headers, variables={"input": given})
        answer: dict[str, Any] = response.json()
        return answer

    async def post(self, headers: dict[str, str], **parameters: Any) -> httpx.Response:
        return await self.gateway.client.post("/graphql", json=parameters, headers=headers)

    async def get(self, headers: dict[str, str], **parameters: str) -> httpx.Response:
        return await self.gateway.client.get("/graphql", params=parameters, headers=headers)


@pytest.fixture(scope="session")
async def documents_companies(server: TestServer, migrated: str) -> str:
    """The template with Northwind and Contoso."""
    return await server.fill_template("documents_companies", fill, basis=migrated)


@pytest.fixture
async def database(server: TestServer, documents_companies: str) -> AsyncIterator[str]:
    """The owner's DSN of a database with the two companies, the test's own."""
    async with server.copy_of(documents_companies) as dsn:
        yield dsn


@pytest.fixture
async def trusting(database: str) -> AsyncIterator[Trusting]:
    async with gateway_on(database) as gateway:
        yield Trusting(gateway)
