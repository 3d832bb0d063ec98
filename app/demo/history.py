"""What happened around the demo's integration: the runs in which the ATS sent records, and the audit trail.

The first run brings everything as it was when the integration was enabled; later calls bring what
happened since, with a few of the mistakes that partners make, so that every outcome can be seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.demo.casting import Link
from app.demo.clock import NOW, key_at, stream
from app.demo.openings import Opening
from app.demo.organizations import ENABLED, NORTHWIND_ORGANIZATION, REQUESTED, Organization
from app.demo.processes import Family
from app.ids import own_urn
from app.sync.records import (
    ApplicationRecord,
    CandidateRecord,
    JobRecord,
    JobState,
    NoteRecord,
    Record,
    StageRecord,
)
from app.sync.runs import SyncRunKind

AUDIT_COLUMNS: Final = ("company_id", "id", "at", "actor", "action", "subject", "detail")

_CALLS: Final = (
    *(datetime(2026, 10, day, 5, 30, tzinfo=UTC) for day in (22, 26, 29)),
    NOW - timedelta(hours=3),
)
_UPDATED, _UNCHANGED, _STALE = range(10, 40), range(50, 70), range(80, 85)


@dataclass(slots=True)
class Run:
    """Records that arrived together, at that moment."""

    kind: SyncRunKind
    at: datetime
    records: list[Record] = field(default_factory=list)


def runs(organization: Organization, jobs: Sequence[Opening], families: Sequence[Family]) -> list[Run]:
    """Everything that the company's ATS sent, in order; a candidate's family comes whole, in one run."""
    made = [Run(SyncRunKind.FIRST, ENABLED), *(Run(SyncRunKind.CALL, at) for at in _CALLS)]
    for job in jobs:
        for at, record in _states(job):
            _first_after(made, at).records.append(record)
    for family in families:
        _first_after(made, family.last_touched or ENABLED).records += family.records
    if organization is NORTHWIND_ORGANIZATION:
        made[-1].records += _repetitions_and_mistakes(families)
    return made


def _states(job: Opening) -> Iterator[tuple[datetime, JobRecord]]:
    """The job as it was listed, if it was closed only later; and as it is."""
    record = job.record
    if job.closed is not None and job.closed > ENABLED:
        listed = replace(record, state=JobState.LISTED, closed_at=None, ats_last_modified_at=job.listed)
        yield job.listed, listed
    yield job.closed or job.listed, record


def _first_after(made: Sequence[Run], moment: datetime) -> Run:
    return next((run for run in made if run.at >= moment), made[-1])


def _repetitions_and_mistakes(families: Sequence[Family]) -> Iterator[Record]:
    for family in families:
        record, number = family.records[0], family.role.number
        if not isinstance(record, CandidateRecord) or record.ats_last_modified_at is None:
            continue
        if number in _UPDATED:
            yield replace(
                record, middle_initial=None, prefix=None, ats_last_modified_at=NOW - timedelta(hours=4)
            )
        elif number in _UNCHANGED:
            yield record
        elif number in _STALE and record.ats_created_at != record.ats_last_modified_at:
            yield replace(record, current_job_title="Intern", ats_last_modified_at=record.ats_created_at)
    late = NOW - timedelta(hours=5)
    yield CandidateRecord(
        external_id="cand-0900",
        first_name="Milan",
        email_addresses=("milan.kova at example",),
        ats_created_at=late,
    )
    yield StageRecord(
        external_id="app-0001-s9", application_external_id="app-0001", name="Not Available", entered_at=late
    )
    yield NoteRecord(
        external_id="note-9999", candidate_external_id="cand-0001", body="  ", ats_created_at=late
    )
    for number in (1, 2):
        yield ApplicationRecord(
            external_id=f"app-{2_000 + number}",
            candidate_external_id=f"cand-{900 + number:04d}",
            job_external_id=f"job-{number:03d}",
            source="Career site",
            ats_created_at=late - timedelta(hours=number),
            ats_last_modified_at=late,
        )


def audit_rows(
    organization: Organization, families: Sequence[Family], keys: dict[str, UUID]
) -> Iterator[tuple[Any, ...]]:
    """The company's audit trail in the order of `AUDIT_COLUMNS`; `keys` are candidates' by external id."""
    rng = stream(f"audit of {organization.name}")

    def entry(at: datetime, actor: str, action: str, subject: str, detail: str | None) -> tuple[Any, ...]:
        return organization.id, key_at(at, rng), at, actor, action, subject, detail

    issuer = "demo" if organization is NORTHWIND_ORGANIZATION else "contoso"
    admin, ats_admin, urn = f"{issuer}:recruiter-admin", f"{issuer}:ats-admin", organization.urn
    minute = timedelta(minutes=1)
    yield entry(REQUESTED, ats_admin, "integration.requested", urn, "Demo ATS; ready at once")
    yield entry(ENABLED, admin, "integration.enabled", urn, "second consent, by a Recruiter admin")
    for contract in organization.contracts:
        if contract.activated:
            yield entry(ENABLED + minute, admin, "contract.activated", contract.urn, contract.name)
    if organization.company_wide_access:
        yield entry(ENABLED + 2 * minute, admin, "companyWideAccess.enabled", urn, None)
    tried = ENABLED + timedelta(days=1)
    for at, value in ((tried, "true"), (tried + timedelta(hours=2), "false")):
        yield entry(at, admin, "settings.changed", urn, f"oneClickExportCompanyWide = {value}")
    lite = organization.contracts[-1]
    yield entry(
        tried + 9 * minute, "demo:support", "access.explained", lite.urn, "asked for by a Recruiter admin"
    )
    for family in families:
        action = {Link.BY_HAND: "match.linked", Link.REFUSED: "match.unlinked"}.get(family.role.link)
        if action is None:
            continue
        at = decided_at(family)
        subject = own_urn("candidate", keys[family.role.external_id])
        yield entry(at, f"{issuer}:recruiter", action, subject, None)


def decided_at(family: Family) -> datetime:
    """When a recruiter decided about this candidate's match."""
    return ENABLED + timedelta(days=2 + family.role.number % 9, minutes=family.role.number)
