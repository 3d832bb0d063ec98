"""How everything is put together: from the settings to the services that answer requests.

The one place that knows all parts. Only the commands import it; each worker of the server makes its own
services from the same settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from app.auth.authenticate import Authenticator
from app.auth.issuers import registry_of
from app.auth.keys import SigningKey
from app.auth.own_key import signing_key
from app.auth.personas import PERSONAS
from app.database.connect import make_pool, open_embedded
from app.database.pool import Pool
from app.database.replica import Replica
from app.engine.engine import Engine
from app.engine.requirements import required_columns
from app.errors import CallerError, ErrorCode
from app.exports.progress import follow_delivery
from app.http.services import Persona, Services
from app.http.widgets.trusted_operations import keep_registered
from app.integration.erasure import keep_finishing
from app.linkedin.cache import Cache
from app.linkedin.source import MemberSource, make_source
from app.matching.ranking import RankingWorker
from app.matching.worker import MatchingWorker
from app.outbox.delivery import Delivery
from app.outbox.events import EventType
from app.outbox.sending import Sender
from app.settings import MemberSourceKind, Settings
from app.sync.upkeep import keep_up
from loaders.members import RemoteMembers, with_remote_members
from loaders.postgres import check_database, fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema


def make_services(settings: Settings) -> Services:
    """The services of one worker; nothing is opened or started yet.

    `settings.database_url` must name the database (see `running_database`).
    Raises: CallerError for a setting that cannot be used.
    """
    if settings.database_url is None:
        raise CallerError(ErrorCode.BAD_USER_INPUT, "DATABASE_URL is not set.")
    pool = make_pool(settings.database_url, settings)
    # A crowd of requests must not delay a revocation, nor work in the background a request: the latter
    # would also bind connections to other companies, which costs the next request a trip.
    watching = make_pool(settings.database_url, settings, size=1)
    beside = make_pool(settings.database_url, settings, size=2)
    key = signing_key(settings)
    members = make_member_source(settings, pool)
    engine = make_engine(settings, members)
    return Services(
        settings=settings,
        pool=pool,
        watching=watching,
        replica=make_replica(settings, pool),
        beside=beside,
        members=members,
        authenticator=Authenticator(registry_of(settings, key), pool, watching=watching),
        engine=engine,
        explains=engine,
        personas=_Personas(key) if key is not None and settings.development_tokens else None,
        background={
            "delivery": make_delivery(settings, beside).run,
            "erasures": partial(keep_finishing, beside, key),
            "matching": MatchingWorker(partial(make_pool, settings.database_url, settings, size=2)).run,
            "ranking": RankingWorker(beside).run,
            "sync upkeep": partial(keep_up, beside),
            "widget operations": partial(keep_registered, beside, engine.check_document),
            # Where LinkedIn was the source before, the retention holds all the same.
            "members": make_member_cache(settings, beside).keep_purged if members is None else members.run,
        },
        signing_key=key,
    )


def make_replica(settings: Settings, primary: Pool) -> Replica | None:
    """What lets queries read from the replica of `DATABASE_READ_URL`; None without one."""
    if settings.database_url is None or settings.database_read_url is None:
        return None
    return Replica(
        primary,
        make_pool(settings.database_read_url, settings),
        watching_primary=make_pool(settings.database_url, settings, size=1),
        watching_replica=make_pool(settings.database_read_url, settings, size=1),
        lag_ms=settings.database_read_lag_ms,
    )


def make_delivery(settings: Settings, pool: Pool) -> Delivery:
    """The delivery of events to the companies' ATS, and who takes over how far it has come."""
    return Delivery(
        pool,
        Sender(allow_private=settings.allow_private_callbacks),
        follow={EventType.EXPORT_CANDIDATE_PROFILE: follow_delivery},
    )


def make_member_source(settings: Settings, pool: Pool) -> MemberSource | None:
    """LinkedIn as the source of members; None where the mirror is.

    Raises: CallerError (BAD_USER_INPUT) naming the setting that is missing or cannot be used.
    """
    if settings.member_source is MemberSourceKind.MIRROR:
        return None
    if settings.linkedin_client_id is None or settings.linkedin_client_secret is None:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            "RSC_MEMBER_SOURCE=linkedin needs RSC_LINKEDIN_CLIENT_ID and RSC_LINKEDIN_CLIENT_SECRET.",
        )
    return make_source(
        url=settings.linkedin_url,
        client_id=settings.linkedin_client_id,
        client_secret=settings.linkedin_client_secret,
        timeout_s=settings.linkedin_timeout_ms / 1000,
        connections=settings.linkedin_connections,
        cache=make_member_cache(settings, pool),
    )


def make_member_cache(settings: Settings, pool: Pool) -> Cache:
    """Where LinkedIn's answers are kept, for as long as the settings say."""
    return Cache(
        pool=pool,
        retention=timedelta(hours=settings.member_retention_h),
        fresh=timedelta(minutes=settings.member_fresh_min),
    )


def make_engine(settings: Settings, members: MemberSource | None = None) -> Engine:
    """The engine over the whole schema, with members of that source or else of the mirror.

    Raises: SchemaRefused if the schema may not be served.
    """
    schema, catalogue = bind(build_schema())
    if members is not None:
        remote = RemoteMembers(members, wait_s=settings.linkedin_wait_ms / 1000)
        catalogue = with_remote_members(catalogue, remote)
    return Engine(
        schema,
        catalogue,
        fetch_bytes,
        settings.limits,
        documents=settings.document_cache_size,
        plans=settings.plan_cache_size,
    )


async def check_schema(engine: Engine, pool: Pool) -> None:
    """Hold the schema against the migrated database. Raises: Fault naming what could not be kept."""
    await check_database(pool, required_columns(engine.schema, engine.catalogue))


@contextmanager
def running_database(settings: Settings) -> Iterator[Settings]:
    """The settings with a `database_url` that works while the `with` lasts.

    Where none is set, the embedded server runs as long. Blocks, and must not be used on an event loop.
    Raises: CallerError (DATABASE_UNAVAILABLE) saying why the embedded server cannot run.
    """
    if settings.database_url is not None:
        yield settings
        return
    with open_embedded(settings) as embedded:
        yield replace(settings, database_url=embedded.dsn)


@dataclass(frozen=True, slots=True)
class _Personas:
    """GraphiQL's persona switch: fresh tokens at each load of the page."""

    key: SigningKey

    async def __call__(self) -> list[Persona]:
        return [Persona(one.name, one.description, one.token(self.key)) for one in PERSONAS.values()]
