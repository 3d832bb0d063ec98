"""Tokens by which nobody may be let in, at a gateway that runs: genuine ones, as a forger leaves them.

`tests.auth.forgeries` holds what a verifier by itself must refuse, at a clock that stands. These are of the
present, and of everybody who can sign: the gateway (access tokens, widget tokens, page tokens), three issuers
that it has registered, and somebody whom it has not.
"""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.auth.keys import SigningKey, new_signing_key
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND
from tests.auth.forge import (
    ISSUER,
    KEY,
    OTHER_ISSUER,
    OTHER_KEY,
    UNPUBLISHED_KEY,
    b64,
    claims,
    header,
    sealed,
)

AUDIENCES: Final = ("rsc-gateway", "rsc-gateway/widgets")
VENDOR: Final = "https://idp.vendor.example"
VENDOR_KEY: Final = new_signing_key()
_ISSUERS: Final[tuple[tuple[str, SigningKey, list[str] | str, list[str], list[str]], ...]] = (
    (ISSUER, KEY, [NORTHWIND], ["RECRUITER", "ATS_USER", "PARTNER"], [DEMO_PARTNER]),
    (OTHER_ISSUER, OTHER_KEY, [CONTOSO], ["RECRUITER", "STAFF", "SUPPORT"], []),
    (VENDOR, VENDOR_KEY, "*", ["ATS_USER", "ATS_ADMIN", "PARTNER"], ["Another ATS"]),
)
"""Issuer, key, companies, roles, partners: Northwind's own, Contoso's own, and a vendor's of any company."""


def register_issuers(folder: Path) -> None:
    """Write the registrations that `tests.hostile.serving` reads, with a key set for each."""
    entries = []
    for place, (name, key, companies, roles, partners) in enumerate(_ISSUERS):
        (folder / f"jwks-{place}.json").write_text(json.dumps(key.public_jwks()))
        entry = {"issuer": name, "jwks": f"jwks-{place}.json", "companies": companies, "roles": roles}
        entries.append(entry | {"partners": partners})
    (folder / "issuers.json").write_text(json.dumps(entries))


def issued_by(key: SigningKey, issuer: str, **changed: Any) -> str:
    """A token that is good at present, with these claims; None leaves one out. Its signature is right."""
    now = int(time.time())
    said = {"iss": issuer, "iat": now - 5, "exp": now + 600, "company": NORTHWIND, "seat": None, **changed}
    without = tuple(name for name, value in said.items() if value is None)
    texts = {name: json.dumps(value) for name, value in said.items() if value is not None}
    return sealed(header(kid=json.dumps(key.kid)), claims(without=without, **texts), key)


def tampered(token: str, key: SigningKey) -> dict[str, str]:
    """What a forger makes of a genuine token of the gateway's `key`, by what was done to it."""
    head, payload, signature = token.split(".")
    said = json.loads(urlsafe_b64decode(payload + "=="))

    def saying(**changed: Any) -> str:
        return f"{head}.{b64(json.dumps(said | changed))}.{signature}"

    def signed_anew(by: SigningKey, **changed: str) -> str:
        return sealed(header(without=(), kid=json.dumps(key.kid), **changed), json.dumps(said), by)

    other = {AUDIENCES[0]: AUDIENCES[1]}.get(said["aud"], AUDIENCES[0])
    jwk = json.dumps(key.public.as_dict(private=False)).encode()
    raw = key.public.public_key.public_bytes_raw()
    none = b64(header(alg='"none"', kid=json.dumps(key.kid)))
    forger = UNPUBLISHED_KEY
    return {
        "signature changed": f"{head}.{payload}.{('B' if signature[0] == 'A' else 'A') + signature[1:]}",
        "signature of zeros": f"{head}.{payload}.{b64(bytes(64))}",
        "signature left out": f"{head}.{payload}.",
        "signature of another token": f"{head}.{payload}.{issued_by(KEY, ISSUER).rsplit('.', 1)[1]}",
        "company exchanged": saying(company=CONTOSO),
        "roles added": saying(roles=[*said["roles"], "STAFF"]),
        "lengthened": saying(exp=said["exp"] + 3600),
        "subject exchanged": saying(sub="the boss"),
        "audience exchanged": saying(aud=other),
        "issuer exchanged": saying(iss=ISSUER),
        "widget exchanged": saying(widget={"widget": "SEARCH"}),
        "partner exchanged": saying(partner="Another ATS"),
        "seat slipped in": saying(seat="urn:li:seat:7101"),
        "client left out": saying(client=None),
        "credential slipped in": saying(credential=1),
        "alg none": f"{none}.{payload}.",
        "alg none, signed": f"{none}.{payload}.{signature}",
        "MAC with the public key": _mac("sha512", raw, key, payload),
        "MAC with the public JWK": _mac("sha512", jwk, key, payload),
        "MAC with the PEM": _mac("sha256", key.public.as_pem(), key, payload),
        "signed by a stranger under our kid": signed_anew(forger),
        "signed by a stranger under its own kid": sealed(
            header(kid=json.dumps(forger.kid)), json.dumps(said), forger
        ),
        "signed by a stranger who sends the key along": signed_anew(
            forger, jwk=json.dumps(forger.jwk.as_dict(private=False))
        ),
        "signed by a stranger who says where the key is": signed_anew(
            forger, jku='"https://evil.example/jwks"'
        ),
        "signed by a registered issuer under our name": sealed(
            header(kid=json.dumps(KEY.kid)), json.dumps(said), KEY
        ),
        "signed by a registered issuer under our name and kid": signed_anew(KEY),
        "a part more": f"{token}.{signature}",
        "padded": f"{token}==",
        "claims twice": f"{head}.{payload}{payload}.{signature}",
    }


