"""Tokens that the service signs itself."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

import orjson
from joserfc import jws
from joserfc.jws import JWSRegistry

from app.access.features import Role
from app.auth.issuers import DEVELOPMENT_ISSUER, DEVELOPMENT_LIFETIME_MAX_S
from app.auth.keys import ALGORITHM, SigningKey

AUDIENCE: Final = "rsc-gateway"
WIDGET_AUDIENCE: Final = "rsc-gateway/widgets"
"""Of what an ATS hands to a widget: good for being exchanged, and for nothing else."""

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
    widget: Mapping[str, str] | None = None,
    issued_at: int | None = None,
    lifetime_s: int = DEVELOPMENT_LIFETIME_MAX_S,
    issuer: str = DEVELOPMENT_ISSUER,
    audience: str = AUDIENCE,
) -> str:
    """A signed token with a fresh `jti`, good for `lifetime_s` from now or from `issued_at` on.

    Nothing is checked here: what a token may say is decided where it is verified, for ours as for any
    other. `company` and `seat` are LinkedIn URNs, `partner` is the partner's name.
    `credential` makes it an application's (`app.auth.applications`), `widget` a widget's
    (`app.widgets.tokens`).
    """
    now = int(time.time()) if issued_at is None else issued_at
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
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
        "widget": widget,
    }
    claims.update({name: value for name, value in ours.items() if value is not None})
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}
    return jws.serialize_compact(header, orjson.dumps(claims), key.jwk, registry=_REGISTRY)
