"""`rsc application`: the credentials of a partner's own application, with which it makes those of its
customers.
"""

import asyncio

import click

from app.auth.applications import ensure_own_application, find_application, renew_secret
from app.auth.own_key import signing_key
from app.database.connect import make_pool, open_database
from app.errors import CallerError, ErrorCode
from app.settings import Settings


@click.command()
@click.option("--partner", required=True, metavar="NAME", help="The ATS partner, as in the table `partner`.")
@click.option(
    "--rotate", is_flag=True, help="Make a new secret; tokens had by the old one stop within a second."
)
def application(partner: str, rotate: bool) -> None:
    """Print client id and secret of a partner's own application, which is made if there is none.

    The secret is printed where RSC_SIGNING_KEY is the key that it was made with; else --rotate makes a new
    one.
    """
    click.echo(" ".join(asyncio.run(_credentials(Settings.from_environ(), partner, rotate=rotate))))


async def _credentials(settings: Settings, partner: str, *, rotate: bool) -> tuple[str, str]:
    key = signing_key(settings)
    if key is None:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT, "RSC_SIGNING_KEY is not set, and without it no tokens are issued."
        )
    async with open_database(settings, share=True) as database, make_pool(database.dsn, settings) as pool:
        async with pool.transaction(None) as connection:
            if not await connection.fetchval("select 1 from partner where name = $1", partner):
                raise CallerError(ErrorCode.BAD_USER_INPUT, f"There is no partner {partner!r}.")
            client_id, secret = await ensure_own_application(connection, partner, key)
        if rotate:
            found = await find_application(pool, client_id)
            assert found is not None
            async with pool.transaction(None) as connection:
                client_id, secret = await renew_secret(connection, found[0].id, key)
    if secret is None:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"The secret of {client_id} was made with another signing key; --rotate makes a new one.",
        )
    return client_id, secret
