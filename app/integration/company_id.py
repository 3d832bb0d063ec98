"""The company's id at LinkedIn becomes another one, after a merger, say."""

from typing import Final
from uuid import UUID

from asyncpg import UniqueViolationError

from app.database.pool import Pool
from app.ids import CompanyId, linkedin_kind
from app.integration.held import Held, hold
from app.integration.life import Step, after
from app.refused import WriteRefused

_PATH: Final = ("input", "newCompanyId")


async def change_company_id(pool: Pool, company: CompanyId, actor: str, *, new_company_id: str) -> UUID:
    """Give the company this organization URN; answers the integration's key.

    Only while the integration is disabled on both sides. Tokens that name the old URN are nobody's from now
    on. The next sync after enabling is of everything, and features wait for it.
    Raises: WriteRefused (INVALID, SAME_COMPANY_ID, COMPANY_ID_TAKEN, NOT_ACKNOWLEDGED, and as `life.after`).
    """
    if linkedin_kind(new_company_id) != "organization":
        raise WriteRefused("INVALID", "The id must be an organization URN, urn:li:organization:ID.", *_PATH)
    async with pool.transaction(company) as connection:
        held = await hold(connection, company, actor)
        after(Step.CHANGE_COMPANY_ID, held.state)
        if held.row["acknowledged_at"] is None:
            raise WriteRefused(
                "NOT_ACKNOWLEDGED",
                "The ATS has not acknowledged yet that the integration is disabled.",
            )
        if new_company_id == held.company_urn:
            raise WriteRefused("SAME_COMPANY_ID", "The company has this id already.", *_PATH)
        if await connection.fetchval("select organization_urn_is_taken($1, $2)", new_company_id, company):
            raise _taken()
        await _rename(held, new_company_id)
        await held.change(resync_due=True)
        await held.write_down("company.idChanged", new_company_id, f"was {held.company_urn}")
    return held.integration_id


async def _rename(held: Held, urn: str) -> None:
    try:
        async with held.connection.transaction():
            await held.connection.execute(
                "update company set urn = $2 where company_id = $1", held.company_id, urn
            )
    except UniqueViolationError:
        # Another company was given it since we asked.
        raise _taken() from None
    ended = await held.connection.execute(
        "update company_urn set until = $3 where company_id = $1 and urn = $2 and until is null",
        held.company_id,
        held.company_urn,
        held.at,
    )
    if ended == "UPDATE 0":
        # Nothing was written down when the company came with its first id.
        await held.connection.execute(
            """
            insert into company_urn (company_id, urn, since, until)
            select $1, $2, least(min(requested_at), $3), $3
            from integration
            where company_id = $1
            """,
            held.company_id,
            held.company_urn,
            held.at,
        )
    await held.connection.execute(
        "insert into company_urn (company_id, urn, since) values ($1, $2, $3)", held.company_id, urn, held.at
    )


def _taken() -> WriteRefused:
    return WriteRefused("COMPANY_ID_TAKEN", "This id is or was another company's.", *_PATH)
