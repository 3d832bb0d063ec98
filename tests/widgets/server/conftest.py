"""A gateway with two companies, their ATS's applications, and a desk for widgets' tokens."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.documents.register import document_id
from tests.conftest import TestServer
from tests.http.conftest import KEY, Gateway, gateway_on
from tests.mutations import world
from tests.resolvers.world import COMPANY, OTHER_COMPANY, PARTNER, URN

HOST: Final = "http://localhost"
OWN_PAGE: Final = {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}
"""What a browser sends along from a page of the gateway itself."""

ATS: Final = "https://ats.example"
COMPANY_ATS: Final = "https://own.ats.example:8443"
OTHER_ATS: Final = "https://theirs.example"
APP, OTHER_APP, UNTIED, REVOKED, ORPHAN, FOREIGN, OWN = (
    *("ourapplication01", "theirapplication", "untiedapplicatio", "revokedapplicati"),
    *("orphanedapplicat", "anotherpartnersx", "thepartnersownx1"),
)
"""Client ids: ours, the other company's, of no company yet, revoked, of a revoked parent, of another
partner's, the partner's own."""
APP_ID: Final = UUID(int=0xA99)

CONNECTED, CONNECTED_ADMIN, NOBODY = "u-rosa", "u-jonas", "u-nobody"
"""Users of the ATS: connected to Rosa's seat, to Jonas's, to none."""

WHO: Final = "query Who { viewer { subject roles seat { urn: id } } }"
NAME: Final = (
    "query Name($candidateExternalId: String!) { candidate(externalId: $candidateExternalId) { firstName } }"
)
BY_ID: Final = "query ById($candidateId: ID!) { candidate(id: $candidateId) { externalId } }"
TAG: Final = (
    "mutation Tag($candidateId: ID!, $name: String!) "
    "{ addTag(input: {candidateId: $candidateId, name: $name}) "
    "{ candidate { externalId } userErrors { code } } }"
)
JOB: Final = (
    'query Job($jobExternalId: String = "", $jobId: ID = "") '
    "{ a: job(externalId: $jobExternalId) { title } b: job(id: $jobId) { title } }"
)
DOCUMENTS: Final = (WHO, NAME, BY_ID, TAG, JOB)

_PARENT, _DEAD_PARENT, _OTHER_PARENT = UUID(int=0xA90), UUID(int=0xA91), UUID(int=0xA92)


def _application(
    key: UUID, client: str, parent: UUID | None, company: UUID | None, domains: str, more: str = ""
) -> str:
    partner = "Old ATS" if client == FOREIGN or key == _OTHER_PARENT else PARTNER
    of = "null" if parent is None else f"'{parent}'"
    foreign_id = "null" if parent is None else f"'{client}'"
    tied = "null" if company is None else f"'{company}'"
    return f"""
    insert into provisioned_application (id, client_id, secret_hash, secret_salt, partner_name, parent_id,
      unique_foreign_id, for_company, name, js_sdk_domains, created_at, revoked_at)
    values ('{key}', '{client}', '\\x{"00" * 32}', '\\x{"00" * 16}', '{partner}', {of}, {foreign_id}, {tied},
      'An application', '{{{domains}}}', '2026-01-01Z', {more or "null"});
    """


_FURTHER: Final = "".join(
    [
        _application(_PARENT, OWN, None, None, ATS),
        _application(_DEAD_PARENT, "revokedparent001", None, None, "", "'2026-01-02Z'"),
        _application(_OTHER_PARENT, "otherparentapp01", None, None, ""),
        _application(APP_ID, APP, _PARENT, COMPANY, ATS),
        _application(UUID(int=0xA9A), OTHER_APP, _PARENT, OTHER_COMPANY, OTHER_ATS),
        _application(UUID(int=0xA9B), UNTIED, _PARENT, None, ATS),
        _application(UUID(int=0xA9C), REVOKED, _PARENT, COMPANY, ATS, "'2026-01-02Z'"),
        _application(UUID(int=0xA9D), ORPHAN, _DEAD_PARENT, COMPANY, ATS),
        _application(UUID(int=0xA9E), FOREIGN, _OTHER_PARENT, None, ATS),
        f"insert into registered_origin values ('{COMPANY}', '{COMPANY_ATS}');",
        f"""
        insert into seat_connection values
          ('{COMPANY}', '{PARTNER}', '{CONNECTED}', '{UUID(int=0x51)}', '2026-01-01Z'),
          ('{COMPANY}', '{PARTNER}', '{CONNECTED_ADMIN}', '{UUID(int=0x52)}', '2026-01-01Z');
        """,
        *(
            f"""
            insert into client values ('{client}') on conflict do nothing;
            insert into trusted_operation values
              ('{client}', '{document_id(text)}', 'Test', '{text}', '2026-01-01Z');
            """
            for client in ("profile-widget", "search-widget", "onboarding-widget", "recommended-widget")
            for text in DOCUMENTS
        ),
        "insert into client values ('elsewhere');"
        "insert into trusted_operation values "
        f"('elsewhere', '{document_id('query Elsewhere { viewer { subject } }')}', 'Elsewhere', "
        "'query Elsewhere { viewer { subject } }', '2026-01-01Z');",
    ]
)


async def _fill(dsn: str) -> None:
    await world.fill(dsn)
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_FURTHER)
    finally:
        await owner.close()


def partner_token(company: str = URN, partner: str | None = PARTNER) -> str:
    """The token of the partner's backend, for a company."""
    return issue_token(
        KEY, subject="backend", roles=[Role.PARTNER], company=company, partner=partner, lifetime_s=3600
    )


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    payload = token.split(".")[1]
    said: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


