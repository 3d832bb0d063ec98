"""The types of the plain Strawberry application below a candidate."""

import json
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.types import Info

from resolvers.scalars import write_moment
from tests.benchmarks.plain_rows import Rows

Moment = NewType("Moment", str)
SCALARS: dict[Any, Any] = {Moment: strawberry.scalar(name="DateTime", serialize=write_moment)}


def rows_of(info: Info) -> Rows:
    """The request's loaders."""
    rows: Rows = info.context["rows"]
    return rows


@strawberry.type
class PhoneNumber:
    number: str
    extension: str | None


@strawberry.type
class Tag:
    id: strawberry.ID
    name: str
    is_do_not_contact: bool


@strawberry.type
class Evidence:
    method: str
    detail: str


@strawberry.type
class Match:
    state: str
    member_id: strawberry.ID | None
    confidence: float | None
    evidence: list[Evidence]


@strawberry.type
class Position:
    title: str
    company_name: str
    start_date: str | None
    end_date: str | None


@strawberry.type
class Education:
    school_name: str
    degree: str | None


@strawberry.type
class Skill:
    name: str
    endorsement_count: int


@strawberry.type
class Member:
    id: strawberry.ID
    first_name: str
    last_name: str
    headline: str | None
    location: str | None
    industry: str | None
    public_profile_url: str | None
    open_to_work: bool
    row: strawberry.Private[Any]

    @strawberry.field
    def positions(self) -> list[Position]:
        return [
            Position(
                title=p["title"],
                company_name=p["companyName"],
                start_date=p.get("startDate"),
                end_date=p.get("endDate"),
            )
            for p in json.loads(self.row["positions"])
        ]

    @strawberry.field
    def education(self) -> list[Education]:
        return [
            Education(school_name=e["schoolName"], degree=e.get("degree"))
            for e in json.loads(self.row["education"])
        ]

    @strawberry.field
    def skills(self) -> list[Skill]:
        return [
            Skill(name=s["name"], endorsement_count=s["endorsementCount"])
            for s in json.loads(self.row["skills"])
        ]


@strawberry.type
class Job:
    id: strawberry.ID
    title: str
    location: str | None


@strawberry.type
class Application:
    id: strawberry.ID
    applied_at: Moment
    status: str
    stage: str | None
    job_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def job(self, info: Info) -> Job | None:
        row = await rows_of(info).job.load(self.job_id) if self.job_id else None
        return (
            Job(id=strawberry.ID(f"urn:rsc:job:{row['id']}"), title=row["title"], location=row["location"])
            if row
            else None
        )


@strawberry.type
class Note:
    id: strawberry.ID
    body: str
    author_name: str | None
    created_at: Moment


@strawberry.type
class InMail:
    id: strawberry.ID
    sent_at: Moment
    direction: str
    state: str
    subject: str | None
    body_withheld: bool


@strawberry.type
class RecruiterNote:
    id: strawberry.ID
    body: str | None
    visibility: str
    created_at: Moment


@strawberry.type
class ApplicationEdge:
    node: Application


@strawberry.type
class ApplicationConnection:
    edges: list[ApplicationEdge]
    key: strawberry.Private[UUID]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        counted = await rows_of(info).application_count.load(self.key)
        return counted[0]["n"] if counted else 0


@strawberry.type
class NoteEdge:
    node: Note


@strawberry.type
class NoteConnection:
    edges: list[NoteEdge]


@strawberry.type
class InMailEdge:
    node: InMail


@strawberry.type
class InMailConnection:
    edges: list[InMailEdge]


@strawberry.type
class RecruiterNoteEdge:
    node: RecruiterNote


@strawberry.type
class RecruiterNoteConnection:
    edges: list[RecruiterNoteEdge]
