"""Bulk load of files: read portion by portion, taken in batches, then matched; every refusal is written down.

Memory does not grow with the files. A load that was broken off, by kill -9 too, goes on where it was when the
same files are loaded again; one that ended may be run again, and what is there already stays unchanged. Files
and records may stand in any order: what belongs to something that comes later waits for it. Of several
records of one key the one that was modified last counts.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from asyncpg import Connection

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, CompanyUrn, linkedin_kind
from app.matching.candidates import MatchCounts
from app.matching.match import match_due
from app.matching.members import look_at_members
from app.sync.findings import Feed, Finding, Mark, Portion
from app.sync.import_report import ImportReport, Resumed
from app.sync.ingest import BATCH_MAX, sayable
from app.sync.loading import Load, still_waiting
from app.sync.mapping import FileMapping, Mappings
from app.sync.positions import (
    Opened,
    Position,
    Step,
    forget_positions,
    identity,
    known_refused_file,
    move,
    open_positions,
    remember_refused_file,
)
from app.sync.reading import read_portions
from app.sync.refused_file import RefusedFile, can_go_on, default_path
from app.sync.runs import finish_run, integration_to_sync
from app.sync.sources import FileFormat, Source, check_unchanged, look_at

PARTNER_LENGTH_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load has come: bytes read of all that there are, the records in them, then those matched."""

    bytes_done: int
    bytes_total: int
    records: int
    matched: int = 0


Tell = Callable[[Progress], object]


class ImportBrokenOff(CallerError):
    """A load that had begun cannot go on now. What was taken stays; the same load goes on from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How files are to be read and reported.

    `candidate`: the ATS's id of the person whose activity feeds are among the files. `refused`: where what is
    refused is written; None makes a file in the working directory. A dry run does everything in one
    transaction and undoes it, so its report is what a real run would say; it writes no file.
    """

    candidate: str | None = None
    mappings: Mappings = field(default_factory=Mappings)
    refused: Path | None = None
    dry_run: bool = False


_NO_OPTIONS: Final = ImportOptions()
_BEGINNING: Final = Mark(0, 0)
_FEEDS_MAX: Final = 100
"""Activity feeds of one batch."""
_BATCH_BYTES: Final = 1 << 20
"""A batch ends with the value that passes this, so that large records make small batches."""


class _UndoError(Exception):
    """Ends a dry run's transaction."""


async def import_files(
    pool: Pool,
    files: Sequence[Path],
    company_urn: CompanyUrn,
    partner: str,
    options: ImportOptions = _NO_OPTIONS,
    *,
    tell: Tell | None = None,
) -> ImportReport:
    """Load Greenhouse answers, JSON Lines of the wire format and CSV (see `app.sync.reading`).

    A partner that is not known is registered, with no optional feature. `tell` is called after each batch.
    Raises: CallerError for an unknown company, a company without integration, a disabled one, a partner's
    name that cannot be, a file that cannot be opened or holds no records' text, a mapping that does not fit;
    ImportBrokenOff if something of that kind comes up when some batches were taken already.
    """
    company = await _company(pool, company_urn)
    if not partner.strip() or len(partner) > PARTNER_LENGTH_MAX or sayable(partner) != partner:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT, f"A partner's name has 1 to {PARTNER_LENGTH_MAX} characters."
        )
    sources: dict[bytes, Source] = {}
    for file in files:
        source = await asyncio.to_thread(look_at, file)
        mapping = options.mappings.of(source.name)
        _check_fits(source, mapping, company_urn)
        manner = (partner, options.mappings.content, mapping.where, options.candidate or "")
        sources.setdefault(identity(source.content, *manner), source)
    report = ImportReport(dry_run=options.dry_run)
    load = Load(company, partner, report, options.candidate)
    run = _Run(pool, company_urn, load, options, sources, tell)
    if options.dry_run:
        await run.try_out()
    else:
        await run.go()
    return report


