"""Our keys of what the ATS names."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Connection

from app.sync.rows import Origin


async def known_keys(
    connection: Connection, origin: Origin, kind: str, names: Iterable[str | None]
) -> dict[str, UUID]:
    """The keys of the candidates, jobs or applications (`kind`) of these names; what is not there is missing.

    Statements look for rows by such keys instead of joining: before a table was analysed, joins are planned
    as if a company had a handful of rows.
    """
    asked = sorted({name for name in names if name is not None})
    if not asked:
        return {}
    rows = await connection.fetch(
        f"""
        select external_id, id
        from {kind}
        where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
        """,
        origin.company,
        origin.partner,
        asked,
    )
    return {row["external_id"]: row["id"] for row in rows}
