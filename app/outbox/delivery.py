"""The delivery: takes what is due, tries it, and writes down how that went.

Any number of workers may run it. Each takes rows for the length of a lease; what a worker took and did not
finish, because it died or lost the database, is due again when the lease ends. So an event is delivered at
least once, and a repetition has the same id.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import structlog
from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError
from app.outbox.backoff import wait_s
from app.outbox.callbacks import callback_of
from app.outbox.events import KEPT_AFTER_DELIVERY, Event, EventState, EventType, event_of
from app.outbox.sending import Attempt, Sender
from app.telemetry.logs import what_failed

LEASE_S: Final = 30
"""Longer than an attempt with everything around it may take."""
AT_ONCE_MAX: Final = 16
"""Attempts that one worker makes at the same time."""
AT_ONCE_OF_COMPANY: Final = 4
"""The same for one company, so that its slow receiver leaves room for others."""
POLL_S: Final = 0.5

_HELD_WHILE_DISABLED: Final = frozenset({EventType.EXPORT_CANDIDATE_PROFILE})
"""Events that invite the receiver to read something that it may not read then."""

# Column by column: PostgreSQL keeps the plan of `*` when a migration takes a column away from the table, and
# then the statement fails on that connection for ever.
_CLAIM: Final = """
select company_id, id, partner_name, type, payload, attempts, earlier_attempts
from claim_outbox($1, $2, $3, $4)
"""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of an event by one attempt: PENDING is to be tried again."""

    event: Event
    state: EventState
    error: str | None


Follow = Callable[[Connection, Progress], Awaitable[None]]
"""Takes an event's progress over into its matter, in the transaction in which it is written down."""


class Delivery:
    """Delivers for all companies; one a worker. `follow` names who takes progress over, by type of event."""

    def __init__(
        self,
        pool: Pool,
        sender: Sender,
        *,
        follow: Mapping[EventType, Follow] = MappingProxyType({}),
        poll_s: float = POLL_S,
        lease_s: int = LEASE_S,
    ) -> None:
        assert sender.timeout_s < lease_s
        self._pool = pool
        self._sender = sender
        self._follow = follow
        self._poll_s = poll_s
        self._lease_s = lease_s
        self._running: dict[asyncio.Task[None], UUID] = {}
        self._failing = False

    async def run(self) -> None:
        """Deliver for ever; cancel it to stop. What it was trying then is tried again after the lease."""
        try:
            while True:
                taken = await self._take()
                if taken and len(self._running) < AT_ONCE_MAX:
                    continue
                pause = self._poll_s * random.uniform(0.8, 1.2)
                if self._running:
                    await asyncio.wait(self._running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(pause)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(self) -> int:
        """Begin as many attempts as there is room for; answers how many."""
        room = AT_ONCE_MAX - len(self._running)
        if room <= 0:
            return 0
        at_work = Counter(self._running.values())
        busy = [company for company, count in at_work.items() if count >= AT_ONCE_OF_COMPANY]
        try:
            async with self._pool.transaction(None) as connection:
                rows = await connection.fetch(
                    _CLAIM,
                    *(self._lease_s, room, AT_ONCE_OF_COMPANY, busy),
                )
        except CallerError as error:
            if not self._failing:
                _log.warning("delivery_waits_for_database", code=error.code.value)
            self._failing = True
            return 0
        self._failing = False
        for row in rows:
            event = event_of(row)
            task = asyncio.create_task(self._deliver(event))
            self._running[task] = event.company_id
            task.add_done_callback(self._running.pop)
        return len(rows)

    async def _deliver(self, event: Event) -> None:
        try:
            try:
                attempt = await self._try(event)
            except CallerError:
                raise
            except Exception as error:  # A fault of ours; without an end it would be tried for ever.
                _log.error("delivery_failed", **_said(event), **what_failed(error))
                attempt = Attempt(error="The attempt failed on our side.")
            await self._write_down(event, attempt)
        except Exception as error:  # Without a database: due again after the lease.
            _log.error("delivery_not_written_down", **_said(event), **what_failed(error))

    async def _try(self, event: Event) -> Attempt:
        async with self._pool.acquire(event.company_id) as connection:
            callback = await callback_of(connection, event.company_id, event.partner_name)
            is_enabled = await connection.fetchval(
                """
                select exists (
                  select from integration
                  where company_id = $1 and partner_name = $2 and state in ('SYNCING', 'LIVE'))
                """,
                event.company_id,
                event.partner_name,
            )
        if event.type in _HELD_WHILE_DISABLED and not is_enabled:
            return Attempt(error="The integration is not enabled.")
        if callback is None:
            return Attempt(error="The ATS has not said at which callback URL it is to be called.")
        return await self._sender.send(event, callback)

    async def _write_down(self, event: Event, attempt: Attempt) -> None:
        async with self._pool.transaction(event.company_id) as connection:
            if attempt.error is None:
                state = await _delivered(connection, event)
            else:
                state = await _failed(connection, event, attempt)
            if state is None:
                return  # Decided meanwhile: acknowledged by the receiver, or tried by another worker.
            follow = self._follow.get(event.type)
            if follow is not None:
                await follow(connection, Progress(event=event, state=state, error=attempt.error))
        if state is EventState.DEAD:
            _log.error("event_given_up", **_said(event))


async def _delivered(connection: Connection, event: Event) -> EventState | None:
    """Whichever attempt brought it there, it is delivered; what was delivered long ago is removed."""
    found = await connection.fetchval(
        """
        update outbox
        set state = 'DELIVERED', delivered_at = now(), last_error = null
        where company_id = $1 and id = $2 and state <> 'DELIVERED'
        returning 1
        """,
        event.company_id,
        event.id,
    )
    await connection.execute(
        """
        delete from outbox
        where company_id = $1 and state = 'DELIVERED' and delivered_at < now() - $2::interval
        """,
        event.company_id,
        KEPT_AFTER_DELIVERY,
    )
    return EventState.DELIVERED if found else None


async def _failed(connection: Connection, event: Event, attempt: Attempt) -> EventState | None:
    """To be tried again, the last time when its 24 hours end, or else dead; not if a later attempt runs."""
    state = await connection.fetchval(
        """
        update outbox
        set
          state = case when $4 or now() >= give_up_at then 'DEAD' else 'PENDING' end,
          next_attempt_at = least(now() + make_interval(secs => $5), greatest(give_up_at, now())),
          last_error = $6
        where company_id = $1 and id = $2 and state = 'PENDING' and attempts = $3
        returning state
        """,
        event.company_id,
        event.id,
        event.attempts,
        attempt.is_final,
        wait_s(event.attempts - event.earlier_attempts, asked_for_s=attempt.asked_for_s),
        attempt.error,
    )
    return None if state is None else EventState(state)


def _said(event: Event) -> dict[str, Any]:
    return {"event_id": str(event.id), "event_type": event.type.value, "attempts": event.attempts}
