"""`rsc explain`."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from app.access.guards import Grants
from app.auth.authenticate import Authenticator
from app.auth.issuers import registry_of
from app.auth.keys import new_signing_key
from app.auth.personas import PERSONAS
from app.database.connect import make_pool, open_database
from app.database.pool import Pool
from app.engine.explanation import Explanation
from app.engine.request import GraphQLRequest, RequestRefused
from app.errors import CallerError, ErrorCode
from app.services import make_engine, make_member_source
from app.settings import Settings
from loaders.context import RequestContext


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--persona", required=True, type=click.Choice(list(PERSONAS)), help="Who asks.")
@click.option("--variables", default="{}", metavar="JSON", help="The operation's variables.")
@click.option("--operation", metavar="NAME", help="Which one, if the file has several.")
def explain(file: Path, persona: str, variables: str, operation: str | None) -> None:
    """Print what the engine makes of an operation: what is denied and why, what Python fills, the SQL.

    Nothing is run but the look-up of who asks. Goes beside a running `rsc demo`.
    """
    request = GraphQLRequest(file.read_text("utf-8"), operation, _object(variables))
    click.echo(asyncio.run(_explain(Settings.from_environ(), request, persona)).text)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--variables") from None
    if not isinstance(value, dict):
        raise click.BadParameter("must be a JSON object", param_hint="--variables")
    return value


async def _explain(settings: Settings, request: GraphQLRequest, persona: str) -> Explanation:
    async with open_database(settings, share=True) as database, make_pool(database.dsn, settings) as pool:
        context = RequestContext(await _grants(settings, pool, persona), pool)
        try:
            return make_engine(settings, make_member_source(settings, pool)).explain(request, context)
        except RequestRefused as refusal:
            told = " ".join(str(entry["message"]) for entry in refusal.errors)
            raise CallerError(ErrorCode.BAD_USER_INPUT, told) from None


async def _grants(settings: Settings, pool: Pool, persona: str) -> Grants:
    """What the persona is granted in this database: with a key of its own, which nobody else trusts."""
    key = new_signing_key()
    own = Settings(development_tokens=True, limits=settings.limits)
    authenticator = Authenticator(registry_of(own, key), pool)
    await authenticator.start()
    return await authenticator.grants(b"Bearer " + PERSONAS[persona].token(key).encode("ascii"))
