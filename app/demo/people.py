"""The demo's people: one life each, from which a member's profile and an ATS candidate are both drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from app.demo.clock import NOW, stream
from app.demo.employers import EMPLOYERS, SCHOOLS
from app.demo.names import Name, Names
from app.demo.places import PLACES, Phone, Place, mobile_number
from app.demo.professions import Profession
from app.demo.professions_business import BUSINESS
from app.demo.professions_technology import TECHNOLOGY

PROFESSIONS: Final[tuple[Profession, ...]] = (*TECHNOLOGY, *BUSINESS)
PROFESSION: Final = {profession.key: profession for profession in PROFESSIONS}

_MAIL_HOSTS: Final = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")
# Years of work for each step of the ladder.
_EXPERIENCE_YEARS: Final = ((1, 3), (3, 7), (6, 13), (10, 19), (14, 26))
_DAYS_A_MONTH: Final = 30.44


@dataclass(frozen=True, slots=True)
class Post:
    """A position: first days of months; `end` is None for the current one."""

    title: str
    company: str
    start: date
    end: date | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Study:
    school: str
    degree: str
    field_of_study: str
    start_year: int
    end_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person. `posts` are newest first, `skills` (name, endorsements) best known first."""

    name: Name
    place: Place
    email: str
    phone: Phone
    profession: Profession
    level: int
    posts: tuple[Post, ...]
    studies: tuple[Study, ...]
    skills: tuple[tuple[str, int], ...]
    headline: str
    summary: str | None
    connections: int
    open_to_work: bool
    profile_slug: str = field(default="")

    @property
    def title(self) -> str:
        """The newest position's title."""
        return self.posts[0].title

    @property
    def employer(self) -> str:
        """The newest position's company."""
        return self.posts[0].company

    @property
    def profile_url(self) -> str:
        """The public profile's address."""
        return f"https://www.linkedin.com/in/{self.profile_slug}"


class Population:
    """Draws people; the same calls in the same order give the same people."""

    def __init__(self, seed: int) -> None:
        self.names = Names(seed)
        self._slugs: set[str] = set()
        self._emails: set[str] = set()

    def person(
        self,
        number: int,
        *,
        profession: Profession | None = None,
        place: Place | None = None,
        level: int | None = None,
        name: Name | None = None,
    ) -> Person:
        """The person of that number; what is given is taken, the rest is drawn from the number."""
        rng = stream("person", number)
        lives = place or rng.choice(PLACES)
        works = profession or rng.choice(PROFESSIONS)
        step = level if level is not None else rng.choices(range(5), (14, 32, 34, 14, 6))[0]
        # Every fifth person lives elsewhere than where the name is usual.
        naming = lives.naming if rng.random() < 0.8 else rng.choice(PLACES).naming
        called = name or self.names.draw(naming, rng)
        posts = _career(works, step, rng.uniform(*_EXPERIENCE_YEARS[step]), rng)
        years = (NOW.date() - posts[-1].start).days / 365.25
        skills = _skills(works, years, rng)
        return Person(
            name=called,
            place=lives,
            email=self._email(called, rng),
            phone=mobile_number(lives, rng),
            profession=works,
            level=step,
            posts=posts,
            studies=_studies(works, lives, posts[-1].start.year, rng),
            skills=skills,
            headline=_headline(posts[0], skills, rng),
            summary=_summary(posts[0], skills, works, lives, years, rng) if rng.random() < 0.7 else None,
            connections=min(500 + rng.randrange(900), int(40 + years * rng.uniform(20, 90))),
            open_to_work=posts[0].end is not None or rng.random() < 0.12,
            profile_slug=self._slug(called, rng),
        )

    def _email(self, name: Name, rng: Random) -> str:
        first, last = name.latin_first, name.latin_last
        local = rng.choice((f"{first}.{last}", f"{first}.{last}", f"{first[0]}.{last}", f"{last}.{first}"))
        host = rng.choice(_MAIL_HOSTS)
        email = f"{local}@{host}"
        while email in self._emails:
            email = f"{local}{rng.randrange(60, 100)}@{host}"
        self._emails.add(email)
        return email

    def _slug(self, name: Name, rng: Random) -> str:
        base = f"{name.latin_first}-{name.latin_last}"
        slug = base if rng.random() < 0.5 else f"{base}-{rng.randbytes(3).hex()}"
        while slug in self._slugs:
            slug = f"{base}-{rng.randbytes(3).hex()}"
        self._slugs.add(slug)
        return slug


