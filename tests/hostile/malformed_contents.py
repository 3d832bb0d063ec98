"""Proper HTTP with something odd in it: headers, media, tokens, forms, keys, paths and bodies."""

from random import Random
from typing import Final

from tests.hostile.malformed import FRAMING, TARGETS, Family, Input, as_json, request
from tests.hostile.operations_on_data import ODD

_POSTED: Final = (
    "/graphql",
    "/graphiql/explain",
    "/widgets/token",
    "/oauth/v2/accessToken",
    "/v2/atsCandidates",
)


def _any(random: Random) -> str:
    return random.choice(TARGETS)


def _value(random: Random, most: int = 60) -> bytes:
    return random.randbytes(random.randint(0, most)).translate(None, bytes(range(32)) + b"\x7f")


def _odd(random: Random, name: bytes, *values: bytes) -> Input:
    return Input(request(_any(random), name + b": " + random.choice((*values, _value(random)))))


def _bodies_that_are_no_text(random: Random) -> Input:
    bad = random.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"))
    return Input(request(random.choice(_POSTED), body=b'{"query":"' + bad * random.randint(1, 99) + b'"}'))


def _bodies_in_other_encodings(random: Random) -> Input:
    coding = random.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7", "cp037"))
    return Input(request(random.choice(_POSTED), body='{"query":"{__typename}"}'.encode(coding)))


def _bodies_of_odd_values(random: Random) -> Input:
    return Input(request(random.choice(_POSTED), body=as_json(random.choice(ODD))[:60_000]))


def _bodies_of_odd_members(random: Random) -> Input:
    names = (
        "query",
        "variables",
        "operationName",
        "extensions",
        "documentId",
        "token",
        "widget",
        "app",
        "origin",
    )
    said = {name: random.choice(ODD) for name in random.sample(names, 4)}
    return Input(request(random.choice(_POSTED), body=as_json(said)))


def _bodies_that_are_no_json(random: Random) -> Input:
    odd = (
        b"{",
        b"}",
        b"[" * 9_000,
        b"NaN",
        b"Infinity",
        b"{'a':1}",
        b"{}{}",
        b"{,}",
        b"01",
        b"\x00",
        b"",
        b"1" * 9_000,
    )
    return Input(
        request(
            random.choice(_POSTED), body=random.choice((*odd, b"{}\x00", b'{"a":1,}', random.randbytes(99)))
        )
    )


def _media_types(random: Random) -> Input:
    odd = (
        b"",
        b"text/plain",
        b"application/json; charset=utf-16",
        b"application/json;;;",
        b"multipart/form-data",
        b"/",
    )
    media = random.choice((*odd, b"application/json, text/html", b"a/" + b"b" * 9_000, _value(random)))
    return Input(request(_any(random), media=media))


def _accepts(random: Random) -> Input:
    return _odd(
        random, b"Accept", b"", b"*/*;q=-1", b"a/b;q=9e99", b"a/*," * 3_000, b'application/json;q="', b"/;=,"
    )


def _content_encodings(random: Random) -> Input:
    return _odd(random, b"Content-Encoding", b"gzip", b"br, gzip", b"identity, identity", b"", b"\xff")


def _authorizations(random: Random) -> Input:
    values = (
        b"Bearer",
        b"Bearer ",
        b"Bearer a b",
        b"Basic Og==",
        b"Basic ====",
        b"Bearer " + b"." * 9_000,
        b"Digest",
    )
    return _odd(
        random, b"Authorization", *values, b"Bearer e30.e30.e30", b"bearer \xff", b"Basic " + b"A" * 9_000
    )


def _traces(random: Random) -> Input:
    values = (
        b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01",
        b"ff-1-2-3",
        b"00-" + b"g" * 32,
        b"-" * 9_000,
        b"00",
    )
    return _odd(random, b"traceparent", *values)


def _origins(random: Random) -> Input:
    origin = random.choice(
        (b"null", b"", b"https://", b"https://a.example, b", b"file://", b"\xff", _value(random))
    )
    lines = (
        b"Origin: " + origin,
        b"Access-Control-Request-Method: " + _value(random, 9),
        b"Sec-Fetch-Site: " + _value(random),
    )
    return Input(request(_any(random), *lines, method=random.choice((b"OPTIONS", b"POST", b"GET"))))


def _idempotency_keys(random: Random) -> Input:
    return _odd(random, b"Idempotency-Key", b"", b"a" * 9_000, b"\xff", b'"a"', b"a, b")


def _forwarded(random: Random) -> Input:
    name = random.choice(
        (b"X-Forwarded-For", b"X-Forwarded-Host", b"X-Forwarded-Proto", b"Forwarded", b"X-Real-IP")
    )
    return _odd(random, name, b"127.0.0.1", b"for=_a;host=evil", b"999.999.999.999", b"::", b"," * 900)


