"""The two operations as one writes them with Strawberry and aiodataloader alone, field by field.

One batched statement a relation, resolvers that hand out rows; Strawberry's own ASGI application with its
parser and validation caches.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from resolvers.scalars import write_moment
from tests.benchmarks.facts import Facts
from tests.benchmarks.plain_rows import Rows
from tests.benchmarks.plain_types import (
    SCALARS,
    Application,
    ApplicationConnection,
    ApplicationEdge,
    Evidence,
    InMail,
    InMailConnection,
    InMailEdge,
    Match,
    Member,
    Moment,
    Note,
    NoteConnection,
    NoteEdge,
    PhoneNumber,
    RecruiterNote,
    RecruiterNoteConnection,
    RecruiterNoteEdge,
    Tag,
    rows_of,
)


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
            Tag(
                id=strawberry.ID(f"urn:rsc:tag:{row['id']}"),
                name=row["name"],
                is_do_not_contact=row["is_do_not_contact"],
            )
            for row in rows
        ]

    @strawberry.field
    async def member(self, info: Info) -> Member | None:
        urn = self.row["match_member_urn"]
        row = await rows_of(info).member.load(urn) if urn else None
        if row is None:
            return None
        return Member(
            id=strawberry.ID(row["urn"]),
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
                    id=strawberry.ID(f"urn:rsc:application:{row['id']}"),
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
                    id=strawberry.ID(f"urn:rsc:note:{row['id']}"),
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
                    id=strawberry.ID(f"urn:rsc:recruiter-note:{row['id']}"),
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
        id=strawberry.ID(f"urn:rsc:inmail:{row['id']}"),
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
        id=strawberry.ID(f"urn:rsc:candidate:{row['id']}"),
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
            rows.facts.company_id,
            UUID(id.rsplit(":", 1)[1]),
        )
        return _candidate(row) if row else None

    @strawberry.field
    async def candidates(self, info: Info, first: int = 20, after: str | None = None) -> CandidateConnection:
        rows = rows_of(info)
        mark, at, key = json.loads(base64.urlsafe_b64decode((after or "") + "=="))
        found = await rows.pool.fetch(
            "select * from candidate where company_id = $1 and (created_at, id) < ($2, $3) "
            "order by created_at desc, id desc limit $4",
            rows.facts.company_id,
            datetime.fromisoformat(at),
            UUID(key),
            first + 1,
        )
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
        parsed, validated = ParserCache(maxsize=100), ValidationCache(maxsize=100)
        schema = strawberry.Schema(
            Query,
            extensions=[lambda: parsed, lambda: validated],  # one of each: they are what remembers
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        super().__init__(schema, graphql_ide=None)
        self._kept, self._facts = kept, facts

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return {"rows": Rows(self._kept["pool"], self._facts)}
