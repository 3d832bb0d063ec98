"""The public keys are where verifiers look for them, and nothing secret is beside them."""

from dataclasses import replace

import httpx
from joserfc import jws
from joserfc.jws import JWSRegistry

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import ALGORITHM, parse_jwks
from app.http.server import build_app
from tests.http.conftest import KEY, Gateway

PATH = "/.well-known/jwks.json"


def client_of(gateway: Gateway, **changes: object) -> httpx.AsyncClient:
    services = replace(gateway.services, **changes)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(build_app(services)), base_url="http://localhost")


async def test_what_we_sign_can_be_checked_with_what_is_published(gateway: Gateway) -> None:
    async with client_of(gateway, signing_key=KEY) as client:
        response = await client.get(PATH)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jwk-set+json"
    assert response.headers["cache-control"] == "public, max-age=300"
    keys = parse_jwks(response.content)
    assert list(keys) == [KEY.kid]
    token = issue_token(KEY, subject="somebody", roles=[Role.STAFF], company=None)
    checked = jws.deserialize_compact(token, keys[KEY.kid], registry=JWSRegistry(algorithms=[ALGORITHM]))
    assert checked.headers()["kid"] == KEY.kid
    assert all(set(one) <= {"kty", "crv", "x", "kid", "use", "alg"} for one in response.json()["keys"])


async def test_without_a_key_the_set_is_empty(gateway: Gateway) -> None:
    async with client_of(gateway, signing_key=None) as client:
        assert (await client.get(PATH)).json() == {"keys": []}
        assert (await client.post(PATH)).status_code == 405
