"""What a bulk load says of itself, in bounded memory: all is counted, and the first of each kind is told."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from app.matching.candidates import MatchCounts
from app.sync.records import RecordEntity, RecordOutcome, SyncRunId

LISTED_MAX: Final = 1_000
"""Refused and waiting records, and different remarks, that a report has in words; the counts have all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRecord:
    """A record that was refused or that waits; the message is a whole sentence for a person."""

    file: str
    position: str
    entity: RecordEntity | None
    external_id: str
    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A file that an earlier load had begun: from where this one read on, or that nothing was left to do."""

    file: str
    was_done: bool
    bytes_before: int
    size_bytes: int
    began: datetime


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What a load did. `outcomes` counts by kind and outcome what was read as a record.

    `refused` also holds what could not even be read as one; `refused_file` has them all, None if there are
    none. `waiting` are those that still wait at the end; `joined` is how many others waited for a while.
    `matches` counts the candidates that were matched here; others that serve may have matched some beside.
    """

    run: SyncRunId | None = None
    dry_run: bool = False
    partner_registered: bool = False
    resumed: list[Resumed] = field(default_factory=list)
    outcomes: Counter[tuple[RecordEntity, RecordOutcome]] = field(default_factory=Counter)
    refused: list[ReportedRecord] = field(default_factory=list)
    refused_count: int = 0
    refused_file: Path | None = None
    waiting: list[ReportedRecord] = field(default_factory=list)
    waiting_count: int = 0
    joined: int = 0
    remarks: Counter[str] = field(default_factory=Counter)
    matches: MatchCounts = field(default_factory=MatchCounts)

    @property
    def records(self) -> int:
        """How many records were read, refused ones included."""
        return sum(self.outcomes.values()) + self.refused_count - self._refused_as_records

    @property
    def changed(self) -> int:
        """How many records changed something."""
        changing = {RecordOutcome.CREATED, RecordOutcome.UPDATED, RecordOutcome.WAITING}
        return sum(count for (_, outcome), count in self.outcomes.items() if outcome in changing)

    @property
    def _refused_as_records(self) -> int:
        return sum(count for (_, outcome), count in self.outcomes.items() if outcome is RecordOutcome.REFUSED)

    def remark(self, text: str) -> None:
        if text in self.remarks or len(self.remarks) < LISTED_MAX:
            self.remarks[text] += 1

    def refuse(self, record: ReportedRecord) -> None:
        self.refused_count += 1
        if len(self.refused) < LISTED_MAX:
            self.refused.append(record)

    def wait(self, record: ReportedRecord) -> None:
        self.waiting_count += 1
        if len(self.waiting) < LISTED_MAX:
            self.waiting.append(record)
