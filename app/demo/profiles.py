"""LinkedIn's side: the members' profiles, and what LinkedIn knows of how to reach them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from app.demo.clock import stream
from app.demo.organizations import member_urn
from app.demo.people import Person, Post, Study

MEMBER_COLUMNS: Final = (
    *("urn", "first_name", "last_name", "headline", "location", "industry", "summary", "picture_url"),
    *(
        "public_profile_url",
        "connection_count",
        "open_to_work",
        "is_closed",
        "positions",
        "education",
        "skills",
    ),
)
CONTACT_COLUMNS: Final = ("member_urn", "kind", "value_key")

_SHARE_WITH_PICTURE: Final = 0.3
_PICTURE_COLOURS: Final = ("0a66c2", "057642", "915907", "b24020", "5f4bb6", "00636b")


def member_rows(members: Mapping[int, Person]) -> Iterator[tuple[Any, ...]]:
    """Rows of `member` in the order of `MEMBER_COLUMNS`, by number."""
    for number, person in members.items():
        rng = stream("profile", number)
        yield (
            member_urn(number),
            person.name.first,
            person.name.last,
            person.headline,
            person.place.location,
            person.profession.industry,
            person.summary,
            _picture(person, rng.choice(_PICTURE_COLOURS)) if rng.random() < _SHARE_WITH_PICTURE else None,
            person.profile_url,
            person.connections,
            person.open_to_work,
            # A closed profile is shown to nobody; nobody whom a recruiter works with has one.
            number > 1_900 and number % 97 == 0,
            _json([_position(post) for post in person.posts]),
            _json([_education(study) for study in person.studies]),
            _json([{"name": name, "endorsementCount": count} for name, count in person.skills]),
        )


def contact_rows(members: Mapping[int, Person]) -> Iterator[tuple[str, str, str]]:
    """Rows of `member_contact` in the order of `CONTACT_COLUMNS`: an e-mail and a phone for each member."""
    for number, person in members.items():
        urn = member_urn(number)
        yield urn, "EMAIL", person.email
        yield urn, "PHONE", f"+{''.join(sign for sign in person.phone.international if sign.isdigit())}"


def _position(post: Post) -> dict[str, Any]:
    return {
        "title": post.title,
        "companyName": post.company,
        "startDate": post.start.isoformat(),
        "endDate": post.end.isoformat() if post.end else None,
        "description": post.description,
    }


def _education(study: Study) -> dict[str, Any]:
    return {
        "schoolName": study.school,
        "degree": study.degree,
        "fieldOfStudy": study.field_of_study,
        "startYear": study.start_year,
        "endYear": study.end_year,
    }


def _picture(person: Person, colour: str) -> str:
    """The person's initials as an image that needs no request."""
    initials = person.name.first[0] + person.name.last[0]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" fill="#{colour}"/>'
        '<text x="48" y="62" font-family="sans-serif" font-size="40" fill="#fff" text-anchor="middle">'
        f"{initials}</text></svg>"
    )
    return f"data:image/svg+xml,{quote(svg, safe='/:=')}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
