"""What the HTTP edge is made of: everything that answers a request, built once a worker."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.access.guards import Grants
from app.auth.authenticate import Caller, WidgetBearer
from app.auth.keys import SigningKey
from app.database.pool import Pool
from app.database.replica import Replica
from app.engine.request import GraphQLRequest
from app.http.graphiql import Persona
from app.http.graphiql.insight import Explains
from app.http.graphiql.routes import PersonaSource
from app.linkedin.source import MemberSource
from app.settings import Settings
from app.telemetry.metrics import Metrics
from app.telemetry.tracing import Tracing
from loaders.context import RequestContext

__all__ = ["Authenticates", "Executes", "Persona", "Services"]


class Executes(Protocol):
    """The engine, as far as the edge knows it. Both raise RequestRefused or CallerError if nothing ran."""

    async def execute(
        self, request: GraphQLRequest, context: RequestContext, *, introspection: bool
    ) -> bytes:
        """The response's body, `data` and all."""
        ...

    def is_query(self, request: GraphQLRequest) -> bool:
        """Whether the operation is one that GET may run."""
        ...

    def check_document(self, text: str) -> Sequence[str | None]:
        """The names of a document's operations, if it could be run at all."""
        ...


class Authenticates(Protocol):
    """The authenticator, as far as the edge knows it."""

    def cached(self, header: bytes | None) -> Grants | None:
        """The grants of a header seen before; None if they must be looked up or refused."""
        ...

    async def grants(self, header: bytes | None) -> Grants:
        """The grants. Raises: CallerError 401, 403 or 503."""
        ...

    async def caller(self, header: bytes | None) -> Caller:
        """The same for the wire API, with the application that the token is of. Raises like `grants`."""
        ...

    async def widget(self, token: str) -> WidgetBearer:
        """What a widget token says, and whom its page would stand for. Raises like `grants`."""
        ...

    async def refresh(self) -> None:
        """Look at once whether the facts that access is decided from have changed."""
        ...

    async def start(self) -> None:
        """Read once what every request needs."""
        ...

    async def run(self) -> None:
        """Keep it fresh, for ever."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What `build_app` joins.

    `explains` is the engine for GraphiQL's docs and plans, `personas` are offered there where development
    tokens are on. `background` is what a worker does beside answering, by name; each is kept running for as
    long as it serves. `signing_key` is our own. `replica` chooses where queries read, if there is one.
    `watching` and `beside` are the pools of the watches and of the background, where they have their own;
    `members` is LinkedIn, where members come from there.
    """

    settings: Settings
    pool: Pool
    authenticator: Authenticates
    engine: Executes
    watching: Pool | None = None
    replica: Replica | None = None
    beside: Pool | None = None
    members: MemberSource | None = None
    explains: Explains | None = None
    personas: PersonaSource | None = None
    signing_key: SigningKey | None = None
    background: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing | None = None
