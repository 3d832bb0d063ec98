"""A profile as LinkedIn answers it, read into what the cache keeps."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

Profile: TypeAlias = Mapping[str, Any]
"""Columns of `member_cache` by name, without the URN and the times."""

TEXT_LENGTH_MAX: Final = 20_000
ELEMENTS_MAX: Final = 500

_COLUMNS: Final = {
    "headline": "localizedHeadline",
    "location": "locationName",
    "industry": "industryName",
    "summary": "localizedSummary",
    "public_profile_url": "publicProfileUrl",
}
_INT_MAX: Final = 2**31 - 1

CLOSED: Final[Profile] = {"first_name": "", "last_name": "", "is_closed": True}
"""A closed account: nothing of it is kept."""


class NotAProfile(Exception):
    """What came under a person's key is not this person's profile."""


def read_profile(person_id: str, said: object) -> Profile:
    """Read the profile of that person; what it does not say, or says in another way, is null or left out.

    Raises: NotAProfile if it is nobody's, somebody else's, or has no name.
    """
    if not isinstance(said, dict) or said.get("id") != person_id:
        raise NotAProfile
    first_name, last_name = _text(said.get("localizedFirstName")), _text(said.get("localizedLastName"))
    if first_name is None or last_name is None:
        raise NotAProfile
    picture = said.get("profilePicture")
    return {
        "first_name": first_name,
        "last_name": last_name,
        **{column: _text(said.get(name)) for column, name in _COLUMNS.items()},
        "picture_url": _text(picture.get("displayImage")) if isinstance(picture, dict) else None,
        "connection_count": _count(said.get("numConnections")),
        "open_to_work": said.get("openToWork") is True,
        "is_closed": False,
        "positions": list(_each(said.get("positions"), _position)),
        "education": list(_each(said.get("educations"), _education)),
        "skills": list(_each(said.get("skills"), _skill)),
    }


def _each(
    said: object, read: Callable[[Mapping[str, Any]], dict[str, Any] | None]
) -> Iterator[dict[str, Any]]:
    """The elements that can be read; one that lacks what the schema promises is left out."""
    for element in said[:ELEMENTS_MAX] if isinstance(said, list) else ():
        found = read(element) if isinstance(element, dict) else None
        if found is not None:
            yield found


def _position(said: Mapping[str, Any]) -> dict[str, Any] | None:
    title, company = _text(said.get("localizedTitle")), _text(said.get("localizedCompanyName"))
    if title is None or company is None:
        return None
    return {
        "title": title,
        "companyName": company,
        "startDate": _month(said.get("startMonthYear")),
        "endDate": _month(said.get("endMonthYear")),
        "description": _text(said.get("localizedDescription")),
    }


def _education(said: Mapping[str, Any]) -> dict[str, Any] | None:
    school = _text(said.get("schoolName"))
    if school is None:
        return None
    return {
        "schoolName": school,
        "degree": _text(said.get("degreeName")),
        "fieldOfStudy": _text(said.get("fieldOfStudy")),
        "startYear": _year(said.get("startMonthYear")),
        "endYear": _year(said.get("endMonthYear")),
    }


def _skill(said: Mapping[str, Any]) -> dict[str, Any] | None:
    name = _text(said.get("name"))
    if name is None:
        return None
    return {"name": name, "endorsementCount": _count(said.get("endorsementCount")) or 0}


def _text(said: object) -> str | None:
    """Text that PostgreSQL can hold, not empty; anything else is none."""
    if not isinstance(said, str):
        return None
    return said.replace("\0", "")[:TEXT_LENGTH_MAX] or None


def _count(said: object) -> int | None:
    return said if type(said) is int and 0 <= said <= _INT_MAX else None


def _year(said: object) -> int | None:
    year = said.get("year") if isinstance(said, dict) else None
    return year if type(year) is int and 1900 <= year <= 9999 else None


def _month(said: object) -> str | None:
    """The first day of a month, which is all that LinkedIn says of a date: `2023-04-01`."""
    year = _year(said)
    if year is None or not isinstance(said, dict):
        return None
    month = said.get("month", 1)
    return f"{year:04d}-{month:02d}-01" if type(month) is int and 1 <= month <= 12 else None
