"""The two sides of matching, as far as it looks at them, and the clues by which they find each other.

A candidate and a member are compared if they share a clue, and never otherwise. Clues are made by the same
functions for both, and kept with both, so whichever of the two comes or changes later finds the other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from app.ids import MemberUrn
from app.matching.keys import company_words, email_key, phone_key, profile_slug, region_of
from app.matching.names import Name, family_words, name_of, sound

POSITIONS_MAX: Final = 20
"""Positions of a member that are looked at, the latest first."""
CONTACTS_MAX: Final = 20
"""E-mails and phones of a candidate that are looked at, of each."""
NAME_LETTERS: Final = 30
COMPANY_LETTERS: Final = 4
"""Letters of a company's name in a clue: HaldenSystems and Halden Systems Europe share one."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A candidate, as far as matching looks at it. `phones` come with the country of the address."""

    first_name: str
    last_name: str | None = None
    middle: str | None = None
    suffix: str | None = None
    profile_url: str | None = None
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    country: str | None = None
    title: str | None = None
    company: str | None = None

    @cached_property
    def name(self) -> Name:
        return name_of(self.first_name, self.last_name, self.middle, self.suffix)

    @cached_property
    def full_name(self) -> str:
        """First and last name, as the ATS spells them."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @cached_property
    def slug(self) -> str | None:
        return profile_slug(self.profile_url)

    @cached_property
    def email_keys(self) -> dict[str, str]:
        """Each key with the address that it is of, in their order."""
        return _keyed(self.emails, email_key)

    @cached_property
    def phone_keys(self) -> dict[str, str]:
        """Each key with the number that it is of, in their order."""
        return _keyed(self.phones, lambda number: phone_key(number, self.country))


@dataclass(frozen=True, kw_only=True)
class KnownMember:
    """A member, with the contact keys that LinkedIn knows. `positions` are pairs of title and company."""

    urn: MemberUrn
    first_name: str = ""
    last_name: str = ""
    profile_url: str | None = None
    email_keys: frozenset[str] = frozenset()
    phone_keys: frozenset[str] = frozenset()
    positions: Sequence[tuple[str, str]] = ()
    location: str | None = None
    is_closed: bool = False

    @cached_property
    def name(self) -> Name:
        return name_of(self.first_name, self.last_name)

    @cached_property
    def slug(self) -> str | None:
        return profile_slug(self.profile_url)

    @cached_property
    def country(self) -> str | None:
        """The country that the location ends with, as an ISO code: "Lyon, France" is FR."""
        named = (self.location or "").rpartition(",")[2].strip()
        # Two letters are a state of the US as often as a country.
        return region_of(named) if len(named) > 2 else None


def clues_of_person(person: Person) -> frozenset[str]:
    """The clues of a candidate. The given name stands in for a family name that was written first."""
    clues = set(_contact_clues(person.slug, person.email_keys, person.phone_keys))
    company = _company_clue(person.company) if person.title else None
    if company:
        said = {*family_words(person.name.family), *person.name.given[:1], *person.name.aside}
        clues.update(_name_clue(word, company) for word in said)
    return frozenset(clues)


def clues_of_member(member: KnownMember) -> frozenset[str]:
    """The clues of a member; none of one whose account is closed, so nobody finds it."""
    if member.is_closed:
        return frozenset()
    clues = set(_contact_clues(member.slug, member.email_keys, member.phone_keys))
    names = {*family_words(member.name.family), *member.name.aside}
    companies = {_company_clue(company) for _, company in member.positions[:POSITIONS_MAX]} - {None}
    clues.update(_name_clue(word, company) for word in names for company in companies if company)
    return frozenset(clues)


def is_name_clue(clue: str) -> bool:
    """Whether it is one of a name at a company, which many people may share."""
    return clue.startswith("n:")


def _contact_clues(slug: str | None, emails: Iterable[str], phones: Iterable[str]) -> Iterator[str]:
    if slug is not None:
        yield f"u:{slug}"
    yield from (f"e:{key}" for key in emails)
    yield from (f"p:{key}" for key in phones)


def _name_clue(word: str, company: str) -> str:
    return f"n:{sound(word)[:NAME_LETTERS]}|{company}"


def _company_clue(name: str | None) -> str | None:
    return sound("".join(company_words(name)))[:COMPANY_LETTERS] or None


def _keyed(said: Sequence[str], key_of: Callable[[str], str | None]) -> dict[str, str]:
    """The keys in the order in which they are said, each with how it was spelled first."""
    found: dict[str, str] = {}
    for one in said[:CONTACTS_MAX]:
        if (key := key_of(one)) is not None:
            found.setdefault(key, one)
    return found
