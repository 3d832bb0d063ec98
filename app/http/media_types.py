"""Which media type a request has and which one its answer gets (GraphQL over HTTP, sections 4 and 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.errors import CallerError, ErrorCode

_REMEMBERED_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class MediaType:
    """One of the two that a GraphQL response can have.

    `tells_by_status`: whether a well-formed request that was refused has a status of 4xx. In
    `application/json` it has 200, because an old client cannot tell a gateway's error from ours.
    """

    name: str
    content_type: bytes
    tells_by_status: bool


GRAPHQL_RESPONSE: Final = MediaType(
    "application/graphql-response+json", b"application/graphql-response+json; charset=utf-8", True
)
JSON: Final = MediaType("application/json", b"application/json; charset=utf-8", False)

_BY_RANGE: Final = {
    "application/graphql-response+json": GRAPHQL_RESPONSE,
    "application/json": JSON,
    "application/*": JSON,
    "*/*": JSON,
}

_answers: dict[bytes, MediaType | None] = {b"": JSON, b"*/*": JSON}
_requests: dict[bytes, bool] = {}


def answer_in(accept: bytes | None) -> MediaType:
    """The media type that an Accept header asks for; `application/json` for none and for `*/*`.

    Of two with the same weight, the more exact one counts, then the newer.
    Raises: CallerError 406.
    """
    if accept is None:
        return JSON
    try:
        found = _answers[accept]
    except KeyError:
        found = _negotiate(accept)
        if len(_answers) < _REMEMBERED_MAX and len(accept) < 500:
            _answers[accept] = found
    if found is None:
        raise CallerError(
            ErrorCode.BAD_REQUEST,
            f"Answers are {GRAPHQL_RESPONSE.name} or {JSON.name} in UTF-8; the Accept header takes neither.",
            status=406,
        )
    return found


def check_content_type(content_type: bytes | None) -> None:
    """Raises: CallerError 415 unless the header says JSON in UTF-8."""
    if content_type == b"application/json":
        return
    key = content_type or b""
    fits = _requests.get(key)
    if fits is None:
        fits = _is_json(key)
        if len(_requests) < _REMEMBERED_MAX and len(key) < 500:
            _requests[key] = fits
    if not fits:
        raise CallerError(
            ErrorCode.BAD_REQUEST,
            "The Content-Type of a POST must be application/json, and its charset, if given, utf-8.",
            status=415,
            headers={"Accept-Post": JSON.name},
        )


def _is_json(content_type: bytes) -> bool:
    name, parameters = _parts(content_type.decode("latin-1"))
    return name == JSON.name and _is_utf8(parameters)


def _negotiate(accept: bytes) -> MediaType | None:
    weights: dict[MediaType, tuple[int, float]] = {}
    for name, parameters, exactness in _ranges(accept):
        media_type = _BY_RANGE.get(name)
        if media_type is None or not _is_utf8(parameters):
            continue
        weight = _weight(parameters.get("q", "1"))
        # The most exact range that names a type says its weight, whatever a wildcard adds (RFC 9110, 12.5.1).
        named = [media_type] if exactness == 2 else [JSON, GRAPHQL_RESPONSE]
        for one in named:
            if exactness >= weights.get(one, (-1, 0.0))[0]:
                weights[one] = (exactness, weight)
    best: MediaType | None = None
    for media_type in (GRAPHQL_RESPONSE, JSON):
        exactness, weight = weights.get(media_type, (0, 0.0))
        if weight <= 0:
            continue
        # A wildcard alone does not choose the newer type: the client never said that it knows it.
        if media_type is GRAPHQL_RESPONSE and exactness < 2 and weights.get(JSON, (0, 0.0))[1] > 0:
            continue
        if best is None or weight > weights[best][1]:
            best = media_type
    return best


def _ranges(accept: bytes) -> Iterator[tuple[str, dict[str, str], int]]:
    for entry in accept.decode("latin-1").split(","):
        name, parameters = _parts(entry)
        yield name, parameters, 0 if name == "*/*" else 1 if name.endswith("/*") else 2


def _parts(value: str) -> tuple[str, dict[str, str]]:
    name, *rest = value.split(";")
    parameters = {}
    for part in rest:
        key, _, said = part.partition("=")
        parameters[key.strip().lower()] = said.strip().strip('"')
    return name.strip().lower(), parameters


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
