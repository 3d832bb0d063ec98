"""The ATS says what it made of an export: which candidate the member is now."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Connection

from app.database.pool import Pool
from app.exports.known import ExportState, KnownExport, held_export
from app.ids import CandidateId, CompanyId
from app.outbox.events import acknowledge
from app.records.linking import link_within
from app.refused import WriteRefused
from app.sync.ingest import ingest_within
from app.sync.records import CandidateRecord, RecordOutcome

SOURCE = "LinkedIn Recruiter (1-Click Export)"
"""The source of a candidate who came by an export, until the ATS says another."""


async def confirm_export(
    pool: Pool,
    company: CompanyId,
    partner: str,
    *,
    export_id: UUID,
    candidate_external_id: str,
    now: datetime | None = None,
) -> UUID:
    """The export is CREATED, and its member is this candidate, linked by the seat that exported.

    A candidate whom we do not know yet is made of the member's profile; the ATS's own record replaces that
    when it is synced. Confirmed again with the same candidate, nothing changes. Answers the export's key.
    Raises: WriteRefused: NOT_FOUND, ALREADY_CONFIRMED, LINKED_OTHERWISE, MEMBER_CLOSED, or INVALID for an
    id that no candidate can have.
    """
    async with pool.transaction(company) as connection:
        # Whoever deletes candidates holds the company first and then their exports.
        await connection.execute("select from company where company_id = $1 for no key update", company)
        export = await held_export(connection, company, export_id, partner=partner)
        if export.state is ExportState.CREATED:
            if export.candidate_external_id != candidate_external_id:
                raise WriteRefused(
                    "ALREADY_CONFIRMED",
                    "This export was confirmed with another candidate; link members by linkMember instead.",
                    *("input", "candidateExternalId"),
                )
            return export.id
        candidate = await _candidate(connection, company, export, candidate_external_id, now)
        await link_within(connection, company, candidate, export.member, seat=export.seat, now=now)
        await connection.execute(
            """
            update export
            set state = 'CREATED', candidate_id = $3, last_error = null
            where company_id = $1 and id = $2
            """,
            *(company, export.id, candidate),
        )
        await acknowledge(connection, company, export.id)
        return export.id


async def _candidate(
    connection: Connection, company: CompanyId, export: KnownExport, external_id: str, now: datetime | None
) -> CandidateId:
    """The candidate with this id of the ATS's, made if need be; never one who is somebody else by hand."""
    member = await connection.fetchrow(
        """
        select first_name, last_name, public_profile_url, positions
        from known_member
        where urn = $1
        """,
        export.member,
    )
    if member is None:
        raise WriteRefused(
            "MEMBER_CLOSED", "The exported member has closed the account since.", "input", "exportId"
        )
    known = await connection.fetchrow(
        """
        select id, match_state, match_member_urn
        from candidate
        where company_id = $1 and partner_name = $2 and external_id = $3
        for no key update
        """,
        *(company, export.partner, external_id),
    )
    if known is None:
        return await _created(connection, company, export, external_id, member, now)
    if known["match_state"] == "MANUAL" and known["match_member_urn"] != export.member:
        raise WriteRefused(
            "LINKED_OTHERWISE",
            "A person linked this candidate to another member; unlink it first, or name another candidate.",
            *("input", "candidateExternalId"),
        )
    return CandidateId(known["id"])


async def _created(
    connection: Connection,
    company: CompanyId,
    export: KnownExport,
    external_id: str,
    member: Any,
    now: datetime | None,
) -> CandidateId:
    position: dict[str, str] = next(iter(orjson.loads(member["positions"])), {})
    record = CandidateRecord(
        external_id=external_id,
        first_name=member["first_name"],
        last_name=member["last_name"],
        current_company_name=position.get("companyName"),
        current_job_title=position.get("title"),
        linkedin_profile_url=member["public_profile_url"],
        source=SOURCE,
        # Not now: whatever the ATS itself says of its new candidate must be the later state.
        ats_created_at=export.requested_at,
        ats_last_modified_at=export.requested_at,
    )
    (result,) = await ingest_within(connection, company, export.partner, [record], now=now)
    if result.outcome is RecordOutcome.REFUSED or result.id is None:
        raise WriteRefused(
            "INVALID", result.message or "No candidate can have this id.", "input", "candidateExternalId"
        )
    return CandidateId(result.id)
