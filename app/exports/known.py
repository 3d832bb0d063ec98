"""An export as it stands, held while something is done with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from asyncpg import Connection

from app.ids import CandidateId, CompanyId, MemberUrn, SeatId
from app.outbox.events import EventState, hold
from app.refused import not_found


class ExportState(StrEnum):
    """REQUESTED → DELIVERED → CREATED; FAILED once the delivery was given up, REQUESTED again if resent."""

    REQUESTED = "REQUESTED"
    DELIVERED = "DELIVERED"
    CREATED = "CREATED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownExport:
    """An export as it stands; `partner` is that of its job, `event` how its delivery stands."""

    id: UUID
    member: MemberUrn
    seat: SeatId
    partner: str
    state: ExportState
    requested_at: datetime
    event: EventState | None
    candidate: CandidateId | None
    candidate_external_id: str | None


async def held_export(
    connection: Connection, company: CompanyId, export: UUID, *, partner: str | None
) -> KnownExport:
    """The company's export, which nobody else changes until this transaction ends.

    With `partner` only an export to a job of that partner's.
    Raises: WriteRefused (NOT_FOUND).
    """
    event = await hold(connection, company, export)
    row = await connection.fetchrow(
        """
        select e.id, e.member_urn, e.seat_id, e.state, e.requested_at, e.candidate_id, j.partner_name
        from export e
        join job j on j.company_id = e.company_id and j.id = e.job_id
        where e.company_id = $1 and e.id = $2 and ($3::text is null or j.partner_name = $3)
        for no key update of e
        """,
        company,
        export,
        partner,
    )
    if row is None:
        raise not_found("export", "input", "exportId")
    # Not joined above: to whoever waited for the lock, a join shows the candidate of before.
    external_id = await connection.fetchval(
        "select external_id from candidate where company_id = $1 and id = $2", company, row["candidate_id"]
    )
    return KnownExport(
        id=row["id"],
        member=MemberUrn(row["member_urn"]),
        seat=SeatId(row["seat_id"]),
        partner=row["partner_name"],
        state=ExportState(row["state"]),
        requested_at=row["requested_at"],
        event=event,
        candidate=row["candidate_id"],
        candidate_external_id=external_id,
    )
