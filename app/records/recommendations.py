"""What recruiters decide about the members that are recommended for a job."""

from datetime import UTC, datetime
from enum import StrEnum

from app.database.pool import Pool
from app.ids import CompanyId, JobId, SeatId, linkedin_kind
from app.refused import WriteRefused, not_found


class MatchVerdict(StrEnum):
    """SAVED keeps the member in the job's list; NOT_INTERESTED takes the member out of it."""

    SAVED = "SAVED"
    NOT_INTERESTED = "NOT_INTERESTED"


async def decide_recommended_match(
    pool: Pool,
    company: CompanyId,
    job: JobId,
    member: str,
    verdict: MatchVerdict,
    *,
    seat: SeatId | None,
    now: datetime | None = None,
) -> None:
    """Remember the verdict, for the whole company and over any new ranking. The last one counts.

    A verdict may be given before the member is recommended.
    Raises: WriteRefused (NOT_FOUND) for an unknown job, and for a member who is unknown or has closed the
    account.
    """
    async with pool.transaction(company) as connection:
        if not await connection.fetchval("select 1 from job where company_id = $1 and id = $2", company, job):
            raise not_found("job", "input", "jobId")
        if linkedin_kind(member) != "person" or not await connection.fetchval(
            "select 1 from known_member where urn = $1", member
        ):
            raise WriteRefused("NOT_FOUND", "No member has this id.", "input", "memberId")
        await connection.execute(
            """
            insert into recommended_match_decision as known
              (company_id, job_id, member_urn, decision, decided_by, decided_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (company_id, job_id, member_urn) do update
            set decision = excluded.decision, decided_by = excluded.decided_by,
              decided_at = excluded.decided_at
            where known.decision <> excluded.decision
            """,
            company,
            job,
            member,
            verdict.value,
            seat,
            now or datetime.now(UTC),
        )
