"""What recruiters did in LinkedIn Recruiter: InMails, the stub profiles that follow from answers, notes.

Everything belongs to one contract. The showcase's member, `urn:li:person:m0001`, has all kinds of it: by the
`recruiter` persona, by colleagues on the same contract, and on a contract that shares nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from app.access.features import SeatState
from app.demo import phrases
from app.demo.casting import Role
from app.demo.clock import NOW, after, key_at, stream, working_time
from app.demo.openings import MISSIONS, Opening, nearest
from app.demo.organizations import NORTHWIND_ORGANIZATION, Organization, Seat, member_urn
from app.demo.people import Person
from app.demo.processes import facts

INMAIL_COLUMNS: Final = (
    *("company_id", "id", "contract_id", "seat_id", "member_urn", "conversation_id", "sent_at", "direction"),
    *("state", "subject", "body"),
)
STUB_COLUMNS: Final = (
    *("company_id", "id", "contract_id", "seat_id", "inmail_id", "member_urn", "first_name", "last_name"),
    *("headline", "company_name", "job_title", "email_address", "phone_number", "created_at"),
)
NOTE_COLUMNS: Final = (
    *("company_id", "id", "contract_id", "seat_id", "member_urn", "body", "visibility", "is_deleted"),
    *("created_at", "last_modified_at"),
)

# Members who were written to without being in the ATS.
SOURCED: Final = range(1_001, 1_261)
_SHARE_WRITTEN_TO: Final = 0.55
_SHARE_WITH_NOTE: Final = 0.4
# What became of a first InMail.
_ANSWERS: Final = (("SENT", 45), ("ACCEPTED", 38), ("DECLINED", 17))


@dataclass(slots=True)
class Activity:
    """Rows of `inmail`, `stub_profile` and `recruiter_note`, in the order of their columns."""

    inmails: list[tuple[Any, ...]] = field(default_factory=list)
    stubs: list[tuple[Any, ...]] = field(default_factory=list)
    notes: list[tuple[Any, ...]] = field(default_factory=list)


def activity(
    organization: Organization,
    roles: Sequence[Role],
    members: Mapping[int, Person],
    jobs: Sequence[Opening],
) -> Activity:
    """What the company's recruiters did, with those whom they know from the ATS and with others."""
    writer = _Writer(organization, jobs)
    is_northwind = organization is NORTHWIND_ORGANIZATION
    known = [role.member_number for role in roles if role.is_recruited and role.member_number is not None]
    if is_northwind:
        writer.showcase(members[1])
    for number in [*known, *(SOURCED if is_northwind else ())]:
        rng = stream(f"activity of {organization.name}", number)
        if is_northwind and number == 1:
            continue
        if number == 1 or rng.random() < _SHARE_WRITTEN_TO or number in SOURCED:
            writer.thread(number, members[number], writer.seat(rng), rng)
        if rng.random() < _SHARE_WITH_NOTE:
            writer.note(number, members[number], writer.seat(rng), rng)
    return writer.done


