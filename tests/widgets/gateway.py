"""A gateway for the widgets' tests: the whole service on 127.0.0.1 with the demo's data.

`Gateway.state` is the owner's hand on the database, for the states that a widget must show.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from app.auth.keys import SigningKey
from app.auth.own_key import development_key
from app.auth.personas import DEMO_PARTNER, PERSONAS
from app.database.pool import Pool
from app.demo import load_demo
from app.demo.applications import ensure_demo_applications
from app.demo.organizations import NORTHWIND_ORGANIZATION
from app.http.server import build_app
from app.http.services import Services
from app.ids import uuid7
from app.services import make_services
from app.settings import Settings
from tests.http.conftest import listening

ATS_USERS: Final[Mapping[str, str]] = {
    name: f"ats-{name}" for name, persona in PERSONAS.items() if persona.seat and name != "outsider"
}
"""By persona, the user of Northwind's ATS who is connected to that persona's seat."""

UNCONNECTED: Final = "ats-nobody"
"""A user of the ATS whom no seat holder has claimed to be."""

MATCHED, MATCHED_OF_SOMEONE_ELSE = "cand-0001", "cand-0002"
"""Zoë Marchetti, for whom everything exists that a widget shows; and another matched candidate."""
AMBIGUOUS, MANUAL, UNLINKED, UNMATCHED = "cand-0003", "cand-0005", "cand-0008", "cand-0010"

NewGateway = Callable[..., AbstractAsyncContextManager["Gateway"]]
"""Makes gateways with these settings, each on a copy of the demo's data."""

_CREATE = """
mutation Create($input: CreateWidgetTokenInput!) {
  createWidgetToken(input: $input) { token userErrors { code message path } }
}
"""


def widget_settings(dsn: str | None, data_dir: Path, **settings: Any) -> Settings:
    """The settings of a gateway like the demo's, whose key is in this folder."""
    kept: dict[str, Any] = {"development_tokens": True, "allow_private_callbacks": True, "port": 0}
    return Settings(database_url=dsn, data_dir=data_dir, **{**kept, **settings})


async def fill(dsn: str, data_dir: Path) -> None:
    """Load the demo, its applications, and who of the ATS's users holds which seat."""
    async with Pool(dsn, size=2) as pool:
        await load_demo(dsn, pool)
        await ensure_demo_applications(pool, development_key(widget_settings(dsn, data_dir)))
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute("delete from seat_connection")
        await owner.executemany(
            """
            insert into seat_connection (company_id, partner_name, ats_user_id, seat_id, connected_at)
            select company_id, $1, $2, id, now() from seat where urn = $3
            """,
            [(DEMO_PARTNER, user, PERSONAS[name].seat) for name, user in ATS_USERS.items()],
        )
    finally:
        await owner.close()


