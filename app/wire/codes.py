"""The codes of the wire API's errors: one table, which the documentation prints too."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from app.errors import CallerError, ErrorCode


class WireCode(NamedTuple):
    """`number` is `serviceErrorCode`, `status` the usual HTTP status, `meaning` is for the docs."""

    number: int
    status: int
    meaning: str


CODES: Final[Mapping[str, WireCode]] = {
    "BAD_REQUEST": WireCode(40000, 400, "The request cannot be read: its URL, headers, keys or JSON."),
    "BAD_USER_INPUT": WireCode(40001, 400, "A value breaks a rule; the message begins with its path."),
    "BATCH_LIMIT": WireCode(40002, 400, "More than 100 records in one call; nothing was done."),
    "CONTEXT_MISMATCH": WireCode(40003, 400, "A key's dataProvider, tenantType or type is unknown."),
    "UNAUTHENTICATED": WireCode(65600, 401, "No token, or one that is wrong, expired or revoked."),
    "FORBIDDEN": WireCode(100, 403, "Another's integrationContext, or not yours to do."),
    "ROLE_REQUIRED": WireCode(40301, 403, "The token has not the role that the call needs."),
    "FEATURE_NOT_GRANTED": WireCode(40302, 403, "The feature matrix refuses; see reason and howToFix."),
    "INTEGRATION_DISABLED": WireCode(40303, 403, "The integration is not enabled: stop calling."),
    "NOT_FOUND": WireCode(40400, 404, "No such resource, record or task."),
    "METHOD_NOT_ALLOWED": WireCode(40500, 405, "The resource has no such method or finder."),
    "CONFLICT": WireCode(40900, 409, "It exists already, or its state forbids the step."),
    "IDEMPOTENCY_KEY_IN_USE": WireCode(40901, 409, "The call with this Idempotency-Key is still running."),
    "BODY_LIMIT": WireCode(41300, 413, "The body has 8 MB or more."),
    "UNSUPPORTED_MEDIA_TYPE": WireCode(41500, 415, "The body is compressed, or neither JSON nor a form."),
    "IDEMPOTENCY_KEY_REUSED": WireCode(42200, 422, "The Idempotency-Key was used for another request."),
    "TIMEOUT": WireCode(40800, 408, "The body did not arrive in time, or the call took too long."),
    "RATE_LIMIT": WireCode(101, 429, "More calls or records than may come in; see Retry-After."),
    "OVERLOADED": WireCode(50301, 503, "More work than can be done at the moment; see Retry-After."),
    "DATABASE_UNAVAILABLE": WireCode(50302, 503, "The database is away for a moment; try again."),
    "STORAGE_FULL": WireCode(50303, 503, "Nothing more can be written at the moment."),
    "INTERNAL_ERROR": WireCode(50000, 500, "A fault of ours; the message has its trace id."),
}

_CALLED: Final = {
    ErrorCode.PAGE_LIMIT: "BAD_USER_INPUT",
    ErrorCode.NODE_LIMIT: "BATCH_LIMIT",
    ErrorCode.COST_LIMIT: "BAD_USER_INPUT",
    ErrorCode.SOURCE_UNAVAILABLE: "OVERLOADED",
}


class WireRefused(Exception):
    """A call, or one record of it, that is refused; the text may be sent.

    `code` is a name in `CODES`; `more` are further members of the error beside message, serviceErrorCode,
    status and code.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = CODES[code].status if status is None else status
        self.more = dict(more or {})
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """The error as JSON, alone as a response's body or in a batch's `errors`."""
        return {
            "message": self.message,
            "serviceErrorCode": CODES[self.code].number,
            "status": self.status,
            "code": self.code,
            **self.more,
        }


def as_wire(error: CallerError) -> WireRefused:
    """A refusal of ours in the wire's words."""
    name = _CALLED.get(error.code, error.code.value)
    code = name if name in CODES else "BAD_REQUEST"
    status = 422 if code == "TIMEOUT" and error.status != 408 else error.status
    if error.status == 415:
        code = "UNSUPPORTED_MEDIA_TYPE"
    return WireRefused(code, error.message, status=status, more=error.extensions, headers=error.headers)