def _doubled_headers(random: Random) -> Input:
    name = random.choice((b"Authorization", b"Content-Type", b"Accept", b"Origin", b"traceparent", b"Cookie"))
    return Input(
        request(_any(random), *(name + b": " + _value(random) for _ in range(random.randint(2, 60))))
    )


def _queries_by_url(random: Random) -> Input:
    odd = (
        b"query=%",
        b"query=%ff%fe",
        b"query=%00",
        b"query",
        b"&&==",
        b"query=a&query=b",
        b"variables=[" + b"[" * 900,
    )
    query = random.choice((*odd, b"query=" + b"%7b" * 9_000, _value(random).translate(None, b" #")))
    return Input(request(_any(random).encode() + b"?" + query, method=b"GET", body=b""), is_whole=False)


def _forms(random: Random) -> Input:
    odd = (
        b"",
        b"=",
        b"&" * 900,
        b"%",
        b"grant_type=%ff",
        b"grant_type=a&grant_type=b",
        b"client_id=" + b"a" * 20_000,
    )
    body = random.choice(
        (*odd, b"a=b&" * 4_000, b"grant_type=client_credentials&client_id=%00&client_secret=%00")
    )
    return Input(request("/oauth/v2/accessToken", body=body, media=b"application/x-www-form-urlencoded"))


def _exchanges(random: Random) -> Input:
    said = {name: random.choice(ODD) for name in ("token", "widget", "app", "origin")}
    fixed = {"widget": random.choice(("PROFILE", "SEARCH", "x")), "app": "a", "origin": "https://a.example"}
    own = (b"Sec-Fetch-Site: same-origin", b"Origin: http://localhost")
    body = as_json(said | (fixed if random.random() < 0.5 else {}))
    return Input(request("/widgets/token", *own, body=body))


def _pages(random: Random) -> Input:
    page = random.choice(
        (b"/widgets/", b"/widgets/assets/", b"/graphiql/assets/", b"/graphiql/", b"/.well-known/")
    )
    name = random.choice(
        (b"..%2f..%2fetc%2fpasswd", b"%00", b"....//", b"profile?app=%ff", b"profile?app=" + b"a" * 9_000)
    )
    method = random.choice((b"GET", b"POST", b"HEAD", b"DELETE"))
    return Input(
        request(page + random.choice((name, b"%c0%ae" * 99)), method=method, body=b""), is_whole=False
    )


def _wire_keys(random: Random) -> Input:
    odd = (
        b"(",
        b"(a:",
        b"List(",
        b"(a:List(a:(b:)))",
        b"%28a%3a",
        b"urn:li:a:1,",
        b"()" * 900,
        b"(" * 9_000,
        b"%",
        b"''",
    )
    resource = random.choice(
        (b"atsCandidates", b"atsApplications", b"simpleJobPostings", b"atsIntegrations", b"nothing")
    )
    target = b"/v2/" + resource + random.choice((b"/", b"?ids=", b"?q=", b"?fields=")) + random.choice(odd)
    return Input(request(target, method=random.choice((b"GET", b"PUT", b"DELETE", b"POST"))), is_whole=False)


def _wire_headers(random: Random) -> Input:
    name = random.choice(
        (b"X-Restli-Method", b"X-RestLi-Protocol-Version", b"X-HTTP-Method-Override", b"LinkedIn-Version")
    )
    values = (b"batch_create", b"GET", b"2.0.0", b"9.9.9", b"", b"batch_partial_update", b"\xff", b"DELETE")
    media = random.choice(
        (
            b"application/json",
            b"application/x-www-form-urlencoded",
            b"multipart/mixed; boundary=x",
            b"multipart/mixed",
        )
    )
    return Input(request("/v2/atsCandidates", name + b": " + random.choice(values), media=media))


def _ranges_and_conditions(random: Random) -> Input:
    name = random.choice((b"Range", b"If-None-Match", b"If-Modified-Since", b"If-Range", b"If-Match"))
    return Input(
        request(
            _any(random),
            name + b": " + random.choice((b"bytes=0-,0-" * 99, b"*", b"\xff", b"bytes=-9" * 30)),
            method=b"GET",
            body=b"",
        )
    )


FAMILIES: Final[dict[str, Family]] = FRAMING | {
    name.strip("_").replace("_", " "): make
    for name, make in dict(globals()).items()
    if name.startswith("_")
    and callable(make)
    and name not in {"_any", "_value", "_odd", "__loader__", "__build_class__"}
}
"""By its name, what makes one of the family: those of the framing too."""
