"""Members that recruiters sent to the ATS with one click, and how far each of these exports came."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.demo.casting import Role
from app.demo.clock import NOW, key_at, stream, working_time
from app.demo.conversations import SOURCED
from app.demo.openings import Opening, ranked
from app.demo.organizations import NORTHWIND_ORGANIZATION, Organization, member_urn
from app.demo.people import Person

EXPORT_COLUMNS: Final = (
    *("company_id", "id", "member_urn", "job_id", "seat_id", "candidate_id", "state", "requested_at"),
    *("attempts", "last_error"),
)

_CREATED, _OTHERS = 14, 22
_ERRORS: Final = (
    "The ATS answered 503 Service Unavailable.",
    "The callback did not answer within 10 s.",
    "The ATS answered 422: a required field, 'source', is missing.",
)


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
    todo: list[tuple[int, Role | None, str]] = [(role.member_number or 0, role, "CREATED") for role in known]
    states = ("REQUESTED", "DELIVERED", "FAILED", "DELIVERED")
    todo += [(number, None, states[number % 4]) for number in SOURCED[:: len(SOURCED) // others][:others]]
    for number, role, state in todo:
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
            {"REQUESTED": 0, "FAILED": 5}.get(state, 1),
            rng.choice(_ERRORS) if state == "FAILED" else None,
        )
