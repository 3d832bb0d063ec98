"""A gateway as internal tooling has it: GraphiQL is on, with the demo's data and personas."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from app.auth.personas import PERSONAS
from tests.conftest import TestServer
from tests.demo.conftest import load
from tests.widgets.gateway import Gateway, gateway_on

EXPLAIN = "/graphiql/explain"
GUARDS = "/graphiql/guards.json"


@asynccontextmanager
async def tooling_on(
    server: TestServer, migrated: str, folder: Path, *, open_introspection: bool = True, **settings: Any
) -> AsyncIterator[Gateway]:
    """The gateway; its key is kept in `folder`."""
    demo = await server.fill_template("demo_data", load, basis=migrated)
    settings = {"graphiql": True, "open_introspection": open_introspection, **settings}
    async with server.copy_of(demo) as dsn, gateway_on(dsn, folder, origins=(), **settings) as gateway:
        yield gateway


def as_persona(gateway: Gateway, name: str) -> dict[str, str]:
    """The headers of a persona's request."""
    return {"Authorization": f"Bearer {PERSONAS[name].token(gateway.key)}"}


async def explain(gateway: Gateway, persona: str, query: str, **variables: Any) -> httpx.Response:
    """The plan of a query, for this persona."""
    return await gateway.client.post(
        f"{gateway.url}{EXPLAIN}",
        json={"query": query, "variables": variables},
        headers=as_persona(gateway, persona),
    )


async def guards(gateway: Gateway, persona: str) -> dict[str, Any]:
    """What the docs pane shows to this persona."""
    answer = await gateway.client.get(f"{gateway.url}{GUARDS}", headers=as_persona(gateway, persona))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