class _Run:
    """One call of `import_files`: the way through its files."""

    def __init__(
        self,
        pool: Pool,
        urn: CompanyUrn,
        load: Load,
        options: ImportOptions,
        sources: dict[bytes, Source],
        tell: Tell | None,
    ) -> None:
        self._pool = pool
        self._urn = urn
        self._load = load
        self._company = load.company
        self._report = load.report
        self._options = options
        self._sources = sources
        self._tell = tell
        self._bytes_total = sum(source.size_bytes for source in sources.values())
        self._bytes_done = 0
        self._looked_at = 0

    async def try_out(self) -> None:
        while await look_at_members(self._pool):
            pass
        try:
            async with self._pool.transaction(self._company) as connection:
                await integration_to_sync(connection, self._company)
                await self._load.register_partner(connection)
                with_feeds = []
                for source in self._sources.values():
                    has_feeds = False
                    async with aclosing(self._batches(source, Step.RECORDS, _BEGINNING)) as batches:
                        async for portions in batches:
                            has_feeds = has_feeds or portions.has_feeds
                            await self._load.take(connection, portions.findings)
                            self._say(source.size_bytes, portions.mark, Step.RECORDS)
                    self._bytes_done += source.size_bytes
                    if has_feeds:
                        with_feeds.append(source)
                for source in with_feeds:
                    async with aclosing(self._batches(source, Step.FEEDS, _BEGINNING)) as batches:
                        async for portions in batches:
                            await self._load.take_feeds(connection, portions.feeds)
                await self._count_waiting(connection)
                raise _UndoError
        except _UndoError:
            return

    async def go(self) -> None:
        await self._check_refused_file()
        opened = await open_positions(self._pool, self._company, list(self._sources))
        self._load.run = self._report.run = opened.run
        positions = dict(opened.positions)
        if opened.broken_off is not None:
            for one, source in self._sources.items():
                if positions[one] != Position():
                    self._report.resumed.append(_resumed(source, positions[one], opened.broken_off))
        refused = await self._refused_file(opened)
        self._load.refused_file = refused
        try:
            async with self._pool.transaction(self._company) as connection:
                await self._load.register_partner(connection)
            for step in (Step.RECORDS, Step.FEEDS):
                for one, source in self._sources.items():
                    if positions[one].step is step:
                        positions[one] = await self._read(one, source, positions[one])
                    if step is Step.RECORDS:
                        self._bytes_done += source.size_bytes
            self._report.matches = await match_due(self._pool, self._company, progress=self._matched)
            async with self._pool.transaction(self._company) as connection:
                await self._count_waiting(connection)
                await forget_positions(connection, self._company, opened.run)
            await finish_run(self._pool, self._company, opened.run)
        except CallerError as error:
            raise ImportBrokenOff(error.code, error.message, status=error.status) from error
        finally:
            refused.close()
            self._report.refused_file = refused.path if refused.length else None

    async def _read(self, one: bytes, source: Source, position: Position) -> Position:
        """Take a file from its position to its end, by the step that it is in."""
        async with aclosing(self._batches(source, position.step, position.mark)) as batches:
            async for portions in batches:
                after = replace(
                    position,
                    mark=portions.mark,
                    has_feeds=position.has_feeds or portions.has_feeds,
                )
                if portions.is_last:
                    await asyncio.to_thread(check_unchanged, source)
                    again = position.step is Step.RECORDS and after.has_feeds
                    after = (
                        replace(after, step=Step.FEEDS, mark=_BEGINNING)
                        if again
                        else replace(after, step=Step.DONE)
                    )
                position = await self._take(one, position, after, portions)
                self._say(source.size_bytes, portions.mark, position.step)
        return position

    async def _take(self, one: bytes, before: Position, after: Position, portions: "_Portions") -> Position:
        """Take a batch and move the file's position, in one transaction."""
        async with self._pool.transaction(self._company) as connection:
            if before.step is Step.FEEDS:
                await self._load.take_feeds(connection, portions.feeds)
                to_come = 1.0
            else:
                await self._load.take(connection, portions.findings)
                to_come = self._bytes_total / max(1, self._bytes_done + portions.mark.offset)
            after = replace(after, refused_bytes=self._load.settle())
            await move(connection, self._company, self._load.run_id, one, before, after, to_come=to_come)
        return after

    async def _batches(self, source: Source, step: Step, mark: Mark) -> AsyncGenerator["_Portions", None]:
        """Batches of a file; the next one is read in a thread while the database takes this one."""
        mapping = self._options.mappings.of(source.name)
        read = _gathered(read_portions(source, mapping, mark, company=self._urn), step, mark)
        reading = asyncio.create_task(asyncio.to_thread(next, read))
        try:
            while True:
                portions = await reading
                if portions.is_last:
                    yield portions
                    return
                reading = asyncio.create_task(asyncio.to_thread(next, read))
                yield portions
        finally:
            await asyncio.gather(reading, return_exceptions=True)
            read.close()

    async def _check_refused_file(self) -> None:
        """Raises: CallerError for a file that cannot be written, before the load begins."""
        known = await known_refused_file(self._pool, self._company, list(self._sources))
        path = self._new_refused_file()
        if known != str(path):
            RefusedFile(path).close()

    def _new_refused_file(self) -> Path:
        first = next(iter(self._sources.values()))
        return (self._options.refused or default_path(first.path, Path.cwd())).absolute()

    async def _refused_file(self, opened: Opened) -> RefusedFile:
        known = Path(opened.refused_file) if opened.refused_file is not None else None
        asked = self._options.refused
        same = known is not None and (asked is None or asked.absolute() == known)
        if known is not None and same and can_go_on(known, opened.refused_bytes):
            return RefusedFile(known, certain_bytes=opened.refused_bytes)
        if known is not None and opened.refused_bytes:
            self._report.remark(f"What was refused before is in {known}.")
        file = RefusedFile(self._new_refused_file())
        await remember_refused_file(self._pool, self._company, opened.run, str(file.path))
        return file

    async def _count_waiting(self, connection: Connection) -> None:
        report = self._report
        count, names = await still_waiting(
            connection, self._company, self._load.partner, [one.external_id for one in report.waiting]
        )
        still = [one for one in report.waiting if one.external_id in names]
        # Beyond the records that the report has in words only the number is known, older ones included.
        all_listed = report.waiting_count == len(report.waiting)
        now = len(still) if all_listed else min(report.waiting_count, count)
        report.joined = report.waiting_count - now
        report.waiting, report.waiting_count = still, now

    def _matched(self, counts: MatchCounts) -> None:
        self._looked_at += counts.total
        if self._tell is not None:
            total = self._bytes_total
            self._tell(Progress(total, total, self._report.records, self._looked_at))

    def _say(self, size: int, mark: Mark, step: Step) -> None:
        if self._tell is not None:
            done = self._bytes_done + (0 if step is Step.FEEDS else min(size, mark.offset))
            self._tell(Progress(min(done, self._bytes_total), self._bytes_total, self._report.records))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portions:
    """Some portions of a file together: about a batch."""

    findings: Sequence[Finding]
    feeds: Sequence[Feed]
    has_feeds: bool
    mark: Mark
    is_last: bool


