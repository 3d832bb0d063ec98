"""Believable: a person's words belong together, and the same number is always the same person."""

import pytest

from app.demo.casting import Link, cast, link_of
from app.demo.clock import NOW, SEED
from app.demo.names import latin
from app.demo.organizations import ORGANIZATIONS
from app.demo.people import PROFESSION, PROFESSIONS, Population
from app.demo.profiles import contact_rows
from app.matching.keys import email_key, phone_key


def test_a_life_is_coherent() -> None:
    population = Population(SEED)
    for number in range(400):
        person = population.person(number)
        works = person.profession
        assert {post.title for post in person.posts} <= set(works.ladder)
        assert {name for name, _ in person.skills} <= set(works.skills)
        assert person.title == works.ladder[person.level]
        levels = [works.ladder.index(post.title) for post in person.posts]
        assert levels == sorted(levels, reverse=True)
        counts = [count for _, count in person.skills]
        assert counts == sorted(counts, reverse=True)
        for newer, older in zip(person.posts, person.posts[1:], strict=False):
            assert older.start < newer.start == older.end
        assert person.posts[0].end is None or person.open_to_work
        assert person.studies[0].end_year <= person.posts[-1].start.year
        assert all(post.start <= NOW.date() for post in person.posts)


def test_professions_name_real_neighbours_and_enough_words() -> None:
    for profession in PROFESSIONS:
        assert set(profession.neighbours) <= set(PROFESSION)
        assert len(profession.skills) >= 10
        assert len(set(profession.skills)) == len(profession.skills)
        assert len(profession.attributes) == 4


def test_the_same_seed_draws_the_same_people() -> None:
    ours, theirs = Population(SEED), Population(SEED)
    assert [ours.person(number) for number in range(50)] == [theirs.person(number) for number in range(50)]


def test_nobody_shares_an_address_or_a_profile_and_only_doubles_share_a_name() -> None:
    everybody = cast()
    people = list(everybody.members.values())
    assert len({person.profile_slug for person in people}) == len(people)
    assert len({person.email for person in people}) == len(people)
    names = [(person.name.latin_first, person.name.latin_last) for person in people]
    doubles = sum(role.link is Link.TWO_ALIKE for role in everybody.northwind)
    assert len(names) - len(set(names)) == doubles
    seats = [seat for organization in ORGANIZATIONS for seat in organization.seats]
    holders = {(seat.first_name, seat.last_name) for seat in seats}
    assert holders <= {(person.name.first, person.name.last) for person in people[-len(seats) :]}


def test_contact_keys_are_in_matchings_normal_form() -> None:
    population = Population(SEED)
    people = {number: population.person(number) for number in range(300)}
    by_urn = {}
    for urn, kind, key in contact_rows(people):
        by_urn[urn, kind] = key
        assert key == (email_key(key) if kind == "EMAIL" else phone_key(key))
    for (_, kind), key in by_urn.items():
        assert kind in {"EMAIL", "PHONE"}
        assert len(key) > 8
    for number, person in people.items():
        key = by_urn[f"urn:li:person:m{number:04d}", "PHONE"]
        assert phone_key(person.phone.international) == key
        assert phone_key(person.phone.national, person.place.country.code) == key


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Zoë", "zoe"),
        ("Łukasz", "lukasz"),
        ("Bakırcıoğlu", "bakircioglu"),
        ("İnci", "inci"),
        ("Weiß", "weiss"),
        ("Αλεξόπουλος", "alexopoulos"),
        ("Андрієнко", "andriienko"),
        ("Van der Berg", "van-der-berg"),
        ("O'Neil", "o-neil"),
    ],
)
def test_names_get_a_latin_spelling(text: str, spelled: str) -> None:
    assert latin(text) == spelled


def test_links_are_spread_evenly() -> None:
    found = [link_of(number) for number in range(1, 801)]
    assert sum(link in {Link.PROFILE_URL, Link.EMAIL, Link.PHONE, Link.TITLE} for link in found) == 480
    assert [found.count(link) for link in (Link.PROFILE_URL, Link.EMAIL, Link.PHONE, Link.TITLE)] == [
        192,
        144,
        96,
        48,
    ]
