"""Everything that the demo's ATS sends: jobs, candidates, applications and what hangs on them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from app.demo import phrases
from app.demo.casting import Link, Role
from app.demo.clock import NOW, stream, working_time
from app.demo.openings import Opening, nearest, ranked
from app.demo.organizations import NORTHWIND_ORGANIZATION, Organization
from app.demo.people import Person
from app.demo.places import fill
from app.demo.processes import Family, Processes, author, facts
from app.sync.records import (
    Address,
    ApplicationStatus,
    CandidateRecord,
    NoteRecord,
    PhoneNumber,
    TagName,
)

NORTHWIND_APPLICATIONS: Final = 2_000
CONTOSO_APPLICATIONS: Final = 130

DO_NOT_CONTACT_TAG: Final = TagName("Do not contact")
_TAGS: Final = (
    *("Silver medalist", "Referral", "Relocation ok", "Remote only", "Alumni", "Talent pool", "Graduate"),
    *("Visa needed", "Part time", "Boomerang", "Event 2026", "German B2"),
)
_SOURCES: Final = ("LinkedIn", "LinkedIn", "Career site", "Referral", "Job board", "Sourced", "Event")


def families(organization: Organization, roles: Sequence[Role], jobs: Sequence[Opening]) -> list[Family]:
    """The company's candidates, each with all that belongs to it, by number."""
    is_northwind = organization is NORTHWIND_ORGANIZATION
    total = NORTHWIND_APPLICATIONS if is_northwind else CONTOSO_APPLICATIONS
    processes = Processes(organization, first_number=1 if is_northwind else 9_001)
    made = []
    for role, count in zip(roles, _counts(len(roles), total, organization), strict=True):
        rng = stream(f"applications of {organization.name}", role.number)
        family = Family(role)
        if role.number == 1:
            _showcase(family, processes, jobs, rng)
        else:
            for opening in _suitable(role.person, jobs, count, rng):
                processes.apply(family, opening, rng)
        _add_candidate(family, organization, processes, jobs, rng)
        made.append(family)
    return made


def _counts(people: int, total: int, organization: Organization) -> list[int]:
    """How many applications each has, from none to six, with the sum `total`; the first has three."""
    rng = stream(f"counts of {organization.name}")
    counts = [3, *rng.choices(range(6), (6, 20, 30, 24, 12, 8), k=people - 1)]
    while (missing := total - sum(counts)) != 0:
        position = rng.randrange(1, people)
        step = 1 if missing > 0 else -1
        if 0 <= counts[position] + step <= 6:
            counts[position] += step
    return counts


def _suitable(person: Person, jobs: Sequence[Opening], count: int, rng: Random) -> list[Opening]:
    """Different jobs that this person may have applied for, in the order in which they were listed."""
    return sorted(ranked(person, jobs, rng)[:count], key=lambda opening: opening.listed)


def _showcase(family: Family, processes: Processes, jobs: Sequence[Opening], rng: Random) -> None:
    """Three applications that show every state on the way: on-site now, rejected once, withdrawn once."""
    person = family.role.person
    current = jobs[0]
    earlier = [
        job for job in _suitable(person, jobs, 8, rng) if job is not current and job.closed is not None
    ]
    processes.apply(family, current, rng, fate=ApplicationStatus.ACTIVE)
    processes.apply(family, earlier[0], rng, fate=ApplicationStatus.REJECTED)
    processes.apply(family, earlier[1], rng, fate=ApplicationStatus.WITHDRAWN)


def _add_candidate(
    family: Family, organization: Organization, processes: Processes, jobs: Sequence[Opening], rng: Random
) -> None:
    """Put the candidate first, and notes about the person last."""
    created = family.first_applied or NOW - timedelta(days=rng.randint(20, 500), minutes=rng.randrange(900))
    created -= timedelta(minutes=rng.randint(1, 9))
    family.touch(created)
    notes = _person_notes(family, organization, processes, jobs, created, rng)
    for note in notes:
        family.touch(note.ats_created_at)
    modified = family.last_touched or created
    record = _candidate(family.role, organization, created, modified, rng)
    family.records = [record, *family.records, *notes]


def _person_notes(
    family: Family,
    organization: Organization,
    processes: Processes,
    jobs: Sequence[Opening],
    created: datetime,
    rng: Random,
) -> list[NoteRecord]:
    count = 2 if family.role.number == 1 else rng.choices((0, 1, 2, 3), (55, 28, 12, 5))[0]
    words = facts(family.role.person, nearest(family.role.person, jobs, rng), rng)
    return [
        NoteRecord(
            external_id=processes.next_id("note"),
            candidate_external_id=family.role.external_id,
            body=text.format_map(words),
            author_name=author(organization, rng),
            is_private=rng.random() < 0.06,
            ats_created_at=max(
                created, working_time(created + (NOW - created) * rng.uniform(0.05, 0.97), rng)
            ),
        )
        for text in rng.sample(phrases.CANDIDATE_NOTES, k=count)
    ]


