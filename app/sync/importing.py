"""Bulk load of files: read, ingested in batches, matched, and every record that was not taken reported.

A load may be run again, also after it was killed half way: what is there already stays unchanged. Of several
records of one key in the files, the one that was modified last counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, CompanyUrn, linkedin_kind
from app.matching.match import CHUNK, MatchCounts, match_within
from app.sync.findings import Finding, Found, NotTaken
from app.sync.ingest import BATCH_MAX, ingest_within, record_key, sayable, touched_candidates
from app.sync.reading import read_files
from app.sync.records import Record, RecordEntity, RecordOutcome, RecordResult, SyncRunId
from app.sync.runs import (
    SyncRunKind,
    finish_run,
    integration_to_sync,
    record_results,
    start_run,
)

PARTNER_LENGTH_MAX: Final = 100
LATEST: Final = datetime.max.replace(tzinfo=UTC)

Progress = Callable[[int, int], object]
"""Called with the number of records that are done and the number of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRecord:
    """A record that was refused or that waits; the message is a whole sentence for a person."""

    file: str
    position: str
    entity: RecordEntity | None
    external_id: str
    path: tuple[str, ...]
    message: str


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What a load did. `outcomes` counts by kind and outcome what was read as a record.

    `refused` also holds what could not even be read as one. `merged`: records that another of the same key
    in these files replaced. `matches` counts the candidates that were created or changed.
    """

    run: SyncRunId | None = None
    dry_run: bool = False
    partner_registered: bool = False
    outcomes: Counter[tuple[RecordEntity, RecordOutcome]] = field(default_factory=Counter)
    refused: list[ReportedRecord] = field(default_factory=list)
    waiting: list[ReportedRecord] = field(default_factory=list)
    merged: int = 0
    remarks: Counter[str] = field(default_factory=Counter)
    matches: MatchCounts = field(default_factory=MatchCounts)

    @property
    def changed(self) -> int:
        """How many records changed something."""
        changing = {RecordOutcome.CREATED, RecordOutcome.UPDATED, RecordOutcome.WAITING}
        return sum(count for (_, outcome), count in self.outcomes.items() if outcome in changing)


class _UndoError(Exception):
    """Ends a dry run's transaction."""


