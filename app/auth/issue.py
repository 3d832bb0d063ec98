"""Tokens that the service signs itself."""

import time
from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

import orjson
from joserfc import jws
from joserfc.jws import JWSRegistry

from app.access.features import Role
from app.auth.issuers import DEVELOPMENT_ISSUER, DEVELOPMENT_LIFETIME_MAX_S
from app.auth.keys import ALGORITHM, SigningKey

AUDIENCE: Final = "rsc-gateway"
_REGISTRY: Final = JWSRegistry(algorithms=[ALGORITHM])


def issue_token(
    key: SigningKey,
    *,
    subject: str,
    roles: Iterable[Role],
    company: str | None,
    seat: str | None = None,
    partner: str | None = None,
    client: str | None = None,
    credential: int | None = None,
    lifetime_s: int = DEVELOPMENT_LIFETIME_MAX_S,
    issuer: str = DEVELOPMENT_ISSUER,
) -> str:
    """A signed token with a fresh `jti`, good from now for `lifetime_s`.

    Nothing is checked here: what a token may say is decided where it is verified, for ours as for any
    other. `company` and `seat` are LinkedIn URNs, `partner` is the partner's name.
    `credential` makes it an application's: see `app.auth.applications`.
    """
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": now,
        "exp": now + lifetime_s,
        "jti": str(uuid4()),
        "roles": sorted(roles),
    }
    ours = {
        "company": company,
        "seat": seat,
        "partner": partner,
        "client": client,
        "credential": credential,
    }
    claims.update({name: value for name, value in ours.items() if value is not None})
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}
    return jws.serialize_compact(header, orjson.dumps(claims), key.jwk, registry=_REGISTRY)
