"""Tags of candidates as the ATS says them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg import Connection

from app.ids import uuid7
from app.sync.records import TagName
from app.sync.rows import Origin

_DO_NOT_CONTACT: Final = frozenset({"donotcontact", "dnc"})


def says_do_not_contact(name: str) -> bool:
    """Whether a tag of this name means that the person must not be contacted.

    The ATS sends names only, so the usual spellings are known: `Do Not Contact`, `do-not-contact`, `DNC`.
    """
    return re.sub(r"[\W_]+", "", name.casefold()) in _DO_NOT_CONTACT


async def replace_tags(
    connection: Connection, origin: Origin, said: Mapping[UUID, Sequence[TagName]]
) -> set[UUID]:
    """Give each candidate exactly these tags; answers the candidates for whom that changed something."""
    if not said:
        return set()
    rows = await connection.fetch(
        """
        select c.candidate_id, t.name, t.id
        from candidate_tag c
        join tag t on t.company_id = c.company_id and t.id = c.tag_id
        where c.company_id = $1 and c.candidate_id = any($2::uuid[])
        """,
        origin.company,
        list(said),
    )
    known: dict[UUID, set[str]] = {candidate: set() for candidate in said}
    for row in rows:
        known[row["candidate_id"]].add(row["name"])
    added = [(key, name) for key, names in said.items() for name in names if name not in known[key]]
    removed = [(key, name) for key, names in known.items() for name in names if name not in said[key]]
    if added:
        await _add(connection, origin, added)
    if removed:
        await connection.execute(
            """
            delete from candidate_tag c
            using tag t, jsonb_to_recordset($2::jsonb) as r(candidate_id uuid, name text)
            where c.company_id = $1 and c.candidate_id = r.candidate_id
              and t.company_id = $1 and t.id = c.tag_id and t.name = r.name
            """,
            origin.company,
            _pairs(removed),
        )
    changed = {candidate for candidate, _ in (*added, *removed)}
    if changed:
        await connection.execute(
            "update candidate set synced_at = $3 where company_id = $1 and id = any($2::uuid[])",
            origin.company,
            sorted(changed),
            origin.now,
        )
    return changed


async def _add(connection: Connection, origin: Origin, added: Sequence[tuple[UUID, str]]) -> None:
    names = sorted({name for _, name in added})
    await connection.execute(
        """
        insert into tag (company_id, id, name, is_do_not_contact)
        select $1, id, name, is_do_not_contact
        from unnest($2::uuid[], $3::text[], $4::boolean[]) as n(id, name, is_do_not_contact)
        on conflict (company_id, name) do nothing
        """,
        origin.company,
        [uuid7() for _ in names],
        names,
        [says_do_not_contact(name) for name in names],
    )
    await connection.execute(
        """
        insert into candidate_tag (company_id, candidate_id, tag_id)
        select $1, r.candidate_id, t.id
        from jsonb_to_recordset($2::jsonb) as r(candidate_id uuid, name text)
        join tag t on t.company_id = $1 and t.name = r.name
        on conflict do nothing
        """,
        origin.company,
        _pairs(added),
    )


def _pairs(pairs: Sequence[tuple[UUID, Any]]) -> str:
    return orjson.dumps([{"candidate_id": str(key), "name": name} for key, name in pairs]).decode()
