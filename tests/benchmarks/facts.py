"""What all servers of the benchmark must know of the database that they share."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from app.demo.scale import MAIN_COMPANY, MAIN_SEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The viewer that the operations are asked for, where the database is, and whom it is asked about."""

    dsn: str
    company_id: UUID
    seat_id: UUID
    contract_id: UUID
    token: str
    key_file: str
    candidates: tuple[str, ...]
    """Ids of candidates, a random sample."""

    def write(self, path: Path) -> None:
        """Keep them for the servers' processes."""
        path.write_text(json.dumps(asdict(self), default=str))

    @classmethod
    def read(cls, path: Path) -> "Facts":
        """What `write` kept."""
        kept = json.loads(path.read_text())
        for name in ("company_id", "seat_id", "contract_id"):
            kept[name] = UUID(kept[name])
        return cls(**kept)


async def look_up(dsn: str, *, token: str, key_file: str, sample: int) -> Facts:
    """Read the facts off a database that `load_scale` filled."""
    connection = await asyncpg.connect(dsn)
    try:
        seat = await connection.fetchrow(
            "select s.company_id, s.id, s.contract_id from seat s join company c using (company_id) "
            "where c.urn = $1 and s.urn = $2",
            MAIN_COMPANY,
            MAIN_SEAT,
        )
        assert seat is not None
        # In the order of a hash: the same ids in each run, spread over the whole table.
        rows = await connection.fetch(
            "select id from candidate where company_id = $1 order by md5(id::text) limit $2",
            seat["company_id"],
            sample,
        )
    finally:
        await connection.close()
    return Facts(
        dsn=dsn,
        company_id=seat["company_id"],
        seat_id=seat["id"],
        contract_id=seat["contract_id"],
        token=token,
        key_file=key_file,
        candidates=tuple(f"urn:rsc:candidate:{row['id']}" for row in rows),
    )
