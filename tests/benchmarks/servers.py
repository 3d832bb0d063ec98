"""The peers that the gateway is measured against: `python -m tests.benchmarks.servers NAME FACTS PORT`.

protected  hand-written SQL behind the same token check, row-level security and company binding
bare       the same SQL behind Starlette alone: no token, no row-level security
plain      Strawberry and aiodataloader, field by field (plain.py), neither token nor row-level security

All run as the gateway does: one worker, uvloop and httptools, six connections, generic plans, the same
settings of the garbage collector.
"""

import asyncio
import base64
import gc
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from app.auth.authenticate import Authenticator
from app.auth.issuers import registry_of
from app.auth.keys import load_signing_key
from app.database.pool import Pool
from app.settings import Settings
from tests.benchmarks.facts import Facts
from tests.benchmarks.handwritten import LIST, SINGLE
from tests.benchmarks.plain import PlainApplication

CONNECTIONS = int(os.environ.get("RSC_BENCH_CONNECTIONS", "6"))
Run = Callable[[Scope, str, list[Any]], Awaitable[bytes]]


class Handwritten:
    """POST /graphql for the two operations, told apart by their names; as little as can be in between."""

    def __init__(self, facts: Facts, run: Run) -> None:
        self._facts, self._run = facts, run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        asked = orjson.loads(body)
        variables = asked["variables"]
        facts = self._facts
        if asked["operationName"] == "Widget":
            key = UUID(variables["id"].rsplit(":", 1)[1])
            arguments: list[Any] = [facts.company_id, key, facts.seat_id, facts.contract_id]
            answer = await self._run(scope, SINGLE, arguments)
        else:
            mark, at, last = json.loads(base64.urlsafe_b64decode(variables["after"] + "=="))
            arguments = [facts.company_id, datetime.fromisoformat(at), UUID(last), mark]
            answer = await self._run(scope, LIST, arguments)
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def protected(facts: Facts) -> ASGIApp:
    """Hand-written SQL with the gateway's own protection."""
    pool = Pool(facts.dsn, size=CONNECTIONS)
    settings = Settings(signing_key=facts.key_file, development_tokens=True)
    registry = registry_of(settings, load_signing_key(facts.key_file))
    authenticator = Authenticator(registry, pool, watching=Pool(facts.dsn, size=1))

    async def run(scope: Scope, sql: str, arguments: list[Any]) -> bytes:
        header = next(value for name, value in scope["headers"] if name == b"authorization")
        grants = authenticator.cached(header) or await authenticator.grants(header)
        company = grants.viewer.company
        assert company is not None
        answer = await pool.fetch_bytes(company.company_id, sql, arguments)
        assert answer is not None
        return answer

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.open()
        await authenticator.start()
        task = asyncio.create_task(authenticator.run())
        yield
        task.cancel()
        await pool.close()

    return Starlette(routes=[Mount("", Handwritten(facts, run))], lifespan=lifespan)


def bare(facts: Facts) -> ASGIApp:
    """Hand-written SQL with no protection at all."""
    kept: dict[str, asyncpg.Pool] = {}

    async def run(_: Scope, sql: str, arguments: list[Any]) -> bytes:
        async with kept["pool"].acquire() as connection:
            answer: bytes = await connection.fetchval(sql, *arguments)
            return answer

    return _with_pool(facts, kept, Handwritten(facts, run))


def plain(facts: Facts) -> ASGIApp:
    """Strawberry and aiodataloader alone."""
    kept: dict[str, asyncpg.Pool] = {}
    return _with_pool(facts, kept, PlainApplication(kept, facts))


def _with_pool(facts: Facts, kept: dict[str, asyncpg.Pool], application: ASGIApp) -> ASGIApp:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        kept["pool"] = await asyncpg.create_pool(
            facts.dsn,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            max_cacheable_statement_size=0,
            # Without it the pool spends a round trip on cleaning a connection that nobody has changed.
            reset=_leave_as_it_is,
            server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off", "TimeZone": "UTC"},
        )
        yield
        await kept["pool"].close()

    return Starlette(routes=[Mount("", application)], lifespan=lifespan)


async def _leave_as_it_is(_: Any) -> None:
    return None


def main() -> None:
    """Serve one of them until told to stop."""
    name, facts_file, port = sys.argv[1:4]
    application = {"protected": protected, "bare": bare, "plain": plain}[name](Facts.read(Path(facts_file)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main()
