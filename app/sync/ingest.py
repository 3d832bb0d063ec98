"""The one path below every way in: validate, normalise, upsert or delete, an outcome for each record."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CandidateId, CompanyId
from app.integration.tombstones import erased_among
from app.sync.deletes import delete_known, key_of, late_among
from app.sync.entities import TAKERS, Batch, Numbered
from app.sync.records import (
    Record,
    RecordEntity,
    RecordKey,
    RecordOutcome,
    RecordRefusedError,
    RecordResult,
    SyncRunId,
)
from app.sync.rows import Origin
from app.sync.runs import record_results
from app.sync.validate import normalise, normalise_key

BATCH_MAX: Final = 1_000
"""Records of one call: the transaction stays short, and the batch fits one parameter of a statement."""

_MANY: Final = 50
"""New records of a batch that may be part of a first sync, for which tables have no statistics yet."""

records_taken: Final[Counter[tuple[RecordEntity, RecordOutcome]]] = Counter()
"""What became of the records that this process was given, also where their batch failed in the end."""


async def ingest(
    pool: Pool,
    company: CompanyId,
    partner: str,
    records: Sequence[Record],
    *,
    run: SyncRunId | None = None,
    now: datetime | None = None,
) -> list[RecordResult]:
    """Take at most `BATCH_MAX` records in one transaction; results are in the order of `records`.

    What has returned is durable. A record that is refused fails alone. The order in a batch matters only
    among records of the same key: jobs are taken first, then candidates, applications and what belongs to
    them. With `run`, every result is kept there, and its progress moves on. Matching is a step of its
    own: `app.matching.match_candidates` with `touched_candidates(results)`.

    Raises: CallerError (BAD_USER_INPUT) for an unknown partner or a batch that is too large.
    """
    async with pool.transaction(company) as connection:
        return await ingest_within(connection, company, partner, records, run=run, now=now)


async def ingest_within(
    connection: Connection,
    company: CompanyId,
    partner: str,
    records: Sequence[Record],
    *,
    run: SyncRunId | None = None,
    now: datetime | None = None,
) -> list[RecordResult]:
    """The same as `ingest`, in a transaction of the caller's that is bound to the company."""
    if len(records) > BATCH_MAX:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"A batch has at most {BATCH_MAX} records.")
    origin = Origin(company=company, partner=partner, now=now or datetime.now(UTC))
    await hold_company(connection, company, partner)
    results: dict[int, RecordResult] = {}
    valid: list[Numbered[Any]] = []
    for position, record in enumerate(records):
        try:
            valid.append(Numbered(position, normalise(record)))
        except RecordRefusedError as refusal:
            results[position] = refused(record, refusal)
    named = {name for one in valid for name in _named(one.record)}
    late = await erased_among(connection, company, partner, named, run=run)
    for one in [one for one in valid if late and late & _named(one.record)]:
        results[one.position] = refused(one.record, RecordRefusedError("was erased as the company asked", ()))
    valid = [one for one in valid if one.position not in results]
    for one, deleted in zip(
        valid, await late_among(connection, origin, [one.record for one in valid]), strict=True
    ):
        if deleted is not None:
            results[one.position] = _stale(one.record, deleted)
    valid = [one for one in valid if one.position not in results]
    batch = Batch(connection=connection, origin=origin)
    for entity in RecordEntity:
        for round_ in _rounds([one for one in valid if one.record.entity is entity]):
            results.update(await TAKERS[entity](batch, round_))
    ordered = [results[position] for position in range(len(records))]
    records_taken.update((result.entity, result.outcome) for result in ordered)
    if run is not None:
        await record_results(connection, company, run, ordered, now=origin.now)
    if sum(result.outcome is RecordOutcome.CREATED for result in ordered) >= _MANY:
        await connection.execute("select analyze_what_grew()")
    return ordered


async def delete_records(
    pool: Pool,
    company: CompanyId,
    partner: str,
    keys: Sequence[RecordKey],
    *,
    run: SyncRunId | None = None,
    now: datetime | None = None,
) -> list[RecordResult]:
    """Delete at most `BATCH_MAX` records in one transaction; results are in the order of `keys`.

    DELETED also for what is not there; REFUSED only for a key that no record can have. What goes with a
    record, and what may bring it back, is told in `app.sync.deletes`. Parents and children may be named in
    any order, and children after their parents are gone.
    Raises: CallerError (BAD_USER_INPUT) as `ingest`, INTEGRATION_DISABLED (403) while it is not enabled.
    """
    async with pool.transaction(company) as connection:
        return await delete_within(connection, company, partner, keys, run=run, now=now)


