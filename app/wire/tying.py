"""How a customer's application comes to act for its company.

LinkedIn has a page where the customer's admin picks the company for the application. Here the ATS admin's
request (`requestIntegration`) says the same: this company uses this partner. The first call of the
application that names the integration then ties it, for good, if the company's integration is with the
application's partner and not erased. Several applications may act for one company (two instances of the ATS);
none for two.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.audit import record
from app.auth.applications import Application
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.wire.keys import CONTEXT, Key


async def tie(pool: Pool, application: Application, keys: Iterable[Key]) -> None:
    """Tie it to the company that all keys' contexts name.

    Raises: CallerError (FORBIDDEN, 403), the same whether there is no such company, it has not asked for this
    partner, or contexts are of two companies.
    """
    contexts: Mapping[str, None] = dict.fromkeys(key[CONTEXT] for key in keys)
    companies: set[UUID | None] = set()
    for context in contexts:
        rows = await pool.fetch(
            None, "select company_to_tie($1, $2) as id", [_sayable(context), application.partner]
        )
        companies.add(rows[0]["id"])
    (company, *others) = companies or {None}
    if company is None or others:
        raise CallerError(
            ErrorCode.FORBIDDEN,
            "This application may not act for the integrationContext that the request names: an admin of the "
            "company must ask for the integration with this partner first.",
            status=403,
        )
    async with pool.transaction(company) as connection:
        tied = await connection.fetchval(
            """
            update provisioned_application
            set for_company = $2
            where id = $1 and for_company is null and revoked_at is null
            returning id
            """,
            application.id,
            company,
        )
        if tied is not None:
            urn = await connection.fetchval("select urn from company where company_id = $1", company)
            await record(
                connection, company, actor=application.subject, action="application.tied", subject=urn
            )


def _sayable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()
