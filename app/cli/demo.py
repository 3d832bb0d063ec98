"""`rsc demo`."""

import asyncio
import shutil
import signal
import socket
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.cli.progress import Report, progress_bars
from app.database.connect import make_pool, wipe_embedded
from app.database.migrate import migrate
from app.demo.applications import ensure_demo_applications, register_ats_origins
from app.demo.load import DemoSummary, load_demo
from app.errors import CallerError
from app.http.beside import served_beside
from app.http.server import listen, serve, url_of
from app.http.services import Services
from app.pretend_ats import AtsSettings, build_ats
from app.services import check_schema, make_engine, make_services, running_database
from app.settings import MemberSourceKind, Settings

_PORT_MAX: Final = 65_535


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes any free one.  [RSC_PORT, 8000]")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything is kept.  [RSC_DATA_DIR, .rsc]",
)
@click.option("--fresh", is_flag=True, help="Remove the database first, and make it anew.")
def demo(port: int | None, data: Path | None, fresh: bool) -> None:
    """Start everything with a demo company: an embedded PostgreSQL, its data, the server, and a pretend ATS.

    The ATS embeds the widgets as a vendor's pages would; it is at the next port, or at any free one.
    Prints the URLs and a token for each persona, then a line that is just `ready`; stops on SIGINT and
    SIGTERM. DATABASE_URL and RSC_SIGNING_KEY are left alone: the demo has a database and a key of its own.
    """
    environ = Settings.from_environ()
    settings = replace(
        environ,
        database_url=None,
        signing_key=None,
        port=environ.port if port is None else port,
        data_dir=environ.data_dir if data is None else data,
        workers=1,
        member_source=MemberSourceKind.MIRROR,
        development_tokens=True,
        graphiql=True,
        open_introspection=True,
        allow_private_callbacks=True,
    )
    # Until the server takes the signals over, both of them end the set-up in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        # So that nobody waits for the data to be told that the port is taken.
        listener = stack.enter_context(listen(settings.host, settings.port))
        beside = stack.enter_context(listen_beside(listener, settings))
        ats_url = url_of(beside, settings.host)
        if fresh:
            wipe_embedded(settings)
        running = stack.enter_context(running_database(settings))
        summary, client_id, client_secret = asyncio.run(_set_up(running, ats_url))
        ats = AtsSettings(
            gateway_url=url_of(listener, settings.host),
            client_id=client_id,
            client_secret=client_secret,
            allowed_hosts=settings.allowed_hosts,
        )
        serve(
            running,
            partial(_with_ats, ats, beside),
            listener=listener,
            on_ready=lambda url: _show(url, ats_url, running, summary),
        )


def listen_beside(listener: socket.socket, settings: Settings) -> socket.socket:
    """A socket for the ATS: at the port after the gateway's, or at any if that is taken or none was named."""
    port = listener.getsockname()[1] + 1
    if settings.port == 0 or port > _PORT_MAX:
        return listen(settings.host, 0)
    try:
        return listen(settings.host, port)
    except CallerError:
        return listen(settings.host, 0)


def _with_ats(ats: AtsSettings, listener: socket.socket, settings: Settings) -> Services:
    services = make_services(settings)
    return replace(
        services, background={**services.background, "pretend ats": partial(_serve_ats, ats, listener)}
    )


async def _serve_ats(ats: AtsSettings, listener: socket.socket) -> None:
    # A socket of its own: the server closes what it is given, and may be started again.
    async with served_beside(build_ats(ats), listener.dup()):
        await asyncio.Event().wait()


async def _set_up(settings: Settings, ats_url: str) -> tuple[DemoSummary, str, str]:
    """Answers what the demo has, and the credentials of Northwind's application, which this ATS may frame."""
    assert settings.database_url is not None
    with progress_bars() as report:
        await _migrate(settings.database_url, report)
        async with make_pool(settings.database_url, settings) as pool:
            await check_schema(make_engine(settings), pool)
            summary = await load_demo(settings.database_url, pool, progress=report)
            client_id, secret, *_ = await ensure_demo_applications(pool, development_key(settings))
            await register_ats_origins(pool, client_id, _origins(ats_url))
            return summary, client_id, secret


def _origins(url: str) -> list[str]:
    """The origins that a browser on this machine may have for this address."""
    port = urlsplit(url).port
    return list(dict.fromkeys((url, f"http://localhost:{port}", f"http://127.0.0.1:{port}")))


async def _migrate(dsn: str, report: Report) -> None:
    applied = await migrate(dsn)
    if applied:
        report("Creating tables", len(applied), len(applied))


def _show(url: str, ats_url: str, settings: Settings, summary: DemoSummary) -> None:
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    click.echo(f"graphql:  {url}/graphql")
    click.echo(f"graphiql: {url}/graphiql")
    click.echo(f"ats:      {ats_url}  (the widgets, embedded by a pretend ATS)")
    click.echo(f"wire api: {url}/v2  (rsc token --persona partner --client-credentials)")
    click.echo(f"health:   {url}/healthz  {url}/readyz  {url}/metrics")
    for company in summary.companies:
        click.echo(
            f"company:  {company.name}: {company.candidates:,} candidates ({company.matched:,} matched), "
            f"{company.jobs:,} jobs, {company.applications:,} applications"
        )
    click.echo("-" * width)
    key = development_key(settings)
    for persona in PERSONAS.values():
        roles = ", ".join(sorted(persona.roles))
        click.echo(f"{persona.name:<23}{roles:<29}{persona.contract or '-'}")
        click.echo(f"  {persona.description}")
        click.echo(f"  {persona.token(key)}")
    click.echo("-" * width)
    click.echo("ready")
