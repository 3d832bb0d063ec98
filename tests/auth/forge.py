"""Tokens made by hand, so that they can be wrong in every way that a library would not let them be."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.auth.keys import SigningKey, new_signing_key

NOW = 1_800_000_000
ISSUER = "https://idp.northwind.example"
OTHER_ISSUER = "https://idp.contoso.example"
NORTHWIND = "urn:li:organization:1001"
SEAT = "urn:li:seat:7001"

KEY = new_signing_key()
OTHER_KEY = new_signing_key()
UNPUBLISHED_KEY = new_signing_key()

CLAIMS: dict[str, str] = {
    "iss": json.dumps(ISSUER),
    "aud": '"rsc-gateway"',
    "sub": '"somebody"',
    "iat": str(NOW - 60),
    "exp": str(NOW + 600),
    "jti": '"a-token"',
    "roles": '["RECRUITER"]',
    "company": json.dumps(NORTHWIND),
    "seat": json.dumps(SEAT),
}
"""The claims of a token that is in order, each as JSON text."""


def b64(data: bytes | str) -> str:
    """base64url without padding."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def object_text(members: dict[str, str]) -> str:
    """A JSON object from names and JSON texts."""
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in members.items()) + "}"


def header(*, without: tuple[str, ...] = (), **changed: str) -> str:
    """The header of a token that is in order, with these members (JSON texts) changed."""
    members = {"alg": '"Ed25519"', "kid": json.dumps(KEY.kid), "typ": '"JWT"'} | changed
    return object_text({name: text for name, text in members.items() if name not in without})


def claims(*, without: tuple[str, ...] = (), **changed: str) -> str:
    """The claims of a token that is in order, with these (JSON texts) changed."""
    return object_text({name: text for name, text in (CLAIMS | changed).items() if name not in without})


def sealed(head: str, body: str | bytes, key: SigningKey = KEY) -> str:
    """A token whose Ed25519 signature is right, whatever is in it."""
    signed = f"{b64(head)}.{b64(body)}"
    assert key.jwk.private_key is not None
    secret = OKPKey.import_key(key.jwk.private_key).get_op_key("sign")
    return f"{signed}.{b64(secret.sign(signed.encode()))}"  # type: ignore[union-attr]


def token(*, key: SigningKey = KEY, without: tuple[str, ...] = (), **changed: str) -> str:
    """A well signed token with these claims (JSON texts) changed."""
    return sealed(header(), claims(without=without, **changed), key)


def with_header(*, without: tuple[str, ...] = (), **changed: str) -> str:
    """A well signed token with these header members (JSON texts) changed."""
    return sealed(header(without=without, **changed), claims())


def unsigned(head: str, body: str) -> str:
    """A token without a signature."""
    return f"{b64(head)}.{b64(body)}."


def by_library(alg: str, key: OKPKey | RSAKey | ECKey) -> str:
    """A token that another algorithm signed, rightly, under our kid."""
    head = {"alg": alg, "kid": KEY.kid, "typ": "JWT"}
    return jws.serialize_compact(head, claims(), key, algorithms=[alg])


def confused(alg: str, digest: str, secret: bytes) -> str:
    """The classic confusion: a MAC whose secret is the public key."""
    signed = f"{b64(header(alg=json.dumps(alg)))}.{b64(claims())}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), getattr(hashlib, digest)).digest())}"
