"""The ATS said by hand who a candidate is: what a recruiter exported of that member has arrived."""

from collections.abc import Mapping

from app.database.pool import Pool
from app.exports.confirm import confirm_export
from app.ids import CompanyId


async def confirm_arrived(pool: Pool, company: CompanyId, partner: str, candidates: Mapping[str, str]) -> int:
    """Confirm every export of these members that waits for it; answers how many there were.

    `candidates`: from the member's URN to the ATS's id of the candidate that it was linked to just now. An
    export that was confirmed before stays, with the candidate that it has.
    Raises: WriteRefused as `confirm_export` does.
    """
    if not candidates:
        return 0
    async with pool.acquire(company) as connection:
        waiting = await connection.fetch(
            """
            select e.id, e.member_urn
            from export e
            join job j on j.company_id = e.company_id and j.id = e.job_id
            where e.company_id = $1 and j.partner_name = $2 and e.member_urn = any($3::text[])
              and e.state <> 'CREATED'
            order by e.id
            limit 1000
            """,
            company,
            partner,
            list(candidates),
        )
    for row in waiting:
        await confirm_export(
            pool,
            company,
            partner,
            export_id=row["id"],
            candidate_external_id=candidates[row["member_urn"]],
        )
    return len(waiting)
