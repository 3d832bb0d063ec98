"""`rsc token`: a development token, where the development key is on."""

import asyncio
from typing import Any

import click

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.issuers import DEVELOPMENT_LIFETIME_MAX_S
from app.auth.keys import SigningKey
from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.database.connect import make_pool, open_database
from app.demo.applications import ensure_demo_applications
from app.errors import CallerError, ErrorCode
from app.settings import Settings

_SEAT = """
select s.urn
from seat s
join contract k on k.company_id = s.company_id and k.id = s.contract_id
where s.company_id = $1 and k.urn = $2 and (s.urn = $3 or $3 is null)
order by s.state <> 'ACTIVE', s.is_admin <> $4, s.urn
limit 1
"""


_ROLE = click.Choice([role.value for role in Role])


@click.command()
@click.option("--persona", type=click.Choice(list(PERSONAS)), help="One of the demo's people.")
@click.option(
    "--client-credentials",
    is_flag=True,
    help="Of the persona `partner`, print client ids and secrets for the wire API instead of a token.",
)
@click.option("--role", "roles", multiple=True, type=_ROLE, help="May be repeated.")
@click.option("--company", metavar="URN", help="The organization that the bearer acts for.")
@click.option("--contract", metavar="URN", help="Choose a seat of this contract (asks the database).")
@click.option("--seat", metavar="URN", help="The bearer's seat; the contract, and being an admin, are its.")
@click.option("--partner", metavar="NAME", help="The ATS partner that the bearer belongs to.")
@click.option("--client", metavar="NAME", help="Only the trusted documents of this client are run for it.")
@click.option("--subject", default="developer", show_default=True, help="Who the bearer is.")
@click.option(
    "--lifetime",
    "lifetime_s",
    type=click.IntRange(1, DEVELOPMENT_LIFETIME_MAX_S),
    default=DEVELOPMENT_LIFETIME_MAX_S,
    show_default=True,
    help="Seconds.",
)
def token(persona: str | None, client_credentials: bool, **described: Any) -> None:
    """Print a signed development token: of a persona, or of whoever the options describe.

    The key is the one that `rsc demo` made in RSC_DATA_DIR, or, where RSC_DEVELOPMENT_TOKENS is on,
    RSC_SIGNING_KEY. Elsewhere there are no development tokens.

    `--persona partner --client-credentials` prints four words: client id and secret of Northwind's
    application, then those of the partner's own. They are for POST /oauth/v2/accessToken.
    """
    settings = Settings.from_environ()
    names = ("roles", "company", "contract", "seat", "partner")
    if (persona is None) != any(described[name] for name in names):
        raise click.UsageError("Say either --persona, or at least --role and --company.")
    if client_credentials and persona != "partner":
        raise click.UsageError("--client-credentials goes with --persona partner.")
    key = development_key(settings)
    if client_credentials:
        click.echo(" ".join(asyncio.run(_client_credentials(settings, key))))
    elif persona is not None:
        lifetime_s, client = described["lifetime_s"], described["client"]
        click.echo(PERSONAS[persona].token(key, lifetime_s=lifetime_s, client=client))
    else:
        click.echo(_described_token(settings, key, **described))


def _described_token(
    settings: Settings,
    key: SigningKey,
    *,
    roles: tuple[str, ...],
    company: str | None,
    contract: str | None,
    seat: str | None,
    **others: Any,
) -> str:
    if not roles or company is None:
        raise click.UsageError("A token needs --role and --company.")
    if contract is not None:
        seat = asyncio.run(_seat_on(settings, company, contract, seat, is_admin="RECRUITER_ADMIN" in roles))
    return issue_token(key, roles=[Role(role) for role in roles], company=company, seat=seat, **others)


async def _client_credentials(settings: Settings, key: SigningKey) -> tuple[str, str, str, str]:
    """Of the demo's applications, which are made if the demo has not done so yet."""
    async with open_database(settings, share=True) as database, make_pool(database.dsn, settings) as pool:
        return await ensure_demo_applications(pool, key)


async def _seat_on(
    settings: Settings, company: str, contract: str, seat: str | None, *, is_admin: bool
) -> str:
    """A seat of this contract, active ones first; `seat` itself if that is given and is one.

    A token never names a contract: it is the seat's.
    """
    async with open_database(settings, share=True) as database, make_pool(database.dsn, settings) as pool:
        (found,) = await pool.fetch(None, "select company_of($1) as company_id", [company])
        rows = await pool.fetch(found["company_id"], _SEAT, [found["company_id"], contract, seat, is_admin])
    if not rows:
        which = f"seat {seat}" if seat else "seat"
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{company} has no {which} on {contract}.")
    return str(rows[0]["urn"])
