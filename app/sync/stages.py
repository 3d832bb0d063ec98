"""The stage of an application, which is the one that it entered last."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Connection

from app.ids import CompanyId


async def follow_newest_stage(
    connection: Connection, company: CompanyId, applications: Iterable[UUID]
) -> None:
    """Let each of these applications say its newest stage, null if it has none (any more)."""
    await connection.execute(
        """
        update application a
        set stage = newest.name
        from (
          select distinct on (k.id) k.id, s.name
          from unnest($2::uuid[]) as k (id)
          left join application_stage s on s.company_id = $1 and s.application_id = k.id
          order by k.id, s.entered_at desc, s.rank desc, s.id desc
        ) as newest
        where a.company_id = $1 and a.id = newest.id and a.stage is distinct from newest.name
        """,
        company,
        sorted(applications),
    )
