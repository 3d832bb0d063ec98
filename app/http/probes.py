"""What machines ask: alive, able to answer, and how much of what."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.database.migrate import pending
from app.database.pool import Pool
from app.errors import CallerError
from app.http.measuring import measure
from app.http.overload import Gate
from app.http.services import Services
from app.telemetry.metrics import CONTENT_TYPE

READY_TIMEOUT_S: Final = 3.0


def probe_routes(services: Services, gate: Gate) -> list[BaseRoute]:
    """`/healthz`, `/readyz` and `/metrics`. None of them says anything about anybody."""

    async def show_health(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def show_readiness(_: Request) -> Response:
        hindrance = await _hindrance(services.pool)
        if hindrance is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse(
            {"status": "not ready", "because": hindrance}, status_code=503, headers={"Retry-After": "1"}
        )

    async def show_metrics(_: Request) -> Response:
        measure(services, gate)
        content = services.metrics.exposition()
        return Response(content, headers={"Content-Type": CONTENT_TYPE.decode("ascii")})

    return [
        Route("/healthz", show_health, methods=["GET"]),
        Route("/readyz", show_readiness, methods=["GET"]),
        Route("/metrics", show_metrics, methods=["GET"]),
    ]


async def _hindrance(pool: Pool) -> str | None:
    try:
        async with asyncio.timeout(READY_TIMEOUT_S), pool.acquire(None) as connection:
            missing = await pending(connection)
    except CallerError as error:
        return error.message
    except TimeoutError:
        return f"The database did not answer within {READY_TIMEOUT_S:g} s."
    return f"{len(missing)} migrations are not applied; run `rsc migrate`." if missing else None
