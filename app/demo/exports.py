"""Members that recruiters sent to the ATS with one click, and how far each of these exports came."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from app.auth.personas import DEMO_PARTNER
from app.demo.casting import Role
from app.demo.clock import NOW, key_at, stream, working_time
from app.demo.conversations import SOURCED
from app.demo.openings import Opening, ranked
from app.demo.organizations import NORTHWIND_ORGANIZATION, Organization, member_urn
from app.demo.people import Person
from app.outbox.events import EventState, EventType

EXPORT_COLUMNS: Final = (
    *("company_id", "id", "member_urn", "job_id", "seat_id", "candidate_id", "state", "requested_at"),
    *("attempts", "last_error"),
)

_CREATED, _OTHERS = 14, 22
_ERRORS: Final = (
    "The callback answered 503.",
    "The callback did not answer within 10 s.",
    "The callback cannot be connected to.",
)
_FAILED_ATTEMPTS: Final = 5

EVENT_COLUMNS: Final = (
    *("company_id", "id", "partner_name", "type", "payload", "state", "attempts", "created_at"),
    *("next_attempt_at", "give_up_at", "last_error"),
)
_WAITS_UNTIL: Final = NOW + timedelta(days=3650)
"""What waits in the demo waits for whoever sets a callback, however late: it is not given up after a day."""


def export_rows(
    organization: Organization,
    roles: Sequence[Role],
    members: Mapping[int, Person],
    jobs: Sequence[Opening],
    candidate_keys: Mapping[str, UUID],
    job_keys: Mapping[str, UUID],
) -> Iterator[tuple[Any, ...]]:
    """Rows of `export` in the order of `EXPORT_COLUMNS`: some created, some on their way, some failed."""
    seats = [seat for seat in organization.seats if seat.contract == organization.contracts[0].urn][:3]
    listed = [job for job in jobs if job.closed is None]
    known = [role for role in roles if role.is_recruited][5::11][:_CREATED]
    others = _OTHERS if organization is NORTHWIND_ORGANIZATION else _OTHERS // 4
    exported: list[tuple[int, Role | None, str]] = [
        (role.member_number or 0, role, "CREATED") for role in known
    ]
    states = ("REQUESTED", "DELIVERED", "FAILED", "DELIVERED")
    exported += [(number, None, states[number % 4]) for number in SOURCED[:: len(SOURCED) // others][:others]]
    for number, role, state in exported:
        rng = stream(f"exports of {organization.name}", number)
        job = ranked(members[number], listed, rng)[0]
        # What failed or waits did so lately; what was created may be older.
        days = rng.randint(2, 12) if state == "CREATED" else rng.randint(0, 2)
        requested = working_time(NOW - timedelta(days=days), rng)
        yield (
            organization.id,
            key_at(requested, rng),
            member_urn(number),
            job_keys[job.external_id],
            rng.choice(seats).id,
            candidate_keys[role.external_id] if role else None,
            state,
            requested,
            {"REQUESTED": 0, "FAILED": _FAILED_ATTEMPTS}.get(state, 1),
            rng.choice(_ERRORS) if state == "FAILED" else None,
        )


def event_rows(exports: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Rows of `outbox` in the order of `EVENT_COLUMNS`: what the ATS has not been told of these exports yet.

    Delivered long ago, the others' are gone from there.
    """
    states = {"REQUESTED": EventState.PENDING, "FAILED": EventState.DEAD}
    for row in exports:
        export = dict(zip(EXPORT_COLUMNS, row, strict=True))
        state = states.get(export["state"])
        if state is None:
            continue
        given_up = export["requested_at"] + timedelta(days=1)
        until = _WAITS_UNTIL if state is EventState.PENDING else given_up
        body = {
            "id": str(export["id"]),
            "requestId": str(export["id"]),
            "type": EventType.EXPORT_CANDIDATE_PROFILE.value,
            "expiresAt": int(until.timestamp() * 1000),
        }
        yield (
            export["company_id"],
            export["id"],
            DEMO_PARTNER,
            EventType.EXPORT_CANDIDATE_PROFILE.value,
            orjson.dumps(body).decode(),
            state.value,
            export["attempts"],
            export["requested_at"],
            export["requested_at"] if state is EventState.PENDING else given_up,
            until,
            export["last_error"],
        )
