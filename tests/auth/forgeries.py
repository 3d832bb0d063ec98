"""Every token that must be refused, as data."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.auth.forge import (
    ISSUER,
    KEY,
    NORTHWIND,
    NOW,
    OTHER_ISSUER,
    OTHER_KEY,
    SEAT,
    UNPUBLISHED_KEY,
    b64,
    by_library,
    claims,
    confused,
    header,
    sealed,
    token,
    unsigned,
    with_header,
)


def _part(place: int, change: Callable[[str], str]) -> str:
    parts = token().split(".")
    parts[place] = change(parts[place])
    return ".".join(parts)


def _flipped(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


RAW = KEY.public.public_key.public_bytes_raw()
JWK = json.dumps(KEY.jwk.as_dict(private=False)).encode()
PEM = KEY.public.as_pem()
OF_OTHERS = sealed(header(kid=json.dumps(OTHER_KEY.kid)), claims(), OTHER_KEY)
_JWK_OF_FORGER = json.dumps(UNPUBLISHED_KEY.jwk.as_dict(private=False))


@dataclass(frozen=True)
class Forgery:
    """What is wrong, the token, and a word of the refusal that shows that it was seen for what it is."""

    what: str
    text: str
    says: str


FORGERIES: tuple[Forgery, ...] = (
    # Not a token.
    Forgery("empty", "", "not a JWT"),
    Forgery("one word", "hello", "not a JWT"),
    Forgery("two parts", token().rsplit(".", 1)[0], "not a JWT"),
    Forgery("empty signature", token().rsplit(".", 1)[0] + ".", "not a JWT"),
    Forgery("four parts", token() + ".x", "not a JWT"),
    Forgery("five parts, as an encrypted one", "a.b.c.d.e", "not a JWT"),
    Forgery("detached payload", _part(1, lambda _: ""), "not a JWT"),
    Forgery("space before", " " + token(), "not a JWT"),
    Forgery("newline after", token() + "\n", "not a JWT"),
    Forgery("NUL inside", _part(1, lambda part: part[:9] + "\0" + part[9:]), "not a JWT"),
    Forgery("not ASCII", _part(1, lambda part: part + "é"), "not a JWT"),
    Forgery("a lone surrogate", _part(1, lambda part: part + "\ud800"), "not a JWT"),
    Forgery("padded base64", _part(2, lambda part: part + "=="), "not a JWT"),
    Forgery("standard base64", _part(1, lambda part: part + "+/"), "not a JWT"),
    Forgery("over 8 KB", token(more=json.dumps("x" * 9000)), "longer than"),
    Forgery("megabytes", "a" * 3_000_000, "longer than"),
    # Signatures.
    Forgery("signature changed", _part(2, _flipped), "signature"),
    Forgery("signature of zeros", _part(2, lambda _: b64(bytes(64))), "signature"),
    Forgery("signature with spare bits set", _part(2, lambda part: part[:-1] + "B"), "signature"),
    Forgery("signature too short", _part(2, lambda part: part[:40]), "not a JWT"),
    Forgery("claims changed", _part(1, lambda _: b64(claims(sub='"the boss"'))), "signature"),
    Forgery("header changed", _part(0, lambda _: b64(header(typ='"at+jwt"'))), "signature"),
    Forgery("signed by nobody we know, under a known kid", token(key=UNPUBLISHED_KEY), "signature"),
    Forgery("signed by another issuer's key", token(key=OTHER_KEY), "signature"),
    # Algorithms.
    Forgery("alg none", unsigned(header(alg='"none"'), claims()), "not a JWT"),
    Forgery("alg none with a signature", with_header(alg='"none"'), "algorithm"),
    Forgery("alg NONE", with_header(alg='"NONE"'), "algorithm"),
    Forgery("alg empty", with_header(alg='""'), "algorithm"),
    Forgery("alg missing", with_header(without=("alg",)), "algorithm"),
    Forgery("alg null", with_header(alg="null"), "algorithm"),
    Forgery("alg a list", with_header(alg='["Ed25519"]'), "algorithm"),
    Forgery("alg in lower case", with_header(alg='"ed25519"'), "algorithm"),
    Forgery("alg by its older name", with_header(alg='"EdDSA"'), "algorithm"),
    Forgery("HS256 with the public key's bytes", confused("HS256", "sha256", RAW), "not a JWT"),
    Forgery("HS512 with the public key's bytes", confused("HS512", "sha512", RAW), "algorithm"),
    Forgery(
        "HS512 with the public JWK",
        confused("HS512", "sha512", JWK),
        "algorithm",
    ),
    Forgery("HS512 with the PEM", confused("HS512", "sha512", PEM), "algorithm"),
    Forgery("ES256", by_library("ES256", ECKey.generate_key("P-256")), "algorithm"),
    Forgery("RS256", by_library("RS256", RSAKey.generate_key(2048)), "not a JWT"),
    Forgery("Ed448", by_library("Ed448", OKPKey.generate_key("Ed448")), "not a JWT"),
    # Headers.
    Forgery("crit", with_header(crit='["exp"]', exp="1"), "header"),
    Forgery("crit empty", with_header(crit="[]"), "header"),
    Forgery("b64 false", with_header(b64="false", crit='["b64"]'), "header"),
    Forgery("its own key in jwk", sealed(header(jwk=_JWK_OF_FORGER), claims(), UNPUBLISHED_KEY), "header"),
    Forgery("its own key set in jku", with_header(jku='"https://evil.example/jwks"'), "header"),
    Forgery("its own certificate in x5u", with_header(x5u='"https://evil.example/x"'), "header"),
    Forgery("kid missing", with_header(without=("kid",)), "kid"),
    Forgery("kid unknown", with_header(kid='"nobody"'), "does not publish"),
    Forgery(
        "kid of another issuer",
        OF_OTHERS,
        "does not publish",
    ),
    Forgery("kid a number", with_header(kid="1"), "kid"),
    Forgery("kid empty", with_header(kid='""'), "kid"),
    Forgery("kid a path", with_header(kid='"../../../../dev/null"'), "does not publish"),
    Forgery("kid too long", with_header(kid=json.dumps("k" * 201)), "kid"),
    Forgery("typ of an id token's logout", with_header(typ='"logout+jwt"'), "typ"),
    Forgery("typ a number", with_header(typ="5"), "typ"),
    Forgery("alg twice", sealed('{"alg":"none",' + header()[1:], claims()), "one way"),
    Forgery("header is a list", sealed('["Ed25519"]', claims()), "one way"),
    Forgery("header is not JSON", sealed("{alg:1}", claims()), "one way"),
    Forgery("header nested deeply", sealed('{"alg":' + "[" * 150 + "]" * 150 + "}", claims()), "algorithm"),
    # Claims that are not JSON, or JSON of two minds.
    Forgery("claims are a list", sealed(header(), "[1]"), "one way"),
    Forgery("claims are null", sealed(header(), "null"), "one way"),
    Forgery("claims are not JSON", sealed(header(), "not json"), "one way"),
    Forgery("claims are not UTF-8", sealed(header(), b'{"iss":"\xff\xfe"}'), "one way"),
    Forgery("claims nested deeply", sealed(header(), "[" * 5500), "one way"),
    Forgery("roles twice", sealed(header(), claims()[:-1] + ',"roles":["STAFF"]}'), "one way"),
    Forgery("iss twice", sealed(header(), '{"iss":"x",' + claims()[1:]), "one way"),
    Forgery("something twice, deep inside", token(more='{"a":1,"a":2}'), "one way"),
    Forgery("a lone surrogate in sub", token(sub='"\\ud800"'), "one way"),
    Forgery("NaN somewhere", token(more="NaN"), "one way"),
    Forgery("a number of 5,000 digits", token(more="1" + "0" * 5000), "one way"),
    # Who and for whom.
    Forgery("iss unknown", token(iss='"https://evil.example"'), "issuer"),
    Forgery("iss of another, signed by us", token(iss=json.dumps(OTHER_ISSUER)), "does not publish"),
    Forgery("iss is the service's own", token(iss='"rsc-gateway"'), "issuer"),
    Forgery("iss missing", token(without=("iss",)), "issuer"),
    Forgery("iss a list", token(iss=json.dumps([ISSUER])), "issuer"),
    Forgery("iss with a slash more", token(iss=json.dumps(ISSUER + "/")), "issuer"),
    Forgery("aud of another service", token(aud='"another"'), "aud"),
    Forgery("aud missing", token(without=("aud",)), "aud"),
    Forgery("aud a list", token(aud='["rsc-gateway"]'), "aud"),
    Forgery("aud a list with others", token(aud='["rsc-gateway","another"]'), "aud"),
    Forgery("sub missing", token(without=("sub",)), "sub"),
    Forgery("sub empty", token(sub='""'), "sub"),
    Forgery("sub a number", token(sub="7"), "sub"),
    Forgery("sub with NUL", token(sub='"a\\u0000b"'), "sub"),
    Forgery("sub with a line break", token(sub='"a\\nb"'), "sub"),
    Forgery("sub too long", token(sub=json.dumps("s" * 201)), "sub"),
    Forgery("jti missing", token(without=("jti",)), "jti"),
    Forgery("jti an object", token(jti="{}"), "jti"),
    # Times.
    Forgery("expired", token(exp=str(NOW - 1)), "expired"),
    Forgery("expiring now", token(exp=str(NOW)), "expired"),
    Forgery("exp missing", token(without=("exp",)), "exp"),
    Forgery("exp null", token(exp="null"), "whole number"),
    Forgery("exp as text", token(exp=f'"{NOW + 600}"'), "whole number"),
    Forgery("exp 10^400", token(exp="1" + "0" * 400), "whole number"),
    Forgery("exp 1e400", token(exp="1e400"), "whole number"),
    Forgery("exp a float", token(exp=f"{NOW + 600}.5"), "whole number"),
    Forgery("exp a whole float", token(exp=f"{NOW + 600}.0"), "whole number"),
    Forgery("exp NaN", token(exp="NaN"), "one way"),
    Forgery("exp Infinity", token(exp="Infinity"), "one way"),
    Forgery("exp true", token(exp="true"), "whole number"),
    Forgery("exp negative", token(exp="-1"), "whole number"),
    Forgery("exp zero", token(exp="0"), "whole number"),
    Forgery("exp a list", token(exp=f"[{NOW + 600}]"), "whole number"),
    Forgery("iat missing", token(without=("iat",)), "iat"),
    Forgery("iat as text", token(iat=f'"{NOW}"'), "whole number"),
    Forgery("iat 10^400", token(iat="1" + "0" * 400), "whole number"),
    Forgery("iat false", token(iat="false"), "whole number"),
    Forgery("issued tomorrow", token(iat=str(NOW + 86_000), exp=str(NOW + 86_100)), "future"),
    Forgery("issued after it expires", token(iat=str(NOW + 20), exp=str(NOW + 10)), "lifetime"),
    Forgery("living for ever", token(exp="253402300799"), "lifetime"),
    Forgery("living a second too long", token(iat=str(NOW), exp=str(NOW + 86_401)), "lifetime"),
    Forgery("nbf in the future", token(nbf=str(NOW + 300)), "nbf"),
    Forgery("nbf true", token(nbf="true"), "whole number"),
    Forgery("nbf as text", token(nbf='"0"'), "whole number"),
    Forgery("nbf 1e999", token(nbf="1e999"), "whole number"),
    # Roles and what is ours.
    Forgery("roles missing", token(without=("roles",)), "roles"),
    Forgery("roles empty", token(roles="[]"), "roles"),
    Forgery("roles a text", token(roles='"RECRUITER"'), "roles"),
    Forgery("roles an object", token(roles='{"RECRUITER":true}'), "roles"),
    Forgery("roles null", token(roles="null"), "roles"),
    Forgery("role unknown", token(roles='["RECRUITER","ROOT"]'), "roles"),
    Forgery("role in lower case", token(roles='["recruiter"]'), "roles"),
    Forgery("role a number", token(roles='["RECRUITER",1]'), "roles"),
    Forgery("role in a list", token(roles='[["RECRUITER"]]'), "roles"),
    Forgery("role twice", token(roles='["RECRUITER","RECRUITER"]'), "roles"),
    Forgery("thousands of roles", token(roles=json.dumps(["STAFF"] * 500)), "roles"),
    Forgery("role that the issuer may not speak for", token(roles='["STAFF"]', without=("seat",)), "STAFF"),
    Forgery("company of another", token(company='"urn:li:organization:2002"'), "company"),
    Forgery("company a list", token(company='["urn:li:organization:1001"]'), "company"),
    Forgery("company a seat", token(company=json.dumps(SEAT)), "company"),
    Forgery("company null", token(company="null"), "company"),
    Forgery("company with a line break", token(company='"urn:li:organization:1001\\n"'), "company"),
    Forgery("seat a company", token(seat=json.dumps(NORTHWIND)), "seat"),
    Forgery("seat a number", token(seat="7001"), "seat"),
    Forgery("seat of someone who is no recruiter", token(roles='["ATS_USER"]'), "seat"),
    Forgery("partner that the issuer may not speak for", token(partner='"Another ATS"'), "partner"),
    Forgery("partner a list", token(partner='["Demo ATS"]'), "partner"),
    Forgery("partner's backend without a partner", token(roles='["PARTNER"]', without=("seat",)), "partner"),
    Forgery("client an object", token(client="{}"), "client"),
)
