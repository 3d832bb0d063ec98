"""Erasing a company's ATS data: access ends at once, then the rows go, and a signed receipt stays.

The first transaction makes the integration ERASED: from then on nothing is granted and no record is taken.
The rows go in batches, each in a transaction of its own that also counts them, so an erasure that was
interrupted is taken up where it was. The last transaction finds nothing left and signs the receipt.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from uuid import UUID

import orjson
import structlog
from asyncpg import Connection, ForeignKeyViolationError

from app.access.features import IntegrationState
from app.audit import record
from app.auth.keys import SigningKey
from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyId, own_urn, uuid7
from app.integration.erased_tables import ERASED, ErasedTable
from app.integration.held import SERVICE, Held, hold
from app.integration.life import Step, after
from app.integration.receipts import REMARK, sign_receipt
from app.refused import WriteRefused

BATCH: Final = 2_000
"""Rows of one statement: short enough for its time limit whatever hangs on them."""
IN_THE_REQUEST_S: Final = 4.0
"""How long the caller waits for the rest; after that a worker goes on."""

_LOOK_EVERY_S: Final = 60.0

_log = structlog.get_logger(__name__)


class AlreadyErased(Exception):
    """Nothing of the ATS is left; `receipt` is the key of the last erasure's, `refusal` what to tell."""

    def __init__(self, receipt: UUID, refusal: WriteRefused) -> None:
        super().__init__(refusal.message)
        self.receipt = receipt
        self.refusal = refusal


async def erase_ats_data(
    pool: Pool,
    company: CompanyId,
    actor: str,
    *,
    confirm_company_name: str,
    key: SigningKey | None,
    wait_s: float = IN_THE_REQUEST_S,
) -> UUID:
    """Erase everything that came from the company's ATS and what was made of it; answers the receipt's key.

    Waits at most `wait_s` for the rows to go; until the receipt is finished, a repeated call goes on with
    it, and so does `finish_erasures`.
    Raises: WriteRefused (NAME_MISMATCH, NOTHING_TO_ERASE), AlreadyErased.
    """
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        if confirm_company_name != held.company_name:
            raise WriteRefused(
                "NAME_MISMATCH",
                "This is not the company's name as it is written here; nothing was erased.",
                "input",
                "confirmCompanyName",
            )
        receipt = await _begin(held, key)
    await _remove(pool, company, receipt, key, until=time.monotonic() + wait_s)
    return receipt


async def finish_erasures(pool: Pool, key: SigningKey | None) -> int:
    """Go on with every erasure that was interrupted, of all companies; answers how many were found.

    For a job of the server, every minute or so; any number of workers may run it at the same time.
    """
    unfinished = await pool.fetch(None, "select company_id, receipt_id from unfinished_erasures()")
    for row in unfinished:
        try:
            await _remove(pool, CompanyId(row["company_id"]), row["receipt_id"], key, until=float("inf"))
        except CallerError as error:
            _log.warning("erasure_waits", code=error.code.value)
    return len(unfinished)


async def keep_finishing(pool: Pool, key: SigningKey | None) -> NoReturn:
    """Go on with interrupted erasures for ever; run it as a task of the server, cancel it to stop."""
    while True:
        try:
            await finish_erasures(pool, key)
        except CallerError as error:
            _log.warning("erasures_wait", code=error.code.value)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _begin(held: Held, key: SigningKey | None) -> UUID:
    """End all access; answers the receipt. An erasure that goes on is the same one."""
    last = await held.connection.fetchrow(
        """
        select id, finished_at
        from erasure_receipt
        where company_id = $1
        order by requested_at desc, id desc
        limit 1
        """,
        held.company_id,
    )
    if last is not None and last["finished_at"] is None:
        return UUID(int=last["id"].int)
    try:
        state = after(Step.ERASE, held.state)
    except WriteRefused as refusal:
        if held.state is not IntegrationState.ERASED or last is None:
            raise
        raise AlreadyErased(UUID(int=last["id"].int), refusal) from None
    await held.end_syncs()
    await held.change(
        state=state.value,
        erased_at=held.at,
        company_wide_access=False,
        one_click_export_company_wide=False,
        resync_run_id=None,
    )
    switched_off = await held.connection.fetch(
        "update contract set activated = false where company_id = $1 and activated returning urn",
        held.company_id,
    )
    receipt = await _open_receipt(held, key)
    for urn in sorted(row["urn"] for row in switched_off):
        await held.write_down("contract.deactivated", urn, "the ATS's data are erased")
    await held.tell(held.row["partner_name"], held.integration_id, state)
    return receipt


