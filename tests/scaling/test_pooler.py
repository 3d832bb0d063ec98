"""PgBouncer in transaction mode between us and PostgreSQL: slower, and otherwise as if it were not there."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from app.access.guards import grants_of
from app.auth.personas import CONTOSO, NORTHWIND
from app.database.connect import make_pool
from app.database.pool import Pool
from app.database.pooled import TransactionPool
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.records.tags import add_tag
from app.settings import Limits, Settings
from loaders.context import RequestContext
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.queries.case import Case, all_cases
from tests.reference.viewers import persona_viewers
from tests.scaling.servers import Server, pgbouncer, run

_SEEN = "select count(*), min(company_id::text), max(company_id::text) from candidate"


@pytest.fixture(scope="module")
def pooler(postgres: Server) -> Iterator[Server]:
    # Fewer connections than ours, so that one of ours meets a different one each time.
    with pgbouncer(postgres, size=2) as pooler:
        yield pooler


@asynccontextmanager
async def pooled(pooler: Server, database: str, *, size: int = 6) -> AsyncIterator[Pool]:
    url = pooler.dsn(database)
    settings = Settings.from_environ({"DATABASE_URL": url, "RSC_DATABASE_POOLER": "transaction"})
    pool = make_pool(url, settings, size=size)
    assert isinstance(pool, TransactionPool)
    async with pool:
        yield pool


async def test_every_operation_gets_the_same_answer_as_without(postgres: Server, pooler: Server) -> None:
    engine = Engine(*bind(build_schema()), fetch_bytes, Limits())
    async with Pool(postgres.dsn("demo")) as direct, pooled(pooler, "demo") as pool:
        viewers = await persona_viewers(direct)
        assert viewers == await persona_viewers(pool)

        async def ask(case: Case, through: Pool) -> object:
            context = RequestContext(grants_of(viewers[case.persona]), through)
            request = GraphQLRequest(case.query, None, case.variables)
            return json.loads(await engine.execute(request, context, introspection=True))

        # One of them looks into a seat's access, which is written to the audit trail that others read.
        cases = [case for case in all_cases() if "auditTrail" not in case.query]
        assert len(cases) > 30
        answers = await asyncio.gather(*(ask(case, pool) for case in cases))
        for case, answer in zip(cases, answers, strict=True):
            assert answer == await ask(case, direct), case.name


async def test_companies_at_once_never_see_each_other(postgres: Server, pooler: Server) -> None:
    urns = (NORTHWIND, CONTOSO)
    companies = [(await run(postgres.dsn("demo"), f"select company_of('{urn}')"))[0] for urn in urns]
    async with pooled(pooler, "demo") as pool:

        async def look(company: CompanyId) -> tuple[CompanyId, int, str, str]:
            rows = await pool.fetch(company, _SEEN)
            return (company, *rows[0])

        seen = []
        for _ in range(10):
            seen += await asyncio.gather(*(look(companies[turn % 2]) for turn in range(30)))
        assert {first for _, _, first, _ in seen} == {str(company) for company in companies}
        assert all(str(company) == first == last for company, _, first, last in seen)
        assert (await pool.fetch(None, _SEEN))[0]["count"] == 0


async def test_nothing_of_a_transaction_is_left_for_the_next_client(pooler: Server, postgres: Server) -> None:
    company = (await run(postgres.dsn("demo"), f"select company_of('{NORTHWIND}')"))[0]
    async with pooled(pooler, "demo") as pool:
        await asyncio.gather(*(pool.fetch(company, _SEEN) for _ in range(10)))
        role, bound, timeout = await run(
            pooler.dsn("demo"),
            "select current_user::text",
            "select coalesce(current_setting('rsc.company', true), '')",
            "show statement_timeout",
        )
    assert (role, bound, timeout) == ("postgres", "", "0")


async def test_writes_commit_or_leave_nothing(pooler: Server, postgres: Server, database: str) -> None:
    company = (await run(postgres.dsn(database), f"select company_of('{NORTHWIND}')"))[0]
    candidate = (
        await run(postgres.dsn(database), f"select id from candidate where company_id = '{company}'")
    )[0]
    tagged = f"select count(*) from candidate_tag where candidate_id = '{candidate}'"
    async with pooled(pooler, database) as pool:
        before = (await run(postgres.dsn(database), tagged))[0]
        await asyncio.gather(*(add_tag(pool, company, candidate, f"pooled {n}") for n in range(10)))
        assert (await run(postgres.dsn(database), tagged))[0] == before + 10
        with pytest.raises(ValueError, match="on purpose"):
            await _fail(pool, company)
        assert (await run(postgres.dsn(database), tagged))[0] == before + 10


async def _fail(pool: Pool, company: CompanyId) -> None:
    async with pool.transaction(company) as connection:
        await connection.execute("delete from candidate_tag where company_id = $1", company)
        async with connection.transaction():
            raise ValueError("on purpose")


async def test_a_statement_that_takes_too_long_is_ended(pooler: Server) -> None:
    async with TransactionPool(pooler.dsn("demo"), size=1, statement_timeout_ms=200) as pool:
        with pytest.raises(CallerError) as caught:
            await pool.fetch(None, "select pg_sleep(5)")
        assert caught.value.code is ErrorCode.TIMEOUT
        assert (await pool.fetch(None, "select 1 as one"))[0]["one"] == 1


async def test_a_server_that_comes_back_is_found_again(pooler: Server, postgres: Server) -> None:
    async with pooled(pooler, "demo", size=2) as pool:
        assert await pool.fetch_bytes(None, "select convert_to('a', 'UTF8')") == b"a"
        await run(
            postgres.dsn("demo"),
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where pid <> pg_backend_pid() and datname = 'demo'",
        )
        answers = await asyncio.gather(
            *(pool.fetch_bytes(None, "select convert_to('b', 'UTF8')") for _ in range(5)),
            return_exceptions=True,
        )
        # Whoever met a connection that had gone was tried again; what is told at worst is 503.
        assert all(answer == b"b" or isinstance(answer, CallerError) for answer in answers), answers
        assert await pool.fetch_bytes(None, "select convert_to('c', 'UTF8')") == b"c"
