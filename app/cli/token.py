"""`rsc token`: a development token, where the development key is on."""

import asyncio

import click

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.issuers import DEVELOPMENT_LIFETIME_MAX_S
from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.database.connect import make_pool, open_database
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
def token(
    persona: str | None,
    roles: tuple[str, ...],
    company: str | None,
    contract: str | None,
    seat: str | None,
    partner: str | None,
    client: str | None,
    subject: str,
    lifetime_s: int,
) -> None:
    """Print a signed development token: of a persona, or of whoever the options describe.

    The key is the one that `rsc demo` made in RSC_DATA_DIR, or, where RSC_DEVELOPMENT_TOKENS is on,
    RSC_SIGNING_KEY. Elsewhere there are no development tokens.
    """
    settings = Settings.from_environ()
    described = bool(roles or company or contract or seat or partner)
    if (persona is None) != described:
        raise click.UsageError("Say either --persona, or at least --role and --company.")
    key = development_key(settings)
    if persona is not None:
        click.echo(PERSONAS[persona].token(key, lifetime_s=lifetime_s, client=client))
        return
    if not roles or company is None:
        raise click.UsageError("A token needs --role and --company.")
    if contract is not None:
        seat = asyncio.run(_seat_on(settings, company, contract, seat, is_admin="RECRUITER_ADMIN" in roles))
    click.echo(
        issue_token(
            key,
            subject=subject,
            roles=[Role(role) for role in roles],
            company=company,
            seat=seat,
            partner=partner,
            client=client,
            lifetime_s=lifetime_s,
        )
    )


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