def _month_before(moment: date, months: float) -> date:
    return (moment - timedelta(days=months * _DAYS_A_MONTH)).replace(day=1)


def _career(works: Profession, level: int, years: float, rng: Random) -> tuple[Post, ...]:
    """Positions back from today until the career began; titles climb the ladder towards `level`."""
    today = NOW.date()
    began = _month_before(today, years * 12)
    # Some are between two jobs.
    end = _month_before(today, rng.uniform(1, 7)) if years > 2 and rng.random() < 0.06 else None
    companies = [name for sector in works.sectors for name in EMPLOYERS[sector]]
    achievements = rng.sample(works.achievements, k=min(3, len(works.achievements)))
    company = rng.choice(companies)
    posts: list[Post] = []
    step = level
    until = end or today
    while True:
        months = rng.uniform(6, 50) if not posts else rng.uniform(12, 54)
        start = _month_before(until, months)
        is_first = step == 0 or start <= began or len(posts) == 5
        start = max(min(began, start), _month_before(until, 84)) if is_first else start
        described = achievements.pop() if achievements and rng.random() < 0.8 else None
        posts.append(Post(works.ladder[step], company, start, end, described))
        if is_first:
            return tuple(posts)
        until = end = start
        was_promoted = rng.random() < 0.75
        step -= was_promoted
        # A promotion may be inside the company; the same title again means a new employer.
        if not was_promoted or rng.random() < 0.8:
            company = rng.choice([other for other in companies if other != company])


def _skills(works: Profession, years: float, rng: Random) -> tuple[tuple[str, int], ...]:
    core = rng.sample(works.skills[:6], k=rng.randint(4, 6))
    more = rng.sample(works.skills[6:], k=rng.randint(1, min(4, len(works.skills) - 6)))
    counts = sorted((int(rng.triangular(0, 6 * years + 4, 2)) for _ in core + more), reverse=True)
    return tuple(zip(core + more, counts, strict=True))


def _studies(works: Profession, lives: Place, ended: int, rng: Random) -> tuple[Study, ...]:
    country = lives.country.code if rng.random() < 0.8 else rng.choice(list(SCHOOLS))
    subject = rng.choice(works.studies)
    if rng.random() < 0.55:
        middle = ended - 2
        return (
            Study(rng.choice(SCHOOLS[country]), "Master's degree", subject, middle, ended),
            Study(
                rng.choice(SCHOOLS[country]),
                "Bachelor's degree",
                rng.choice(works.studies),
                middle - 3,
                middle,
            ),
        )
    return (Study(rng.choice(SCHOOLS[country]), "Bachelor's degree", subject, ended - 3, ended),)


def _headline(post: Post, skills: Sequence[tuple[str, int]], rng: Random) -> str:
    known = [name for name, _ in skills]
    if post.end is not None:
        return f"{post.title} | open to new opportunities | {known[0]}, {known[1]}"
    form = rng.randrange(4)
    if form == 0:
        return f"{post.title} | {known[0]} · {known[1]} · {known[2]}"
    if form == 1:
        return f"{post.title} at {post.company} | {known[0]} and {known[1]}"
    return f"{post.title} at {post.company}"


def _summary(
    post: Post,
    skills: Sequence[tuple[str, int]],
    works: Profession,
    lives: Place,
    years: float,
    rng: Random,
) -> str:
    first, second, third = (name for name, _ in skills[:3])
    strength = rng.choice(works.strengths)
    spent = f"{int(years)} years" if years >= 2 else "My first years"
    opening = rng.choice(
        (
            f"{spent} in {works.department.lower()}, most recently as {post.title} at {post.company}.",
            f"{post.title} in {lives.city}. {spent} of practice, and still curious.",
            f"I work as {post.title}; {first} and {second} are what colleagues come to me for.",
        )
    )
    closing = rng.choice(
        (
            f"Daily tools: {first}, {second}, {third}.",
            f"Always happy to talk about {third}.",
            f"Away from work you find me outside of {lives.city}, on two wheels or on foot.",
            "",
        )
    )
    return f"{opening} I am at my best when {strength}. {closing}".strip()
