"""What belongs to the request that is being answered, for whoever logs or runs a statement on its behalf."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

StatementListener: TypeAlias = Callable[[Any], None]
"""Is told of each statement after it has run, by an `asyncpg.connection.LoggedQuery`."""

TRACE_ID: Final[ContextVar[bytes | None]] = ContextVar("rsc_trace_id", default=None)
"""The trace id of the request that this task answers, 32 hex digits."""

LISTENER: Final[ContextVar[StatementListener | None]] = ContextVar("rsc_listener", default=None)
"""Where this task's statements are told; None unless its request is sampled."""
