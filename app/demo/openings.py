"""The demo companies' jobs: what they look for, where, since when, and who hires."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from app.demo.clock import NOW, stream, working_time
from app.demo.organizations import NORTHWIND_ORGANIZATION, Organization
from app.demo.people import PROFESSION, PROFESSIONS, Person, Population
from app.demo.places import PLACES, Place
from app.demo.professions import Profession
from app.sync.records import HiringTeamMember, JobAvailability, JobRecord, JobState

NORTHWIND_JOBS: Final = 60
CONTOSO_JOBS: Final = 8

_OFFICES: Final = {
    "Northwind": ("Berlin", "Hamburg", "Amsterdam", "Lyon", "London", "Warszawa", "Seattle"),
    "Contoso": ("Boston", "Toronto", "Dublin"),
}
MISSIONS: Final = {
    "Northwind": "We move food from growers to shops in 19 countries, and write our own software for it.",
    "Contoso": "We make imaging devices for hospitals, and the software that runs them.",
}
_CODES: Final = {
    "Engineering": "ENG",
    "Data": "DAT",
    "Security": "SEC",
    "Product": "PRD",
    "Design": "DSG",
    "Sales": "SAL",
    "Customer Success": "CUS",
    "Marketing": "MKT",
    "Finance": "FIN",
    "People": "PPL",
    "Operations": "OPS",
}
# Jobs that are open longer than this are closed.
_OPEN_DAYS_MAX: Final = 250
_LISTED_DAYS_MAX: Final = 390


@dataclass(frozen=True, slots=True)
class Opening:
    """A job. `closed` is None while it is listed; `managers` are the names that interview for it."""

    number: int
    profession: Profession
    level: int
    office: Place
    listed: datetime
    closed: datetime | None
    managers: tuple[str, ...]
    record: JobRecord

    @property
    def external_id(self) -> str:
        """The ATS's id of the job: `job-001`."""
        return self.record.external_id


def openings(organization: Organization, population: Population) -> list[Opening]:
    """The company's jobs, by number; no title is twice in one office."""
    is_northwind = organization is NORTHWIND_ORGANIZATION
    count, first_number = (NORTHWIND_JOBS, 1) if is_northwind else (CONTOSO_JOBS, 901)
    places = {place.city: place for place in PLACES}
    offices = [places[city] for city in _OFFICES[organization.name]]
    taken: set[tuple[str, str]] = set()
    made = []
    for number in range(first_number, first_number + count):
        rng = stream("job", number)
        if number == 1:
            profession, level, office = PROFESSION["backend"], 2, offices[0]
        else:
            profession, level, office = _what_and_where(number, offices, taken, rng)
        taken.add((profession.ladder[level], office.city))
        made.append(_opening(organization, population, number, profession, level, office, rng))
    return made


def _what_and_where(
    number: int, offices: Sequence[Place], taken: set[tuple[str, str]], rng: Random
) -> tuple[Profession, int, Place]:
    profession = PROFESSIONS[number % len(PROFESSIONS)]
    while True:
        level, office = rng.choice((0, 1, 1, 2, 2, 2, 3)), rng.choice(offices)
        if (profession.ladder[level], office.city) not in taken:
            return profession, level, office


def _opening(
    organization: Organization,
    population: Population,
    number: int,
    profession: Profession,
    level: int,
    office: Place,
    rng: Random,
) -> Opening:
    days_ago = 64 if number == 1 else rng.randint(9, _LISTED_DAYS_MAX)
    listed = working_time(NOW - timedelta(days=days_ago), rng)
    is_closed = number != 1 and (days_ago > _OPEN_DAYS_MAX or (days_ago > 90 and rng.random() < 0.15))
    closed_days_ago = rng.randint(5, max(6, days_ago - 60)) if is_closed else 0
    closed = working_time(NOW - timedelta(days=closed_days_ago), rng) if is_closed else None
    managers = tuple(_colleague(population, office, rng) for _ in range(3))
    title = profession.ladder[level]
    created = listed - timedelta(days=rng.randint(1, 9), minutes=rng.randrange(600))
    external_id = f"job-{number:03d}"
    record = JobRecord(
        external_id=external_id,
        requisition_code=f"{_CODES[profession.department]}-{listed.year}-{number:03d}",
        title=title,
        description=_description(organization.name, profession, level, office, rng),
        location=office.location,
        department=profession.department,
        state=JobState.CLOSED if closed else JobState.LISTED,
        availability=JobAvailability.PUBLIC
        if rng.random() < 0.85
        else JobAvailability.PRIVATE_TO_ATS_INTEGRATION,
        posted_through_rsc=number == 1 or rng.random() < 0.3,
        company_apply_url=f"https://careers.{organization.name.lower()}.example/{external_id}",
        listed_at=listed,
        expires_at=listed + timedelta(days=365),
        closed_at=closed,
        hiring_team=(
            HiringTeamMember(name=_recruiter_name(organization, rng), role="Recruiter"),
            HiringTeamMember(name=managers[0], role="Hiring manager"),
            HiringTeamMember(name=managers[1], role="Interviewer"),
        ),
        ats_created_at=created,
        ats_last_modified_at=closed or listed,
    )
    return Opening(number, profession, level, office, listed, closed, managers, record)


def _colleague(population: Population, office: Place, rng: Random) -> str:
    name = population.names.draw(office.naming, rng)
    return f"{name.first} {name.last}"


def _recruiter_name(organization: Organization, rng: Random) -> str:
    seat = rng.choice(organization.seats[:3])
    return f"{seat.first_name} {seat.last_name}"


def _description(company: str, profession: Profession, level: int, office: Place, rng: Random) -> str:
    must = rng.sample(profession.skills[:6], k=4)
    nice = rng.sample(profession.skills[6:], k=2)
    years = ("first experience", "two years", "five years", "eight years", "ten years")[level]
    duties = "\n".join(f"- {duty}." for duty in profession.duties)
    return (
        f"{MISSIONS[company]} Our {profession.department} team in {office.city} looks for a "
        f"{profession.ladder[level]}.\n\n"
        f"What you will do\n{duties}\n\n"
        f"What you bring\n"
        f"- {years.capitalize()} in a similar role.\n"
        f"- {must[0]}, {must[1]}, {must[2]} and {must[3]}.\n"
        f"- Good to have: {nice[0]}, {nice[1]}.\n\n"
        f"Interviews: a call, the hiring manager, {profession.exercise.lower()}, half a day with the team."
    )


def nearest(person: Person, jobs: Sequence[Opening], rng: Random) -> Opening:
    """The job that this person is asked about: `ranked`'s first."""
    return ranked(person, jobs, rng)[0]


def ranked(person: Person, jobs: Sequence[Opening], rng: Random) -> list[Opening]:
    """The jobs by how well they suit: the own profession's, its neighbours', others; the level counts too."""

    def distance(opening: Opening) -> float:
        works = person.profession
        if opening.profession is works:
            far = 0.0
        else:
            far = 3.0 if opening.profession.key in works.neighbours else 8.0
        return far + abs(opening.level - person.level) + rng.uniform(0, 3.5)

    return sorted(jobs, key=distance)
