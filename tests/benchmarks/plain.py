"""The two operations as one writes them with Strawberry and aiodataloader alone, field by field.

One batched statement a relation, resolvers that hand out rows; Strawberry's own ASGI application with its
parser and validation caches.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import asyncpg
import strawberry
from aiodataloader import DataLoader
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from resolvers.scalars import write_moment
from tests.benchmarks.facts import Facts

Moment = NewType("Moment", str)
SCALARS: dict[Any, Any] = {Moment: strawberry.scalar(name="DateTime", serialize=write_moment)}


class Rows:
    """One request's loaders."""

    def __init__(self, pool: asyncpg.Pool, facts: Facts) -> None:
        self.pool, self.facts = pool, facts
        self.member = self._one(
            "select * from member where urn = any($1) and not is_closed", "urn", tenant=False
        )
        self.job = self._one("select * from job where company_id = $1 and id = any($2)", "id")
        self.tags = self._many(
            "select ct.candidate_id as k, t.* from candidate_tag ct join tag t on t.company_id = ct.company_id "
            "and t.id = ct.tag_id where ct.company_id = $1 and ct.candidate_id = any($2) order by t.name, t.id"
        )
        self.application_count = self._many(
            "select candidate_id as k, count(*) as n from application where company_id = $1 "
            "and candidate_id = any($2) group by candidate_id"
        )
        self.applications = self._top("application", "candidate_id", "applied_at", "uuid")
        self.notes = self._top("note", "candidate_id", "created_at", "uuid")
        self.inmails = self._top("inmail", "member_urn", "sent_at", "text", "and r.contract_id = $3")
        self.recruiter_notes = self._top(
            "recruiter_note", "member_urn", "created_at", "text",
            "and r.contract_id = $3 and (r.visibility = 'SHARED' or r.seat_id = $4)",
        )  # fmt: skip

    def _one(self, sql: str, key: str, *, tenant: bool = True) -> DataLoader[Any, Any]:
        async def load(keys: list[Any]) -> list[Any]:
            arguments = [self.facts.company_id, keys] if tenant else [keys]
            found = {row[key]: row for row in await self.pool.fetch(sql, *arguments)}
            return [found.get(one) for one in keys]

        return DataLoader(load)

    def _many(self, sql: str) -> DataLoader[Any, Any]:
        async def load(keys: list[Any]) -> list[Any]:
            found: dict[Any, list[Any]] = {}
            for row in await self.pool.fetch(sql, self.facts.company_id, keys):
                found.setdefault(row["k"], []).append(row)
            return [found.get(one, []) for one in keys]

        return DataLoader(load)

    def _top(self, table: str, key: str, order: str, of: str, where: str = "") -> DataLoader[Any, Any]:
        async def load(keys: list[tuple[Any, int]]) -> list[Any]:
            arguments = [self.facts.company_id, [one for one, _ in keys]]
            arguments += [self.facts.contract_id] * ("$3" in where) + [self.facts.seat_id] * ("$4" in where)
            rows = await self.pool.fetch(
                f"select d.k, x.* from unnest($2::{of}[]) d(k) cross join lateral (select * from {table} r "
                f"where r.company_id = $1 and r.{key} = d.k {where} "
                f"order by r.{order} desc, r.id desc limit {max(first for _, first in keys)}) x",
                *arguments,
            )
            found: dict[Any, list[Any]] = {}
            for row in rows:
                found.setdefault(row["k"], []).append(row)
            return [found.get(one, [])[:first] for one, first in keys]

        return DataLoader(load)


def rows_of(info: Info) -> Rows:
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
            Job(id=f"urn:rsc:job:{row['id']}", title=row["title"], location=row["location"]) if row else None
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


