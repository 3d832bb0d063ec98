"""The demo's applications: who applied for what, how far it went, and what was written on the way.

An application becomes a family of records: itself, its stages, its notes, its interviewers' feedback. All
its times lie between the job's opening and its closing, and in the order in which things happen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from app.access.features import SeatState
from app.demo import phrases
from app.demo.casting import Role
from app.demo.clock import NOW, after
from app.demo.openings import Opening
from app.demo.organizations import Organization
from app.demo.people import Person
from app.sync.records import (
    ApplicationRecord,
    ApplicationStatus,
    Evaluation,
    FeedbackRecord,
    NoteRecord,
    Record,
    StageRecord,
)

_SOURCES: Final = (
    *("LinkedIn", "LinkedIn", "LinkedIn Recruiter", "Career site", "Career site", "Referral", "Job board"),
    *("Agency", "University fair"),
)
# Until when nothing has to be decided yet.
_FRESH_DAYS: Final = 75
_SHARE_WITH_NOTE: Final = 0.45


@dataclass(slots=True)
class Family:
    """What belongs to one candidate: records in the order in which they have to arrive."""

    role: Role
    first_applied: datetime | None = None
    last_touched: datetime | None = None
    hired: bool = False
    records: list[Record] = field(default_factory=list)

    def touch(self, moment: datetime) -> None:
        """Widen the family's time to include `moment`."""
        self.last_touched = max(moment, self.last_touched or moment)
        self.first_applied = min(moment, self.first_applied or moment)


def stage_names(opening: Opening) -> tuple[str, ...]:
    """The steps of the job's process, in order, the last one meaning that somebody is hired."""
    return (
        *("Application review", "Recruiter screen", "Hiring manager interview", opening.profession.exercise),
        *("On-site interviews", "Reference check", "Offer", "Hired"),
    )


class Processes:
    """Writes the applications of one company, numbering what it writes as it goes."""

    def __init__(self, organization: Organization, *, first_number: int) -> None:
        self._organization = organization
        self._numbers = {"app": first_number, "note": first_number, "feedback": first_number}
        self._filled: set[int] = set()

    def next_id(self, kind: str) -> str:
        """The next external id of a kind: `app-0001`, `note-0001`, `feedback-0001`."""
        number = self._numbers[kind]
        self._numbers[kind] += 1
        return f"{kind}-{number:04d}"

    def apply(
        self, family: Family, opening: Opening, rng: Random, *, fate: ApplicationStatus | None = None
    ) -> None:
        """Add one application for `opening`; `fate` fixes its end, else it is drawn."""
        applied = _applied_at(opening, rng)
        stages = self._stages(opening, applied, rng, fate)
        last = stages[-1][1]
        status = fate or self._status(family, opening, stages, rng)
        if status is ApplicationStatus.HIRED:
            stages = _up_to_hired(opening, stages, rng)
            last = stages[-1][1]
            family.hired = True
            self._filled.add(opening.number)
        ended = None
        if status in {ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN}:
            ended = after(last, rng, 1, 12) or last + timedelta(hours=2)
        external_id = self.next_id("app")
        notes = list(self._notes(family.role, external_id, opening, stages, status, rng))
        feedback = list(self._feedback(family.role, external_id, opening, stages, status, rng))
        reason = _reason(status, rng)
        touched = max(last, ended or last, *(note.ats_created_at for note in notes), applied)
        family.touch(applied)
        family.touch(touched)
        family.records.append(
            ApplicationRecord(
                external_id=external_id,
                candidate_external_id=family.role.external_id,
                job_external_id=opening.external_id,
                job_name=opening.record.title,
                candidate_email=family.role.email,
                source=rng.choice(_SOURCES),
                status=status,
                rejected_at=ended if status is ApplicationStatus.REJECTED else None,
                disposition_reason=reason,
                ats_created_at=applied,
                ats_last_modified_at=touched,
            )
        )
        family.records += [
            StageRecord(
                external_id=f"{external_id}-s{rank}",
                application_external_id=external_id,
                name=name,
                entered_at=entered,
                rank=rank,
            )
            for rank, (name, entered) in enumerate(stages, 1)
        ]
        family.records += notes
        family.records += feedback

    def _stages(
        self, opening: Opening, applied: datetime, rng: Random, fate: ApplicationStatus | None
    ) -> list[tuple[str, datetime]]:
        names = stage_names(opening)[:-1]
        # Half of all applications end after the first or second look.
        reached = rng.choices(range(1, len(names) + 1), (24, 26, 18, 12, 10, 5, 5))[0]
        if fate is ApplicationStatus.ACTIVE:
            reached = 5
        moment, stages = applied, [(names[0], applied)]
        for name in names[1:reached]:
            later = after(moment, rng, 1, 9)
            if later is None or (opening.closed is not None and later >= opening.closed):
                break
            moment = later
            stages.append((name, moment))
        return stages

    def _status(
        self, family: Family, opening: Opening, stages: Sequence[tuple[str, datetime]], rng: Random
    ) -> ApplicationStatus:
        last = stages[-1][1]
        if len(stages) >= 6 and not family.hired and opening.number not in self._filled and opening.closed:
            return ApplicationStatus.HIRED
        if opening.closed is None and last > NOW - timedelta(days=_FRESH_DAYS) and rng.random() < 0.9:
            return ApplicationStatus.ACTIVE
        return ApplicationStatus.WITHDRAWN if rng.random() < 0.14 else ApplicationStatus.REJECTED

    def _notes(
        self,
        role: Role,
        application: str,
        opening: Opening,
        stages: Sequence[tuple[str, datetime]],
        status: ApplicationStatus,
        rng: Random,
    ) -> Iterator[NoteRecord]:
        words = facts(role.person, opening, rng)
        choices: list[tuple[tuple[str, ...], datetime]] = []
        if len(stages) > 1:
            choices.append((phrases.SCREEN_NOTES, stages[1][1]))
        if len(stages) > 3:
            choices.append((phrases.PROCESS_NOTES, stages[3][1]))
        ends: dict[ApplicationStatus, tuple[str, ...]] = {
            ApplicationStatus.REJECTED: phrases.REJECT_NOTES,
            ApplicationStatus.WITHDRAWN: phrases.WITHDRAW_NOTES,
            ApplicationStatus.HIRED: phrases.HIRE_NOTES,
        }
        if status in ends:
            choices.append((ends[status], stages[-1][1]))
        for texts, moment in choices:
            written = moment + timedelta(minutes=rng.randint(20, 300))
            if rng.random() < _SHARE_WITH_NOTE and written < NOW:
                yield NoteRecord(
                    external_id=self.next_id("note"),
                    application_external_id=application,
                    body=rng.choice(texts).format_map(words),
                    author_name=author(self._organization, rng),
                    is_private=rng.random() < 0.05,
                    ats_created_at=written,
                )

    def _feedback(
        self,
        role: Role,
        application: str,
        opening: Opening,
        stages: Sequence[tuple[str, datetime]],
        status: ApplicationStatus,
        rng: Random,
    ) -> Iterator[FeedbackRecord]:
        """One interviewer after each interview stage; the last interview decides the tone."""
        for position, (name, entered) in enumerate(stages):
            written = entered + timedelta(days=rng.randint(0, 2), minutes=rng.randint(60, 400))
            if position < 2 or name in {"Reference check", "Offer", "Hired"} or written >= NOW:
                continue
            texts: tuple[str, ...]
            results: tuple[str, ...]
            is_last = position == len(stages) - 1
            if is_last and status is ApplicationStatus.REJECTED:
                bad = phrases.FEEDBACK_BAD, phrases.RESULTS_BAD
                mixed = phrases.FEEDBACK_MIXED, phrases.RESULTS_MIXED
                texts, results = rng.choice((bad, mixed))
            elif rng.random() < 0.8:
                texts, results = phrases.FEEDBACK_GOOD, phrases.RESULTS_GOOD
            else:
                texts, results = phrases.FEEDBACK_MIXED, phrases.RESULTS_MIXED
            attributes = rng.sample(opening.profession.attributes, k=rng.randint(2, 4))
            words = {**facts(role.person, opening, rng), "attribute": attributes[0]}
            yield FeedbackRecord(
                external_id=self.next_id("feedback"),
                application_external_id=application,
                interviewer_name=opening.managers[position % len(opening.managers)],
                feedback=rng.choice(texts).format_map(words),
                evaluations=tuple(
                    Evaluation(attribute=each, result=rng.choice(results)) for each in attributes
                ),
                ats_created_at=written,
            )


