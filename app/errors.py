"""The two families of errors: the caller's, which may be told, and ours, which may not.

A `CallerError` carries a code of the public enum and a text that may be sent as it is. A `Fault` is
logged with its trace id, and the caller gets that id and nothing else. Only the HTTP edge turns either
into a response.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """Every value that `extensions.code` can have. The README explains each one."""

    BAD_REQUEST = "BAD_REQUEST"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    FEATURE_NOT_GRANTED = "FEATURE_NOT_GRANTED"
    ROLE_REQUIRED = "ROLE_REQUIRED"
    INTEGRATION_DISABLED = "INTEGRATION_DISABLED"
    BODY_LIMIT = "BODY_LIMIT"
    TOKEN_LIMIT = "TOKEN_LIMIT"  # noqa: S105
    DEPTH_LIMIT = "DEPTH_LIMIT"
    ALIAS_LIMIT = "ALIAS_LIMIT"
    DIRECTIVE_LIMIT = "DIRECTIVE_LIMIT"
    COST_LIMIT = "COST_LIMIT"
    PAGE_LIMIT = "PAGE_LIMIT"
    NODE_LIMIT = "NODE_LIMIT"
    TIMEOUT = "TIMEOUT"
    OVERLOADED = "OVERLOADED"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    STORAGE_FULL = "STORAGE_FULL"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class CallerError(Exception):
    """Something that the caller did or must know of; its text may be sent.

    `status` is the HTTP status if the whole request fails with it; `path` is the response path if only
    one field does; `extensions` are further members of the error's `extensions`.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        status: int = 400,
        path: Sequence[str | int] | None = None,
        locations: Sequence[Mapping[str, int]] | None = None,
        extensions: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.path = list(path) if path is not None else None
        self.locations = list(locations) if locations is not None else None
        self.extensions = dict(extensions or {})
        self.headers = dict(headers or {})

    def as_graphql(self) -> dict[str, Any]:
        """The error as an entry of a GraphQL response's `errors`."""
        entry: dict[str, Any] = {"message": self.message}
        if self.locations is not None:
            entry["locations"] = self.locations
        if self.path is not None:
            entry["path"] = self.path
        entry["extensions"] = {"code": self.code.value, **self.extensions}
        return entry


class Fault(Exception):
    """Something that went wrong on our side; only its trace id reaches the caller."""
