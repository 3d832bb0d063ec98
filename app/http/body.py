"""From the bytes of a request to its headers and the parameters of a GraphQL request, within limits."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

import orjson

from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode
from app.http.deadlines import body_too_late
from app.settings import Limits

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

BODY_TIMEOUT_S: Final = 8.0
"""Less than a request may take, so that a client that drips its body in is gone sooner than that."""

JSON_NESTING_MAX: Final = 64
JSON_VALUES_MAX: Final = 50_000
"""Values in the lists and objects of a body, those included: each has to be looked at."""
_LARGE_BYTES: Final = 150_000
"""A shorter body has fewer objects than the garbage collector lets be made before it looks at them."""
_URL_PARAMETERS_MAX: Final = 20
_PARAMETERS: Final = frozenset({"query", "operationName", "variables", "extensions", "documentId"})


@dataclass(frozen=True, slots=True)
class RequestById:
    """A request that names its document by its id; a client may send the document itself too."""

    document_id: str
    query: str | None
    operation_name: str | None
    variables: Mapping[str, Any] | None


SentRequest: TypeAlias = GraphQLRequest | RequestById


class Disconnected(Exception):
    """The client went away before its request was complete; there is nobody to answer."""


def joined_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers, where one given twice becomes a list, as RFC 9110 (5.3) reads it.

    That is good for Accept, and no value that any of the others could have.
    """
    head: dict[bytes, bytes] = {}
    for name, value in headers:
        head[name] = head[name] + b", " + value if name in head else value
    return head


async def read_body(receive: Receive, limits: Limits) -> bytes:
    """The whole body. One that is too long is drained, so that the client comes to read the answer.

    Raises: CallerError 413 BODY_LIMIT, 408 TIMEOUT after `BODY_TIMEOUT_S`; Disconnected.
    """
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _read_body(receive, limits)
    except TimeoutError:
        raise body_too_late(BODY_TIMEOUT_S) from None


async def _read_body(receive: Receive, limits: Limits) -> bytes:
    message = await receive()
    chunk: bytes = message.get("body", b"")
    if (
        message["type"] == "http.request"
        and not message.get("more_body")
        and len(chunk) <= limits.body_bytes_max
    ):
        return chunk
    chunks: list[bytes] = []
    length = 0
    while True:
        if message["type"] != "http.request":
            raise Disconnected
        chunk = message.get("body", b"")
        length += len(chunk)
        if length <= limits.body_bytes_max:
            chunks.append(chunk)
        else:
            chunks.clear()
        if not message.get("more_body") or length > limits.body_drain_bytes_max:
            break
        message = await receive()
    if length > limits.body_bytes_max:
        raise CallerError(
            ErrorCode.BODY_LIMIT,
            f"A body may have at most {limits.body_bytes_max} bytes.",
            status=413,
            headers={"Connection": "close"} if message.get("more_body") else None,
        )
    return b"".join(chunks)


def request_of_body(body: bytes) -> SentRequest:
    """The parameters in a JSON body.

    Raises: CallerError BAD_REQUEST saying where.
    """
    parameters = _json(body, "The body")
    if not isinstance(parameters, dict):
        raise _bad_request("The body must be a JSON object; batches are not taken.")
    return _request(parameters)


def request_of_url(query_string: bytes) -> SentRequest:
    """The parameters in a URL, where `variables` and `extensions` are JSON. Raises like `request_of_body`."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_URL_PARAMETERS_MAX,
        )
    except ValueError:
        raise _bad_request("The URL's parameters are no UTF-8, or too many.") from None
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name in parameters and name in _PARAMETERS:
            raise _bad_request(f"The URL names `{name}` twice.", name)
        parameters[name] = value
    for name in ("variables", "extensions"):
        text = parameters.get(name)
        if text is not None:
            parameters[name] = _json(text.encode("utf-8"), f"`{name}`") if text else None
    if parameters.get("operationName") == "":
        parameters["operationName"] = None
    return _request(parameters)


def _request(parameters: dict[str, Any]) -> SentRequest:
    query = parameters.get("query")
    operation_name = parameters.get("operationName")
    variables = parameters.get("variables")
    extensions = parameters.get("extensions")
    if operation_name is not None and not isinstance(operation_name, str):
        raise _bad_request("`operationName` must be a string.", "operationName")
    if variables is not None and not isinstance(variables, dict):
        raise _bad_request("`variables` must be an object.", "variables")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad_request("`extensions` must be an object.", "extensions")
    if "documentId" in parameters or extensions:
        document_id = _document_id(parameters.get("documentId"), extensions or {})
        if document_id is not None:
            if query is not None and not isinstance(query, str):
                raise _bad_request("`query` must be a string that holds a GraphQL document.", "query")
            return RequestById(document_id, query or None, operation_name, variables)
    if not isinstance(query, str) or not query:
        raise _bad_request("`query` must be a string that holds a GraphQL document.", "query")
    return GraphQLRequest(query, operation_name, variables)


def _document_id(document_id: Any, extensions: Mapping[str, Any]) -> str | None:
    """The id by either of the two ways in which clients send one; None if there is none."""
    if document_id is not None:
        if not isinstance(document_id, str):
            raise _bad_request("`documentId` must be a string.", "documentId")
        # The draft of GraphQL over HTTP says by a prefix how the id was made.
        return document_id.removeprefix("sha256:")
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    sha256 = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(sha256, str):
        raise _bad_request("`extensions.persistedQuery` must have a string `sha256Hash`.", "extensions")
    return sha256


def _json(text: bytes, what: str) -> Any:
    if len(text) < _LARGE_BYTES or not gc.isenabled():
        return _read_json(text, what)
    # After each 50,000 objects the garbage collector looks at the latest, at times at all: with those of a
    # body among them, which are gone in a moment, everybody would wait 100 ms.
    gc.disable()
    try:
        return _read_json(text, what)
    finally:
        gc.enable()


def _read_json(text: bytes, what: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # The library's text ends with the place: "…: line 1 column 5 (char 4)".
        raise _bad_request(f"{what} is not JSON in UTF-8: {str(error)[:200]}.") from None
    wrong = None if _is_shallow(value) else _excess_of(value)
    if wrong is None:
        return value
    # Before anybody holds the error, which holds what was at hand where it was raised.
    del value
    raise _bad_request(f"{what} {wrong}.")


def _is_shallow(value: Any) -> bool:
    """Whether nothing is nested in the objects of an object: most bodies, which need no closer look."""
    if type(value) is not dict:
        return False
    for inside in value.values():
        if type(inside) is dict:
            for innermost in inside.values():
                if type(innermost) is dict or type(innermost) is list:
                    return False
        elif type(inside) is list:
            return False
    return True


def _excess_of(value: Any) -> str | None:
    """How it nests too deep, or holds too much to be looked at; None if it does not."""
    layer: list[Any] = [value]
    number = 0
    for _ in range(JSON_NESTING_MAX):
        below: list[Any] = []
        for one in layer:
            inside = one if type(one) is list else one.values() if type(one) is dict else ()
            number += len(inside)
            if number > JSON_VALUES_MAX:
                return f"has more than {JSON_VALUES_MAX} values in lists and objects"
            below += [inner for inner in inside if type(inner) is dict or type(inner) is list]
        if not below:
            return None
        layer = below
    return f"nests objects and lists more than {JSON_NESTING_MAX} deep"


def _bad_request(message: str, parameter: str | None = None) -> CallerError:
    extensions = {"parameter": parameter} if parameter is not None else None
    return CallerError(ErrorCode.BAD_REQUEST, message, extensions=extensions)
