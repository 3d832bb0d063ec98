"""The server: the application that is put together from the services, and the processes that serve it."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp
from uvicorn.supervisors.multiprocess import SIGNALS, Multiprocess, Process

from app.errors import CallerError, ErrorCode, Fault
from app.http.access_tokens import access_token_routes
from app.http.beat import Beat
from app.http.connection import BoundedConnection
from app.http.edge import Edge
from app.http.graphiql import graphiql_routes, insight_routes
from app.http.graphql import GraphQLEndpoint
from app.http.keys import key_routes
from app.http.measuring import keep_measuring, keep_measuring_backlog
from app.http.origins import Origins
from app.http.overload import Gate
from app.http.probes import probe_routes
from app.http.services import Services
from app.http.widgets import widget_routes
from app.http.wire import WireEndpoint
from app.settings import Settings
from app.telemetry.exporting import tracing_of
from app.telemetry.logs import configure_logging, what_failed
from app.telemetry.metrics import Metrics

KEEP_ALIVE_S: Final = 65
"""Longer than the 60 s after which common load balancers close an idle connection themselves."""

DRAIN_S: Final = 12
"""What runs at the signal to stop may end: the deadline of a request and a little."""

_END_S: Final = 15.0
"""So much more for closing what a worker has open: its pools, the traces that are not sent yet."""

_START_S: Final = 60.0
"""A worker may take so long until it answers its parent for the first time."""

_RESTART_PAUSE_S: Final = 1.0
_PARENT_CHECK_S: Final = 0.5

_log = structlog.get_logger(__name__)

MakeServices = Callable[[Settings], Services]
Job = Callable[[], Awaitable[None]]


def build_app(services: Services, *, on_started: Callable[[], None] | None = None) -> ASGIApp:
    """The whole HTTP application.

    Its lifespan opens the pool (and then closes it again), starts the authenticator and keeps both fresh,
    and runs what else a worker does in the background.
    A database that is away does not hinder the start: `/readyz` says so, and it works once it is back.
    """
    replicas = [services.replica.pool] if services.replica is not None else []
    gate = Gate(lines=[pool.line for pool in (services.pool, *replicas)])
    origins = Origins(services.watching or services.pool)
    routes = _routes(services, origins, gate)

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        pools = [pool for pool in (services.pool, services.watching, services.beside) if pool is not None]
        opened_here = [pool for pool in pools if pool.state().open == 0]
        try:
            for pool in pools:
                await pool.open()
            await services.authenticator.start()
            await origins.watch.read_now()
        except CallerError as error:
            _log.warning("started_without_database", code=error.code.value)
        if services.replica is not None:
            await services.replica.open()
        jobs: dict[str, Job] = {
            "authenticator": services.authenticator.run,
            "origins": origins.watch.keep,
            "metrics": partial(keep_measuring, services, gate),
            "backlog": partial(keep_measuring_backlog, services),
            **({"replica": services.replica.keep} if services.replica is not None else {}),
            **services.background,
        }
        tasks = [asyncio.create_task(_for_ever(name, job), name=name) for name, job in jobs.items()]
        if on_started is not None:
            on_started()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for pool in opened_here:
                await pool.close()
            if services.replica is not None:
                await services.replica.close()
            if services.tracing is not None:
                await asyncio.to_thread(services.tracing.close)

    endpoint = GraphQLEndpoint(services, origins, gate)
    return Edge(
        endpoint,
        # A redirection would be made of the Host header, and all our paths are said in one way.
        Router(routes, redirect_slashes=False, lifespan=lifespan),
        services.settings.allowed_hosts,
        wire=WireEndpoint(services, gate),
    )


def _routes(services: Services, origins: Origins, gate: Gate) -> list[BaseRoute]:
    """Everything beside /graphql and the wire API."""
    routes = [
        *probe_routes(services, gate),
        *key_routes(services),
        *access_token_routes(services),
        *widget_routes(services, origins, gate),
    ]
    if services.settings.graphiql:
        routes += graphiql_routes(services.personas if services.settings.development_tokens else None)
        if services.explains is not None:
            authenticator = services.authenticator
            routes += insight_routes(
                services.settings, services.explains, authenticator.grants, services.pool, gate
            )
    return routes


def serve(
    settings: Settings,
    make_services: MakeServices,
    *,
    listener: socket.socket | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then let running requests end, and return.

    `make_services` is called once in each worker; with more than one worker it must be importable, and
    `settings.database_url` must name a running database. `listener` is there already, or host and port are
    listened on. `on_ready` gets the URL once all workers answer.
    Raises: CallerError (BAD_USER_INPUT) if the port cannot be had; Fault if workers do not come up.
    """
    listener = listener or listen(settings.host, settings.port)
    url = url_of(listener, settings.host)
    tell = partial(on_ready, url) if on_ready is not None else None
    try:
        if settings.workers == 1:
            app = _worker_app(settings, make_services, None)
            _OneWorker(server_config(app, workers=1), tell).run(sockets=[listener])
        else:
            with tempfile.TemporaryDirectory(prefix="rsc-metrics-") as folder:
                factory = partial(_worker_app, settings, make_services, Path(folder), os.getpid())
                config = server_config(factory, workers=settings.workers, factory=True)
                _serve_many(config, listener, tell)
    finally:
        listener.close()


