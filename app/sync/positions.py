"""How far a bulk load has come in each of its files, kept in the transactions that take the records."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.sync.findings import Mark
from app.sync.records import SyncRunId
from app.sync.runs import SyncRunKind, start_run_within

_BEGINNING: Final = Mark(0, 0)


class Step(StrEnum):
    """RECORDS: all but activity feeds. FEEDS: these, in a second reading. DONE: both."""

    RECORDS = "RECORDS"
    FEEDS = "FEEDS"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where reading a file goes on, and how many bytes of the file of refused records are certain."""

    step: Step = Step.RECORDS
    mark: Mark = _BEGINNING
    has_feeds: bool = False
    refused_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A load's run, and its files' positions by identity.

    `broken_off`: when the earlier load began that goes on now, with the file of what it refused.
    """

    run: SyncRunId
    positions: dict[bytes, Position]
    broken_off: datetime | None
    refused_file: str | None

    @property
    def refused_bytes(self) -> int:
        """How much of the file of refused records is certain."""
        return max(one.refused_bytes for one in self.positions.values())


def identity(content: bytes, *manner: str | bytes) -> bytes:
    """What a file is to a load: its content and all that decides how it is read."""
    digest = hashlib.sha256()
    for part in (content, *manner):
        said = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(said).to_bytes(8, "big") + said)
    return digest.digest()


async def open_positions(pool: Pool, company: CompanyId, identities: Sequence[bytes]) -> Opened:
    """Begin a load of these files, or go on with one that was broken off, in its run.

    Raises: CallerError as `app.sync.runs.integration_to_sync`.
    """
    async with pool.transaction(company) as connection:
        # So that of two loads of the same files at once one finds what the other began.
        await connection.execute("select from company where company_id = $1 for no key update", company)
        rows = await connection.fetch(
            """
            select p.*, r.started_at, r.finished_at
            from import_position p
            join sync_run r on r.company_id = p.company_id and r.id = p.sync_run_id
            where p.company_id = $1 and p.content_hash = any($2::bytea[])
            order by r.started_at
            """,
            company,
            identities,
        )
        running = [row for row in rows if row["finished_at"] is None]
        if running:
            run = SyncRunId(running[-1]["sync_run_id"])
        else:
            run = await start_run_within(connection, company, SyncRunKind.IMPORT, None)
        await connection.execute(
            """
            insert into import_position (company_id, content_hash, sync_run_id, step)
            select $1, one, $3, 'RECORDS'
            from unnest($2::bytea[]) as one
            on conflict (company_id, content_hash) do update
            set sync_run_id = excluded.sync_run_id
            """,
            company,
            identities,
            run,
        )
    positions = {
        row["content_hash"]: Position(
            step=Step(row["step"]),
            mark=Mark(row["bytes_read"], row["number_read"]),
            has_feeds=row["has_feeds"],
            refused_bytes=row["refused_bytes"],
        )
        for row in rows
    }
    return Opened(
        run=run,
        positions={one: positions.get(one, Position()) for one in identities},
        broken_off=rows[-1]["started_at"] if rows else None,
        refused_file=rows[-1]["refused_file"] if rows else None,
    )


async def known_refused_file(pool: Pool, company: CompanyId, identities: Sequence[bytes]) -> str | None:
    """Where an earlier load of any of these files, which was broken off, writes what it refuses."""
    rows = await pool.fetch(
        company,
        """
        select refused_file
        from import_position
        where company_id = $1 and content_hash = any($2::bytea[]) and refused_file is not null
        limit 1
        """,
        [company, identities],
    )
    return rows[0]["refused_file"] if rows else None


async def remember_refused_file(pool: Pool, company: CompanyId, run: SyncRunId, path: str) -> None:
    """Where a load that goes on must write what it refuses, told before anything is written there."""
    async with pool.transaction(company) as connection:
        await connection.execute(
            "update import_position set refused_file = $3 where company_id = $1 and sync_run_id = $2",
            company,
            run,
            path,
        )


async def move(
    connection: Connection,
    company: CompanyId,
    run: SyncRunId,
    file: bytes,
    before: Position,
    after: Position,
    *,
    to_come: float,
) -> None:
    """Move a file's position in the transaction that takes what lies between.

    `to_come`: how many times as much as was read until now all of it is, by which the run's expected number
    of records is told.
    Raises: CallerError (BAD_USER_INPUT) if it is not at `before` any more: another load moves it too.
    """
    moved = await connection.fetchval(
        """
        update import_position
        set step = $6, bytes_read = $7, number_read = $8, has_feeds = $9, refused_bytes = $10
        where company_id = $1 and content_hash = $2 and sync_run_id = $3 and step = $4 and bytes_read = $5
        returning 1
        """,
        company,
        file,
        run,
        before.step.value,
        before.mark.offset,
        after.step.value,
        after.mark.offset,
        after.mark.number,
        after.has_feeds,
        after.refused_bytes,
    )
    if not moved:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT, "Another import of the same file goes on; this one stops here."
        )
    await connection.execute(
        """
        update sync_run
        set expected = least(greatest(done, round(done * $3::double precision)), 2147483647)::integer
        where company_id = $1 and id = $2
        """,
        company,
        run,
        to_come,
    )


async def forget_positions(connection: Connection, company: CompanyId, run: SyncRunId) -> None:
    """The load is over: what was expected is what was done."""
    await connection.execute(
        "delete from import_position where company_id = $1 and sync_run_id = $2", company, run
    )
    await connection.execute(
        "update sync_run set expected = done where company_id = $1 and id = $2", company, run
    )
