"""Query tunnelling: a URL that would be too long comes as a POST that says what it stands for.

`X-HTTP-Method-Override` names the method; the body is the query as a form, or `multipart/mixed` of that form
and the body proper. Clients do so from some 4,000 characters of URL on, which a batch of 100 complex keys
has.
"""

from dataclasses import replace
from email.message import Message
from typing import Final

from app.errors import CallerError, ErrorCode
from app.wire.request import HttpCall

_FORM: Final = "application/x-www-form-urlencoded"
QUERY_BYTES_MAX: Final = 256_000
"""A query for 100 keys is far shorter."""
_PARTS_MAX: Final = 4
_METHODS: Final = frozenset({"GET", "PUT", "DELETE", "POST", "PATCH"})


def untunnelled(call: HttpCall) -> HttpCall:
    """The call that this one stands for; itself if it stands for none. Raises: CallerError (BAD_REQUEST)."""
    said = call.headers.get("x-http-method-override", "").strip().upper()
    if not said:
        return call
    if call.method != "POST" or said not in _METHODS:
        raise _bad("X-HTTP-Method-Override is for a POST that stands for GET, PUT, DELETE or POST.")
    content_type = call.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == _FORM:
        return replace(call, method=said, query=_joined(call.query, call.body), body=b"")
    if content_type.lower().startswith("multipart/mixed"):
        form, body = _parts(content_type, call.body)
        return replace(call, method=said, query=_joined(call.query, form), body=body)
    return replace(call, method=said)


def _joined(query: str, form: bytes) -> str:
    if len(form) > QUERY_BYTES_MAX:
        raise _bad(f"A tunnelled query has at most {QUERY_BYTES_MAX} bytes.")
    try:
        tunnelled = form.decode("ascii").strip()
    except UnicodeDecodeError:
        raise _bad("The tunnelled query must be percent-encoded.") from None
    return "&".join(part for part in (query, tunnelled) if part)


def _parts(content_type: str, body: bytes) -> tuple[bytes, bytes]:
    """The form and the body proper. Split at once: a parser by lines takes seconds for millions of them."""
    head = Message()
    head["Content-Type"] = " ".join(content_type.split())
    boundary = head.get_boundary()
    if not boundary or len(boundary) > 70 or not boundary.isascii():
        raise _bad("A multipart body needs a boundary of 1 to 70 characters.")
    form, proper = b"", b""
    for piece in body.split(b"--" + boundary.encode("ascii"), _PARTS_MAX)[1:]:
        if piece.startswith(b"--"):
            break
        part = piece.removeprefix(b"\r").removeprefix(b"\n").removesuffix(b"\n").removesuffix(b"\r")
        separator = b"\r\n\r\n" if b"\r\n\r\n" in part else b"\n\n"
        said, _, content = part.partition(separator)
        if _FORM.encode("ascii") in said.lower():
            form = content
        else:
            proper = content
    return form, proper


def _bad(message: str) -> CallerError:
    return CallerError(ErrorCode.BAD_REQUEST, message)
