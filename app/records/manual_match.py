"""Matches that the ATS makes by hand, by its own ids: the wire's `manualMatchedMember`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

from app.ids import CandidateId, CompanyId
from app.integration.tombstones import erased_among
from app.records.linking import link_within, unlink_within
from app.refused import WriteRefused
from app.sync.ingest import hold_company, sayable
from app.sync.records import RecordEntity, RecordOutcome, RecordResult

FIELD = "manualMatchedMember"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualMatch:
    """This candidate is this member (`urn:li:person:…`); with None, none that it was linked to."""

    candidate_external_id: str
    member: str | None


async def match_by_hand(
    connection: Connection,
    company: CompanyId,
    partner: str,
    matches: Sequence[ManualMatch],
    *,
    now: datetime | None = None,
) -> list[RecordResult]:
    """Link or unlink these candidates in the caller's transaction; results are in the order of `matches`.

    UPDATED, or UNCHANGED where it is so already, or REFUSED, alone: a candidate or member that is not known,
    or a member whose account is closed. What that means for matching is told in `app.records.linking`.
    Raises: CallerError, INTEGRATION_DISABLED (403) while the integration is not enabled.
    """
    await hold_company(connection, company, partner)
    await erased_among(connection, company, partner, set())
    rows = await connection.fetch(
        """
        select external_id, id, match_state, match_member_urn
        from candidate
        where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
        order by id
        for no key update
        """,
        company,
        partner,
        [name for one in matches if (name := one.candidate_external_id) == sayable(name)],
    )
    known = {row["external_id"]: CandidateId(row["id"]) for row in rows}
    # Where a call that says the same changes nothing. An automatic match becomes one by hand.
    linked: dict[CandidateId, str | None] = {
        CandidateId(row["id"]): row["match_member_urn"]
        for row in rows
        if row["match_state"] in ("MANUAL", "UNMATCHED", "UNLINKED")
    }
    results: list[RecordResult] = []
    for one in matches:
        candidate = known.get(one.candidate_external_id)
        try:
            if candidate is None:
                raise WriteRefused("NOT_FOUND", "No candidate has this id.", "atsCandidateId")
            outcome = RecordOutcome.UNCHANGED
            if candidate not in linked or linked[candidate] != one.member:
                await _match(connection, company, candidate, one.member, now)
                linked[candidate] = one.member
                outcome = RecordOutcome.UPDATED
        except WriteRefused as refusal:
            results.append(_result(one, RecordOutcome.REFUSED, candidate, refusal.message))
        else:
            results.append(_result(one, outcome, candidate))
    return results


def _result(
    match: ManualMatch, outcome: RecordOutcome, candidate: CandidateId | None, message: str | None = None
) -> RecordResult:
    path = None if message is None else ("atsCandidateId",) if candidate is None else (FIELD,)
    return RecordResult(
        external_id=sayable(match.candidate_external_id),
        entity=RecordEntity.CANDIDATE,
        outcome=outcome,
        message=message,
        path=path,
        id=candidate,
    )


async def _match(
    connection: Connection,
    company: CompanyId,
    candidate: CandidateId,
    member: str | None,
    now: datetime | None,
) -> None:
    if member is None:
        await unlink_within(connection, company, candidate, now=now)
    else:
        await link_within(connection, company, candidate, member, now=now)
