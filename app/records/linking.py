"""Who a candidate is, as a person says it: outranks all evidence, and is remembered where it says no."""

from datetime import UTC, datetime
from typing import Final

import orjson
from asyncpg import Connection

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId, MemberUrn, SeatId, linkedin_kind
from app.matching.evidence import MatchEvidence, MatchMethod, as_json
from app.records.candidates import hold_candidate
from app.refused import WriteRefused

BY_HAND: Final = (MatchEvidence(MatchMethod.MANUAL, "Linked by hand"),)


async def link_member(
    pool: Pool,
    company: CompanyId,
    candidate: CandidateId,
    member: str,
    *,
    seat: SeatId | None = None,
    now: datetime | None = None,
) -> None:
    """`link_within` in a transaction of its own."""
    async with pool.transaction(company) as connection:
        await link_within(connection, company, candidate, member, seat=seat, now=now)


async def link_within(
    connection: Connection,
    company: CompanyId,
    candidate: CandidateId,
    member: str,
    *,
    seat: SeatId | None = None,
    now: datetime | None = None,
) -> None:
    """The candidate is this member: MANUAL, whatever it was before, linked by `seat` if a seat holder did.

    A pair that was refused before is so no longer. Linked by hand to the same member already, it stays as
    it is, with who linked it and when.
    Raises: WriteRefused (NOT_FOUND) for an unknown candidate, and for a member who is unknown or has closed
    the account.
    """
    known = await hold_candidate(connection, company, candidate)
    urn = await _open_member(connection, member)
    if known["match_state"] == "MANUAL" and known["match_member_urn"] == urn:
        return
    await connection.execute(
        """
        update candidate
        set match_state = 'MANUAL', match_member_urn = $3, match_confidence = 1, match_evidence = $4,
          match_linked_by = $5, match_linked_at = $6
        where company_id = $1 and id = $2
        """,
        company,
        candidate,
        urn,
        orjson.dumps(as_json(BY_HAND)).decode(),
        seat,
        now or datetime.now(UTC),
    )
    await _forget_alternatives(connection, company, candidate)
    await connection.execute(
        "delete from refused_match where company_id = $1 and candidate_id = $2 and member_urn = $3",
        company,
        candidate,
        urn,
    )


async def unlink_member(
    pool: Pool,
    company: CompanyId,
    candidate: CandidateId,
    *,
    seat: SeatId | None = None,
    now: datetime | None = None,
) -> None:
    """`unlink_within` in a transaction of its own."""
    async with pool.transaction(company) as connection:
        await unlink_within(connection, company, candidate, seat=seat, now=now)


async def unlink_within(
    connection: Connection,
    company: CompanyId,
    candidate: CandidateId,
    *,
    seat: SeatId | None = None,
    now: datetime | None = None,
) -> None:
    """The candidate is not this member; of an AMBIGUOUS one: none of those who it may be.

    It stays UNLINKED until a person links it, and the refused pairs are remembered. Unlinked already, it
    stays as it is.
    Raises: WriteRefused, NOT_FOUND or, where there is nothing to unlink, NOT_LINKED.
    """
    known = await hold_candidate(connection, company, candidate)
    if known["match_state"] == "UNLINKED":
        return
    if known["match_state"] == "UNMATCHED":
        raise WriteRefused(
            "NOT_LINKED", "This candidate is not linked to any member.", "input", "candidateId"
        )
    moment = now or datetime.now(UTC)
    await connection.execute(
        """
        insert into refused_match (company_id, candidate_id, member_urn, refused_by, refused_at)
        select company_id, id, match_member_urn, $3::uuid, $4::timestamptz
        from candidate
        where company_id = $1 and id = $2 and match_member_urn is not null
        union all
        select company_id, candidate_id, member_urn, $3::uuid, $4::timestamptz
        from candidate_alternative
        where company_id = $1 and candidate_id = $2
        on conflict do nothing
        """,
        company,
        candidate,
        seat,
        moment,
    )
    await connection.execute(
        """
        update candidate
        set match_state = 'UNLINKED', match_member_urn = null, match_confidence = null,
          match_evidence = '[]', match_linked_by = $3, match_linked_at = $4
        where company_id = $1 and id = $2
        """,
        company,
        candidate,
        seat,
        moment,
    )
    await _forget_alternatives(connection, company, candidate)


async def _open_member(connection: Connection, member: str) -> MemberUrn:
    """The member's URN, if there is such a member whose account is open."""
    if linkedin_kind(member) != "person" or not await connection.fetchval(
        "select 1 from known_member where urn = $1", member
    ):
        raise WriteRefused("NOT_FOUND", "No member has this id.", "input", "memberId")
    return MemberUrn(member)


async def _forget_alternatives(connection: Connection, company: CompanyId, candidate: CandidateId) -> None:
    await connection.execute(
        "delete from candidate_alternative where company_id = $1 and candidate_id = $2", company, candidate
    )
