"""Who is who in the demo: which candidate is which member, and by what the two can be found to be one.

Predictable for those who read along: Northwind's candidate `cand-0042` is, where it is matched, the member
`urn:li:person:m0042`. Contoso's candidates are `cand-9001` and so on; the first twenty that are matched there
are members whom Northwind has matched too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from app.demo.clock import SEED
from app.demo.organizations import ORGANIZATIONS, member_number_of
from app.demo.people import PROFESSION, Person, Population, Post, Study
from app.demo.places import PLACES

MEMBERS: Final = 3_000
NORTHWIND_CANDIDATES: Final = 800
CONTOSO_CANDIDATES: Final = 60
_SHARED_BY_BOTH: Final = 20

# Numbers of people: members have their own, others are far from those.
_DOUBLE_FROM: Final = 800
_CONTOSO_MEMBERS_FROM: Final = 1_700
_NORTHWIND_OTHERS_FROM: Final = 10_000
_CONTOSO_OTHERS_FROM: Final = 20_000


class Link(Enum):
    """By what a candidate's record leads to a member, or why it does not."""

    PROFILE_URL = "the profile's address"
    EMAIL = "an e-mail address"
    PHONE = "a telephone number and the name"
    TITLE = "name, title and company"
    TWO_ALIKE = "name, title and company of two members"
    BY_HAND = "a recruiter's decision"
    REFUSED = "a recruiter said: not this one"
    NONE = "not a member"


# 40 % of the matched are found by URL, 30 % by e-mail, 20 % by phone and name, 10 % by name, title, company.
_LINKS: Final = (
    *(Link.PROFILE_URL, Link.EMAIL, Link.PHONE, Link.PROFILE_URL, Link.EMAIL),
    *(Link.PROFILE_URL, Link.TITLE, Link.PROFILE_URL, Link.EMAIL, Link.PHONE),
)