async def import_files(
    pool: Pool,
    files: Sequence[Path],
    company_urn: CompanyUrn,
    partner: str,
    *,
    candidate: str | None = None,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Load Greenhouse answers, JSON Lines of the wire format and CSV (see `app.sync.reading`).

    `candidate` is the ATS's id of the person whose activity feeds are among the files. A partner that is not
    known is registered, with no optional feature. A dry run does everything in one transaction and undoes
    it, so its report is what a real run would say.

    Raises: CallerError for an unknown company, a company without integration, a disabled one, a partner's
    name that cannot be, and a file that cannot be opened.
    """
    company = await _company(pool, company_urn)
    if not partner.strip() or len(partner) > PARTNER_LENGTH_MAX or sayable(partner) != partner:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT, f"A partner's name has 1 to {PARTNER_LENGTH_MAX} characters."
        )
    report = ImportReport(dry_run=dry_run)
    found, not_taken = _sorted_out(read_files(files, candidate=candidate), report)
    load = _Load(company, partner, report)
    if dry_run:
        try:
            async with pool.transaction(company) as connection:
                await integration_to_sync(connection, company)
                await load.register_partner(connection)
                for done, some in _batches(found):
                    await load.take(connection, some)
                    _tell(progress, done, len(found))
                raise _UndoError
        except _UndoError:
            return report
    report.run = await start_run(pool, company, SyncRunKind.IMPORT, len(found) + len(not_taken))
    async with pool.transaction(company) as connection:
        await load.register_partner(connection)
        await record_results(connection, company, report.run, [_result(one) for one in not_taken])
    for done, some in _batches(found):
        async with pool.transaction(company) as connection:
            await load.take(connection, some)
        _tell(progress, done, len(found))
    await finish_run(pool, company, report.run)
    return report


class _Load:
    """One load's batches, each in a transaction of the caller's, and the report that they fill."""

    def __init__(self, company: CompanyId, partner: str, report: ImportReport) -> None:
        self._company = company
        self._partner = partner
        self._report = report

    async def register_partner(self, connection: Connection) -> None:
        registered = await connection.fetchval(
            """
            insert into partner (name, supported_features, optional_fields, must_be_asked_first)
            values ($1, '{}', '{}', false)
            on conflict (name) do nothing
            returning 1
            """,
            self._partner,
        )
        self._report.partner_registered = bool(registered)

    async def take(self, connection: Connection, some: Sequence[Found]) -> None:
        """Ingest and match in the same transaction: a load that is killed leaves nobody unmatched."""
        report = self._report
        records = [one.record for one in some]
        results = await ingest_within(connection, self._company, self._partner, records, run=report.run)
        touched = touched_candidates(results)
        for start in range(0, len(touched), CHUNK):
            report.matches += await match_within(connection, self._company, touched[start : start + CHUNK])
        for one, result in zip(some, results, strict=True):
            report.outcomes[result.entity, result.outcome] += 1
            if result.message is None:
                continue
            reported = ReportedRecord(
                file=one.place.file,
                position=one.place.position,
                entity=result.entity,
                external_id=result.external_id,
                path=result.path or (),
                message=result.message,
            )
            if result.outcome is RecordOutcome.REFUSED:
                report.refused.append(reported)
            elif result.outcome is not RecordOutcome.STALE:
                report.waiting.append(reported)


async def _company(pool: Pool, urn: CompanyUrn) -> CompanyId:
    if linkedin_kind(urn) == "organization":
        [row] = await pool.fetch(None, "select company_of($1) as id", [urn])
        if row["id"] is not None:
            return CompanyId(row["id"])
    raise CallerError(ErrorCode.BAD_USER_INPUT, f"No company is known as {sayable(urn)}.")


def _sorted_out(
    findings: Iterable[Finding], report: ImportReport
) -> tuple[list[Found], list[ReportedRecord]]:
    """One record a key, in the order in which they can be taken, and what cannot be taken at all."""
    best: dict[tuple[object, ...], Found] = {}
    not_taken: list[ReportedRecord] = []
    for one in findings:
        if isinstance(one, NotTaken):
            text = f"{'.'.join(one.path)} {one.message}.".strip()
            not_taken.append(
                ReportedRecord(
                    file=one.place.file,
                    position=one.place.position,
                    entity=one.entity,
                    external_id=sayable(one.external_id),
                    path=one.path,
                    message=sayable(text if one.path else text[:1].upper() + text[1:]),
                )
            )
            continue
        report.remarks.update(one.remarks)
        key = record_key(one.record)
        if key in best:
            report.merged += 1
        if key not in best or not _modified(one.record) < _modified(best[key].record):
            best[key] = one
    report.refused.extend(not_taken)
    order = list(RecordEntity)
    return sorted(best.values(), key=lambda one: order.index(one.record.entity)), not_taken


def _modified(record: Record) -> datetime:
    """A record that does not say when it was modified is as new as can be."""
    moment = getattr(record, "ats_last_modified_at", None)
    return moment if moment is not None and moment.tzinfo is not None else LATEST


def _result(reported: ReportedRecord) -> RecordResult:
    """What could not be read is kept with the run; what is of no known kind counts as a candidate there."""
    return RecordResult(
        external_id=reported.external_id,
        entity=reported.entity or RecordEntity.CANDIDATE,
        outcome=RecordOutcome.REFUSED,
        message=f"{reported.file}, {reported.position}: {reported.message}",
        path=reported.path,
    )


def _batches(found: Sequence[Found]) -> Iterator[tuple[int, Sequence[Found]]]:
    """Batches, each with the number of records that are done after it."""
    for start in range(0, len(found), BATCH_MAX):
        some = found[start : start + BATCH_MAX]
        yield start + len(some), some


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
