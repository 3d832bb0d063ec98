"""GraphiQL as a person meets it: in Chromium, with every other origin cut off."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from graphql import GraphQLSchema, build_schema, graphql_sync
from playwright.async_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as ServerRoute

from app.http.graphiql import Persona, PersonaSource, graphiql_routes
from app.http.graphiql.routes import example_operations
from tests.http.browsing import Visit, visited
from tests.widgets.browser import launched, require_chromium

# The recruiter's schema has a field that support's has not, so that a switch shows in what can be read.
RECRUITER_SCHEMA = build_schema(
    """
    "The one who asks."
    type Viewer {
      subject: String!
      roles: [String!]!
      company: Company
      contract: Contract
      seat: Seat
      features: [FeatureAccess!]!
    }
    type Company { id: ID! name: String! }
    type Contract { id: ID! name: String! productTier: String! activated: Boolean! }
    type Seat { firstName: String! lastName: String! state: String! isAdmin: Boolean! }
    type FeatureAccess { feature: String! granted: Boolean! through: String reason: String howToFix: String }
    type Query { viewer: Viewer! onlyForRecruiters: String }
    """
)
SUPPORT_SCHEMA = build_schema(
    "type Viewer { subject: String! } type Query { viewer: Viewer! onlyForSupport: String }"
)


@dataclass
class Gateway:
    """A server with our routes and a small schema for each persona; it remembers who asked what."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    issued: int = 0
    revoked: set[str] = field(default_factory=set)
    guards_told: str = '{"guards": [], "types": {}}'
    schema_read: asyncio.Event = field(default_factory=asyncio.Event)

    async def personas(self) -> list[Persona]:
        self.issued += 1
        return [
            Persona("recruiter", "An active seat on contract 5001", f"recruiter-{self.issued}"),
            Persona("support", "LinkedIn's own staff", f"support-{self.issued}"),
        ]

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.asked.append((token, body.get("operationName") or ""))
        schema = self._schema_of(token)
        if schema is None or token in self.revoked:
            return JSONResponse({"errors": [{"message": "This token is not accepted."}]}, status_code=401)
        if body.get("operationName") == "IntrospectionQuery":
            self.schema_read.set()
        root = {"viewer": self._viewer(token)}
        result = graphql_sync(schema, body["query"], root, variable_values=body.get("variables"))
        return JSONResponse(result.formatted, media_type="application/graphql-response+json")

    async def guards(self, request: Request) -> Response:
        schema = self._schema_of(request.headers.get("authorization", "").removeprefix("Bearer "))
        return Response(self.guards_told, status_code=200 if schema else 401)

    def _schema_of(self, token: str) -> GraphQLSchema | None:
        return {"recruiter": RECRUITER_SCHEMA, "support": SUPPORT_SCHEMA}.get(token.split("-")[0])

    def _viewer(self, token: str) -> dict[str, Any]:
        name = token.split("-")[0]
        features = [{"feature": "PROFILE_WIDGET", "granted": True, "through": "CONTRACT"}]
        return {"subject": f"subject-of-{name}", "roles": [name.upper()], "features": features}


