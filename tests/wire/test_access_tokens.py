"""POST /oauth/v2/accessToken: RFC 6749's client credentials, and how soon they stop."""

import asyncio
import base64
import time

import asyncpg
import pytest

from app.access.features import Role
from app.auth.applications import renew_secret
from app.auth.attempts import FAILURES_MAX, Attempts
from app.auth.issue import issue_token
from app.auth.personas import NORTHWIND
from tests.http.conftest import KEY
from tests.wire.conftest import Wire
from tests.wire.credentials import (
    Credentials,
    ask_token,
    calling_with,
    ids_of,
    name_part,
    own_credentials,
    part,
    provision,
)

READ = f"/v2/atsIntegrations?{ids_of(part('ONE_CLICK_EXPORT'))}"


async def customer(wire: Wire, owner: asyncpg.Connection) -> tuple[str, Credentials, Wire]:
    """An application that acts for Northwind."""
    partner = await calling_with(wire, await own_credentials(owner))
    urn, credentials = await provision(partner)
    caller = await calling_with(wire, credentials)
    assert (await name_part(caller, part("ONE_CLICK_EXPORT"))).status_code == 200
    return urn, credentials, caller


async def test_credentials_give_a_token_for_half_an_hour(wire: Wire, owner: asyncpg.Connection) -> None:
    answer = await ask_token(wire, await own_credentials(owner))
    assert answer.status_code == 200
    body = answer.json()
    assert body["expires_in"] == 1800
    assert body["token_type"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"
    claims = base64.urlsafe_b64decode(body["access_token"].split(".")[1] + "==")
    assert b"secret" not in claims


async def test_credentials_may_come_in_the_header(wire: Wire, owner: asyncpg.Connection) -> None:
    own = await own_credentials(owner)
    answer = await wire.client.post(
        "/oauth/v2/accessToken", data={"grant_type": "client_credentials"}, auth=(own.client_id, own.secret)
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "\0"}, 401, "invalid_client"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
async def test_what_is_wrong_is_told_as_oauth_does(
    wire: Wire, owner: asyncpg.Connection, form: dict[str, str], status: int, error: str
) -> None:
    answer = await ask_token(wire, await own_credentials(owner), **form)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert set(answer.json()) == {"error", "error_description"}


async def test_a_form_is_wanted_and_a_post(wire: Wire) -> None:
    answer = await wire.client.post("/oauth/v2/accessToken", json={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = await wire.client.get("/oauth/v2/accessToken?grant_type=client_credentials")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    answer = await wire.client.post("/oauth/v2/accessToken", data={"client_secret": "x" * 20_000})
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


async def test_the_secret_is_not_in_the_database(wire: Wire, owner: asyncpg.Connection) -> None:
    own = await own_credentials(owner)
    rows = await owner.fetch("select a::text as row from provisioned_application a")
    assert rows
    assert not any(own.secret in row["row"] or own.secret.encode().hex() in row["row"] for row in rows)


async def test_who_guesses_is_made_to_wait_and_others_are_not(wire: Wire, owner: asyncpg.Connection) -> None:
    own = await own_credentials(owner)
    for _ in range(FAILURES_MAX):
        assert (await ask_token(wire, Credentials("abcdefghij012345", "wrong"))).status_code == 401
    refused = await ask_token(wire, Credentials("abcdefghij012345", "wrong"))
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert (await ask_token(wire, own)).status_code == 200


def test_a_minute_later_one_may_try_again() -> None:
    now = [100.0]
    attempts = Attempts(clock=lambda: now[0])
    for _ in range(FAILURES_MAX):
        attempts.failed("peer")
    assert attempts.wait_s("peer") > 0
    assert attempts.wait_s("another") == 0
    now[0] += 61
    assert attempts.wait_s("peer") == 0


async def until_refused(caller: Wire) -> float:
    """Seconds until the token of this caller counts no more."""
    began = time.monotonic()
    while (await caller.call("GET", READ)).status_code == 200:
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_a_revoked_application_stops_within_a_second(wire: Wire, owner: asyncpg.Connection) -> None:
    _, credentials, caller = await customer(wire, owner)
    assert (await caller.call("GET", READ)).status_code == 200
    await owner.execute(
        "update provisioned_application set revoked_at = now() where client_id = $1", credentials.client_id
    )
    assert await until_refused(caller) < 1
    refused = await caller.call("GET", READ)
    assert (refused.status_code, refused.json()["serviceErrorCode"]) == (401, 65600)
    assert (await ask_token(wire, credentials)).status_code == 401


async def test_a_revoked_partner_takes_its_customers_applications_with_it(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    _, credentials, caller = await customer(wire, owner)
    await owner.execute("update provisioned_application set revoked_at = now() where parent_id is null")
    assert await until_refused(caller) < 1
    assert (await ask_token(wire, credentials)).status_code == 401


async def test_a_new_secret_ends_the_tokens_of_the_old_one(wire: Wire, owner: asyncpg.Connection) -> None:
    _, credentials, caller = await customer(wire, owner)
    key = await owner.fetchval(
        "select id from provisioned_application where client_id = $1", credentials.client_id
    )
    _, secret = await renew_secret(owner, key, KEY)
    assert await until_refused(caller) < 1
    assert (await ask_token(wire, credentials)).status_code == 401
    again = await calling_with(wire, Credentials(credentials.client_id, secret))
    assert (await again.call("GET", READ)).status_code == 200


async def test_a_partners_own_token_acts_for_no_company(wire: Wire, owner: asyncpg.Connection) -> None:
    partner = await calling_with(wire, await own_credentials(owner))
    refused = await partner.call("GET", READ)
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    by_graphql = await partner.call("POST", "/graphql", {"query": "{ __typename }"})
    assert by_graphql.status_code == 401


async def test_a_customers_token_is_the_partners_backend_for_graphql_too(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    _, _, caller = await customer(wire, owner)
    answer = await caller.call("POST", "/graphql", {"query": "{ viewer { roles company { id } } }"})
    assert answer.json()["data"]["viewer"] == {"roles": ["PARTNER"], "company": {"id": NORTHWIND}}


async def test_only_our_own_issuer_speaks_of_credentials(wire: Wire, owner: asyncpg.Connection) -> None:
    own = await own_credentials(owner)
    forged = issue_token(
        KEY,
        subject=f"application:{own.client_id}",
        roles=[Role.PARTNER],
        company=NORTHWIND,
        credential=1,
        lifetime_s=60,
    )
    assert (await wire.as_(forged).call("GET", READ)).status_code == 401
