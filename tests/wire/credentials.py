"""Applications of a partner, made and used as a vendor's backend does."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from app.auth.applications import ensure_own_application
from app.auth.personas import DEMO_PARTNER
from tests.http.conftest import KEY
from tests.wire.conftest import Wire


@dataclass(frozen=True)
class Credentials:
    """A client id and its secret."""

    client_id: str
    secret: str


async def own_credentials(owner: asyncpg.Connection, partner: str = DEMO_PARTNER) -> Credentials:
    """Those of the partner's own application."""
    client_id, secret = await ensure_own_application(owner, partner, KEY)
    assert secret is not None
    return Credentials(client_id, secret)


async def ask_token(wire: Wire, credentials: Credentials, **form: str) -> httpx.Response:
    """The token endpoint's answer."""
    sent = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.secret,
        **form,
    }
    return await wire.client.post("/oauth/v2/accessToken", data=sent)


async def calling_with(wire: Wire, credentials: Credentials) -> Wire:
    """A caller with a fresh token of this application."""
    answer = await ask_token(wire, credentials)
    assert answer.status_code == 200, answer.text
    return wire.as_(answer.json()["access_token"])


async def provision(partner: Wire, foreign_id: str = "customer-1", **fields: Any) -> tuple[str, Credentials]:
    """A new customer's application: its URN and its credentials."""
    body = {"name": "Customer", "description": "A customer", "uniqueForeignId": foreign_id, **fields}
    answer = await partner.call("POST", "/v2/provisionedApplications", body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    said = made["credentials"]
    return made["key"], Credentials(said["clientId"], said["clientSecret"])


def part(kind: str, context: str = "urn:li:organization:1001") -> str:
    """The key of an integration's part, as it stands in a body."""
    return f"integrationContext={context}&integrationType={kind}&tenantType=RECRUITER&dataProvider=ATS"


def ids_of(*keys: str) -> str:
    """`ids[n]…` of complex keys, plainly spelled."""
    return "&".join(f"ids[{number}].{piece}" for number, key in enumerate(keys) for piece in key.split("&"))


async def name_part(wire: Wire, key: str, name: str = "Our ATS") -> httpx.Response:
    """Name a part of the integration, as the onboarding does."""
    return await wire.call(
        "POST",
        f"/v2/atsIntegrations?{ids_of(key)}",
        {"entities": {key: {"patch": {"$set": {"integrationName": name}}}}},
        headers={"x-restli-method": "batch_partial_update"},
    )
