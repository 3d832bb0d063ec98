"""`rsc serve`."""

import asyncio
from dataclasses import replace

import click
import structlog

from app.database.migrate import migrate
from app.http.server import serve
from app.services import make_services, running_database
from app.settings import Settings
from app.telemetry.logs import configure_logging

_log = structlog.get_logger(__name__)


@click.command(name="serve")
@click.option("--host", help="The address to listen on.  [RSC_HOST, 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes any free one.  [RSC_PORT, 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes.  [RSC_WORKERS, 1]")
def serve_command(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve, until SIGINT or SIGTERM.

    The database is DATABASE_URL, which `rsc migrate` brings to date; or, without it, the embedded server
    under RSC_DATA_DIR, which is brought to date here. Logs are JSON lines on stderr.
    """
    environ = Settings.from_environ()
    settings = replace(
        environ,
        host=environ.host if host is None else host,
        port=environ.port if port is None else port,
        workers=environ.workers if workers is None else workers,
    )
    configure_logging()
    if settings.issuers is None and settings.signing_key is None and not settings.development_tokens:
        _log.warning("nobody_can_be_authenticated", because="neither RSC_ISSUERS nor RSC_SIGNING_KEY is set")
    with running_database(settings) as running:
        assert running.database_url is not None
        if settings.database_url is None:
            asyncio.run(migrate(running.database_url))
        serve(running, make_services, on_ready=lambda url: click.echo(f"serving {url}/graphql", err=True))
