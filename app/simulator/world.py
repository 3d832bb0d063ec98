"""What the simulated LinkedIn knows: the demo's members, seats and recruiters' work, in LinkedIn's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from app.access.features import SeatState
from app.demo import conversations, profiles
from app.demo.casting import Cast, cast
from app.demo.clock import SEED
from app.demo.openings import openings
from app.demo.organizations import (
    FOUNDED,
    NORTHWIND_ORGANIZATION,
    ORGANIZATIONS,
    Organization,
    member_number_of,
    member_urn,
)
from app.demo.people import Population
from app.ids import own_urn

PERSON: Final = "urn:li:person:"

_PLAIN: Final = {
    "localizedFirstName": "first_name",
    "localizedLastName": "last_name",
    "localizedHeadline": "headline",
    "localizedSummary": "summary",
    "locationName": "location",
    "industryName": "industry",
    "publicProfileUrl": "public_profile_url",
    "numConnections": "connection_count",
}


@dataclass(frozen=True, slots=True)
class Event:
    """An element of one of the histories, with what it is found by. `moment` is in epoch milliseconds."""

    moment: int
    contract: str
    seat: str
    element: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything, in the order in which it is listed: histories by their moments.

    `people` are by person id (`m0001`); those in `closed` closed their accounts.
    """

    people: Mapping[str, Mapping[str, Any]]
    closed: frozenset[str]
    seats: Sequence[Mapping[str, Any]]
    inmails: Sequence[Event]
    notes: Sequence[Event]
    stubs: Sequence[Event]


def demo_world() -> World:
    """The demo's: the same each time, without a database, in about half a second."""
    drawn = cast()
    people: dict[str, Mapping[str, Any]] = {}
    closed = set()
    for values in profiles.member_rows(drawn.members):
        row = dict(zip(profiles.MEMBER_COLUMNS, values, strict=True))
        person_id = row["urn"].removeprefix(PERSON)
        people[person_id] = _profile(person_id, row)
        if row["is_closed"]:
            closed.add(person_id)
    done = [_Activity(organization, drawn) for organization in ORGANIZATIONS]
    return World(
        people=people,
        closed=frozenset(closed),
        seats=[seat for one in done for seat in one.seats()],
        inmails=_by_moment(event for one in done for event in one.inmails()),
        notes=_by_moment(event for one in done for event in one.notes()),
        stubs=_by_moment(event for one in done for event in one.stubs()),
    )


def _by_moment(events: Iterator[Event]) -> Sequence[Event]:
    return sorted(events, key=lambda event: (event.moment, event.element["id"]))


def _profile(person_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: row[column] for name, column in _PLAIN.items()}
    picture = {"displayImage": row["picture_url"]} if row["picture_url"] else None
    return _without_nulls(
        {
            "id": person_id,
            **said,
            "profilePicture": picture,
            "openToWork": row["open_to_work"],
            "positions": [_position(one) for one in orjson.loads(row["positions"])],
            "educations": [_education(one) for one in orjson.loads(row["education"])],
            "skills": orjson.loads(row["skills"]),
        }
    )


def _position(one: Mapping[str, Any]) -> dict[str, Any]:
    return _without_nulls(
        {
            "localizedTitle": one["title"],
            "localizedCompanyName": one["companyName"],
            "startMonthYear": _month(one["startDate"]),
            "endMonthYear": _month(one["endDate"]),
            "localizedDescription": one["description"],
        }
    )


def _education(one: Mapping[str, Any]) -> dict[str, Any]:
    return _without_nulls(
        {
            "schoolName": one["schoolName"],
            "degreeName": one["degree"],
            "fieldOfStudy": one["fieldOfStudy"],
            "startMonthYear": _year(one["startYear"]),
            "endMonthYear": _year(one["endYear"]),
        }
    )


def _month(day: str | None) -> dict[str, int] | None:
    return {"year": int(day[:4]), "month": int(day[5:7])} if day else None


def _year(year: int | None) -> dict[str, int] | None:
    return {"year": year} if year else None