@dataclass(frozen=True, slots=True)
class Role:
    """A candidate: whose record it is, and the member that it leads to, if any."""

    number: int
    person: Person
    link: Link
    member_number: int | None

    @property
    def external_id(self) -> str:
        """The ATS's id of the candidate: `cand-0001`."""
        return f"cand-{self.number:04d}"

    @property
    def email(self) -> str:
        """The address that the ATS has. LinkedIn knows it only of those who are found by it."""
        if self.number == 1 or self.link in {Link.EMAIL, Link.REFUSED, Link.NONE}:
            return self.person.email
        return f"{self.person.name.latin_last}.{self.number}@jobs.example.net"

    @property
    def is_recruited(self) -> bool:
        """Whether recruiters know that this candidate is that member."""
        return self.member_number is not None and self.link not in {Link.TWO_ALIKE, Link.REFUSED}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody. `members` is ordered by number; each list of roles by the number of the candidate."""

    members: dict[int, Person]
    northwind: Sequence[Role]
    contoso: Sequence[Role]


def link_of(number: int) -> Link:
    """What the candidate of that number (from 1) is found by: evenly spread, six in ten by something."""
    if number % 5 in {1, 2, 4}:
        matched_before = number // 5 * 3 + {1: 0, 2: 1, 4: 2}[number % 5]
        return _LINKS[matched_before % len(_LINKS)]
    if number % 80 == 3:
        return Link.TWO_ALIKE
    if number % 100 == 5:
        return Link.BY_HAND
    return Link.REFUSED if number % 100 == 8 else Link.NONE


def cast() -> Cast:
    """Draw everybody: the same people each time, about a third of a second."""
    population = Population(SEED)
    for organization in ORGANIZATIONS:
        for seat in organization.seats:
            population.names.reserve(seat.first_name, seat.last_name)
    members = {1: _showcase(population)}
    for number in range(2, MEMBERS + 1):
        members[number] = population.person(number)
    _recruiters(members, population)

    northwind = []
    for number in range(1, NORTHWIND_CANDIDATES + 1):
        link = link_of(number)
        if link is Link.NONE:
            stranger = population.person(_NORTHWIND_OTHERS_FROM + number)
            northwind.append(Role(number, stranger, link, None))
            continue
        northwind.append(Role(number, members[number], link, number))
        if link is Link.TWO_ALIKE:
            members[_DOUBLE_FROM + number] = _double(members[number], _DOUBLE_FROM + number, population)
    return Cast(members, northwind, _contoso(members, northwind, population))


def _contoso(members: dict[int, Person], northwind: Sequence[Role], population: Population) -> list[Role]:
    shared = [role.number for role in northwind if role.is_recruited][:_SHARED_BY_BOTH]
    roles = []
    for number in range(1, CONTOSO_CANDIDATES + 1):
        known_as = 9_000 + number
        link = link_of(number)
        if number % 5 not in {1, 2, 4}:
            roles.append(Role(known_as, population.person(_CONTOSO_OTHERS_FROM + number), Link.NONE, None))
            continue
        member_number = shared.pop(0) if shared else _CONTOSO_MEMBERS_FROM + number
        roles.append(Role(known_as, members[member_number], link, member_number))
    return roles


def _showcase(population: Population) -> Person:
    """The person of the README's examples; everything that the product shows exists for her."""
    name = population.names.reserve("Zoë", "Marchetti")
    berlin = next(place for place in PLACES if place.city == "Berlin")
    drawn = population.person(1, profession=PROFESSION["backend"], place=berlin, level=2, name=name)
    return replace(
        drawn,
        email="zoe.marchetti@example.com",
        profile_slug="zoe-marchetti",
        posts=(
            Post(
                "Senior Backend Engineer",
                "Halden Systems",
                date(2023, 4, 1),
                None,
                "Wrote the shipment tracking API that partners in eleven countries call.",
            ),
            Post(
                "Backend Engineer",
                "Nordhafen Logistik",
                date(2019, 9, 1),
                date(2023, 4, 1),
                "Split the order monolith into six services without a day of planned downtime.",
            ),
            Post("Junior Backend Engineer", "Softloom", date(2017, 10, 1), date(2019, 9, 1), None),
        ),
        studies=(
            Study("Technical University of Munich", "Master's degree", "Computer Science", 2015, 2017),
            Study("Humboldt University of Berlin", "Bachelor's degree", "Computer Science", 2012, 2015),
        ),
        skills=(
            *(("Python", 48), ("PostgreSQL", 41), ("GraphQL", 37), ("Kafka", 22), ("REST APIs", 19)),
            *(("Software Architecture", 12), ("Kubernetes", 9)),
        ),
        headline="Senior Backend Engineer at Halden Systems | Python, PostgreSQL, GraphQL",
        summary=(
            "Nine years in engineering, most recently as Senior Backend Engineer at Halden Systems. I am "
            "at my best when a slow query turns into a data model that makes sense."
        ),
        connections=812,
        open_to_work=True,
    )


def _double(person: Person, number: int, population: Population) -> Person:
    """Somebody else of the same name, with the same title at the same company."""
    other = population.person(
        number, name=person.name, profession=person.profession, level=person.level, place=person.place
    )
    newest = replace(other.posts[0], title=person.title, company=person.employer)
    return replace(
        other,
        posts=(newest, *other.posts[1:]),
        headline=f"{person.title} at {person.employer}",
        summary=None,
    )


def _recruiters(members: dict[int, Person], population: Population) -> None:
    for organization in ORGANIZATIONS:
        for seat in organization.seats:
            number = member_number_of(seat)
            name = population.names.reserve(seat.first_name, seat.last_name)
            drawn = population.person(number, name=name, profession=PROFESSION["people"], level=1)
            post = Post("Talent Acquisition Partner", organization.name, date(2023, 5, 1), None, None)
            earlier = [each for each in drawn.posts if each.end is not None and each.end <= post.start]
            members[number] = replace(
                drawn,
                posts=(post, *earlier),
                headline=f"Talent Acquisition Partner at {organization.name}",
                summary=None,
                open_to_work=False,
            )
