"""The routes of GraphiQL: what they answer, to whom, and with which headers."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from graphql import OperationDefinitionNode, OperationType, build_schema, parse, validate
from starlette.applications import Starlette

from app.access.features import Feature
from app.http.graphiql import Persona, graphiql_routes
from app.http.graphiql.routes import example_operations

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "app" / "http" / "graphiql"


async def two_personas() -> list[Persona]:
    return [
        Persona("recruiter", "Active on 5001", "token-of-recruiter"),
        Persona("support", "LinkedIn's staff", "token-of-support"),
    ]


@pytest_asyncio.fixture
async def demo() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=graphiql_routes(two_personas)))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest_asyncio.fixture
async def production() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=graphiql_routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql",
        "/graphiql/examples.json",
        "/graphiql/personas.json",
        "/graphiql/assets/graphiql.js",
        "/graphiql/assets/page.css",
        "/graphiql/assets/no-such-file",
    ],
)
async def test_every_answer_forbids_frames_foreign_sources_and_sniffing(
    demo: httpx.AsyncClient, path: str
) -> None:
    headers = (await demo.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "cache-control" in headers


async def test_the_page_names_each_asset_by_its_digest_and_a_browser_keeps_it(
    demo: httpx.AsyncClient,
) -> None:
    page = await demo.get("/graphiql")
    assert page.headers["cache-control"] == "no-store"
    addresses = re.findall(r'(?:src|href)="(graphiql/assets/[^"]+)"', page.text)
    assert len(addresses) == 4
    for address in addresses:
        asset = await demo.get(f"/{address}")
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_what_a_module_of_the_page_imports_is_served_and_asked_for_again(
    demo: httpx.AsyncClient,
) -> None:
    imported = re.findall(r'from "\./([^"]+)"', (await demo.get("/graphiql/assets/page.js")).text)
    assert sorted(set(imported)) == ["asking.js", "guards.js", "plan.js"]
    for name in imported:
        module = await demo.get(f"/graphiql/assets/{name}")
        assert module.headers["content-type"] == "text/javascript; charset=utf-8"
        assert module.headers["cache-control"] == "no-cache"


async def test_an_asset_asked_for_without_its_digest_is_validated_by_its_etag(
    demo: httpx.AsyncClient,
) -> None:
    first = await demo.get("/graphiql/assets/page.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await demo.get("/graphiql/assets/page.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    stale = await demo.get("/graphiql/assets/page.js?v=0000")
    assert stale.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["..%2froutes.py", "page.html", "package.json", "%00", "routes.py"])
async def test_nothing_but_the_assets_is_served(demo: httpx.AsyncClient, name: str) -> None:
    assert (await demo.get(f"/graphiql/assets/{name}")).status_code == 404


async def test_outside_the_demo_there_are_no_personas_and_the_page_does_not_ask_for_any(
    production: httpx.AsyncClient,
) -> None:
    assert (await production.get("/graphiql/personas.json")).status_code == 404
    assert 'data-personas="off"' in (await production.get("/graphiql")).text


async def test_personas_come_in_their_order_with_tokens_and_are_never_stored(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/graphiql/personas.json", headers={"Sec-Fetch-Site": "same-origin"})
    assert [(one["name"], one["token"]) for one in answer.json()] == [
        ("recruiter", "token-of-recruiter"),
        ("support", "token-of-support"),
    ]
    assert answer.headers["cache-control"] == "no-store"
    assert 'data-personas="on"' in (await demo.get("/graphiql")).text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_page_of_another_origin_gets_no_development_token(demo: httpx.AsyncClient, site: str) -> None:
    answer = await demo.get("/graphiql/personas.json", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "token-of" not in answer.text


async def test_a_token_is_not_printed_with_its_persona() -> None:
    assert "token-of" not in repr(await two_personas())


async def test_examples_are_served_in_the_order_of_their_numbers(demo: httpx.AsyncClient) -> None:
    examples = (await demo.get("/graphiql/examples.json")).json()
    names = [example["name"] for example in examples]
    assert names == sorted(names)
    assert [int(name[:2]) for name in names] == list(range(1, len(names) + 1))
    assert all(
        example["query"] == (PACKAGE / "examples" / f"{example['name']}.graphql").read_text()
        for example in examples
    )


def test_every_example_is_one_named_query_that_needs_no_id() -> None:
    for name, text in example_operations().items():
        (operation,) = parse(text).definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.operation is OperationType.QUERY
        assert operation.name is not None, name
        assert not operation.variable_definitions, name


def test_every_feature_has_an_example_that_says_its_name() -> None:
    explained = [text.split(":", 1)[0].removeprefix("# ") for text in example_operations().values()]
    assert {feature.value for feature in Feature} <= set(explained)


def test_every_example_is_valid_against_the_printed_schema() -> None:
    schema = build_schema((REPOSITORY / "schema.graphql").read_text(encoding="utf-8"))
    for name, text in example_operations().items():
        assert validate(schema, parse(text)) == [], name


def test_the_built_assets_come_with_the_licences_of_what_is_in_them() -> None:
    licences = (PACKAGE / "assets" / "third-party-licences.txt").read_text(encoding="utf-8")
    for package in [
        "graphiql 3.9.0",
        "@graphiql/react 0.29.0",
        "react 18.3.1",
        "codemirror 5.",
        "graphql 16.",
    ]:
        assert f"\n{package}" in licences
    for asset in ["graphiql.js", "graphiql.css"]:
        assert "third-party-licences.txt" in (PACKAGE / "assets" / asset).read_text(encoding="utf-8")[:200]