async def _open_receipt(held: Held, key: SigningKey | None) -> UUID:
    receipt = uuid7()
    await held.write_down("atsData.eraseRequested", own_urn("erasure-receipt", receipt))
    signature = await sign_receipt(
        held.connection,
        held.company_id,
        key,
        receipt=receipt,
        company_urn=held.company_urn,
        generation=held.row["generation"],
        requested_at=held.at,
        finished_at=None,
        counts={},
    )
    await held.connection.execute(
        """
        insert into erasure_receipt
          (company_id, id, integration_id, generation, requested_at, remark, signature)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        held.company_id,
        receipt,
        held.integration_id,
        held.row["generation"],
        held.at,
        REMARK,
        signature,
    )
    return receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A receipt locked for one batch; `counts` is by entity, in the order of the tables."""

    connection: Connection
    company: CompanyId
    receipt: UUID
    row: Any

    @property
    def counts(self) -> dict[str, int]:
        return {one["entity"]: one["erased"] for one in orjson.loads(self.row["counts"])}


async def _remove(
    pool: Pool, company: CompanyId, receipt: UUID, key: SigningKey | None, *, until: float
) -> None:
    """Take away batch after batch until nothing is left or the time is over."""
    while True:
        with contextlib.suppress(ForeignKeyViolationError):
            # Somebody whose request began before has written just now: it goes with the next batch.
            if await _remove_some(pool, company, receipt, key):
                return
        if time.monotonic() >= until:
            return


async def _remove_some(pool: Pool, company: CompanyId, receipt: UUID, key: SigningKey | None) -> bool:
    """One batch; True if the erasure is finished."""
    async with pool.transaction(company) as connection:
        row = await connection.fetchrow(
            """
            select integration_id, generation, requested_at, finished_at, counts
            from erasure_receipt
            where company_id = $1 and id = $2
            for update
            """,
            company,
            receipt,
        )
        if row is None or row["finished_at"] is not None:
            return True
        work = _Work(connection=connection, company=company, receipt=receipt, row=row)
        if await _remove_batch(work) > 0:
            return False
        await _finish(work, key)
        return True


async def _remove_batch(work: _Work) -> int:
    """Take away at most `BATCH` rows, of the first tables that have any; answers how many."""
    counts, room = work.counts, BATCH
    for table in ERASED:
        gone: int = await work.connection.fetchval(
            _statement(table), work.company, room, *([work.row["generation"]] if table.tombstone else [])
        )
        if gone:
            room -= gone
            if table.entity is not None:
                counts[table.entity] = counts.get(table.entity, 0) + gone
        if room <= 0:
            break
    if room < BATCH:
        await work.connection.execute(
            "update erasure_receipt set counts = $3 where company_id = $1 and id = $2",
            work.company,
            work.receipt,
            _counts(counts),
        )
    return BATCH - room


async def _finish(work: _Work, key: SigningKey | None) -> None:
    company_urn = await work.connection.fetchval(
        "select urn from company where company_id = $1", work.company
    )
    at = datetime.now(UTC)
    await record(
        work.connection,
        work.company,
        actor=SERVICE,
        action="atsData.erased",
        subject=own_urn("erasure-receipt", work.receipt),
        detail=", ".join(f"{entity} {count}" for entity, count in work.counts.items()) or "nothing was there",
        at=at,
    )
    signature = await sign_receipt(
        work.connection,
        work.company,
        key,
        receipt=work.receipt,
        company_urn=company_urn,
        generation=work.row["generation"],
        requested_at=work.row["requested_at"],
        finished_at=at,
        counts=work.counts,
    )
    await work.connection.execute(
        "update erasure_receipt set finished_at = $3, signature = $4 where company_id = $1 and id = $2",
        work.company,
        work.receipt,
        at,
        signature,
    )


def _counts(counts: Mapping[str, int]) -> str:
    order = [table.entity for table in ERASED if table.entity is not None and table.entity in counts]
    return orjson.dumps([{"entity": entity, "erased": counts[entity]} for entity in order]).decode()


def _statement(table: ErasedTable) -> str:
    """Deletes at most $2 rows of the company $1 and answers how many; tombstones are of the generation $3."""
    key = ", ".join(table.key)
    delete = f"""
      delete from {table.table}
      where company_id = $1
        and ({key}) in (
          select {key} from {table.table}
          where company_id = $1 and {table.where}
          order by {key}
          limit $2)"""
    if not table.tombstone:
        return f"with gone as ({delete}\n      returning 1)\n    select count(*) from gone"
    return f"""
    with gone as ({delete}
      returning partner_name, external_id),
    marked as (
      insert into tombstone (company_id, entity, key_hash, generation)
      select $1, '{table.entity}', keyed_hash($1, partner_name || chr(31) || external_id), $3
      from gone
      on conflict do nothing)
    select count(*) from gone"""