def _candidate(
    role: Role, organization: Organization, created: datetime, modified: datetime, rng: Random
) -> CandidateRecord:
    person, link = role.person, role.link
    has_current_post = link in {Link.TITLE, Link.TWO_ALIKE} or rng.random() < 0.75
    # Who changed jobs since is in the ATS with the post of back then.
    post = person.posts[0] if has_current_post else person.posts[-1]
    record = CandidateRecord(
        external_id=role.external_id,
        first_name=person.name.first,
        last_name=person.name.last,
        middle_initial=rng.choice("ABDEJKLMRST") if rng.random() < 0.04 else None,
        prefix="Dr." if rng.random() < 0.03 else None,
        email_addresses=(role.email,),
        phone_numbers=(PhoneNumber(number=person.phone.international),) if rng.random() < 0.7 else (),
        addresses=(_address(person, rng),) if rng.random() < 0.6 else (),
        current_company_name=post.company,
        current_job_title=post.title,
        external_profile_url=f"https://ats.{organization.name.lower()}.example/candidates/{role.external_id}",
        source=rng.choice(_SOURCES),
        is_private=rng.random() < 0.02,
        custom_fields={
            "noticePeriod": rng.choice(("1 month", "2 months", "3 months")),
            "languages": ["English"],
        },
        tags=_tags(role, rng),
        do_not_contact=role.number != 1 and rng.random() < 0.015,
        ats_created_at=created,
        ats_last_modified_at=modified,
    )
    if role.number == 1:
        return replace(
            record,
            linkedin_profile_url=person.profile_url,
            phone_numbers=(PhoneNumber(number=person.phone.international),),
            addresses=(_address(person, rng),),
            is_private=False,
        )
    return _as_the_ats_knows(record, role, rng)


def _as_the_ats_knows(record: CandidateRecord, role: Role, rng: Random) -> CandidateRecord:
    """The record with just that in it which leads to the member, spelled as people spell it in forms."""
    person, link = role.person, role.link
    if link is Link.PROFILE_URL:
        url = rng.choice(
            (person.profile_url, f"{person.profile_url}/", f"linkedin.com/in/{person.profile_slug}")
        )
        return replace(record, linkedin_profile_url=url)
    if link is Link.EMAIL:
        email = role.email.upper() if rng.random() < 0.15 else role.email
        return replace(record, email_addresses=(email,), phone_numbers=())
    if link is Link.PHONE:
        is_national = rng.random() < 0.3
        number = person.phone.national if is_national else person.phone.international
        return replace(
            record,
            first_name=_typed(person.name.first, rng),
            phone_numbers=(PhoneNumber(number=number),),
            # Without the country such a number says nothing.
            addresses=(_address(person, rng),) if is_national else record.addresses,
        )
    if link is Link.BY_HAND:
        # Nothing here says who this is: a recruiter knew.
        return replace(record, phone_numbers=(), current_company_name=None, current_job_title=None)
    if link is Link.TITLE:
        legal_form = rng.choice(("", "", " GmbH", " Ltd"))
        return replace(record, phone_numbers=(), current_company_name=f"{person.employer}{legal_form}")
    if link is Link.TWO_ALIKE:
        return replace(record, phone_numbers=())
    return record


def _typed(first_name: str, rng: Random) -> str:
    return first_name.upper() if rng.random() < 0.2 else first_name


def _tags(role: Role, rng: Random) -> tuple[TagName, ...]:
    if role.number == 1:
        return (TagName("Silver medalist"), TagName("GraphQL"), TagName("Relocation ok"))
    skills = [name for name, _ in role.person.skills[:4]]
    tags = [*rng.sample(_TAGS, k=rng.choice((0, 1, 1, 2))), *rng.sample(skills, k=rng.choice((0, 1, 1, 2)))]
    if rng.random() < 0.03:
        tags.append(DO_NOT_CONTACT_TAG)
    return tuple(TagName(tag) for tag in tags)


def _address(person: Person, rng: Random) -> Address:
    place = person.place
    return Address(
        line1=f"{place.street} {rng.randint(1, 180)}",
        city=place.city,
        geographic_area=place.region,
        geographic_area_type="STATE" if place.country.code in {"US", "CA", "BR", "DE"} else None,
        postal_code=fill(place.postal, rng),
        country=place.country.code,
    )
