"""What every answer below /graphiql has in common: its headers, and for whose pages it is."""

import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.errors import CallerError, ErrorCode

# GraphiQL writes `style` attributes, and its style sheet has icons as data: URLs; scripts are files only.
_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_SECURITY_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NEVER_STORED: Final = "no-store"


def headers(cache_control: str) -> dict[str, str]:
    """The headers of an answer that may be kept like this."""
    return {**_SECURITY_HEADERS, "Cache-Control": cache_control}


def json_answer(value: Any, *, status: int = 200, more: dict[str, str] | None = None) -> Response:
    """JSON that nobody keeps. In ASCII, so that half of a surrogate pair in an error's text can be said."""
    content = json.dumps(value).encode("ascii")
    return Response(content, status, {**(more or {}), **headers(NEVER_STORED)}, "application/json")


def only_for_our_page(request: Request, what: str) -> None:
    """Refuse the pages of other origins, whatever CORS rule a server in front of these routes may have.

    A browser says where a request comes from; a pretend ATS on another port counts as "same-site".
    Raises: CallerError 403 FORBIDDEN.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        message = f"{what} are for this server's own GraphiQL page."
        raise CallerError(ErrorCode.FORBIDDEN, message, status=403)