async def delete_within(
    connection: Connection,
    company: CompanyId,
    partner: str,
    keys: Sequence[RecordKey],
    *,
    run: SyncRunId | None = None,
    now: datetime | None = None,
) -> list[RecordResult]:
    """The same as `delete_records`, in a transaction of the caller's that is bound to the company."""
    if len(keys) > BATCH_MAX:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"A batch has at most {BATCH_MAX} records.")
    origin = Origin(company=company, partner=partner, now=now or datetime.now(UTC))
    await hold_company(connection, company, partner)
    await erased_among(connection, company, partner, set(), run=run)
    results: dict[int, RecordResult] = {}
    sound: dict[int, RecordKey] = {}
    for position, key in enumerate(keys):
        try:
            sound[position] = normalise_key(key)
        except RecordRefusedError as refusal:
            results[position] = refused_as(key.entity, key.external_id, refusal)
    deleted = await delete_known(connection, origin, list(sound.values()))
    results.update(zip(sound, deleted, strict=True))
    ordered = [results[position] for position in range(len(keys))]
    records_taken.update((result.entity, result.outcome) for result in ordered)
    if run is not None:
        await record_results(connection, company, run, ordered, now=origin.now)
    return ordered


async def hold_company(connection: Connection, company: CompanyId, partner: str) -> None:
    """Be the only one who takes or deletes records of this company until the transaction ends.

    Otherwise an application and its candidate that arrive in two batches at once would each miss the other
    and wait for ever. The company's row is the lock: unlike an advisory lock it works wherever rows
    do, and references to the company are not held up by it.
    """
    if not await connection.fetchval(
        "select 1 from company where company_id = $1 for no key update", company
    ):
        raise CallerError(ErrorCode.BAD_USER_INPUT, "This company is not known.")
    if not await connection.fetchval("select 1 from partner where name = $1", partner):
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"The partner {sayable(partner)!r} is not known.")


def _stale(record: Record, deleted: datetime) -> RecordResult:
    when = deleted.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return RecordResult(
        external_id=record.external_id,
        entity=record.entity,
        outcome=RecordOutcome.STALE,
        message=f"It or what it belongs to was deleted at {when}; only a later state comes in again.",
    )


def _named(record: Record) -> set[tuple[str, str]]:
    """The record, and what it belongs to if that is what it would have to wait for."""
    named = {(record.entity.value, record.external_id)}
    parent = key_of(record).parent
    if parent is not None:
        named.add((parent[0].value, parent[1]))
    return named


def refused(record: Record, refusal: RecordRefusedError) -> RecordResult:
    """The result of a record that was not taken; the message names the field by its path."""
    return refused_as(record.entity, record.external_id, refusal)


def refused_as(entity: RecordEntity, external_id: str, refusal: RecordRefusedError) -> RecordResult:
    """The same for what could not even be read as a record of this kind."""
    where = ".".join(refusal.path)
    return RecordResult(
        external_id=sayable(external_id),
        entity=entity,
        outcome=RecordOutcome.REFUSED,
        message=f"{where} {refusal.message}.".strip(),
        path=refusal.path,
    )


def record_key(record: Record) -> tuple[object, ...]:
    """What two records of the same thing have in common: the kind, the ATS's id, and the parent's."""
    key = key_of(record)
    return (key.entity, key.external_id, key.candidate_external_id, key.application_external_id)


def touched_candidates(results: Sequence[RecordResult]) -> list[CandidateId]:
    """The candidates that were created or changed, so whose match may be another now."""
    return [
        CandidateId(result.id)
        for result in results
        if result.entity is RecordEntity.CANDIDATE
        and result.outcome in (RecordOutcome.CREATED, RecordOutcome.UPDATED)
        and result.id is not None
    ]


def _rounds(records: Sequence[Numbered[Any]]) -> Iterator[list[Numbered[Any]]]:
    """Divide so that no key occurs twice in a round, and the order among equal keys stays."""
    rounds: list[list[Numbered[Any]]] = []
    seen: dict[tuple[object, ...], int] = {}
    for one in records:
        key = record_key(one.record)
        number = seen.get(key, 0)
        seen[key] = number + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(one)
    yield from rounds


def sayable(text: str) -> str:
    """The text, short and without what PostgreSQL cannot store, for a result that must be stored."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()[:300]