def _gathered(portions: Iterator[Portion], step: Step, mark: Mark) -> Generator[_Portions, None, None]:
    """Batches of what this step takes, each ending with a portion; the last one may be empty."""
    findings: list[Finding] = []
    feeds: list[Feed] = []
    has_feeds, begun = False, mark.offset
    for portion in portions:
        mark = portion.mark
        for one in portion.findings:
            if isinstance(one, Feed):
                has_feeds = True
                if step is Step.FEEDS:
                    feeds.append(one)
            elif step is Step.RECORDS:
                findings.append(one)
        is_large = mark.offset - begun >= _BATCH_BYTES
        if len(findings) >= BATCH_MAX or len(feeds) >= _FEEDS_MAX or is_large:
            begun = mark.offset
            yield _Portions(findings=findings, feeds=feeds, has_feeds=has_feeds, mark=mark, is_last=False)
            findings, feeds = [], []
    yield _Portions(findings=findings, feeds=feeds, has_feeds=has_feeds, mark=mark, is_last=True)


def _resumed(source: Source, position: Position, began: datetime) -> Resumed:
    return Resumed(
        file=source.name,
        was_done=position.step is Step.DONE,
        bytes_before=source.size_bytes if position.step is not Step.RECORDS else position.mark.offset,
        size_bytes=source.size_bytes,
        began=began,
    )


def _check_fits(source: Source, mapping: FileMapping, company: str) -> None:
    """Raises: CallerError for a mapping that does not fit a file, before anything is taken of any file."""
    if source.format is FileFormat.CSV:
        portions = read_portions(source, mapping, Mark(0, 0), company=company)
        next(portions, None)
        portions.close()


async def _company(pool: Pool, urn: CompanyUrn) -> CompanyId:
    if linkedin_kind(urn) == "organization":
        [row] = await pool.fetch(None, "select company_of($1) as id", [urn])
        if row["id"] is not None:
            return CompanyId(row["id"])
    raise CallerError(ErrorCode.BAD_USER_INPUT, f"No company is known as {sayable(urn)}.")