def _applied_at(opening: Opening, rng: Random) -> datetime:
    """At any hour of the day, before the job is closed; who applies late finds fewer steps done."""
    open_for = (opening.closed or NOW) - opening.listed
    applied = opening.listed + open_for * min(0.97, 0.02 + rng.betavariate(1.4, 1.1))
    return applied.replace(microsecond=0)


def _up_to_hired(
    opening: Opening, stages: Sequence[tuple[str, datetime]], rng: Random
) -> list[tuple[str, datetime]]:
    """The stages with those that lead to the contract; the job closes around then."""
    done = list(stages)
    for name in stage_names(opening)[len(done) :]:
        done.append((name, min(done[-1][1] + timedelta(days=rng.randint(1, 4)), NOW - timedelta(hours=1))))
    return done


def _reason(status: ApplicationStatus, rng: Random) -> str | None:
    if status is ApplicationStatus.REJECTED:
        return rng.choice(phrases.DISPOSITIONS)
    return rng.choice(phrases.WITHDRAWALS) if status is ApplicationStatus.WITHDRAWN else None


def author(organization: Organization, rng: Random) -> str:
    """Who writes notes in the ATS: the recruiters, of whom some write more."""
    at_work = [seat for seat in organization.seats if seat.state is not SeatState.INVITED]
    seat = rng.choice([*at_work[:2], *at_work[:2], *at_work])
    return f"{seat.first_name} {seat.last_name}"


def facts(person: Person, opening: Opening, rng: Random) -> Mapping[str, str]:
    """What a text may speak of (see `phrases`): the person, the job, and what both make likely."""
    skill, other_skill = rng.sample([name for name, _ in person.skills], k=2)
    currency = {"GB": "GBP", "US": "USD", "CA": "CAD", "CH": "CHF"}.get(person.place.country.code, "EUR")
    return {
        "first": person.name.first,
        "title": person.title,
        "company": person.employer,
        "city": person.place.city,
        "skill": skill,
        "other_skill": other_skill,
        "strength": rng.choice(person.profession.strengths),
        "job": opening.record.title,
        "office": opening.office.city,
        "salary": f"{(38 + 17 * person.level + rng.randrange(12))}k {currency}",
        "notice": rng.choice(("four weeks", "two months", "three months", "six weeks to quarter end")),
        "attribute": rng.choice(opening.profession.attributes),
    }