def _mac(digest: str, secret: bytes, key: SigningKey, payload: str) -> str:
    """The token by a MAC whose secret everybody can read."""
    alg = json.dumps("HS" + digest.removeprefix("sha"))
    signed = f"{b64(header(alg=alg, kid=json.dumps(key.kid)))}.{payload}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), getattr(hashlib, digest)).digest())}"


def spoken_out_of_turn() -> dict[str, str]:
    """Well signed tokens of registered issuers who say what is not theirs to say."""
    partner = {"partner": DEMO_PARTNER}
    widget = {"aud": AUDIENCES[1], "widget": {"widget": "SEARCH"}, "roles": ["ATS_USER"], **partner}
    page = {
        "client": "rsc-widget-search",
        "widget": {"widget": "SEARCH", "app": "a", "origin": "https://a.example"},
    }
    return {
        "Northwind's for Contoso": issued_by(KEY, ISSUER, company=CONTOSO),
        "Contoso's for Northwind": issued_by(OTHER_KEY, OTHER_ISSUER),
        "Contoso's staff for Northwind": issued_by(OTHER_KEY, OTHER_ISSUER, roles=["STAFF"]),
        "Contoso's in Northwind's name": issued_by(OTHER_KEY, ISSUER),
        "Northwind's in Contoso's name": issued_by(KEY, OTHER_ISSUER, company=CONTOSO),
        "Northwind's in the gateway's name": issued_by(KEY, "rsc-gateway"),
        "Northwind's in the development issuer's name": issued_by(KEY, "rsc-gateway-development"),
        "Northwind's in the vendor's name": issued_by(KEY, VENDOR, roles=["ATS_USER"], partner="Another ATS"),
        "Northwind's for staff": issued_by(KEY, ISSUER, roles=["STAFF"]),
        "Northwind's for support": issued_by(KEY, ISSUER, roles=["SUPPORT"]),
        "Northwind's for an ATS admin": issued_by(KEY, ISSUER, roles=["ATS_ADMIN"]),
        "Northwind's for another partner": issued_by(KEY, ISSUER, roles=["PARTNER"], partner="Another ATS"),
        "Northwind's for no partner": issued_by(KEY, ISSUER, roles=["PARTNER"]),
        "Northwind's as a widget token": issued_by(KEY, ISSUER, **widget),
        "Northwind's as a page token": issued_by(KEY, ISSUER, roles=["ATS_USER"], **partner, **page),
        "Northwind's as an application's": issued_by(KEY, ISSUER, credential=1, **partner),
        "Northwind's for a day and a second": issued_by(KEY, ISSUER, exp=int(time.time()) + 86_401),
        "Northwind's for tomorrow": issued_by(KEY, ISSUER, nbf=int(time.time()) + 3_600),
        "Northwind's of yesterday": issued_by(
            KEY, ISSUER, iat=int(time.time()) - 90, exp=int(time.time()) - 1
        ),
        "the vendor's for no partner": issued_by(VENDOR_KEY, VENDOR, roles=["ATS_USER"]),
        "the vendor's for the partner of another": issued_by(
            VENDOR_KEY, VENDOR, roles=["ATS_USER"], **partner
        ),
        "the vendor's where it does not serve": issued_by(
            VENDOR_KEY, VENDOR, roles=["ATS_ADMIN"], partner="Another ATS"
        ),
        "the vendor's for a recruiter": issued_by(VENDOR_KEY, VENDOR, partner="Another ATS"),
        "a stranger's": issued_by(UNPUBLISHED_KEY, "https://idp.evil.example"),
        "a stranger's in Northwind's name": issued_by(UNPUBLISHED_KEY, ISSUER),
    }


def forged(genuine: Mapping[str, str], key: SigningKey) -> dict[str, str]:
    """Every forgery by its name: of each genuine token (by its kind), and of the issuers' own."""
    made = {
        f"{kind}: {what}": text
        for kind, token in genuine.items()
        for what, text in tampered(token, key).items()
    }
    return made | {f"issuer: {what}": text for what, text in spoken_out_of_turn().items()}
