"""Which of PostgreSQL's and asyncpg's errors the caller is told, and in which words."""

import asyncio
from typing import Final

import asyncpg

from app.errors import CallerError, ErrorCode

RETRY_AFTER_S: Final = "1"

LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.InternalClientError,
)
"""The connection is gone or of no more use; the statement may or may not have run."""

_UNFIT: Final = (*LOST, asyncpg.ReadOnlySQLTransactionError, asyncpg.DatabaseDroppedError)
_UNAVAILABLE: Final = (*_UNFIT, asyncpg.TooManyConnectionsError)

STALE: Final = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    # A function of SQL answers rows of a table that got another shape since the statement was planned.
    asyncpg.InvalidFunctionDefinitionError,
)
"""A migration changed what a prepared statement meant; prepared anew, it works."""


def unavailable(message: str = "The database cannot be reached at the moment.") -> CallerError:
    """503 `DATABASE_UNAVAILABLE`, to be tried again after a second."""
    return CallerError(
        ErrorCode.DATABASE_UNAVAILABLE, message, status=503, headers={"Retry-After": RETRY_AFTER_S}
    )


class SchemaChanged(CallerError):
    """503: a migration came between, and all of the transaction was undone. Done anew, it works."""

    def __init__(self) -> None:
        super().__init__(
            ErrorCode.DATABASE_UNAVAILABLE,
            "The database was changed in this moment; nothing was done.",
            status=503,
            headers={"Retry-After": RETRY_AFTER_S},
        )


def overloaded() -> CallerError:
    """503 `OVERLOADED`: no database connection became free in time, or none would."""
    return CallerError(
        ErrorCode.OVERLOADED,
        "The gateway has more work than it can do at the moment.",
        status=503,
        headers={"Retry-After": RETRY_AFTER_S},
    )


def is_command_timeout(error: BaseException) -> bool:
    """Whether asyncpg gave up on a statement, as opposed to a caller's own `asyncio.timeout`.

    `asyncio.timeout` raises its TimeoutError from the CancelledError that it swallowed; asyncpg's has no
    cause.
    """
    return isinstance(error, TimeoutError) and not isinstance(error.__cause__, asyncio.CancelledError)


def is_unfit(error: BaseException) -> bool:
    """Whether the connection is not to be used again.

    After a failover, say, it leads to a server that only reads; and one that did not even answer that a
    statement took too long is frozen.
    """
    return isinstance(error, _UNFIT) or is_command_timeout(error)


def is_interruption(error: BaseException) -> bool:
    """Whether a statement may have been cut short by it, so that the connection still is busy."""
    return not isinstance(error, Exception) or isinstance(error, TimeoutError)


def is_lost(error: BaseException, connection: asyncpg.Connection | None) -> bool:
    """Whether the error means that this connection is gone (so a read may be tried on another)."""
    if isinstance(error, LOST):
        return True
    return (
        isinstance(error, asyncpg.InterfaceError | OSError)
        and not isinstance(error, TimeoutError)
        and (connection is None or connection.is_closed())
    )


def told(error: BaseException, connection: asyncpg.Connection | None) -> CallerError | None:
    """The error that the caller gets instead of this one; None where it is to be raised as it is.

    Nothing of the original text passes on: it may hold values of other people's rows.
    """
    if isinstance(error, asyncpg.DiskFullError):
        return CallerError(
            ErrorCode.STORAGE_FULL,
            "The database has no room left to write; reading still works.",
            status=503,
            headers={"Retry-After": "30"},
        )
    if isinstance(error, STALE):
        return SchemaChanged()
    if isinstance(error, asyncpg.QueryCanceledError):
        return CallerError(
            ErrorCode.TIMEOUT,
            "The database needed longer than a statement may take.",
            status=503,
            headers={"Retry-After": RETRY_AFTER_S},
        )
    if isinstance(error, _UNAVAILABLE) or is_command_timeout(error) or is_lost(error, connection):
        return unavailable()
    return None


def told_on_connect(error: BaseException) -> CallerError | None:
    """The same for an attempt to connect, where a wrong name or role can also be the reason."""
    if isinstance(error, asyncpg.InvalidCatalogNameError | asyncpg.InvalidParameterValueError):
        return unavailable("The database has not been set up; run `rsc migrate`.")
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return unavailable("The database refuses the gateway's user or password.")
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | OSError):
        return unavailable()
    return None
