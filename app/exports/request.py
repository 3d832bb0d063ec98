"""A recruiter sends a member to a job: checked, written down and queued in one transaction."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection

from app.database.pool import Pool
from app.ids import CompanyId, SeatId, linkedin_kind, uuid7
from app.outbox.events import EventType, enqueue
from app.refused import WriteRefused, not_found

EXPORTS_OF_SEAT_A_MONTH: Final = 300
"""LinkedIn's limit; months are calendar months in UTC."""


async def request_export(
    pool: Pool,
    company: CompanyId,
    partner: str,
    seat: SeatId,
    *,
    member: str,
    job: UUID,
    now: datetime | None = None,
) -> UUID:
    """The key of the export of this member to this job, by whichever seat it was first asked for.

    What was exported once is not exported again: the export that there is is answered, as it stands.
    Raises: WriteRefused: NOT_FOUND, JOB_CLOSED, DO_NOT_CONTACT, LIMIT_REACHED.
    """
    at = now or datetime.now(UTC)
    async with pool.transaction(company) as connection:
        # One export of a seat at a time, so that the limit is counted right.
        await connection.execute(
            "select 1 from seat where company_id = $1 and id = $2 for no key update", company, seat
        )
        await _check_member(connection, member)
        job_is_open = await _is_open(connection, company, partner, job)
        known = await _known(connection, company, member, job)
        if known is not None:
            return known
        if not job_is_open:
            raise WriteRefused("JOB_CLOSED", "This job is closed; choose one that is open.", "input", "jobId")
        await _check_do_not_contact(connection, company, member)
        await _check_limit(connection, company, seat, at)
        return await _write(connection, company, partner, seat, member, job, at)


async def _write(
    connection: Connection,
    company: CompanyId,
    partner: str,
    seat: SeatId,
    member: str,
    job: UUID,
    at: datetime,
) -> UUID:
    key: UUID | None = await connection.fetchval(
        """
        insert into export (company_id, id, member_urn, job_id, seat_id, state, requested_at)
        values ($1, $2, $3, $4, $5, 'REQUESTED', $6)
        on conflict (company_id, member_urn, job_id) do nothing
        returning id
        """,
        *(company, uuid7(), member, job, seat, at),
    )
    if key is None:  # Another seat was faster by a moment.
        known = await _known(connection, company, member, job)
        assert known is not None
        return known
    await enqueue(
        connection,
        company,
        EventType.EXPORT_CANDIDATE_PROFILE,
        event_id=key,
        partner_name=partner,
        now=at,
    )
    return key


async def _check_member(connection: Connection, urn: str) -> None:
    if linkedin_kind(urn) != "person" or not await connection.fetchval(
        "select 1 from known_member where urn = $1", urn
    ):
        raise WriteRefused("NOT_FOUND", "No member has this id.", "input", "memberId")


async def _is_open(connection: Connection, company: CompanyId, partner: str, job: UUID) -> bool:
    """Whether the job, which must be one of the ATS that the company uses now, takes applications."""
    state = await connection.fetchval(
        "select state from job where company_id = $1 and id = $2 and partner_name = $3",
        *(company, job, partner),
    )
    if state is None:
        raise not_found("job", "input", "jobId")
    return bool(state == "LISTED")


async def _known(connection: Connection, company: CompanyId, member: str, job: UUID) -> UUID | None:
    key: UUID | None = await connection.fetchval(
        "select id from export where company_id = $1 and member_urn = $2 and job_id = $3",
        *(company, member, job),
    )
    return key


async def _check_do_not_contact(connection: Connection, company: CompanyId, member: str) -> None:
    if await connection.fetchval(
        """
        select exists (
          select from candidate
          where company_id = $1 and match_member_urn = $2 and do_not_contact)
        """,
        *(company, member),
    ):
        raise WriteRefused(
            "DO_NOT_CONTACT",
            "The company's ATS says of this person: do not contact. So they cannot be exported.",
            "input",
            "memberId",
        )


async def _check_limit(connection: Connection, company: CompanyId, seat: SeatId, at: datetime) -> None:
    month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    count: int = await connection.fetchval(
        "select count(*) from export where company_id = $1 and seat_id = $2 and requested_at >= $3",
        *(company, seat, month),
    )
    if count >= EXPORTS_OF_SEAT_A_MONTH:
        raise WriteRefused(
            "LIMIT_REACHED",
            f"This seat has exported {EXPORTS_OF_SEAT_A_MONTH} members this month, and that is the limit; "
            "it begins anew with the next month (UTC).",
        )
