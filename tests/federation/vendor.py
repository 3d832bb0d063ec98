"""A vendor of assessments as a second subgraph: of candidates it knows the ATS's ids, and nothing else."""

from typing import Any

import strawberry
from starlette.requests import Request
from strawberry.asgi import GraphQL
from strawberry.types import Info

SCORES = {"cand-0001": [("Python", 87), ("SQL", 91)], "cand-0003": [("Python", 64)]}
"""By the ATS's id of the candidate: the tests taken, and how well."""


@strawberry.type
class Assessment:
    title: str
    score: int
    candidate_id: strawberry.Private[str]

    @strawberry.field
    def candidate(self) -> "Candidate | None":
        # It may be null: whether the viewer sees the candidate is for the gateway to say.
        return Candidate(external_id=self.candidate_id)


def _assessments_of(external_id: str) -> list[Assessment]:
    return [
        Assessment(title=title, score=score, candidate_id=external_id)
        for title, score in SCORES.get(external_id, ())
    ]


@strawberry.federation.type(keys=["externalId"])
class Candidate:
    external_id: str

    @strawberry.field
    def assessments(self) -> list[Assessment]:
        return _assessments_of(self.external_id)

    @classmethod
    def resolve_reference(cls, **key: str) -> "Candidate":
        return cls(external_id=key["externalId"])


@strawberry.type
class Query:
    @strawberry.field
    def assessments(self, info: Info[Any, None]) -> list[Assessment]:
        return [one for external_id in SCORES for one in _assessments_of(external_id)]


SCHEMA = strawberry.federation.Schema(query=Query, federation_version="2.3")


class Vendor(GraphQL[dict[str, Any], None]):
    """The vendor's server; `seen` has the Authorization header of each request."""

    def __init__(self) -> None:
        super().__init__(SCHEMA, graphql_ide=None)
        self.seen: list[str | None] = []

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        assert isinstance(request, Request)
        self.seen.append(request.headers.get("authorization"))
        return {"request": request, "response": response}
