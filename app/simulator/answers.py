"""Answers and errors in rest.li's shape."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response


class JsonResponse(Response):
    """A JSON body of plain values."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return content if isinstance(content, bytes) else orjson.dumps(content)


def error(
    status: int, message: str, *, code: int = 0, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """An error of the whole call; `code` is LinkedIn's `serviceErrorCode`."""
    body = {"message": message, "serviceErrorCode": code or status * 100, "status": status}
    return JsonResponse(body, status, dict(headers or {}))


def unauthenticated() -> JsonResponse:
    """What LinkedIn answers to a token that it does not know."""
    return error(401, "Invalid access token", code=65600)


def page(elements: Sequence[Any], start: int, count: int) -> JsonResponse:
    """A finder's page of all its elements."""
    return JsonResponse(
        {
            "elements": list(elements[start : start + count]),
            "paging": {"start": start, "count": count, "total": len(elements), "links": []},
        }
    )
