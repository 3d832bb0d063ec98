"""The rows of one benchmark company (see `scale`): its ATS's records and what its recruiters did.

The number of a candidate (from 0) decides everything about it, so nothing has to be remembered between the
tables but keys and times.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.auth.personas import DEMO_PARTNER
from app.demo import phrases
from app.demo.clock import NOW, key_at, stream
from app.demo.openings import MISSIONS
from app.demo.people import PROFESSIONS, Person
from app.ids import CompanyUrn, ContractUrn

BEGAN: Final = NOW - timedelta(days=900)
SEATS: Final = 20
LIVES: Final = 1_500
"""People that the rows are made of: each row takes the name of one and the life of another."""

APPLICATIONS_A_JOB: Final = 200
TAGS: Final = tuple(
    dict.fromkeys(["Do not contact", *(skill for profession in PROFESSIONS for skill in profession.skills)])
)
_STAGES: Final = (
    *("Application review", "Recruiter screen", "Hiring manager interview", "On-site interviews"),
    "Offer",
)
_STATUSES: Final = ("ACTIVE", "REJECTED", "REJECTED", "WITHDRAWN", "HIRED")
_EVIDENCE: Final = '[{"method": "EMAIL", "detail": "The same e-mail address."}]'
_SPAN: Final = timedelta(days=880)
_DAY: Final = timedelta(days=1)

Row = tuple[Any, ...]

_TIMES: Final = ("created_at", "last_modified_at", "synced_at")
JOB_COLUMNS: Final = (
    *("company_id", "id", "partner_name", "external_id", "title", "description", "location", "department"),
    *("state", "availability", "listed_at", *_TIMES),
)
CANDIDATE_COLUMNS: Final = (
    *("company_id", "id", "partner_name", "external_id", "first_name", "last_name", "email_addresses"),
    *("phone_numbers", "addresses", "current_company_name", "current_job_title", "source", "do_not_contact"),
    *("match_state", "match_member_urn", "match_confidence", "match_evidence", "match_linked_at", *_TIMES),
)
NOTE_COLUMNS: Final = (
    *("company_id", "id", "candidate_id", "external_id", "body", "author_name", "is_private"),
    *_TIMES,
)
APPLICATION_COLUMNS: Final = (
    *("company_id", "id", "partner_name", "external_id", "candidate_external_id", "candidate_id"),
    *("job_external_id", "job_id", "source", "applied_at", "rejected_at", "status", "stage"),
    *("last_modified_at", "synced_at"),
)
STAGE_COLUMNS: Final = ("company_id", "id", "application_id", "external_id", "name", "entered_at", "rank")
FEEDBACK_COLUMNS: Final = (
    *("company_id", "id", "application_id", "external_id", "interviewer_name", "feedback"),
    *("evaluations", "created_at"),
)


def member_urn(number: int) -> str:
    """`urn:li:person:b000001` for 1."""
    return f"urn:li:person:b{number:06d}"


def email(number: int) -> str:
    """The address of the member of that number."""
    return f"person.{number:06d}@example.com"


def namesake(number: int) -> int:
    """Which life gives the name; the pairing with the life itself repeats only after all lives."""
    return (number * 7 + number // LIVES) % LIVES


class _Application(NamedTuple):
    key: UUID
    candidate: int
    applied: datetime
    stages: int


@dataclass
class Tenant:
    """One company of the benchmark."""

    urn: CompanyUrn
    name: str
    contract: ContractUrn
    first_seat: int
    candidates: int
    applications_per_candidate: int
    lives: Sequence[Person]

    @cached_property
    def id(self) -> UUID:
        return key_at(BEGAN, stream(self.urn))

    @cached_property
    def contract_id(self) -> UUID:
        return key_at(BEGAN, stream(self.contract))

    @property
    def jobs(self) -> int:
        """How many jobs there are."""
        return max(1, self.candidates * self.applications_per_candidate // APPLICATIONS_A_JOB)

    def seat_id(self, number: int) -> UUID:
        return key_at(BEGAN, stream(f"seat of {self.urn}", number))

    def _keys(self, table: str, moments: Sequence[datetime]) -> list[UUID]:
        """Keys in the order of time, so that indexes grow at their end as they do in real use."""
        rng = stream(f"{table} of {self.urn}")
        return [key_at(moment, rng) for moment in moments]

    @cached_property
    def _created(self) -> list[datetime]:
        return [BEGAN + _SPAN * (number / self.candidates) for number in range(self.candidates)]

    @cached_property
    def _candidate_keys(self) -> list[UUID]:
        return self._keys("candidate", self._created)

    @cached_property
    def _job_keys(self) -> list[UUID]:
        return self._keys("job", [BEGAN + _SPAN * (number / self.jobs) for number in range(self.jobs)])

    @cached_property
    def _tag_keys(self) -> dict[str, UUID]:
        return dict(zip(TAGS, self._keys("tag", [BEGAN] * len(TAGS)), strict=True))

    @cached_property
    def _applications(self) -> list[_Application]:
        each = range(self.applications_per_candidate)
        plan = [
            (number, self._created[number] + i * _DAY, 1 + (number + i) * 7 % 5)
            for number in range(self.candidates)
            for i in each
        ]
        keys = self._keys("application", [applied for _, applied, _ in plan])
        return [_Application(key, *one) for key, one in zip(keys, plan, strict=True)]

    @cached_property
    def _words(self) -> list[Mapping[str, str]]:
        """What texts may speak of, for each life."""
        return [
            {
                **{"first": life.name.first, "title": life.title, "company": life.employer},
                **{"city": life.place.city, "skill": life.skills[0][0], "other_skill": life.skills[1][0]},
                **{"job": life.profession.ladder[2], "office": "Berlin", "recruiter": "Ada", "us": self.name},
                **{"mission": MISSIONS["Northwind"], "strength": life.profession.strengths[0]},
                **{"salary": "70k EUR", "notice": "two months", "attribute": life.profession.attributes[0]},
            }
            for life in self.lives
        ]

    def _text(self, texts: Sequence[str], number: int, turn: int = 0) -> str:
        return texts[(number + turn) % len(texts)].format_map(self._words[number % LIVES])

    def is_matched(self, number: int) -> bool:
        """Whether the candidate is matched, to the member of the same number: six in ten, evenly."""
        return number % 5 in {0, 1, 3}

    def tag_rows(self) -> Iterator[Row]:
        for name, key in self._tag_keys.items():
            yield self.id, key, name, name == "Do not contact"

    def tagging_rows(self) -> Iterator[Row]:
        """Three tags a candidate on average."""
        for number, key in enumerate(self._candidate_keys):
            for name in self._tags_of(number):
                yield self.id, key, self._tag_keys[name]

    def _tags_of(self, number: int) -> list[str]:
        skills = [name for name, _ in self.lives[number % LIVES].skills[: number * 3 % 7]]
        return ["Do not contact", *skills] if number % 50 == 7 else skills

    def job_rows(self) -> Iterator[Row]:
        for number, key in enumerate(self._job_keys):
            profession = PROFESSIONS[number % len(PROFESSIONS)]
            listed = BEGAN + _SPAN * (number / self.jobs)
            duties, skills = ". ".join(profession.duties), ", ".join(profession.skills[:6])
            yield (
                *(self.id, key, DEMO_PARTNER, f"job-{number + 1:04d}"),
                *(profession.ladder[number // len(PROFESSIONS) % 5], f"{duties}. {skills}."),
                *("Berlin, Germany", profession.department, "LISTED" if number % 2 else "CLOSED", "PUBLIC"),
                *(listed, listed, listed, NOW),
            )

    def candidate_rows(self) -> Iterator[Row]:
        for number, (key, made) in enumerate(zip(self._candidate_keys, self._created, strict=True)):
            life, named = self.lives[number % LIVES], self.lives[namesake(number)]
            match: Row = "UNMATCHED", None, None, "[]", None
            address = f"unknown.{number:06d}@example.org"
            if self.is_matched(number):
                match = "MATCHED", member_urn(number), 0.95, _EVIDENCE, made
                address = email(number)
            yield (
                *(self.id, key, DEMO_PARTNER, f"cand-{number + 1:06d}", named.name.first, named.name.last),
                *([address], f'[{{"number": "{life.phone.international}", "extension": null}}]'),
                f'[{{"city": "{life.place.city}", "country": "{life.place.country.code}"}}]',
                *(life.employer, life.title, "Career site", "Do not contact" in self._tags_of(number)),
                *(*match, made, made + 3 * _DAY, NOW),
            )

    def note_rows(self) -> Iterator[Row]:
        """Two notes a candidate on average."""
        rng = stream(f"note of {self.urn}")
        for number, (candidate, made) in enumerate(zip(self._candidate_keys, self._created, strict=True)):
            for turn in range(number % 5):
                at = made + timedelta(hours=5 * turn + 1)
                body = self._text(phrases.CANDIDATE_NOTES, number, turn)
                yield (
                    *(self.id, key_at(at, rng), candidate, f"note-{number:06d}-{turn}", body, "Ada Nr. 1"),
                    *(number % 20 == 0, at, at, NOW),
                )

    def application_rows(self) -> Iterator[Row]:
        for number, one in enumerate(self._applications):
            job, status = number * 31 % self.jobs, _STATUSES[number % 5]
            ended = one.applied + 12 * _DAY
            yield (
                *(self.id, one.key, DEMO_PARTNER, f"app-{number + 1:06d}", f"cand-{one.candidate + 1:06d}"),
                *(self._candidate_keys[one.candidate], f"job-{job + 1:04d}", self._job_keys[job], "LinkedIn"),
                *(one.applied, ended if status == "REJECTED" else None, status, _STAGES[one.stages - 1]),
                *(ended, NOW),
            )

    def stage_rows(self) -> Iterator[Row]:
        """Three stages an application on average."""
        rng = stream(f"stage of {self.urn}")
        for one in self._applications:
            for rank in range(1, one.stages + 1):
                at = one.applied + 2 * (rank - 1) * _DAY
                yield self.id, key_at(at, rng), one.key, f"s{rank}", _STAGES[rank - 1], at, rank

    def feedback_rows(self) -> Iterator[Row]:
        """For two of five applications."""
        rng = stream(f"feedback of {self.urn}")
        for one in self._applications:
            if one.stages > 3:
                at = one.applied + 8 * _DAY
                attribute = self._words[one.candidate % LIVES]["attribute"]
                yield (
                    *(self.id, key_at(at, rng), one.key, "f1", "Ada Nr. 2"),
                    *(self._text(phrases.FEEDBACK_MIXED, one.candidate),),
                    *(f'[{{"attribute": "{attribute}", "result": "Mixed"}}]', at),
                )

    def activity_rows(self) -> tuple[list[Row], list[Row], list[Row]]:
        """InMails, stub profiles and recruiter notes about the matched.

        Every second was written to and half of those answered; every third has a note.
        """
        rng = stream(f"activity of {self.urn}")
        inmails: list[Row] = []
        stubs: list[Row] = []
        notes: list[Row] = []
        for place, number in enumerate(n for n in range(self.candidates) if self.is_matched(n)):
            at, urn = self._created[number] + _DAY, member_urn(number)
            ours = self.contract_id, self.seat_id(number % SEATS)
            if place % 2 == 0:
                thread = (*ours, urn, f"2-{number:08d}")
                body = self._text(phrases.OPENINGS, number)
                state = "SENT" if place % 4 else "ACCEPTED"
                inmails.append((self.id, key_at(at, rng), *thread, at, "SENT", state, "A job for you", body))
            if place % 4 == 0:
                reply = at + timedelta(hours=20)
                key, body = key_at(reply, rng), self._text(phrases.ACCEPTING, number)
                inmails.append(
                    (self.id, key, *thread, reply, "RECEIVED", "REPLIED", "Re: A job for you", body)
                )
                life, named = self.lives[number % LIVES], self.lives[namesake(number)].name
                shown = named.first, named.last, life.headline, life.employer, life.title
                stubs.append(
                    (self.id, key_at(reply, rng), *ours, key, urn, *shown, email(number), None, reply)
                )
            if place % 3 == 0:
                body = self._text(phrases.RECRUITER_NOTES, number)
                seen_by = "PRIVATE" if number % 4 == 0 else "SHARED"
                notes.append((self.id, key_at(at, rng), *ours, urn, body, seen_by, False, at, at))
        return inmails, stubs, notes