@dataclass(frozen=True, slots=True)
class Desk:
    """Where widgets' tokens are asked for, exchanged and used."""

    gateway: Gateway
    owner: asyncpg.Connection

    async def create(self, *, bearer: str | None = None, **given: Any) -> dict[str, Any]:
        """The payload of createWidgetToken; by default for the profile of `x-1`, seen by `u-nobody`."""
        said: dict[str, Any] = {"widget": "PROFILE", "atsUserId": NOBODY} | given
        if said["widget"] == "PROFILE" and "candidateExternalId" not in given:
            said["candidateExternalId"] = "x-1"
        query = (
            "mutation($input: CreateWidgetTokenInput!) { createWidgetToken(input: $input) "
            "{ token expiresAt userErrors { code message path } } }"
        )
        headers = {"Authorization": f"Bearer {bearer or partner_token()}"}
        response = await self.gateway.ask(query, headers, variables={"input": said})
        answer = response.json()
        assert "errors" not in answer, answer
        payload: dict[str, Any] = answer["data"]["createWidgetToken"]
        return payload

    async def widget_token(self, **given: Any) -> str:
        """The token itself."""
        token = (await self.create(**given))["token"]
        assert isinstance(token, str)
        return token

    async def exchange(
        self,
        token: str,
        *,
        widget: str = "PROFILE",
        app: str = APP,
        origin: str = ATS,
        present: str | None = None,
        headers: Mapping[str, str] = OWN_PAGE,
    ) -> httpx.Response:
        """What the page sends first."""
        sent = dict(headers) | ({} if present is None else {"Authorization": f"Bearer {present}"})
        body = {"token": token, "widget": widget, "app": app, "origin": origin}
        return await self.gateway.client.post("/widgets/token", json=body, headers=sent)

    async def page_token(self, *, app: str = APP, origin: str = ATS, **given: Any) -> str:
        """A page's own token."""
        token = await self.widget_token(**given)
        widget = given.get("widget", "PROFILE")
        response = await self.exchange(token, widget=widget, app=app, origin=origin)
        assert response.status_code == 200, response.text
        answer: str = response.json()["token"]
        return answer

    async def run(
        self,
        page_token: str,
        document: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] = OWN_PAGE,
    ) -> httpx.Response:
        """What the page does with it: one of its documents, by id."""
        return await self.gateway.client.post(
            "/graphql",
            json={"documentId": document_id(document), "variables": variables},
            headers={
                **headers,
                "Authorization": f"Bearer {page_token}",
                "Accept": "application/graphql-response+json",
            },
        )

    async def changed(self) -> None:
        """Let the gateway look at once, as it does within a second."""
        await self.gateway.services.authenticator.refresh()


@pytest.fixture(scope="session")
async def widgets_companies(server: TestServer, migrated: str) -> str:
    """The name of the template."""
    return await server.fill_template("widgets_companies", _fill, basis=migrated)


@asynccontextmanager
async def _desk_on(server: TestServer, template: str) -> AsyncIterator[Desk]:
    async with server.copy_of(template) as dsn:
        owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
        try:
            async with gateway_on(dsn) as gateway:
                yield Desk(gateway, owner)
        finally:
            await owner.close()


@pytest.fixture(scope="session")
async def desk(server: TestServer, widgets_companies: str) -> AsyncIterator[Desk]:
    """One desk for all tests that change nothing but which tokens are spent."""
    async with _desk_on(server, widgets_companies) as desk:
        yield desk


@pytest.fixture
async def own_desk(server: TestServer, widgets_companies: str) -> AsyncIterator[Desk]:
    """A desk of the test's own."""
    async with _desk_on(server, widgets_companies) as desk:
        yield desk
