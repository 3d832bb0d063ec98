"""`rsc schema`."""

import asyncio

import click

from app.cli.client_schema import schema_for
from app.database.connect import make_pool, open_database
from app.errors import CallerError, ErrorCode
from app.settings import Settings
from resolvers.schema import build_schema, print_federation_sdl, print_sdl

_DOCUMENTS = """
select document
from trusted_operation
where client_name = $1
order by name, document_id
"""


@click.command()
@click.option("--client", metavar="NAME", help="Only what this widget's or partner's operations reach.")
@click.option("--subgraph", is_flag=True, help="As a subgraph, for composers of a federation.")
def schema(client: str | None, *, subgraph: bool) -> None:
    """Print the schema as SDL.

    With --client, only what that client's registered operations name (this asks the database); with
    --subgraph, what `_service` tells.
    """
    if subgraph and client is not None:
        raise click.UsageError("--client and --subgraph do not go together.")
    sdl = print_federation_sdl() if subgraph else print_sdl()
    if client is not None:
        documents = asyncio.run(_documents(Settings.from_environ(), client))
        sdl = schema_for(build_schema()._schema, sdl, documents) + "\n"
    click.echo(sdl, nl=False)


async def _documents(settings: Settings, client: str) -> list[str]:
    async with open_database(settings, share=True) as database, make_pool(database.dsn, settings) as pool:
        rows = await pool.fetch(None, _DOCUMENTS, [client])
    if not rows:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"No client {client!r} has registered operations.")
    return [row["document"] for row in rows]
