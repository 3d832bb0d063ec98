"""`rsc migrate`."""

import asyncio

import click

from app.database.connect import open_database
from app.database.migrate import migrate
from app.settings import Settings


@click.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to date.

    DATABASE_URL names the owner of the tables; without it, the embedded server under RSC_DATA_DIR is
    brought to date. Several may start at once.
    """
    applied = asyncio.run(_migrate(Settings.from_environ()))
    for name in applied:
        click.echo(f"applied {name}")
    if not applied:
        click.echo("The database is up to date.")


async def _migrate(settings: Settings) -> list[str]:
    async with open_database(settings, share=True) as database:
        return await migrate(database.dsn)
