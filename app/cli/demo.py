"""`rsc demo`."""

import asyncio
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import click

from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.cli.progress import Report, progress_bars
from app.database.connect import make_pool, wipe_embedded
from app.database.migrate import migrate
from app.demo.applications import ensure_demo_applications
from app.demo.load import DemoSummary, load_demo
from app.http.server import listen, serve
from app.services import check_schema, make_engine, make_services, running_database
from app.settings import MemberSourceKind, Settings


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes any free one.  [RSC_PORT, 8000]")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything is kept.  [RSC_DATA_DIR, .rsc]",
)
@click.option("--fresh", is_flag=True, help="Remove the database first, and make it anew.")
def demo(port: int | None, data: Path | None, fresh: bool) -> None:
    """Start everything with a demo company: an embedded PostgreSQL, its data, and the server.

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
    # So that nobody waits for the data to be told that the port is taken.
    listen(settings.host, settings.port).close()
    if fresh:
        wipe_embedded(settings)
    with running_database(settings) as running:
        summary = asyncio.run(_set_up(running))
        serve(running, make_services, on_ready=lambda url: _show(url, running, summary))


async def _set_up(settings: Settings) -> DemoSummary:
    assert settings.database_url is not None
    with progress_bars() as report:
        await _migrate(settings.database_url, report)
        async with make_pool(settings.database_url, settings) as pool:
            await check_schema(make_engine(settings), pool)
            summary = await load_demo(settings.database_url, pool, progress=report)
            await ensure_demo_applications(pool, development_key(settings))
            return summary


async def _migrate(dsn: str, report: Report) -> None:
    applied = await migrate(dsn)
    if applied:
        report("Creating tables", len(applied), len(applied))


def _show(url: str, settings: Settings, summary: DemoSummary) -> None:
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    click.echo(f"graphql:  {url}/graphql")
    click.echo(f"graphiql: {url}/graphiql")
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
