"""The candidate that a write is about, held until the write is done."""

from asyncpg import Connection, Record

from app.ids import CandidateId, CompanyId
from app.refused import not_found


async def hold_candidate(connection: Connection, company: CompanyId, candidate: CandidateId) -> Record:
    """The row's match, locked until the transaction ends: two writes on one candidate follow each other.

    A sync locks candidates before their tags too, so the two cannot wait for each other.
    Raises: WriteRefused (NOT_FOUND).
    """
    row = await connection.fetchrow(
        """
        select match_state, match_member_urn
        from candidate
        where company_id = $1 and id = $2
        for no key update
        """,
        company,
        candidate,
    )
    if row is None:
        raise not_found("candidate", "input", "candidateId")
    return row