class _Writer:
    def __init__(self, organization: Organization, jobs: Sequence[Opening]) -> None:
        self._organization = organization
        self._jobs = jobs
        self._at_work = [
            seat for seat in organization.seats if seat.state in {SeatState.ACTIVE, SeatState.INACTIVE}
        ]
        self.done = Activity()

    def seat(self, rng: Random) -> Seat:
        """Who did it: everybody who works or worked there, the first contract's people more often."""
        first = self._organization.contracts[0].urn
        weights = [5 if seat.contract == first else 2 for seat in self._at_work]
        return rng.choices(self._at_work, weights)[0]

    def thread(
        self,
        number: int,
        person: Person,
        seat: Seat,
        rng: Random,
        *,
        answer: str | None = None,
        sent: datetime | None = None,
        shares_contact: bool | None = None,
    ) -> None:
        """A first InMail, perhaps an answer with its stub profile, perhaps one more InMail."""
        opening = nearest(person, self._jobs, rng)
        words = self._words(person, opening, seat, rng)
        conversation = f"2-{rng.randbytes(12).hex()}"
        first = sent or self._first_sent_at(opening, seat, rng)
        became = answer or rng.choices([name for name, _ in _ANSWERS], [share for _, share in _ANSWERS])[0]
        answered = None if became == "SENT" else after(first, rng, 0, 6)
        subject = rng.choice(phrases.SUBJECTS).format_map(words)

        def write(moment: datetime, direction: str, state: str, texts: Sequence[str]) -> UUID:
            body = rng.choice(texts).format_map(words)
            said_about = subject if direction == "SENT" else f"Re: {subject}"
            key = key_at(moment, rng)
            ours = self._ours(seat)
            self.done.inmails.append(
                (
                    ours[0],
                    key,
                    *ours[1:],
                    member_urn(number),
                    conversation,
                    moment,
                    direction,
                    state,
                    said_about,
                    body,
                )
            )
            return key

        write(first, "SENT", became if answered else "SENT", phrases.OPENINGS)
        if answered is None:
            reminder = after(first, rng, 9, 20) if became == "SENT" and rng.random() < 0.3 else None
            if reminder:
                write(reminder, "SENT", "SENT", phrases.REMINDERS)
            return
        texts = phrases.ACCEPTING if became == "ACCEPTED" else phrases.DECLINING
        reply = write(answered, "RECEIVED", "REPLIED", texts)
        shares = rng.random() < 0.6 if shares_contact is None else shares_contact
        self._stub(number, person, seat, reply, answered, rng, shares=shares and became == "ACCEPTED")
        follow_up = after(answered, rng, 0, 2) if became == "ACCEPTED" else None
        if follow_up:
            write(follow_up, "SENT", "SENT", phrases.FOLLOW_UPS)

    def note(
        self,
        number: int,
        person: Person,
        seat: Seat,
        rng: Random,
        *,
        visibility: str | None = None,
        deleted: bool | None = None,
    ) -> None:
        """A note on the member; a deleted one has lost its text."""
        opening = nearest(person, self._jobs, rng)
        seen_by = visibility or ("PRIVATE" if rng.random() < 0.28 else "SHARED")
        is_deleted = rng.random() < 0.07 if deleted is None else deleted
        texts = phrases.PRIVATE_NOTES if seen_by == "PRIVATE" else phrases.RECRUITER_NOTES
        body = rng.choice(texts).format_map(self._words(person, opening, seat, rng))
        created = working_time(NOW - timedelta(days=rng.randint(4, 400)), rng)
        changed = after(created, rng, 1, 30) if is_deleted or rng.random() < 0.2 else None
        ours = self._ours(seat)
        text = None if is_deleted else body
        moments = created, changed or created
        self.done.notes.append(
            (
                ours[0],
                key_at(created, rng),
                *ours[1:],
                member_urn(number),
                text,
                seen_by,
                is_deleted,
                *moments,
            )
        )

    def showcase(self, person: Person) -> None:
        """What the README's examples show of the first member."""
        seats = {seat.number: seat for seat in self._organization.seats}
        rng = stream("showcase")
        recruiter, admin, colleague, elsewhere = seats[7001], seats[7002], seats[7012], seats[7021]
        month = timedelta(days=30)
        self.thread(
            1,
            person,
            recruiter,
            rng,
            answer="ACCEPTED",
            sent=working_time(NOW - month, rng),
            shares_contact=True,
        )
        self.thread(1, person, colleague, rng, answer="DECLINED", sent=working_time(NOW - 11 * month, rng))
        self.thread(1, person, elsewhere, rng, answer="SENT", sent=working_time(NOW - 5 * month, rng))
        self.note(1, person, recruiter, rng, visibility="SHARED", deleted=False)
        self.note(1, person, recruiter, rng, visibility="PRIVATE", deleted=False)
        self.note(1, person, admin, rng, visibility="PRIVATE", deleted=False)
        self.note(1, person, colleague, rng, visibility="SHARED", deleted=True)
        self.note(1, person, elsewhere, rng, visibility="SHARED", deleted=False)

    def _ours(self, seat: Seat) -> tuple[UUID, UUID, UUID]:
        return self._organization.id, self._organization.contract_id(seat.contract), seat.id

    def _words(self, person: Person, opening: Opening, seat: Seat, rng: Random) -> Mapping[str, str]:
        return {
            **facts(person, opening, rng),
            "recruiter": seat.first_name,
            "us": self._organization.name,
            "mission": MISSIONS[self._organization.name],
        }

    def _first_sent_at(self, opening: Opening, seat: Seat, rng: Random) -> datetime:
        until = opening.closed or NOW
        # Who has left wrote long ago.
        left = timedelta(days=200) if seat.state is SeatState.INACTIVE else timedelta()
        days = max(1, (until - opening.listed).days - 1)
        return working_time(opening.listed - left + timedelta(days=rng.randint(0, days)), rng)

    def _stub(
        self,
        number: int,
        person: Person,
        seat: Seat,
        reply: UUID,
        answered: datetime,
        rng: Random,
        *,
        shares: bool,
    ) -> None:
        company_id, contract_id, seat_id = self._ours(seat)
        created = answered + timedelta(seconds=rng.randint(1, 50))
        gives_phone = number == 1 or rng.random() < 0.5
        email = person.email if shares else None
        phone = person.phone.international if shares and gives_phone else None
        self.done.stubs.append(
            (
                *(company_id, key_at(created, rng), contract_id, seat_id, reply, member_urn(number)),
                *(person.name.first, person.name.last, person.headline, person.employer, person.title),
                *(email, phone, created),
            )
        )
