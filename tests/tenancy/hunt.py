"""Makes calls through the whole application and looks for what is foreign in all that comes of it."""

import io
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final
from unittest import mock

import asyncpg
import httpx
import orjson
import structlog
from asgi_lifespan import LifespanManager

from app.auth.authenticate import Authenticator
from app.auth.issuers import IssuerRegistry, own_issuers
from app.database.pool import SERVICE_ROLE, Pool
from app.engine import rows
from app.engine.engine import Engine
from app.http.server import build_app
from app.http.services import Services
from app.settings import Settings
from app.telemetry.logs import configure_logging
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.http.conftest import KEY
from tests.reference.samples import read_samples
from tests.tenancy.calls import Call, Calls
from tests.tenancy.canaries import company_of, said_in
from tests.tenancy.tenants import tenants

_SETTINGS: Final = Settings(development_tokens=True)
_LEARNED: Final = 0.3
"""So many of the answers are looked through for cursors to come back with."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What one call was told, or what was logged, of another company."""

    call: Call
    place: str
    canaries: frozenset[str]


@dataclass(slots=True)
class Tally:
    """What was called, what became of it, and what was found."""

    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    refusals: int = 0
    own: int = 0
    foreign_named: int = 0
    log_lines: int = 0
    faults: list[Call] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)

    @property
    def operations(self) -> int:
        return self.kinds.total()

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"operations            {self.operations}"
        for kind, count in self.kinds.most_common():
            yield f"  {kind:<20}{count}"
        yield f"by status             {dict(sorted(self.statuses.items()))}"
        yield f"with an error         {self.refusals}"
        yield f"naming what is foreign {self.foreign_named}"
        yield f"lines logged          {self.log_lines}"
        yield f"own canaries told     {self.own}"
        yield f"foreign canaries      {sum(len(leak.canaries) for leak in self.leaks)}"


class Hunt:
    """One application and those who call it, one call after the other, so that a log line is a call's."""

    def __init__(self, client: httpx.AsyncClient, calls: Calls, log: io.StringIO) -> None:
        self._client = client
        self._calls = calls
        self._log = log
        self._planted: defaultdict[int, set[str]] = defaultdict(set)
        self.tally = Tally()

    async def run(self, operations: int) -> Tally:
        """So many calls; the tally is that of all so far."""
        for _ in range(operations):
            await self.call(self._calls.draw())
        await self._look_at_metrics()
        return self.tally

    async def call(self, call: Call) -> None:
        """Make one call and look at all that comes of it."""
        url = self._client.base_url.copy_with(raw_path=call.target.encode("ascii"))
        headers = {"Authorization": call.tenant.bearers[call.who], **call.headers}
        response = await self._client.request(call.method, url, json=call.body, headers=headers)
        self._count(call, response)
        named = said_in(call.said)
        own = call.tenant.number
        self.tally.foreign_named += any(company_of(one) != own for one in named)
        if call.writes:
            # What a caller writes down is its own from then on, whatever word it chose.
            self._planted[own] |= named
        known = named | self._planted[own]
        for place, text in (
            ("answer", response.text),
            ("headers", str(response.headers)),
            ("log", self._logged()),
        ):
            found = said_in(text)
            self.tally.own += sum(company_of(one) == own for one in found)
            foreign = frozenset(one for one in found if company_of(one) != own) - known
            if foreign:
                self.tally.leaks.append(Leak(call, place, foreign))
        if call.finds_nothing and b'"totalCount":' in response.content.replace(b'"totalCount":0', b""):
            self.tally.leaks.append(Leak(call, "count", frozenset({"a count"})))
        if call.learn is not None and response.status_code == 200 and self._calls.rng.random() < _LEARNED:
            answer = orjson.loads(response.content)
            if "errors" not in answer:
                call.learn(answer)

    def _count(self, call: Call, response: httpx.Response) -> None:
        self.tally.kinds[call.kind] += 1
        self.tally.statuses[
            f"{'wire' if call.kind.startswith('wire') else 'graphql'} {response.status_code}"
        ] += 1
        if response.status_code >= 500:
            self.tally.faults.append(call)
        self.tally.refusals += response.status_code >= 400 or b'"errors":[' in response.content

    def _logged(self) -> str:
        text = self._log.getvalue()
        self._log.seek(0)
        self._log.truncate()
        self.tally.log_lines += text.count("\n")
        return text

    async def _look_at_metrics(self) -> None:
        response = await self._client.get("/metrics")
        assert response.status_code == 200
        assert said_in(response.text) == frozenset(), "A metric says whose it is."


@contextmanager
def logs() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as in production."""
    before, handlers, level = structlog.get_config(), [*logging.root.handlers], logging.root.level
    stream = io.StringIO()
    configure_logging(stream)
    try:
        yield stream
    finally:
        structlog.configure(**before)
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)


@contextmanager
def no_company_condition() -> Iterator[None]:
    """The compiler's condition, taken out: every row passes."""
    with mock.patch.object(
        rows, "company_condition", lambda alias, _binds: f"{alias}.company_id is not null"
    ):
        yield


@asynccontextmanager
async def hunting(
    dsn: str, seed: int, *, role: str = SERVICE_ROLE, documents: int = 1_200
) -> AsyncIterator[Hunt]:
    """The application on this database, a copy of the template `tests.tenancy.tenants.filled`.

    With the role `none` the pool is the owner of the tables, whom row-level security does not bind.
    """
    schema, catalogue = bind(build_schema())
    engine = Engine(schema, catalogue, fetch_bytes, _SETTINGS.limits, documents=3_000, plans=12_000)
    owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
    try:
        calls = Calls(schema, await read_samples(owner), await tenants(owner), seed, documents)
    finally:
        await owner.close()
    pool = Pool(dsn, size=2, role=role, acquire_timeout_ms=60_000, statement_timeout_ms=60_000)
    issuers = IssuerRegistry(own_issuers(KEY, development_tokens=True))
    services = Services(
        settings=_SETTINGS,
        pool=pool,
        authenticator=Authenticator(issuers, pool),
        engine=engine,
        signing_key=KEY,
    )
    app = build_app(services)
    transport = httpx.ASGITransport(app)
    with logs() as log:
        async with (
            LifespanManager(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=120) as client,
        ):
            yield Hunt(client, calls, log)
