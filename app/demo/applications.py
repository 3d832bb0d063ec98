"""The demo's client credentials: the partner's own application, and that which it made for Northwind."""

from collections.abc import Sequence
from typing import Final

from asyncpg import Connection

from app.auth.applications import NewCredentials, ensure_own_application, new_credentials, told_secret
from app.auth.keys import SigningKey
from app.auth.personas import DEMO_PARTNER, NORTHWIND
from app.database.pool import Pool
from app.errors import Fault
from app.ids import uuid7

FOREIGN_ID: Final = "northwind"
ORIGINS_MAX: Final = 20
"""The ATS of each start at a free port has an origin of its own; those of long ago are dropped."""

_FIND = """
select client_id, secret_hash, secret_salt
from provisioned_application
where parent_id = $1 and unique_foreign_id = $2 and revoked_at is null
"""


async def ensure_demo_applications(pool: Pool, key: SigningKey) -> tuple[str, str, str, str]:
    """Client id and secret of Northwind's application, then those of the partner's own; made where missing.

    They are made anew with each demo database, and tied to Northwind as the onboarding would tie them.
    Raises: Fault if the database was filled with another key.
    """
    async with pool.transaction(None) as connection:
        # `rsc demo` and `rsc token` at once would make the applications twice.
        await connection.execute("select pg_advisory_xact_lock(hashtext('demo applications'))")
        own_id, own_secret = await ensure_own_application(connection, DEMO_PARTNER, key)
        parent = await connection.fetchval(
            "select id from provisioned_application where client_id = $1", own_id
        )
        row = await connection.fetchrow(_FIND, parent, FOREIGN_ID)
        if row is None:
            made = new_credentials(key)
            await _make(connection, parent, made)
            row = await connection.fetchrow(_FIND, parent, FOREIGN_ID)
            assert row is not None
        client_id, secret = row["client_id"], told_secret(row, key)
    if secret is None or own_secret is None:
        raise Fault("the demo's applications were made with another signing key; start it with --fresh")
    return client_id, secret, own_id, own_secret


async def register_ats_origins(pool: Pool, client_id: str, origins: Sequence[str]) -> None:
    """Let these origins frame the widgets of this application, beside those that it has."""
    async with pool.transaction(None) as connection:
        await connection.execute(
            """
            update provisioned_application
            set js_sdk_domains =
              ($2::text[] || array(select o from unnest(js_sdk_domains) o where o <> all($2::text[])))[:$3]
            where client_id = $1 and not js_sdk_domains @> $2::text[]
            """,
            *(client_id, list(origins), ORIGINS_MAX),
        )


async def _make(connection: Connection, parent: object, made: NewCredentials) -> None:
    await connection.execute(
        """
        insert into provisioned_application
          (id, client_id, secret_hash, secret_salt, partner_name, parent_id, unique_foreign_id, for_company,
           name, description, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, company_of($8), $9, $10, now())
        """,
        uuid7(),
        made.client_id,
        made.secret_hash,
        made.secret_salt,
        DEMO_PARTNER,
        parent,
        FOREIGN_ID,
        NORTHWIND,
        f"{DEMO_PARTNER} - Northwind",
        "The application that Northwind's ATS calls with",
    )
