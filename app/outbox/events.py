"""Events on their way to an ATS: written where something happens, in that very transaction.

The receiver gets ids and reads the matter by them, so that no personal data leaves with a notification. An
event's id is stable over all its repetitions; it is the request id that the matter is read by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg import Connection, Record

from app.errors import Fault
from app.ids import uuid7

GIVE_UP_AFTER: Final = timedelta(hours=24)
"""An event is tried this long, counted from when it was queued or queued again."""
LIFETIME: Final = timedelta(days=7)
"""The receiver may read the matter this long: the payload's `expiresAt`."""
KEPT_AFTER_DELIVERY: Final = timedelta(days=30)

OF_EVERY_EVENT: Final = frozenset({"id", "requestId", "type", "expiresAt"})
"""What every payload says by itself."""

_SAYABLE: Final = re.compile(r"[A-Za-z0-9:_.-]{1,200}")


class EventType(StrEnum):
    """The kinds of events, spelled as on the wire."""

    EXPORT_CANDIDATE_PROFILE = "EXPORT_CANDIDATE_PROFILE"
    INTEGRATION_STATUS_CHANGE = "INTEGRATION_STATUS_CHANGE"


class EventState(StrEnum):
    """PENDING: waits for its next attempt, or is being tried. DEAD: given up, can be sent again."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event that a worker has taken.

    `attempts` counts this attempt too, and tells it from all others; `earlier_attempts` are those before the
    event was last queued.
    """

    company_id: UUID
    id: UUID
    partner_name: str
    type: EventType
    payload: Mapping[str, Any]
    attempts: int
    earlier_attempts: int = 0

    @property
    def body(self) -> bytes:
        """The request's body: the same bytes at each repetition."""
        return orjson.dumps(self.payload, option=orjson.OPT_SORT_KEYS)


def event_of(row: Record) -> Event:
    """An event as `claim_outbox` answers it."""
    return Event(
        company_id=row["company_id"],
        id=row["id"],
        partner_name=row["partner_name"],
        type=EventType(row["type"]),
        payload=orjson.loads(row["payload"]),
        attempts=row["attempts"],
        earlier_attempts=row["earlier_attempts"],
    )


async def enqueue(
    connection: Connection,
    company_id: UUID,
    type: EventType | str,  # noqa: A002 (the wire's word)
    payload: Mapping[str, str | int] | None = None,
    *,
    event_id: UUID | None = None,
    partner_name: str | None = None,
    now: datetime | None = None,
) -> UUID:
    """Queue an event in the caller's transaction, which is bound to the company; answers its id.

    `payload` adds to what every event says (`id`, `requestId`, `type`, `expiresAt` in epoch milliseconds);
    its values are ids, states and numbers. `partner_name` is the integration's own if left out. With the
    `event_id` of an event that is there already, that one is queued again, whatever had become of it.
    Raises: Fault for a value that could be somebody's data, or where there is no integration.
    """
    at, key = now or datetime.now(UTC), event_id or uuid7()
    partner = partner_name or await _partner_of(connection, company_id)
    body: dict[str, Any] = {
        **_checked(payload or {}),
        "id": str(key),
        "requestId": str(key),
        "type": EventType(type).value,
        "expiresAt": int((at + LIFETIME).timestamp() * 1000),
    }
    await connection.execute(
        """
        insert into outbox as known
          (company_id, id, partner_name, type, payload, created_at, next_attempt_at, give_up_at)
        -- Due by the database's clock, by which it is taken: ours may be ahead.
        values ($1, $2, $3, $4, $5, $6, least($6, now()), $7)
        on conflict (company_id, id) do update
        set
          payload = excluded.payload, state = 'PENDING', delivered_at = null, last_error = null,
          next_attempt_at = excluded.next_attempt_at, give_up_at = excluded.give_up_at,
          earlier_attempts = known.attempts
        """,
        company_id,
        key,
        partner,
        body["type"],
        orjson.dumps(body).decode(),
        at,
        at + GIVE_UP_AFTER,
    )
    return key


async def hold(connection: Connection, company_id: UUID, event_id: UUID) -> EventState | None:
    """The event's state, which stays until the caller's transaction ends; None if there is no such event.

    Whoever changes an event together with its matter takes the event first, as the delivery does: so two of
    them wait for each other in one order.
    """
    state = await connection.fetchval(
        "select state from outbox where company_id = $1 and id = $2 for no key update", company_id, event_id
    )
    return None if state is None else EventState(state)


async def acknowledge(connection: Connection, company_id: UUID, event_id: UUID) -> None:
    """The receiver has acted on the event, so it got it, whatever became of our attempts."""
    await connection.execute(
        """
        update outbox
        set state = 'DELIVERED', delivered_at = now(), last_error = null
        where company_id = $1 and id = $2 and state <> 'DELIVERED'
        """,
        company_id,
        event_id,
    )


async def _partner_of(connection: Connection, company_id: UUID) -> str:
    partner = await connection.fetchval(
        """
        select partner_name
        from integration
        where company_id = $1
        order by state = 'ERASED', requested_at desc
        limit 1
        """,
        company_id,
    )
    if partner is None:
        raise Fault("An event was queued for a company without an integration.")
    return str(partner)


def is_sayable(value: object) -> bool:
    """Whether an event may say this: an id, a state or a number."""
    return isinstance(value, int) or (isinstance(value, str) and _SAYABLE.fullmatch(value) is not None)


def _checked(payload: Mapping[str, str | int]) -> Mapping[str, str | int]:
    for name, value in payload.items():
        if not is_sayable(value):
            raise Fault(f"An event may say ids, states and numbers; {name} is none of these.")
    return payload
