"""Families of inputs that are no proper HTTP, or proper HTTP with something odd in it; from a seed each.

An input is bytes for one connection. What is put into requests is odd in every place that the gateway reads;
how they are framed is odd in every way that has let a server and its proxy disagree.
"""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

TARGETS: Final = (
    *("/graphql", "/v2/atsCandidates", "/v2/simpleJobPostings/1", "/oauth/v2/accessToken", "/widgets/token"),
    *(
        "/widgets/profile",
        "/graphiql",
        "/graphiql/explain",
        "/graphiql/personas.json",
        "/healthz",
        "/metrics",
    ),
    *(
        "/.well-known/jwks.json",
        "/readyz",
        "/",
        "/widgets/assets/x.js",
        "/graphiql/assets/../x",
        "/v2/",
        "/v2",
    ),
)
TOKENS: Final = (b"@RECRUITER@", b"@PARTNER@")
"""What stands for a token until it is sent: behind most paths, and behind those of the wire API."""
_BODIES: Final = {
    "/graphql": b'{"query":"{viewer{subject}}"}',
    "/graphiql/explain": b'{"query":"{viewer{subject}}"}',
    "/oauth/v2/accessToken": b"grant_type=client_credentials&client_id=a&client_secret=b",
    "/widgets/token": b'{"token":"a.b.c","widget":"PROFILE","app":"a","origin":"https://a.example"}',
}


@dataclass(frozen=True, slots=True)
class Input:
    """What is sent on a connection. `is_whole`: an answer or a close is due, the server waits for nothing.
    `resets`: the client does not wait and takes the connection down with a reset."""

    data: bytes
    is_whole: bool = True
    resets: bool = False


Family = Callable[[Random], Input]


def request(
    target: str | bytes,
    *headers: bytes,
    method: bytes = b"POST",
    body: bytes | None = None,
    version: bytes = b"HTTP/1.1",
    host: bytes = b"Host: localhost\r\n",
    media: bytes = b"application/json",
    length: bytes | None = None,
) -> bytes:
    """One request; every part of it can be had wrong. It bears a token: see `TOKENS`."""
    name = target if isinstance(target, bytes) else target.encode("utf-8", "surrogateescape")
    if body is None:
        body = _BODIES.get(name.decode("latin-1"), b"{}")
        if name.startswith(b"/oauth"):
            media = b"application/x-www-form-urlencoded"
    framing = b"Content-Length: %d\r\n" % len(body) if length is None else length
    if not any(header[:13].lower() == b"authorization" for header in headers):
        headers = (b"Authorization: Bearer " + TOKENS[name.startswith(b"/v2")], *headers)
    lines = b"".join(header + b"\r\n" for header in headers)
    head = b"%b %b %b\r\n%bContent-Type: %b\r\n" % (method, name, version, host, media)
    return head + framing + lines + b"\r\n" + body


def _any(random: Random) -> str:
    return random.choice(TARGETS)


def _octets(random: Random, most: int = 60, without: bytes = b"\r\n") -> bytes:
    return random.randbytes(random.randint(0, most)).translate(None, without)


def _random_bytes(random: Random) -> Input:
    return Input(random.randbytes(random.randint(1, 2_000)), is_whole=False)


def _random_lines(random: Random) -> Input:
    signs = " \t:/?#%=,;-._abcGETPOSTHTTP/1.1\r\n"
    return Input("".join(random.choices(signs, k=300)).encode() + b"\r\n\r\n", is_whole=False)


def _flipped_bytes(random: Random) -> Input:
    data = bytearray(request(_any(random)))
    for _ in range(random.randint(1, 8)):
        data[random.randrange(len(data))] = random.randrange(256)
    return Input(bytes(data), is_whole=False)


def _cut_short(random: Random) -> Input:
    data = request(_any(random))
    return Input(data[: random.randrange(len(data))], is_whole=False)


def _early_close(random: Random) -> Input:
    data = request(_any(random))
    return Input(data[: random.randint(0, len(data))], is_whole=False, resets=True)


def _doubled_pieces(random: Random) -> Input:
    data = request(_any(random))
    at, end = sorted(random.choices(range(len(data)), k=2))
    return Input(data[:end] + data[at:], is_whole=False)


