"""What the span of a sampled request is named by."""

from collections.abc import Callable, Sequence
from typing import Final

from app.engine.request import GraphQLRequest, RequestRefused
from app.errors import CallerError, ErrorCode

_RAN: Final = frozenset(
    {
        *("OK", "PARTIAL", ErrorCode.TIMEOUT, ErrorCode.OVERLOADED, ErrorCode.DATABASE_UNAVAILABLE),
        *(ErrorCode.STORAGE_FULL, ErrorCode.INTERNAL_ERROR),
    }
)
"""Outcomes of requests whose document was valid, so that the names in it are names and nothing else."""


def operation_of(
    request: GraphQLRequest | None, kind: str, outcome: str, check: Callable[[str], Sequence[str | None]]
) -> tuple[str, str | None] | None:
    """The kind and the name of the operation; None for one that was refused.

    A name that was sent is told only if the document has an operation of this name.
    """
    if request is None or outcome not in _RAN:
        return None
    try:
        names = check(request.query)
    except (CallerError, RequestRefused):
        return None
    if request.operation_name is not None:
        return kind, request.operation_name if request.operation_name in names else None
    return kind, names[0] if len(names) == 1 else None
