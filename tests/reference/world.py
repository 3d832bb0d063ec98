"""The demo's data with both executors on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncpg
import orjson

from app.access.guards import Grants, grants_of
from app.access.viewer import Viewer
from app.database.pool import SERVICE_ROLE, Pool
from app.demo import load_demo
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest, RequestRefused
from app.errors import CallerError
from app.settings import Limits
from loaders.context import RequestContext
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.reference.executor import Reference
from tests.reference.samples import Samples, read_samples
from tests.reference.viewers import OTHER_MEMBER, persona_viewers

# The demo has no trusted documents of its own, so that there would be nothing to list.
_ADD_CLIENTS = """
insert into client values ('widget.profile'), ('widget.search') on conflict do nothing;
insert into trusted_operation
select 'widget.profile', encode(sha256(convert_to(document, 'UTF8')), 'hex'), name, document, added_at
from (values
  ('Who', 'query Who { viewer { subject } }', timestamptz '2026-01-31 09:30:00.25Z'),
  ('Who', 'query Who { viewer { subject roles } }', '2026-02-01 09:30:00Z'),
  ('Jobs', 'query Jobs { jobs { totalCount } }', '2026-02-01 09:30:00Z')
) as one (name, document, added_at) on conflict do nothing;
"""

# Nor was anything of it erased: an earlier integration was, with a receipt for each company.
_ADD_RECEIPTS = """
insert into integration (company_id, id, partner_name, state, requested_at)
select company_id, md5(urn)::uuid, 'Demo ATS', 'ERASED', '2025-01-31 09:30:00Z' from company;
insert into erasure_receipt (
  company_id, id, integration_id, generation, requested_at, finished_at, counts, remark, signature)
select company_id, md5(urn || ' receipt')::uuid, md5(urn)::uuid, 1, '2025-02-01 09:30:00Z',
  '2025-02-01 09:31:00.5Z', '[{"entity": "candidate", "erased": 12}, {"entity": "job", "erased": 3}]',
  'All of it at ' || name, md5(name)
from company;
"""

# Northwind has no access lists either. A third of its jobs and a sixth of its applications get on some here:
# the recruiter's own (`mine`), those of others, one that everybody is on; some are on several.
_ADD_LISTS: Final = f"""
with northwind as (
  select company_id from company where urn = 'urn:li:organization:1001'
),
entity as (
  select company_id, partner_name, 'JOB_POSTING' as kind, external_id, row_number() over (order by id) as n
  from job join northwind using (company_id)
  union all
  select company_id, partner_name, 'APPLICATION', external_id, row_number() over (order by id) + 1
  from application join northwind using (company_id)
),
list (place, acl_id) as (
  values (2, 'mine'), (5, 'admins'), (8, 'somebody'), (11, 'ALL_PRODUCT_USERS'), (5, 'mine'), (14, 'empty')
)
insert into entity_acl
select e.company_id, e.partner_name, e.kind, e.external_id, l.acl_id
from entity e
join list l on e.n % 15 = l.place
where e.kind = 'JOB_POSTING' or e.n % 2 = 0;
insert into entity_acl_assignee
select s.company_id, i.partner_name, kind, acl_id, member_urn
from company c
join integration i on i.company_id = c.company_id and i.state <> 'ERASED'
cross join (values ('JOB_POSTING'), ('APPLICATION')) as k (kind)
cross join lateral (
  select company_id, 'mine' as acl_id, member_urn from seat
  where company_id = c.company_id and urn in ('urn:li:seat:7001', 'urn:li:seat:7003')
  union all
  select company_id, 'admins', member_urn from seat where company_id = c.company_id and is_admin
  union all
  select c.company_id, 'somebody', '{OTHER_MEMBER}'
) s
where c.urn = 'urn:li:organization:1001';
"""

# Whoever reads a seat's decisions is written down. Without this, two readings of the trail one after the
# other would differ by what the first of them wrote. Triggers fire by name: this one before all others.
_KEEP_NO_TRAIL = """
create function keep_no_trail() returns trigger language plpgsql as 'begin return null; end';
create trigger a_trail_is_not_kept before insert on audit_entry for each row execute function keep_no_trail();
"""


@dataclass(frozen=True)
class World:
    """One database, and everything that answers operations over it."""

    owner_dsn: str
    pool: Pool
    engine: Engine
    reference: Reference
    samples: Samples
    viewers: dict[str, Viewer]
    grants: dict[Viewer, Grants] = field(default_factory=dict)

    async def by_engine(
        self, query: str, variables: dict[str, Any], viewer: Viewer, name: str | None = None
    ) -> dict[str, Any]:
        """The engine's answer as a client parses it; a refused request as its errors alone."""
        try:
            answer = await self.engine.execute(
                GraphQLRequest(query, name, variables), self.context(viewer), introspection=True
            )
        except RequestRefused as refused:
            return {"errors": refused.errors}
        except CallerError as error:
            return {"errors": [error.as_graphql()]}
        parsed: dict[str, Any] = orjson.loads(answer)
        return parsed

    async def by_reference(
        self, query: str, variables: dict[str, Any], viewer: Viewer, name: str | None = None
    ) -> dict[str, Any]:
        """The reference's answer."""
        return await self.reference.execute(query, variables, self.context(viewer), name)

    def context(self, viewer: Viewer) -> RequestContext:
        """A request's context for this viewer, whose grants are decided once, as they are in production."""
        grants = self.grants.get(viewer)
        if grants is None:
            grants = self.grants[viewer] = grants_of(viewer)
        return RequestContext(grants, self.pool)


_TEMPLATES: WeakKeyDictionary[TestServer, str] = WeakKeyDictionary()


async def demo_template(server: TestServer, migrated: str) -> str:
    """The name of the template that has the demo, filled at its first use."""
    if server not in _TEMPLATES:
        _TEMPLATES[server] = await server.fill_template("both_executors", _fill, basis=migrated)
    return _TEMPLATES[server]


def patient_pool(dsn: str, role: str = SERVICE_ROLE) -> Pool:
    """A pool that waits for a busy machine as long as it takes."""
    return Pool(dsn, size=4, role=role, acquire_timeout_ms=120_000, statement_timeout_ms=60_000)


async def _fill(dsn: str) -> None:
    async with Pool(dsn, size=2) as pool:
        await load_demo(dsn, pool)
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_ADD_CLIENTS + _ADD_RECEIPTS + _KEEP_NO_TRAIL)
    finally:
        await owner.close()


async def _add_lists(dsn: str) -> None:
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_ADD_LISTS)
    finally:
        await owner.close()


@asynccontextmanager
async def demo_world(server: TestServer, migrated: str) -> AsyncIterator["World"]:
    """A world on a database of its own that has the demo, with access lists in both companies."""
    demo = await demo_template(server, migrated)
    template = await server.fill_template("both_executors_and_lists", _add_lists, basis=demo)
    async with server.copy_of(template) as dsn, patient_pool(dsn) as pool:
        yield await world_on(dsn, pool)


async def world_on(owner_dsn: str, pool: Pool) -> World:
    """A world on a database that has the demo, with this pool on it."""
    owner = await asyncpg.connect(owner_dsn, server_settings={"TimeZone": "UTC"})
    try:
        samples = await read_samples(owner)
    finally:
        await owner.close()
    schema = build_schema()
    graphql_schema, catalogue = bind(schema)
    return World(
        owner_dsn=owner_dsn,
        pool=pool,
        engine=Engine(graphql_schema, catalogue, fetch_bytes, Limits()),
        reference=Reference(schema.as_str(), catalogue),
        samples=samples,
        viewers=await persona_viewers(pool),
    )