def _methods(random: Random) -> Input:
    odd = (
        b"get",
        b"PATCH",
        b"TRACE",
        b"CONNECT",
        b"PRI",
        b"X" * random.randint(1, 9_000),
        b"",
        b"G\x00T",
        b"HEAD",
    )
    more = (b"OPTIONS", b"PROPFIND", b"DELETE", b"PUT", b"PURGE", b"M-SEARCH", _octets(random, 20, b" \r\n"))
    return Input(request(_any(random), method=random.choice(odd + more)), is_whole=False)


def _versions(random: Random) -> Input:
    odd = (
        b"HTTP/0.9",
        b"HTTP/1.0",
        b"HTTP/2.0",
        b"HTTP/9.9",
        b"HTTP/1.1.1",
        b"http/1.1",
        b"HTTP/",
        b"",
        b"HTTP/1.10",
    )
    return Input(request(_any(random), version=random.choice((*odd, _octets(random, 20)))), is_whole=False)


def _targets(random: Random) -> Input:
    odd = (
        b"*",
        b"",
        b"http://localhost/graphql",
        b"http://evil.example/graphql",
        b"localhost:80",
        b"//graphql",
    )
    more = (
        b"/graphql#a",
        b"/graphql%00",
        b"/%zz",
        b"/../graphql",
        b"/graphql\\",
        b"/\xff\xfe",
        b"?query={a}",
        b"/ a",
    )
    long = (
        b"/" + b"a" * random.randint(1_000, 70_000),
        b"/graphql?" + b"&" * 9_000,
        b"/v2/" + b"%" * 900,
        _octets(random),
    )
    return Input(request(random.choice(odd + more + long)), is_whole=False)


def _header_floods(random: Random) -> Input:
    count = random.randint(100, 3_000)
    names = random.choice((b"A: b", b"Cookie: a=b", b"Authorization: Bearer x", b"X-%d: y"))
    lines = [names.replace(b"%d", b"%d" % n) for n in range(count)]
    return Input(request(_any(random), *lines))


def _heads_too_large(random: Random) -> Input:
    return Input(request(_any(random), b"X: " + b"a" * random.randint(60_000, 140_000)))


def _header_names(random: Random) -> Input:
    odd = (
        b"A b: c",
        b": c",
        b"A : c",
        b"A",
        b"\x00: a",
        b"A\x00: b",
        b" A: b",
        b"\tfolded",
        b"A\xff: b",
        b"(a): b",
    )
    return Input(request(_any(random), random.choice((*odd, _octets(random)))), is_whole=False)


def _header_values(random: Random) -> Input:
    odd = (
        b"A: \x00",
        b"A: a\rb",
        b"A: a\nB: c",
        b"A: \xff\xfe",
        b"A: b\r\n folded",
        b"A: \x7f\x01",
        b"A:" + b" " * 9_000,
    )
    return Input(request(_any(random), random.choice((*odd, b"A: " + _octets(random)))), is_whole=False)


def _hosts(random: Random) -> Input:
    odd = (
        b"",
        b"Host:\r\n",
        b"Host: evil.example\r\n",
        b"Host: localhost\r\nHost: localhost\r\n",
        b"Host: [::1\r\n",
    )
    more = (
        b"Host: localhost:99999999\r\n",
        b"Host: a@localhost\r\n",
        b"Host: localhost, evil\r\n",
        b"Host: \xff\r\n",
    )
    return Input(request(_any(random), host=random.choice(odd + more)), is_whole=False)


def _lengths(random: Random) -> Input:
    said = (
        b"-1",
        b"+2",
        b"0x2",
        b"2, 2",
        b"2 2",
        b"",
        b"1e1",
        b"9" * 30,
        b"18446744073709551616",
        b"2\x00",
        b"\xb2",
    )
    line = b"Content-Length: " + random.choice(said) + b"\r\n"
    twice = random.choice((b"Content-Length: 2\r\n", b"Content-Length: 3\r\n", b"content-length:2\r\n"))
    return Input(
        request(
            _any(random),
            length=random.choice((line, line + twice, twice * 2, twice + b"Content-Length: 30\r\n")),
        ),
        is_whole=False,
    )


def _smuggled(random: Random) -> Input:
    coding = random.choice(
        (b"chunked", b"Chunked", b"chunked, identity", b"identity, chunked", b"xchunked", b"\x0bchunked")
    )
    name = random.choice(
        (b"Transfer-Encoding: ", b"Transfer-Encoding:\t", b"Transfer-Encoding : ", b"transfer-encoding:")
    )
    inner = request(_any(random), b"X-Inner: 1")
    body = random.choice((b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"")) + inner
    length = random.choice((b"Content-Length: %d\r\n" % len(body), b"Content-Length: 4\r\n", b""))
    return Input(request(_any(random), name + coding, body=body, length=length), is_whole=False)


