"""Notes that an ATS screen writes on a candidate."""

from datetime import UTC, datetime
from typing import Final

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId, own_urn, uuid7
from app.records.candidates import hold_candidate
from app.refused import WriteRefused

BODY_LENGTH_MAX: Final = 100_000


async def add_note(
    pool: Pool, company: CompanyId, candidate: CandidateId, body: str, *, now: datetime | None = None
) -> None:
    """Write a note on the candidate; called twice, it writes two.

    The ATS has no id for it, so its own URN stands there: no synced note can have that one.
    Raises: WriteRefused (NOT_FOUND, INVALID).
    """
    text = body.strip()
    if not text or len(text) > BODY_LENGTH_MAX:
        raise WriteRefused("INVALID", f"A note has 1 to {BODY_LENGTH_MAX:,} characters.", "input", "body")
    key, moment = uuid7(), now or datetime.now(UTC)
    async with pool.transaction(company) as connection:
        await hold_candidate(connection, company, candidate)
        await connection.execute(
            """
            insert into note
              (company_id, id, candidate_id, external_id, body, created_at, last_modified_at, synced_at)
            values ($1, $2, $3, $4, $5, $6, $6, $6)
            """,
            company,
            key,
            candidate,
            own_urn("note", key),
            text,
            moment,
        )
