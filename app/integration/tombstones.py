"""What keeps late records out: while the integration is off, and of a generation that was erased."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from asyncpg import Connection

from app.errors import CallerError, ErrorCode
from app.ids import CompanyId

MARKED: Final = ("candidate", "application", "job")
"""Records that get a tombstone. What else the ATS sends belongs to one of these, and falls with it."""

# The generation that records may come for: that of their run's integration, or of the one that is enabled.
# 0 is none: whatever was once erased stays out. `erased` is true where there is nothing to sync for at all.
_GENERATION: Final = """
select
  coalesce(
    max(i.generation) filter (where case
      when $2::uuid is null then i.state in ('SYNCING', 'LIVE')
      else i.id = r.integration_id and i.state <> 'ERASED'
    end), 0) as generation,
  coalesce(bool_or(i.state in ('REQUESTED', 'PARTNER_READY', 'DISABLED')), false) as off,
  coalesce(bool_and(i.state = 'ERASED') or bool_or(i.id = r.integration_id and i.state = 'ERASED'), false)
    as erased
from integration i
left join sync_run r on r.company_id = i.company_id and r.id = $2
where i.company_id = $1
"""
_ANY: Final = """
select exists (
  select from tombstone
  where company_id = $1
    and generation >= $2
)
"""
_FIND: Final = """
select n.entity, n.external_id
from unnest($4::text[], $5::text[]) as n (entity, external_id)
where exists (
  select from tombstone t
  where t.company_id = $1
    and t.generation >= $2
    and t.entity = n.entity
    and t.key_hash = keyed_hash($1, $3 || chr(31) || n.external_id)
)
"""


async def erased_among(
    connection: Connection,
    company: CompanyId,
    partner: str,
    records: Collection[tuple[str, str]],
    *,
    run: UUID | None = None,
) -> set[tuple[str, str]]:
    """Which of these records, as (entity, the ATS's id), are late ones of an erased generation.

    All of them where the company's integrations, or the run's own, are erased. Asked in the transaction that
    takes the records, under the company's lock: so none comes in behind an erasure.
    Raises: CallerError (INTEGRATION_DISABLED, 403) while the integration is not enabled.
    """
    row = await connection.fetchrow(_GENERATION, company, run)
    assert row is not None
    if row["off"]:
        raise CallerError(
            ErrorCode.INTEGRATION_DISABLED, "The integration of this company is not enabled.", status=403
        )
    if row["erased"]:
        return set(records)
    # Hashing each id costs more than to ask whether there is a tombstone at all.
    if not await connection.fetchval(_ANY, company, row["generation"]):
        return set()
    marked = [(entity, key) for entity, key in records if entity in MARKED and "\x00" not in key]
    found = await connection.fetch(
        _FIND,
        company,
        row["generation"],
        partner,
        [entity for entity, _ in marked],
        [key for _, key in marked],
    )
    return {(one["entity"], one["external_id"]) for one in found}
