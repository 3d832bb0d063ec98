"""What GraphiQL asks beside /graphql, with the viewer's token: what guards each field, and plans.

Both tell of the schema and of the viewer, and of no row: they are for whoever may read the schema.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from graphql import GraphQLSchema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.access.guards import Grants
from app.database.pool import Pool
from app.engine.explanation import Explanation
from app.engine.mapping import Catalogue
from app.engine.request import GraphQLRequest, RequestRefused
from app.engine.sql_layout import laid_out
from app.errors import CallerError, ErrorCode
from app.http.body import Disconnected, read_body, request_of_body
from app.http.graphiql.answers import json_answer, only_for_our_page
from app.http.graphiql.guards import guards_for
from app.http.introspection import may_introspect
from app.http.media_types import check_content_type
from app.http.overload import Gate
from app.settings import Settings
from loaders.context import RequestContext

_CLIENT_CLOSED: Final = 499
"""Nobody reads this answer."""

Answering = Callable[[Request], Awaitable[Any]]
GrantsOf = Callable[[bytes | None], Awaitable[Grants]]


class Explains(Protocol):
    """The engine, as far as GraphiQL asks more of it than answers."""

    @property
    def schema(self) -> GraphQLSchema:
        """What is introspected."""

    @property
    def catalogue(self) -> Catalogue:
        """What guards it."""

    def explain(self, request: GraphQLRequest, context: RequestContext) -> Explanation:
        """What would be done. Raises RequestRefused or CallerError as executing it would."""


def insight_routes(
    settings: Settings, engine: Explains, grants_of: GrantsOf, pool: Pool, gate: Gate
) -> list[BaseRoute]:
    """`GET /graphiql/guards.json` (see `guards_for`) and `POST /graphiql/explain`.

    The latter takes what /graphql takes and answers `{text, denied, decidedByRow, filled, sql, values}`;
    `text` is what `rsc explain` prints. Both are refused as /graphql refuses: 401 without a good token, 403
    INTROSPECTION_DISABLED for whoever may not read the schema, 4xx for what could not be run.
    """

    async def admitted(request: Request) -> Grants:
        only_for_our_page(request, "The schema's guards and plans")
        grants = await grants_of(_authorization(request))
        if not may_introspect(grants, settings):
            message = "Guards and plans are for those who may read the schema: use a staff token."
            raise CallerError(ErrorCode.INTROSPECTION_DISABLED, message, status=403)
        if grants.viewer.client is not None:
            message = "This token is for a client's registered documents only; use one of a person."
            raise CallerError(ErrorCode.FORBIDDEN, message, status=403)
        return grants

    async def tell_guards(request: Request) -> Any:
        return guards_for(engine.schema, engine.catalogue, await admitted(request))

    async def tell_plan(request: Request) -> Any:
        grants = await admitted(request)
        asked = await _read(request, settings)
        company = grants.viewer.company
        share = company.company_urn if company is not None else None
        gate.enter(share)
        try:
            return _told(engine.explain(asked, RequestContext(grants, pool)))
        finally:
            gate.leave(share)

    return [
        Route("/graphiql/guards.json", _answering(tell_guards), methods=["GET"]),
        Route("/graphiql/explain", _answering(tell_plan), methods=["POST"]),
    ]


def _answering(tell: Answering) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return json_answer(await tell(request))
        except CallerError as error:
            return json_answer({"errors": [error.as_graphql()]}, status=error.status, more=error.headers)
        except RequestRefused as refusal:
            return json_answer({"errors": refusal.errors}, status=refusal.status)
        except Disconnected:
            return Response(status_code=_CLIENT_CLOSED)

    return answer


def _authorization(request: Request) -> bytes | None:
    # Two of them are one value that is no token, as at /graphql.
    given = [value for name, value in request.scope["headers"] if name == b"authorization"]
    return b", ".join(given) if given else None


async def _read(request: Request, settings: Settings) -> GraphQLRequest:
    content_type = request.headers.get("content-type")
    check_content_type(content_type.encode("latin-1") if content_type is not None else None)
    within_s = settings.limits.request_timeout_ms / 1000
    try:
        async with asyncio.timeout(within_s):
            body = await read_body(request.receive, settings.limits)
    except TimeoutError:
        raise CallerError(
            ErrorCode.TIMEOUT,
            f"The body did not arrive within {within_s:g} s.",
            status=408,
            headers={"Connection": "close"},
        ) from None
    sent = request_of_body(body)
    if not isinstance(sent, GraphQLRequest):
        message = "Send the document itself as `query`: ids of documents are their clients' own."
        raise CallerError(ErrorCode.BAD_REQUEST, message)
    return sent


def _told(explanation: Explanation) -> dict[str, Any]:
    return {
        "text": explanation.text,
        "denied": explanation.denied,
        "decidedByRow": [{"path": path, "granted": count} for path, count in explanation.decided_by_row],
        "filled": explanation.holes,
        "sql": laid_out(explanation.sql),
        "values": explanation.values,
    }
