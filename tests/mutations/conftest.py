"""The gateway on a copy of the company of its own, served over HTTP as in production."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from app.auth.issue import issue_token
from app.http.server import build_app
from tests.conftest import TestServer
from tests.http.conftest import KEY, listening, services_on
from tests.mutations.cases import CASES
from tests.mutations.world import PEOPLE, fill
from tests.resolvers.world import URN

# What moves with every change, and says nothing of anybody's data.
_NOT_CONTENT = {"facts_version", "rsc_migration"}
_ROWS = 'select t::text as row from "{table}" t order by 1'
_INPUTS = {
    **dict.fromkeys(("activateContract", "deactivateContract"), "ContractInput"),
    **dict.fromkeys(("addTag", "removeTag"), "TagInput"),
}
"""Inputs that are not named after their mutation."""
_SELECTED = {"client": "client { name }", "token": "token"}
"""How a payload's row is asked for where it has no id."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where mutations are handed in: `await counter("rosa", "exportMember", {...})` is the response."""

    client: httpx.AsyncClient
    owner: asyncpg.Connection

    async def __call__(self, who: str, mutation: str, given: Mapping[str, Any] | None) -> httpx.Response:
        body = {"query": document_of(mutation), "variables": None if given is None else {"input": given}}
        return await self.client.post("/graphql", json=body, headers={"Authorization": bearer(who)})

    async def payload(self, who: str, mutation: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """The payload, which must not have been denied."""
        response = await self(who, mutation, given)
        answer = response.json()
        assert (response.status_code, answer.get("errors")) == (200, None), answer
        payload: dict[str, Any] = answer["data"][mutation]
        return payload

    async def content(self) -> dict[str, list[str]]:
        """Every row of every table, as text."""
        tables = await self.owner.fetch(
            "select table_name from information_schema.tables "
            "where table_schema = 'public' and table_type = 'BASE TABLE' order by 1"
        )
        return {
            table: sorted(
                one["row"] for one in await self.owner.fetch(f'select t::text as row from "{table}" t')
            )
            for (table,) in tables
            if table not in _NOT_CONTENT
        }


def document_of(mutation: str) -> str:
    """The operation that calls it, with `$input` if it takes one."""
    case = CASES[mutation]
    kind = _INPUTS.get(mutation, f"{mutation[0].upper()}{mutation[1:]}Input")
    declared, passed = (f"($input: {kind}!)", "(input: $input)") if case.input is not None else ("", "")
    selected = _SELECTED.get(case.row, f"{case.row} {{ id }}")
    return f"mutation{declared} {{ {mutation}{passed} {{ {selected} userErrors {{ code message path }} }} }}"


def bearer(who: str) -> str:
    """The Authorization header of somebody of the company."""
    roles, seat, partner = PEOPLE[who]
    token = issue_token(
        KEY, subject=f"test:{who}", roles=roles, company=URN, seat=seat, partner=partner, lifetime_s=3600
    )
    return f"Bearer {token}"


def codes(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of a payload's userErrors."""
    return tuple(error["code"] for error in payload["userErrors"])


At: TypeAlias = Callable[[str], AbstractAsyncContextManager[Counter]]


@pytest.fixture(scope="session")
async def mutations_company(server: TestServer, migrated: str) -> str:
    """The name of the template that has both companies."""
    return await server.fill_template("mutations_company", fill, basis=migrated)


@pytest.fixture
def at(server: TestServer, mutations_company: str) -> At:
    """`async with at("a mutation") as counter` is a served copy on which that mutation is possible."""

    @asynccontextmanager
    async def open_(mutation: str) -> AsyncIterator[Counter]:
        async with server.copy_of(mutations_company) as dsn:
            owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
            try:
                await owner.execute(CASES[mutation].before or "select")
                async with (
                    listening(build_app(services_on(dsn))) as port,
                    httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=30) as client,
                ):
                    yield Counter(client, owner)
            finally:
                await owner.close()

    return open_