@asynccontextmanager
async def served(gateway: Gateway, personas: PersonaSource | None) -> AsyncIterator[Gateway]:
    routes = [
        *graphiql_routes(personas),
        ServerRoute("/graphql", gateway.answer, methods=["POST"]),
        ServerRoute("/graphiql/guards.json", gateway.guards),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        gateway.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield gateway
    finally:
        server.should_exit = True
        await running
        listener.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    require_chromium()
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture
async def demo(chromium: Browser) -> AsyncIterator[tuple[Gateway, Visit]]:
    gateway = Gateway()
    async with served(gateway, gateway.personas), visited(chromium, gateway.url) as visit:
        yield gateway, visit


async def test_the_page_opens_every_example_and_runs_one_without_leaving_our_origin(
    demo: tuple[Gateway, Visit],
) -> None:
    gateway, visit = demo
    tabs = visit.page.locator(".graphiql-tab")
    await expect(tabs).to_have_count(len(example_operations()))
    await expect(tabs.first).to_contain_text("Viewer")
    await visit.run()
    await visit.answer.to_contain_text("subject-of-recruiter")
    assert gateway.asked == [("recruiter-1", "IntrospectionQuery"), ("recruiter-1", "Viewer")]
    await visit.assert_clean()


async def test_switching_the_persona_changes_the_token_and_reads_the_schema_again(
    demo: tuple[Gateway, Visit],
) -> None:
    gateway, visit = demo
    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    documentation = visit.page.locator(".graphiql-plugin")
    await documentation.get_by_role("link", name="Query").click()
    await expect(documentation).to_contain_text("onlyForRecruiters")

    await visit.ask_as("support")
    await documentation.get_by_role("link", name="Query").click()
    await expect(documentation).to_contain_text("onlyForSupport")
    await expect(documentation).not_to_contain_text("onlyForRecruiters")
    assert gateway.asked == [("recruiter-1", "IntrospectionQuery"), ("support-1", "IntrospectionQuery")]

    await visit.page.get_by_role("button", name="Add tab").click()
    await visit.page.locator(".graphiql-query-editor .CodeMirror-lines").click()
    await visit.page.keyboard.press("Control+End")
    await visit.page.keyboard.insert_text("\nquery Who { viewer { subject } }")
    await expect(visit.page.locator(".graphiql-tab").last).to_contain_text("Who")
    await visit.run()
    await visit.answer.to_contain_text("subject-of-support")
    assert gateway.asked[-1] == ("support-1", "Who")
    await visit.assert_clean()


@pytest.mark.parametrize("answer", ['{"errors": [{"message": "Not now."}]}', "not JSON: Not now."])
async def test_where_the_guards_cannot_be_read_the_docs_say_so_and_are_there(
    chromium: Browser, answer: str
) -> None:
    gateway = Gateway(guards_told=answer)
    async with served(gateway, gateway.personas), visited(chromium, gateway.url) as visit:
        await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
        documentation = visit.page.locator(".graphiql-plugin")
        await expect(documentation).to_contain_text("What guards the fields could not be read.")
        await expect(documentation).to_contain_text("Not now.")
        await documentation.get_by_role("link", name="Query").click()
        await expect(documentation).to_contain_text("onlyForRecruiters")
        await visit.assert_clean()


async def test_what_one_persona_was_answered_is_gone_for_the_next_in_every_tab(
    demo: tuple[Gateway, Visit],
) -> None:
    _, visit = demo
    await visit.run()
    await visit.answer.to_contain_text("subject-of-recruiter")
    await visit.page.locator(".graphiql-tab-button").nth(1).click()
    await visit.ask_as("support")
    await visit.page.locator(".graphiql-tab-button").nth(0).click()
    await expect(visit.page.locator(".graphiql-query-editor")).to_contain_text("query Viewer")
    await visit.answer.not_to_contain_text("subject-of-recruiter")
    await visit.assert_clean()


async def test_a_refused_token_is_renewed_once_and_the_operation_answers(demo: tuple[Gateway, Visit]) -> None:
    gateway, visit = demo
    async with asyncio.timeout(20):
        await gateway.schema_read.wait()
    gateway.revoked.add("recruiter-1")
    await visit.run()
    await visit.answer.to_contain_text("subject-of-recruiter")
    assert gateway.asked[-2:] == [("recruiter-1", "Viewer"), ("recruiter-2", "Viewer")]
    assert visit.foreign == []


async def test_neither_tabs_nor_history_keep_a_token(demo: tuple[Gateway, Visit]) -> None:
    _, visit = demo
    await visit.run()
    await visit.answer.to_contain_text("subject-of-recruiter")
    await visit.wait_for_tab_to_be_kept("query Viewer")
    stored = await visit.stored()
    assert "query Viewer" in stored
    assert "recruiter-1" not in stored
    assert "subject-of-recruiter" not in stored
    await expect(visit.page.get_by_role("button", name="Headers")).to_have_count(0)


async def test_closed_examples_come_back_on_request(demo: tuple[Gateway, Visit]) -> None:
    _, visit = demo
    tabs = visit.page.locator(".graphiql-tab")
    await expect(tabs).to_have_count(len(example_operations()))
    await tabs.nth(1).hover()
    await tabs.nth(1).get_by_role("button", name="Close Tab").click()
    await expect(tabs).to_have_count(len(example_operations()) - 1)
    await visit.page.get_by_role("button", name="Reopen examples").click()
    await expect(tabs).to_have_count(len(example_operations()))
    await visit.assert_clean()


async def test_the_address_may_name_the_persona(chromium: Browser) -> None:
    gateway = Gateway()
    async with (
        served(gateway, gateway.personas),
        visited(chromium, gateway.url, "/graphiql#support") as visit,
    ):
        await expect(visit.page.get_by_label("Ask as")).to_have_value("support")
        await expect(visit.page.locator(".graphiql-tab").first).to_be_visible()
        await visit.assert_clean()


async def test_outside_the_demo_nothing_is_asked_until_a_token_is_given(chromium: Browser) -> None:
    gateway = Gateway()
    async with served(gateway, None), visited(chromium, gateway.url) as visit:
        await visit.run()
        await visit.answer.to_contain_text("Paste a token first.")
        assert gateway.asked == []

        await visit.page.get_by_label("Token").fill("Bearer recruiter-of-my-own")
        await visit.page.get_by_label("Token").press("Enter")
        await visit.run()
        await visit.answer.to_contain_text("subject-of-recruiter")
        assert set(gateway.asked) == {
            ("recruiter-of-my-own", "IntrospectionQuery"),
            ("recruiter-of-my-own", "Viewer"),
        }
        stored = await visit.stored()
        assert "of-my-own" not in stored
        await visit.assert_clean()
