"""The batches of a bulk load: ingested and reported, each in a transaction of the caller's."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from asyncpg import Connection

from app.ids import CompanyId
from app.matching.match import CHUNK, match_within
from app.sync import greenhouse
from app.sync.findings import Feed, Finding, Found, NotTaken
from app.sync.import_report import ImportReport, ReportedRecord
from app.sync.ingest import BATCH_MAX, ingest_within, sayable, touched_candidates
from app.sync.reading import FEED_OWNER, read_feed
from app.sync.records import RecordEntity, RecordOutcome, RecordRefusedError, RecordResult, SyncRunId
from app.sync.refused_file import RefusedFile
from app.sync.runs import record_results
from app.sync.said import Said

NO_OWNER: Final = (
    "belongs to a candidate whom the feed does not name: none of its e-mails went to or came from exactly "
    "one known candidate, and neither the file's name nor the caller says the candidate's id "
    f"(as {FEED_OWNER})"
)
_NUMBERS_MAX: Final = 20


class Load:
    """One load's batches, and the report and the file of refused records that they fill."""

    def __init__(self, company: CompanyId, partner: str, report: ImportReport, candidate: str | None) -> None:
        self.company = company
        self.partner = partner
        self.report = report
        self.run: SyncRunId | None = None
        self.refused_file: RefusedFile | None = None
        self._candidate = candidate

    @property
    def run_id(self) -> SyncRunId:
        """The run of a load that is no dry run."""
        assert self.run is not None
        return self.run

    async def register_partner(self, connection: Connection) -> None:
        registered = await connection.fetchval(
            """
            insert into partner (name, supported_features, optional_fields, must_be_asked_first)
            values ($1, '{}', '{}', false)
            on conflict (name) do nothing
            returning 1
            """,
            self.partner,
        )
        self.report.partner_registered = bool(registered)

    async def take(self, connection: Connection, findings: Sequence[Finding]) -> None:
        """Ingest; a dry run matches too, since nothing of it is there to be matched afterwards."""
        found = [one for one in findings if isinstance(one, Found)]
        results: list[RecordResult] = []
        for start in range(0, len(found), BATCH_MAX):
            records = [one.record for one in found[start : start + BATCH_MAX]]
            results += await ingest_within(connection, self.company, self.partner, records, run=self.run)
        touched = list(dict.fromkeys(touched_candidates(results))) if self.run is None else []
        for start in range(0, len(touched), CHUNK):
            self.report.matches += await match_within(
                connection, self.company, touched[start : start + CHUNK]
            )
        unread = []
        answers = iter(results)
        for one in findings:
            if isinstance(one, NotTaken):
                unread.append(self._not_taken(one))
            else:
                self._taken(one, next(answers))
        if unread and self.run is not None:
            await record_results(connection, self.company, self.run, unread)

    async def take_feeds(self, connection: Connection, feeds: Sequence[Feed]) -> None:
        """Take the notes of activity feeds, once the candidates are known whom they may belong to."""
        if not feeds:
            return
        owners = await self._owners(connection, feeds)
        findings: list[Finding] = []
        for feed, owner in zip(feeds, owners, strict=True):
            findings.extend(read_feed(feed, owner, NO_OWNER))
        await self.take(connection, findings)

    def settle(self) -> int:
        """Make sure of the file of refused records before the transaction ends; answers its length."""
        if self.refused_file is None:
            return 0
        self.refused_file.settle()
        return self.refused_file.length

    def _taken(self, one: Found, result: RecordResult) -> None:
        for text in one.remarks:
            self.report.remark(text)
        self.report.outcomes[result.entity, result.outcome] += 1
        if result.message is None or result.outcome is RecordOutcome.STALE:
            return
        reported = ReportedRecord(
            file=one.place.file,
            position=one.place.position,
            entity=result.entity,
            external_id=result.external_id,
            path=result.path or (),
            message=result.message,
        )
        if result.outcome is RecordOutcome.REFUSED:
            self._refuse(reported, one)
        else:
            self.report.wait(reported)

    def _not_taken(self, one: NotTaken) -> RecordResult:
        """Report it; it is kept with the run, where what is of no known kind counts as a candidate."""
        text = f"{'.'.join(one.path)} {one.message}.".strip()
        reported = ReportedRecord(
            file=one.place.file,
            position=one.place.position,
            entity=one.entity,
            external_id=sayable(one.external_id),
            path=one.path,
            message=sayable(text if one.path else text[:1].upper() + text[1:]),
        )
        self._refuse(reported, one)
        return RecordResult(
            external_id=reported.external_id,
            entity=reported.entity or RecordEntity.CANDIDATE,
            outcome=RecordOutcome.REFUSED,
            message=f"{reported.file}, {reported.position}: {reported.message}",
            path=tuple(sayable(part) for part in reported.path),
        )

    def _refuse(self, reported: ReportedRecord, one: Finding) -> None:
        self.report.refuse(reported)
        if self.refused_file is not None:
            self.refused_file.write(one.place, reported.message, one.said)

    async def _owners(self, connection: Connection, feeds: Sequence[Feed]) -> list[str | None]:
        """Whose feeds these are: said by the feed or the caller, by the file's name, by its e-mails."""
        said = [self._candidate or _named(feed) for feed in feeds]
        numbers = {feed.place.file: set(re.findall(r"\d+", feed.place.file)[:_NUMBERS_MAX]) for feed in feeds}
        known = await self._known(connection, {one for some in numbers.values() for one in some})
        addresses = [_addresses(feed) for feed in feeds]
        by_address = await self._by_address(connection, {one for some in addresses for one in some})
        owners: list[str | None] = []
        for feed, named, of_feed in zip(feeds, said, addresses, strict=True):
            in_name = numbers[feed.place.file] & known
            written = {one for address in of_feed for one in by_address.get(address, ())}
            owners.append(named or _only(in_name) or _only(written))
        return owners

    async def _known(self, connection: Connection, names: Collection[str]) -> set[str]:
        if not names:
            return set()
        rows = await connection.fetch(
            """
            select external_id
            from candidate
            where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
            """,
            self.company,
            self.partner,
            list(names),
        )
        return {row["external_id"] for row in rows}

    async def _by_address(
        self, connection: Connection, addresses: Collection[str]
    ) -> Mapping[str, Collection[str]]:
        """The candidates who have these e-mail addresses."""
        owners: defaultdict[str, set[str]] = defaultdict(set)
        if addresses:
            rows = await connection.fetch(
                """
                select c.external_id, lower(address) as address
                from candidate c
                cross join unnest(c.email_addresses) as address
                where c.company_id = $1 and c.partner_name = $2 and lower(address) = any($3::text[])
                """,
                self.company,
                self.partner,
                list(addresses),
            )
            for row in rows:
                owners[row["address"]].add(row["external_id"])
        return owners


def _named(feed: Feed) -> str | None:
    try:
        return Said(feed.said).text(FEED_OWNER)
    except RecordRefusedError:
        return None


def _addresses(feed: Feed) -> set[str]:
    try:
        found = {address.lower() for address in greenhouse.feed_addresses(Said(feed.said))}
    except RecordRefusedError:
        return set()
    return {address for address in found if sayable(address) == address}


def _only(names: Collection[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None


async def still_waiting(
    connection: Connection, company: CompanyId, partner: str, names: Sequence[str]
) -> tuple[int, set[str]]:
    """How many records of this company and partner wait for others, and which of `names` are among them."""
    rows = await connection.fetch(
        """
        with waiting as materialized (
          select external_id
          from application
          where company_id = $1 and partner_name = $2
            and (candidate_id is null or (job_external_id is not null and job_id is null))
          union all
          select external_id
          from waiting_record
          where company_id = $1 and partner_name = $2
        )
        select null as external_id, count(*) as count
        from waiting
        union all
        select external_id, count(*)
        from waiting
        where external_id = any($3::text[])
        group by external_id
        """,
        company,
        partner,
        names,
    )
    return rows[0]["count"], {row["external_id"] for row in rows if row["external_id"] is not None}
