"""The worked example, running: ours with LinkedIn as a live source, the vendor, Hive Gateway before both."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from app.auth.personas import PERSONAS
from app.engine.engine import Engine
from app.http.server import build_app
from app.linkedin.cache import Cache
from app.linkedin.source import make_source
from app.settings import Limits
from app.simulator.server import RunningSimulator
from app.simulator.world import demo_world
from loaders.members import RemoteMembers, with_remote_members
from loaders.postgres import fetch_bytes
from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.conftest import TestServer
from tests.federation.vendor import Vendor
from tests.http.conftest import KEY, STAFF, listening, services_on
from tests.npm import NODE_MIN, install, run
from tests.reference.world import demo_template, patient_pool
from tests.simulator.running import simulated

EXAMPLE = Path(__file__).parent / "example"
FILES = ("package.json", "package-lock.json", "compose.mjs", "gateway.mjs")
START_S = 30


@dataclass(frozen=True)
class Federation:
    """Everything that runs, and what the composers said."""

    gateway: httpx.AsyncClient
    ours: httpx.AsyncClient
    vendor: Vendor
    simulator: RunningSimulator
    composed: dict[str, Any]

    async def ask(self, who: str | None, query: str, **variables: Any) -> dict[str, Any]:
        """One operation through Hive Gateway, with the persona's own token."""
        return await _post(self.gateway, _authorization(who), query, variables)

    async def ask_ours(self, who: str, query: str, **variables: Any) -> dict[str, Any]:
        """The same, asked of us alone."""
        return await _post(self.ours, _authorization(who), query, variables)


def _authorization(who: str | None) -> dict[str, str]:
    return {} if who is None else {"Authorization": f"Bearer {PERSONAS[who].token(KEY)}"}


async def _post(
    client: httpx.AsyncClient, headers: dict[str, str], query: str, variables: dict[str, Any]
) -> dict[str, Any]:
    sent = {"query": query, "variables": variables}
    response = await client.post("/graphql", json=sent, headers=headers)
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own with the example and its packages."""
    folder = tmp_path_factory.mktemp("federation")
    await install(EXAMPLE, FILES, folder, node_min=NODE_MIN)
    return folder


@pytest.fixture(scope="module")
async def federation(server: TestServer, migrated: str, installed: Path) -> AsyncIterator[Federation]:
    """All of it, on the demo's data."""
    demo = await demo_template(server, migrated)
    vendor = Vendor()
    async with (
        server.copy_of(demo) as dsn,
        simulated(demo_world()) as simulator,
        _engine_on(dsn, simulator) as engine,
        listening(build_app(services_on(dsn, engine))) as port,
        _serving(vendor) as vendor_port,
    ):
        composed = await _compose(installed, {"rsc": port, "assessments": vendor_port})
        async with (
            _hive_gateway(installed) as gateway_port,
            _client(gateway_port) as gateway,
            _client(port) as ours,
        ):
            yield Federation(gateway, ours, vendor, simulator, composed)


def _client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=START_S)


@asynccontextmanager
async def _engine_on(dsn: str, simulator: RunningSimulator) -> AsyncIterator[Engine]:
    """The product's engine, with the simulated LinkedIn as the source of members."""
    known = simulator.state.credentials
    async with patient_pool(dsn) as pool:
        source = make_source(
            url=simulator.url,
            client_id=known.client_id,
            client_secret=known.client_secret,
            timeout_s=20,
            connections=2,
            cache=Cache(pool=pool, retention=timedelta(hours=24), fresh=timedelta(hours=1)),
        )
        schema, catalogue = bind(build_schema())
        catalogue = with_remote_members(catalogue, RemoteMembers(source, wait_s=20))
        yield Engine(schema, catalogue, fetch_bytes, Limits())
        await source.close()


@asynccontextmanager
async def _serving(vendor: Vendor) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(vendor, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving


async def _compose(folder: Path, ports: dict[str, int]) -> dict[str, Any]:
    """Ask each subgraph for its SDL, as composers do, and compose them."""
    arguments = []
    for name, port in ports.items():
        async with _client(port) as client:
            answer = await _post(client, STAFF, "{ _service { sdl } }", {})
        (folder / f"{name}.graphql").write_text(answer["data"]["_service"]["sdl"], "utf-8")
        arguments.append(f"{name}=http://localhost:{port}/graphql={name}.graphql")
    code, out, err = await run("node", "compose.mjs", *arguments, folder=folder)
    assert code == 0, err
    composed: dict[str, Any] = json.loads(out)
    return composed


@asynccontextmanager
async def _hive_gateway(folder: Path) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        "node",
        "gateway.mjs",
        cwd=folder,
        env=os.environ | {"NODE_ENV": "production"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        assert line.strip().isdigit(), line
        yield int(line)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
