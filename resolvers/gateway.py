"""The gateway as one object: schema, catalogue and engine over a pool. What HTTP and the tools call."""

from app.access.guards import Grants
from app.database.pool import Pool
from app.engine.engine import Engine, Explanation
from app.engine.request import GraphQLRequest
from app.engine.requirements import required_columns
from app.settings import Limits, Settings
from loaders.context import RequestContext
from loaders.postgres import check_database, fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema


class Gateway:
    """Answers operations for viewers. Made once a process; safe for any number of requests at once."""

    def __init__(self, pool: Pool, settings: Settings | None = None) -> None:
        """Build the schema; raises SchemaRefused if it says something that could not be kept."""
        limits = settings.limits if settings else Limits()
        schema, catalogue = bind(build_schema())
        self.pool = pool
        self.engine = Engine(
            schema,
            catalogue,
            fetch_bytes,
            limits,
            documents=settings.document_cache_size if settings else 1_000,
            plans=settings.plan_cache_size if settings else 2_000,
        )

    async def check(self) -> None:
        """Hold the schema against the database; raises Fault if a promise could not be kept."""
        await check_database(self.pool, required_columns(self.engine.schema, self.engine.catalogue))

    async def execute(self, request: GraphQLRequest, grants: Grants, *, introspection: bool = False) -> bytes:
        """The response's bytes; raises RequestRefused or CallerError if the operation never ran."""
        return await self.engine.execute(
            request, RequestContext(grants, self.pool), introspection=introspection
        )

    def explain(self, request: GraphQLRequest, grants: Grants) -> Explanation:
        """What `execute` would do: the statement, what is denied and why, what Python fills."""
        return self.engine.explain(request, RequestContext(grants, self.pool))

    def is_query(self, request: GraphQLRequest) -> bool:
        """Whether the operation only reads: what a GET may run."""
        return self.engine.is_query(request)
