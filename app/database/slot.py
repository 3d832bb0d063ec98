"""One place of the pool: a connection, and the company that it is bound to."""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from app.database.errors import told_on_connect
from app.telemetry.current import StatementListener

NO_COMPANY: Final = -1
_UNBOUND: Final = -2
_BIND: Final = "select set_config('rsc.company', $1, false)"
_FOLLOWED: Final = ("application_name", "TimeZone", "client_encoding", "DateStyle")
_COMMAND_GRACE_S: Final = 1.0
_MEND_TIMEOUT_S: Final = 2.0


def company_key(company_id: UUID | None) -> int:
    """The company as a number, which compares faster than a UUID; NO_COMPANY for none."""
    return NO_COMPANY if company_id is None else company_id.int


def company_setting(key: int) -> str:
    """The value of `rsc.company` for a key: the UUID, or '' for none."""
    return "" if key == NO_COMPANY else str(UUID(int=key))


class Connection(asyncpg.Connection):
    """A connection that remembers the tag of the last `execute`.

    PostgreSQL answers ROLLBACK to the COMMIT of a transaction in which something failed, without an error.
    """

    __slots__ = ("last_status",)

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:  # noqa: ASYNC109 (asyncpg's)
        self.last_status: str = await super().execute(query, *args, timeout=timeout)
        return self.last_status


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """How the service's connections are made; the pool's arguments of the same names."""

    dsn: str
    role: str
    connect_timeout_ms: int
    statement_timeout_ms: int
    statement_cache_size: int

    def session(self) -> dict[str, str]:
        """The settings of a session, as they are asked for when connecting."""
        return {
            "role": self.role,
            "application_name": "rsc-gateway",
            "TimeZone": "UTC",
            "client_encoding": "UTF8",
            "DateStyle": "ISO, MDY",
            # Planning for each call's values costs about a millisecond more on each call.
            "plan_cache_mode": "force_generic_plan",
            "statement_timeout": str(self.statement_timeout_ms),
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledConnectionOptions(ConnectionOptions):
    """The same behind PgBouncer, which takes those settings only that it gives to every connection."""

    def session(self) -> dict[str, str]:
        every = ConnectionOptions.session(self)
        return {name: every[name] for name in _FOLLOWED}


class Slot:
    """A place for one connection. `bound_to` is a company's key, known only while the binding is certain."""

    __slots__ = ("bound_to", "connection", "listener")

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.listener: StatementListener | None = None
        self.bound_to = _UNBOUND

    def is_open(self) -> bool:
        return self.connection is not None and not self.connection.is_closed()

    def forget(self) -> None:
        """Drop the connection at once; the next user of the slot opens a new one."""
        connection, self.connection = self.connection, None
        self.bound_to = _UNBOUND
        if connection is not None:
            connection.terminate()

    def listen(self, listener: StatementListener) -> None:
        """Have the listener told of each statement, until `hush`."""
        if self.connection is not None:
            self.connection.add_query_logger(listener)
            self.listener = listener

    def hush(self) -> None:
        """Tell nobody any more."""
        if self.connection is not None and self.listener is not None:
            self.connection.remove_query_logger(self.listener)
        self.listener = None

    async def connect(self, options: ConnectionOptions) -> None:
        """Open a connection in place of the present one.

        Raises: CallerError (DATABASE_UNAVAILABLE).
        """
        self.forget()
        try:
            self.connection = await asyncpg.connect(
                options.dsn,
                timeout=options.connect_timeout_ms / 1000,
                # For a server that does not answer at all; one that does ends the statement itself.
                command_timeout=options.statement_timeout_ms / 1000 + _COMMAND_GRACE_S,
                statement_cache_size=options.statement_cache_size,
                max_cached_statement_lifetime=0,
                max_cacheable_statement_size=0,
                connection_class=Connection,
                server_settings=options.session(),
            )
        except Exception as error:
            to_tell = told_on_connect(error)
            if to_tell is None:
                raise
            raise to_tell from error

    async def bind(self, key: int) -> None:
        """Bind the open connection to a company."""
        assert self.connection is not None
        self.bound_to = _UNBOUND
        await self.connection.fetchval(_BIND, company_setting(key))
        self.bound_to = key

    async def mend(self, *, close: bool) -> None:
        """Bring a connection whose use was interrupted into a known state, or close it; never raises."""
        connection = self.connection
        self.bound_to = _UNBOUND
        if connection is None:
            return
        try:
            if close:
                # Asks the server to end what runs and waits until it has, so that no lock stays behind.
                await connection.close(timeout=_MEND_TIMEOUT_S)
            else:
                # Waits for the interrupted statement, and absorbs a cancellation that comes late.
                await connection.reset(timeout=_MEND_TIMEOUT_S)
        except (Exception, asyncio.CancelledError):
            self.forget()
        if self.connection is not None and (connection.is_closed() or connection.is_in_transaction()):
            self.forget()

    async def close(self) -> None:
        """Close the connection in order, or by force if the server does not answer."""
        await self.mend(close=True)
