"""A gateway over real HTTP on a database where Northwind's recruiters have worked, and its ATS's calls."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import DEMO_PARTNER, NORTHWIND
from tests.conftest import TestServer
from tests.http.conftest import KEY
from tests.wire.conftest import Wire
from tests.wire.records.recruiting import fill

CONTEXT = f"dataProvider=ATS&integrationContext={NORTHWIND}"


@pytest.fixture(scope="session")
async def recruiting(server: TestServer, migrated: str) -> str:
    """The template in which recruiters have worked."""
    return await server.fill_template("wire_recruiting", fill, basis=migrated)


@pytest.fixture
async def database(server: TestServer, recruiting: str) -> AsyncIterator[str]:
    """The owner's DSN of such a database, the test's own."""
    async with server.copy_of(recruiting) as dsn:
        yield dsn


def candidate(name: str) -> str:
    """A candidate's key as a vendor writes it."""
    return f"atsCandidateId={name}&{CONTEXT}"


def application(name: str) -> str:
    """An application's key."""
    return f"atsJobApplicationId={name}&{CONTEXT}"


def ids_of(keys: list[str]) -> str:
    """`ids[0].part=…` for keys with parts, `ids=…` for simple ones."""
    pairs = []
    for number, key in enumerate(keys):
        if "=" not in key:
            pairs.append(f"ids={quote(key, safe='')}")
            continue
        for part in key.split("&"):
            name, _, value = part.partition("=")
            pairs.append(f"ids[{number}].{name}={quote(value, safe='')}")
    return "&".join(pairs)


async def put(wire: Wire, resource: str, entities: Mapping[str, Any], **options: Any) -> httpx.Response:
    """A batch update."""
    target = f"/v2/{resource}?{ids_of(list(entities))}"
    return await wire.call("PUT", target, {"entities": dict(entities)}, **options)


async def patch(wire: Wire, resource: str, entities: Mapping[str, Any]) -> httpx.Response:
    """A batch partial update."""
    said = {key: {"patch": {"$set": fields}} for key, fields in entities.items()}
    return await wire.call("POST", f"/v2/{resource}?{ids_of(list(said))}", {"entities": said})


async def read(wire: Wire, resource: str, *keys: str) -> dict[str, Any]:
    """What a batch get answers."""
    answer = await wire.call("GET", f"/v2/{resource}?{ids_of(list(keys))}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def remove(wire: Wire, resource: str, *keys: str) -> httpx.Response:
    """A batch delete."""
    return await wire.call("DELETE", f"/v2/{resource}?{ids_of(list(keys))}")


async def find(wire: Wire, resource: str, finder: str, **criteria: Any) -> httpx.Response:
    """A finder; two underscores stand for a dot."""
    pairs = [("q", finder)]
    for name, value in criteria.items():
        values = value if isinstance(value, list) else [value]
        pairs += [(name.replace("__", "."), str(one)) for one in values]
    return await wire.call("GET", f"/v2/{resource}?{urlencode(pairs)}")


def results(answer: httpx.Response) -> dict[str, Any]:
    """What became of each record, where every one was taken."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["errors"] == {}, body
    found: dict[str, Any] = body["results"]
    return found


async def ask(wire: Wire, query: str, **variables: Any) -> Any:
    """The data of a GraphQL query by the same partner."""
    answer = await ask_as(wire, [Role.PARTNER], query, **variables)
    assert "errors" not in answer, answer
    return answer["data"]


async def ask_as(
    wire: Wire, roles: list[Role], query: str, *, seat: str | None = None, **variables: Any
) -> Any:
    """The answer to a GraphQL query, errors included."""
    token = issue_token(
        KEY,
        subject="partner",
        roles=roles,
        company=NORTHWIND,
        seat=seat,
        partner=DEMO_PARTNER,
        lifetime_s=3600,
    )
    answer = await wire.as_(token).call("POST", "/graphql", {"query": query, "variables": variables})
    return answer.json()