def _without_nulls(element: Mapping[str, Any]) -> dict[str, Any]:
    """LinkedIn leaves out what it does not know."""
    return {name: value for name, value in element.items() if value is not None}


class _Activity:
    """One company's seats and what was done by them."""

    def __init__(self, organization: Organization, drawn: Cast) -> None:
        is_northwind = organization is NORTHWIND_ORGANIZATION
        roles = drawn.northwind if is_northwind else drawn.contoso
        # The same jobs as the ATS's, since recruiters write about them.
        jobs = openings(organization, Population(SEED + (1 if is_northwind else 2)))
        self._organization = organization
        self._done = conversations.activity(organization, roles, drawn.members, jobs)
        self._contracts = {contract.id: str(contract.urn) for contract in organization.contracts}
        self._seats = {seat.id: str(seat.urn) for seat in organization.seats}

    def seats(self) -> Iterator[Mapping[str, Any]]:
        for seat in self._organization.seats:
            yield {
                "id": seat.number,
                "urn": str(seat.urn),
                "firstName": seat.first_name,
                "lastName": seat.last_name,
                "contractId": str(seat.contract),
                "member": member_urn(member_number_of(seat)),
                "state": seat.state.value,
                "active": seat.state is SeatState.ACTIVE,
                "admin": seat.is_admin,
                "createdAt": _epoch_ms(FOUNDED),
            }

    def inmails(self) -> Iterator[Event]:
        for row, about in self._events(conversations.INMAIL_COLUMNS, self._done.inmails, "sent_at"):
            seat, member = about["owner"], row["member_urn"]
            from_seat = row["direction"] == "SENT"
            element = {
                **about,
                "id": own_urn("inmail", row["id"]),
                "createdAt": _epoch_ms(row["sent_at"]),
                "thread": f"urn:li:messagingThread:{row['conversation_id']}",
                "author": seat if from_seat else member,
                "recipients": [member if from_seat else seat],
                "direction": row["direction"],
                "state": row["state"],
                "content": {"subject": row["subject"], "body": row["body"]},
            }
            yield Event(_epoch_ms(row["sent_at"]), about["contract"], seat, element)

    def notes(self) -> Iterator[Event]:
        rows = self._events(conversations.NOTE_COLUMNS, self._done.notes, "last_modified_at")
        for row, about in rows:
            element = {
                **about,
                "id": own_urn("recruiter-note", row["id"]),
                "prospect": row["member_urn"],
                "note": row["body"],
                "active": not row["is_deleted"],
                "visibility": row["visibility"],
                "createdAt": _epoch_ms(row["created_at"]),
                "lastModifiedAt": _epoch_ms(row["last_modified_at"]),
            }
            moment = _epoch_ms(row["last_modified_at"])
            yield Event(moment, about["contract"], about["owner"], _without_nulls(element))

    def stubs(self) -> Iterator[Event]:
        for row, about in self._events(conversations.STUB_COLUMNS, self._done.stubs, "created_at"):
            element = {
                **about,
                "id": own_urn("stub-profile", row["id"]),
                "createdAt": _epoch_ms(row["created_at"]),
                "member": row["member_urn"],
                "firstName": row["first_name"],
                "lastName": row["last_name"],
                "headline": row["headline"],
                "companyName": row["company_name"],
                "jobTitle": row["job_title"],
                "emailAddress": row["email_address"],
                "phoneNumber": row["phone_number"],
            }
            moment = _epoch_ms(row["created_at"])
            yield Event(moment, about["contract"], about["owner"], _without_nulls(element))

    def _events(
        self, columns: Sequence[str], rows: Sequence[Sequence[Any]], moment: str
    ) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
        """Rows by column, each with its contract's and seat's URNs in LinkedIn's words."""
        for values in sorted(rows, key=lambda values: values[columns.index(moment)]):
            row = dict(zip(columns, values, strict=True))
            urns = {"contract": self._contracts[row["contract_id"]], "owner": self._seats[row["seat_id"]]}
            yield row, urns


def _epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