@dataclass(slots=True)
class State:
    """Northwind's rows, as their owner changes them.

    The gateway knows it when a method has returned; of origins it knows within a second.
    """

    dsn: str
    services: Services

    async def sql(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Run one statement; `$1` and so on are the arguments. The answer is its rows."""
        connection = await asyncpg.connect(self.dsn, server_settings={"TimeZone": "UTC"})
        try:
            rows = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        await self.services.authenticator.refresh()
        return rows

    async def seat(self, persona: str, state: str) -> None:
        """Make the seat of this persona ACTIVE, INACTIVE, INVITED or PARKED."""
        await self.sql("update seat set state = $1 where urn = $2", state, PERSONAS[persona].seat)

    async def integration(self, state: str) -> None:
        """Put Northwind's integration into this state; ERASED leaves the company without any."""
        await self.sql(
            """
            update integration
            set state = $1, disabled_at = case when $1 in ('DISABLED', 'ERASED') then now() end
            where company_id = $2
            """,
            *(state, NORTHWIND_ORGANIZATION.id),
        )

    async def access(self, *, company_wide: bool, contracts: tuple[str, ...]) -> None:
        """Company-wide access on or off, and contract access on exactly these contracts."""
        company = NORTHWIND_ORGANIZATION.id
        switch = "update integration set company_wide_access = $1 where company_id = $2"
        await self.sql(switch, company_wide, company)
        switch = "update contract set activated = urn = any($1) where company_id = $2"
        await self.sql(switch, contracts, company)

    async def unsupported(self, *features: str) -> None:
        """Let the partner support all features but these."""
        await self.sql(
            "update partner set supported_features = "
            "array(select f from unnest(supported_features) f where f <> all($1)) where name = $2",
            *(features, DEMO_PARTNER),
        )

    async def resyncing(self, *entities: str, done: int = 300, expected: int = 900) -> None:
        """A re-sync of these entities (candidate, application, job) runs, and is so far."""
        run = uuid7()
        await self.sql(
            """
            insert into sync_run (company_id, id, integration_id, kind, entities, started_at, expected, done)
            select company_id, $1, id, 'RESYNC', $2, now(), $3, $4 from integration
            where company_id = $5 and state <> 'ERASED'
            """,
            *(run, list(entities), expected, done, NORTHWIND_ORGANIZATION.id),
        )
        await self.sql(
            "update integration set resync_run_id = $1, resync_due = true where company_id = $2",
            *(run, NORTHWIND_ORGANIZATION.id),
        )

    async def candidate(self, external_id: str) -> asyncpg.Record:
        """The candidate's row."""
        (row,) = await self.sql(
            "select * from candidate where company_id = $1 and external_id = $2",
            *(NORTHWIND_ORGANIZATION.id, external_id),
        )
        return row

    async def register_origin(self, *origins: str) -> None:
        """Make these the origins of Northwind's application (validJsSdkDomains), and no others."""
        await self.sql(
            "update provisioned_application set js_sdk_domains = $1 where unique_foreign_id = 'northwind'",
            list(origins),
        )


@dataclass(slots=True)
class Gateway:
    """A running gateway. `app_key` is the client id of Northwind's application."""

    url: str
    app_key: str
    secret: str
    key: SigningKey
    state: State
    client: httpx.AsyncClient
    _backend_token: str = ""

    async def ask(self, token: str, query: str, **variables: Any) -> dict[str, Any]:
        """The parsed answer of /graphql to whoever bears this token, or to the persona of this name."""
        if token in PERSONAS:
            token = PERSONAS[token].token(self.key)
        answer = await self.client.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )
        parsed: dict[str, Any] = answer.json()
        return parsed

    async def backend_token(self) -> str:
        """What Northwind's ATS gets for its client credentials, had once."""
        if not self._backend_token:
            answer = await self.client.post(
                f"{self.url}/oauth/v2/accessToken",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self.app_key,
                    "client_secret": self.secret,
                },
            )
            self._backend_token = answer.json()["access_token"]
        return self._backend_token

    async def widget_token(
        self,
        widget: str,
        *,
        user: str = ATS_USERS["recruiter"],
        candidate: str | None = None,
        job: str | None = None,
        is_admin: bool = False,
    ) -> str:
        """A widget token, had by the ATS's backend. `widget` is as in the path: profile, onboarding, …"""
        given = {
            "widget": widget.upper(),
            "atsUserId": user,
            "candidateExternalId": candidate,
            "jobExternalId": job,
            "isAtsAdmin": is_admin,
        }
        answer = await self.ask(await self.backend_token(), _CREATE, input=given)
        payload = (answer.get("data") or {}).get("createWidgetToken")
        assert payload is not None, answer
        assert payload["token"], payload
        token: str = payload["token"]
        return token


@asynccontextmanager
async def gateway_on(
    dsn: str, data_dir: Path, *, origins: tuple[str, ...], **settings: Any
) -> AsyncIterator[Gateway]:
    """A gateway on this database, on a free port of 127.0.0.1, that these origins may frame."""
    services = make_services(widget_settings(dsn, data_dir, **settings))
    # The demo's ATS is nowhere: whatever would be sent to it would only fail, at one moment or another.
    background = {name: job for name, job in services.background.items() if name != "delivery"}
    services = replace(services, background=background)
    key = services.signing_key
    assert key is not None
    state = State(dsn, services)
    async with Pool(dsn, size=1) as pool:
        app_key, secret, *_ = await ensure_demo_applications(pool, key)
    await state.register_origin(*origins)
    async with listening(build_app(services)) as port, httpx.AsyncClient(timeout=20) as client:
        yield Gateway(f"http://127.0.0.1:{port}", app_key, secret, key, state, client)
