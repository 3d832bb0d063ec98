"""Writing an entry down, and finding the first that was tampered with.

The database gives each entry its number and hash and hashes what is about a person, whoever writes it
(migrations/0010). The hash is checked here, by code that whoever changes rows cannot change with them. A
chain that somebody with the owner's rights computed anew from its beginning shows against any earlier
erasure receipt: each is signed and names the trail's last hash at its time.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection

from app.database.pool import Pool
from app.ids import uuid7

_PAGE: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_INSERT: Final = """
insert into audit_entry (company_id, id, at, actor, action, subject, detail)
values ($1, $2, $3, $4, $5, $6, $7)
"""
_ENTRIES: Final = """
select company_id, sequence, id, at, actor, action, subject, detail, hash
from audit_entry
where company_id = $1
  and sequence > $2
  and sequence <= $3
order by sequence
limit $4
"""
# The head and the last entry of one moment: an entry that is being written is in both or in neither.
_HEAD: Final = """
select h.sequence, h.hash, coalesce(max(e.sequence), 0) as last
from audit_head h
left join audit_entry e on e.company_id = h.company_id
where h.company_id = $1
group by h.sequence, h.hash
"""
_HEADLESS: Final = "select min(sequence) from audit_entry where company_id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEntry:
    """Where a trail stops being as it was written; `id` is None for an entry that is missing."""

    sequence: int
    id: UUID | None


async def record(
    connection: Connection,
    company_id: UUID,
    *,
    actor: str,
    action: str,
    subject: str,
    detail: str | None = None,
    at: datetime | None = None,
) -> None:
    """Write an entry in the caller's transaction, which is bound to the company.

    `actor` is the subject of the token. `action` is `thing.done`, both in the schema's words. `subject` is a
    URN: those of organizations, contracts, seats, integrations, runs and receipts are kept; all others are
    kept as keyed hashes, and so is anything with an e-mail address in it. `detail` names settings, states
    and counts, never anybody or anything that the ATS sent. Other entries of the company wait until this
    transaction ends, so write it last.
    """
    await connection.execute(
        _INSERT, company_id, uuid7(), at or datetime.now(UTC), actor, action, subject, detail
    )


async def verify(pool: Pool, company_id: UUID) -> BrokenEntry | None:
    """The first entry of the company's trail that was changed, taken out or slipped in; None if none was.

    Reads the whole trail as it is at one moment, in pages; what is written meanwhile is for the next time.
    """
    async with pool.acquire(company_id) as connection:
        head = await connection.fetchrow(_HEAD, company_id)
        if head is None:
            first = await connection.fetchval(_HEADLESS, company_id)
            return None if first is None else BrokenEntry(sequence=first, id=None)
        previous, sequence, length = b"", 0, max(head["sequence"], head["last"])
        while rows := await connection.fetch(_ENTRIES, company_id, sequence, length, _PAGE):
            for row in rows:
                sequence += 1
                if row["sequence"] != sequence:
                    return BrokenEntry(sequence=sequence, id=None)
                if row["hash"] != _hash(previous, row) or sequence > head["sequence"]:
                    return BrokenEntry(sequence=sequence, id=row["id"])
                previous = row["hash"]
    if (sequence, previous) != (head["sequence"], head["hash"]):
        return BrokenEntry(sequence=sequence + 1, id=None)
    return None


def _hash(previous: bytes, row: Any) -> bytes:
    """The same as audit_hash() in the database: JSON in PostgreSQL's spelling behind the hash before it."""
    said = [
        str(row["company_id"]),
        row["sequence"],
        str(row["id"]),
        (row["at"] - _EPOCH) // timedelta(microseconds=1),
        row["actor"],
        row["action"],
        row["subject"],
        row["detail"],
    ]
    return hashlib.sha256(previous + json.dumps(said, ensure_ascii=False).encode()).digest()