def _worker_app(
    settings: Settings, make_services: MakeServices, metrics_folder: Path | None, parent: int | None = None
) -> ASGIApp:
    configure_logging()
    services = make_services(settings)
    services = replace(services, metrics=Metrics(metrics_folder), tracing=tracing_of(os.environ))
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
        # Only here is somebody who starts another.
        services = replace(services, background={**services.background, "beat": Beat().keep})
    if services.replica is not None and metrics_folder is not None:
        services.replica.share(metrics_folder / "written")
    return build_app(services, on_started=_settle_memory)


def _settle_memory() -> None:
    """What lives as long as the worker is looked at by the collector no more, and the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _leave_with(parent: int) -> None:
    """End this worker if the parent is gone without having told it."""
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DRAIN_S + 3)
    os._exit(1)


def server_config(app: Any, *, workers: int, factory: bool = False) -> uvicorn.Config:
    """How uvicorn serves the application, or what a picklable factory makes of it in each worker."""
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=BoundedConnection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Nothing is decided from who a proxy says that it speaks for.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )


class _OneWorker(uvicorn.Server):
    """The server in this very process; it returns after a signal instead of raising it again."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._tell is not None and self.started:
            self._tell()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with _signals(self.handle_exit, (signal.SIGINT, signal.SIGTERM)):
            yield


class _Patient:
    """Asks a worker whether it lives; one that has not answered yet is starting, and may take its time.

    Uvicorn gives that five seconds too: on a machine that others keep busy a worker would be ended while it
    starts, and the next one as well, for ever.
    """

    def __init__(self, process: Process) -> None:
        self._process = process
        self._until = time.monotonic() + _START_S
        self.has_answered = False
        # Once, since each answer that nobody takes would later stand for that of a worker which hangs.
        process.parent_conn.send(b"ping")

    def __call__(self, timeout: float = 5) -> bool:
        if self.has_answered:
            return Process.ping(self._process, timeout)
        try:
            if self._process.parent_conn.poll():
                self._process.parent_conn.recv()
                self.has_answered = True
        except (OSError, EOFError):
            return False
        return self.has_answered or time.monotonic() < self._until


class _Workers(Multiprocess):
    """Uvicorn's supervisor of workers, which tells once all of them answer."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, tell: Callable[[], None] | None
    ) -> None:
        super().__init__(config, [listener])
        self._tell = tell
        self.came_up = False

    def join_all(self) -> None:
        """Wait for the workers as long as they have to end; one that hangs heeds no signal but the last."""
        deadline = time.monotonic() + DRAIN_S + _END_S
        for process in self.processes:
            process.process.join(max(deadline - time.monotonic(), 0.0))
            if process.process.is_alive():
                process.process.kill()
                process.process.join()

    def keep_subprocess_alive(self) -> None:
        for process in self.processes:
            if not isinstance(process.ping, _Patient):
                process.ping = _Patient(process)  # type: ignore[method-assign]
        super().keep_subprocess_alive()
        if not self.came_up and all(_has_come_up(process) for process in self.processes):
            self.came_up = True
            if self._tell is not None:
                self._tell()


def _has_come_up(process: Process) -> bool:
    return isinstance(process.ping, _Patient) and process.ping.has_answered and process.is_ready()


def _serve_many(config: uvicorn.Config, listener: socket.socket, tell: Callable[[], None] | None) -> None:
    with _signals(signal.SIG_DFL, tuple(SIGNALS)):
        workers = _Workers(config, listener, tell)
        workers.run()
    if not workers.came_up and any(process.exitcode for process in workers.processes):
        raise Fault("the workers did not come up")


@contextlib.contextmanager
def _signals(
    handler: Callable[[int, FrameType | None], None] | signal.Handlers, numbers: tuple[int, ...]
) -> Iterator[None]:
    """Have `handler` (which others may replace meanwhile) for these signals, and then what was before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


async def _for_ever(name: str, job: Job) -> None:
    """Keep a background job running: a fault in it is logged, and it starts again."""
    while True:
        try:
            await job()
        except Exception as error:
            _log.error("background_job_failed", job=name, **what_failed(error))
        await asyncio.sleep(_RESTART_PAUSE_S)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there (port 0: on any free port). Raises: CallerError if it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"Port {port} of {host} cannot be had ({why}); choose another by --port or RSC_PORT.",
        ) from None
    listener.setblocking(False)
    listener.set_inheritable(True)
    return listener


def url_of(listener: socket.socket, host: str) -> str:
    """The address, without a path, of whatever listens there."""
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}"