def _two_codings(random: Random) -> Input:
    lines = random.choices(
        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip", b"TE: trailers", b"Transfer-Encoding:"),
        k=2,
    )
    return Input(request(_any(random), *lines, body=b"2\r\n{}\r\n0\r\n\r\n", length=b""), is_whole=False)


def _chunks(random: Random) -> Input:
    sizes = (
        b"-1",
        b"g",
        b"f" * 17,
        b"0x2",
        b"2 ",
        b"",
        b"2;" + b"a" * 9_000,
        b"2;a=\x00",
        b"00000002",
        b"ffffffff",
        b"2\n",
    )
    ends = (
        b"\r\n{}\r\n0\r\n\r\n",
        b"\r\n{}0\r\n\r\n",
        b"\n{}\n0\n\n",
        b"\r\n{}\r\n0\r\nHost: evil\r\n\r\n",
        b"\r\n{}\r\n0\r\n\x00: a\r\n\r\n",
    )
    body = random.choice(sizes) + random.choice(ends)
    return Input(request(_any(random), b"Transfer-Encoding: chunked", body=body, length=b""), is_whole=False)


def _many_chunks(random: Random) -> Input:
    body = b"1\r\n{\r\n" * random.randint(10, 3_000) + b"0\r\n\r\n"
    return Input(request(_any(random), b"Transfer-Encoding: chunked", body=body, length=b""))


def _trailer_floods(random: Random) -> Input:
    body = b"2\r\n{}\r\n0\r\n" + b"A: b\r\n" * random.randint(10, 9_000) + b"\r\n"
    return Input(request(_any(random), b"Transfer-Encoding: chunked", body=body, length=b""))


def _bodies_too_short(random: Random) -> Input:
    return Input(
        request(_any(random), length=b"Content-Length: %d\r\n" % random.randint(200, 10**9)), is_whole=False
    )


def _pipelines_of_garbage(random: Random) -> Input:
    return Input(request(_any(random)) + random.randbytes(random.randint(1, 300)) + request(_any(random)))


def _pipelines(random: Random) -> Input:
    return Input(b"".join(request(_any(random)) for _ in range(random.randint(2, 25))))


def _bare_line_ends(random: Random) -> Input:
    end = random.choice((b"\n", b"\r", b"\r\r\n", b"\n\r"))
    return Input(request(_any(random)).replace(b"\r\n", end), is_whole=False)


def _expectations(random: Random) -> Input:
    said = random.choice((b"100-continue", b"200-ok", b"", b"100-continue, 100-continue", _octets(random)))
    return Input(request(_any(random), b"Expect: " + said), is_whole=False)


def _upgrades(random: Random) -> Input:
    said = random.choice((b"websocket", b"h2c", b"TLS/1.0", b"HTTP/2.0", b"", b"a, b"))
    lines = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + said, b"HTTP2-Settings: AAMAAABk")
    return Input(
        request(_any(random), *lines, b"Sec-WebSocket-Key: dGhl", b"Sec-WebSocket-Version: 13"),
        is_whole=False,
    )


def _connections(random: Random) -> Input:
    said = random.choice(
        (b"close, keep-alive", b"Host", b"Authorization", b"\xff", b"keep-alive, " * 900, b"")
    )
    return Input(request(_any(random), b"Connection: " + said, b"Keep-Alive: timeout=-1"))


def _other_protocols(random: Random) -> Input:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + struct.pack(">IBI", 0, 4, 0)
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(400)
    others = (
        preface,
        hello,
        b"SSH-2.0-x\r\n",
        b"EHLO a\r\n",
        b"\x05\x01\x00",
        b"*1\r\n$4\r\nPING\r\n",
        b"\x00\x00\x00\x08\x04\xd2\x16\x2f",
    )
    return Input(random.choice(others) + random.randbytes(20), is_whole=False)


FRAMING: Final[dict[str, Family]] = {
    name.strip("_").replace("_", " "): make
    for name, make in dict(globals()).items()
    if name.startswith("_")
    and callable(make)
    and name not in {"_any", "_octets", "__loader__", "__build_class__"}
}
"""By its name, what makes one of the family."""


def as_json(value: object) -> bytes:
    """JSON as Python writes it: lone surrogates and numbers that are none included."""
    return json.dumps(value).encode("utf-8", "surrogatepass")