@strawberry.type
class Candidate:
    id: strawberry.ID
    external_id: str
    first_name: str
    last_name: str | None
    email_addresses: list[str]
    current_company_name: str | None
    current_job_title: str | None
    do_not_contact: bool
    created_at: Moment
    last_modified_at: Moment
    synced_at: Moment
    row: strawberry.Private[Any]

    @strawberry.field
    def phone_numbers(self) -> list[PhoneNumber]:
        return [
            PhoneNumber(number=p["number"], extension=p.get("extension"))
            for p in json.loads(self.row["phone_numbers"])
        ]

    @strawberry.field
    def match(self) -> Match:
        row = self.row
        evidence = [
            Evidence(method=e["method"], detail=e["detail"]) for e in json.loads(row["match_evidence"])
        ]
        return Match(
            state=row["match_state"],
            member_id=row["match_member_urn"],
            confidence=row["match_confidence"],
            evidence=evidence,
        )

    @strawberry.field
    async def tags(self, info: Info) -> list[Tag]:
        rows = await rows_of(info).tags.load(self.row["id"])
        return [
            Tag(id=f"urn:rsc:tag:{row['id']}", name=row["name"], is_do_not_contact=row["is_do_not_contact"])
            for row in rows
        ]

    @strawberry.field
    async def member(self, info: Info) -> Member | None:
        urn = self.row["match_member_urn"]
        row = await rows_of(info).member.load(urn) if urn else None
        if row is None:
            return None
        return Member(
            id=row["urn"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            headline=row["headline"],
            location=row["location"],
            industry=row["industry"],
            public_profile_url=row["public_profile_url"],
            open_to_work=row["open_to_work"],
            row=row,
        )

    @strawberry.field
    async def applications(self, info: Info, first: int = 20) -> ApplicationConnection:
        found = await rows_of(info).applications.load((self.row["id"], first))
        edges = [
            ApplicationEdge(
                node=Application(
                    id=f"urn:rsc:application:{row['id']}",
                    applied_at=row["applied_at"],
                    status=row["status"],
                    stage=row["stage"],
                    job_id=row["job_id"],
                )
            )
            for row in found
        ]
        return ApplicationConnection(edges=edges, key=self.row["id"])

    @strawberry.field
    async def notes(self, info: Info, first: int = 20) -> NoteConnection:
        found = await rows_of(info).notes.load((self.row["id"], first))
        edges = [
            NoteEdge(
                node=Note(
                    id=f"urn:rsc:note:{row['id']}",
                    body=row["body"],
                    author_name=row["author_name"],
                    created_at=row["created_at"],
                )
            )
            for row in found
        ]
        return NoteConnection(edges=edges)

    @strawberry.field
    async def in_mails(self, info: Info, first: int = 20) -> InMailConnection:
        rows, urn = rows_of(info), self.row["match_member_urn"]
        found = await rows.inmails.load((urn, first)) if urn else []
        edges = [InMailEdge(node=_inmail(row, rows.facts.seat_id)) for row in found]
        return InMailConnection(edges=edges)

    @strawberry.field
    async def recruiter_notes(self, info: Info, first: int = 20) -> RecruiterNoteConnection:
        rows, urn = rows_of(info), self.row["match_member_urn"]
        found = await rows.recruiter_notes.load((urn, first)) if urn else []
        edges = [
            RecruiterNoteEdge(
                node=RecruiterNote(
                    id=f"urn:rsc:recruiter-note:{row['id']}",
                    body=row["body"],
                    visibility=row["visibility"],
                    created_at=row["created_at"],
                )
            )
            for row in found
        ]
        return RecruiterNoteConnection(edges=edges)


def _inmail(row: Any, seat_id: UUID) -> InMail:
    is_own = row["seat_id"] == seat_id
    subject = row["subject"] if is_own else None
    return InMail(
        id=f"urn:rsc:inmail:{row['id']}",
        sent_at=row["sent_at"],
        direction=row["direction"],
        state=row["state"],
        subject=subject,
        body_withheld=not is_own,
    )


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class CandidateEdge:
    node: Candidate


@strawberry.type
class CandidateConnection:
    page_info: PageInfo
    edges: list[CandidateEdge]


def _candidate(row: Any) -> Candidate:
    return Candidate(
        id=f"urn:rsc:candidate:{row['id']}",
        external_id=row["external_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        email_addresses=row["email_addresses"],
        current_company_name=row["current_company_name"],
        current_job_title=row["current_job_title"],
        do_not_contact=row["do_not_contact"],
        created_at=row["created_at"],
        last_modified_at=row["last_modified_at"],
        synced_at=row["synced_at"],
        row=row,
    )


@strawberry.type
class Query:
    @strawberry.field
    async def candidate(self, info: Info, id: strawberry.ID) -> Candidate | None:  # noqa: A002
        rows = rows_of(info)
        row = await rows.pool.fetchrow(
            "select * from candidate where company_id = $1 and id = $2",
            rows.facts.company_id, UUID(id.rsplit(":", 1)[1]),
        )  # fmt: skip
        return _candidate(row) if row else None

    @strawberry.field
    async def candidates(self, info: Info, first: int = 20, after: str | None = None) -> CandidateConnection:
        rows = rows_of(info)
        mark, at, key = json.loads(base64.urlsafe_b64decode((after or "") + "=="))
        found = await rows.pool.fetch(
            "select * from candidate where company_id = $1 and (created_at, id) < ($2, $3) "
            "order by created_at desc, id desc limit $4",
            rows.facts.company_id, datetime.fromisoformat(at), UUID(key), first + 1,
        )  # fmt: skip
        page = found[:first]
        return CandidateConnection(
            page_info=PageInfo(has_next_page=len(found) > first, end_cursor=_cursor(mark, page)),
            edges=[CandidateEdge(node=_candidate(row)) for row in page],
        )


def _cursor(mark: str, page: Sequence[Any]) -> str | None:
    if not page:
        return None
    text = json.dumps([mark, write_moment(page[-1]["created_at"]), str(page[-1]["id"])])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class PlainApplication(GraphQL):
    """Strawberry's ASGI application with one set of loaders a request."""

    def __init__(self, kept: Mapping[str, asyncpg.Pool], facts: Facts) -> None:
        """`kept` has the pool once the server has started."""
        schema = strawberry.Schema(
            Query,
            extensions=[ParserCache(maxsize=100), ValidationCache(maxsize=100)],
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        super().__init__(schema, graphql_ide=None)
        self._kept, self._facts = kept, facts

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return {"rows": Rows(self._kept["pool"], self._facts)}
