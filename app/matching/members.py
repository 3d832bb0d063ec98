"""Members as matching knows them, and the clues that are kept of them.

When a member changes, every candidate that shares a clue with it, an old one or a new one, is looked at
again. This takes two steps. First the new clues are committed; only then are the candidates looked for.
Candidates do the same the other way round, so of two that come at once, whichever is the second sees the
first.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import orjson
from asyncpg import Connection, Record

from app.database.pool import Pool
from app.ids import MemberUrn
from app.matching.keys import email_key
from app.matching.people import KnownMember, clues_of_member

MEMBERS_AT_ONCE: Final = 500
AT_A_STRETCH: Final = 8
LEASE: Final = timedelta(seconds=60)
"""Much longer than one round takes; what a worker took and did not finish is due again then."""

_CLAIM: Final = """
update member_to_match q
set leased_until = now() + $1
from (
  select id from member_to_match
  where leased_until is null or leased_until < now()
  order by id
  limit $2
  for update skip locked
) as due
where q.id = due.id
returning q.id, q.member_urn
"""


async def look_at_members(pool: Pool) -> int:
    """Bring the clues of some members that changed to date; answers how many, 0 if none is left.

    Their candidates are in the queue when this returns.
    """
    async with pool.transaction(None) as connection:
        claimed = await connection.fetch(_CLAIM, LEASE, MEMBERS_AT_ONCE)
        if not claimed:
            return 0
        own = {row["id"]: row["member_urn"] for row in claimed}
        urns = sorted(set(own.values()))
        # What is in the queue of them now is done with them, also what another worker has taken.
        known = await connection.fetch(
            "select id from member_to_match where member_urn = any($1::text[])", urns
        )
        wanted = await _clues(await members_by_urn(connection, urns))
        await connection.execute(
            """
            insert into member_clue (clue, member_urn)
            select * from unnest($1::text[], $2::text[])
            on conflict do nothing
            """,
            *_columns(wanted),
        )
    async with pool.transaction(None) as connection:
        await connection.fetchval("select match_again_with($1)", urns)
        gone = await connection.fetch(
            "delete from member_to_match where id = any($1::bigint[]) returning id",
            sorted(row["id"] for row in known),
        )
        finished = {own[row["id"]] for row in gone if row["id"] in own}
        await _forget_others(connection, {urn: wanted[urn] for urn in finished})
    return len(urns)


async def _forget_others(connection: Connection, wanted: Mapping[str, frozenset[str]]) -> None:
    """Take away what is no clue of these members any more, unless they have changed again meanwhile.

    A clue too many only costs a comparison; one too few would cost a match.
    """
    await connection.execute(
        """
        delete from member_clue m
        where m.member_urn = any($3::text[])
          and not exists (select from member_to_match q where q.member_urn = m.member_urn)
          and (m.clue, m.member_urn) not in (select * from unnest($1::text[], $2::text[]))
        """,
        *_columns(wanted),
        sorted(wanted),
    )


def _columns(wanted: Mapping[str, frozenset[str]]) -> tuple[list[str], list[str]]:
    # In the order of the key, so that two workers never wait for each other.
    pairs = sorted((clue, urn) for urn, clues in wanted.items() for clue in clues)
    return [clue for clue, _ in pairs], [urn for _, urn in pairs]


async def _clues(members: Mapping[str, KnownMember]) -> dict[str, frozenset[str]]:
    found = {}
    for number, (urn, member) in enumerate(members.items()):
        found[urn] = clues_of_member(member)
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    return found


async def members_by_urn(connection: Connection, urns: Iterable[str]) -> dict[str, KnownMember]:
    """These members with their contact keys. One that the mirror lacks is known by its contact data only."""
    sought: Sequence[str] = sorted(urns)
    contacts: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in await connection.fetch(
        "select member_urn, kind, value_key from member_contact where member_urn = any($1::text[])", sought
    ):
        contacts[row["member_urn"], row["kind"]].add(row["value_key"])
    rows = await connection.fetch(
        """
        select urn, first_name, last_name, public_profile_url, positions, location, is_closed
        from member
        where urn = any($1::text[])
        """,
        sought,
    )
    mirrored = {row["urn"]: row for row in rows}
    return {urn: _member(urn, mirrored.get(urn), contacts) for urn in sought}


def _member(urn: str, row: Record | None, contacts: Mapping[tuple[str, str], set[str]]) -> KnownMember:
    phones = frozenset(contacts.get((urn, "PHONE"), ()))
    # What was stored before by an older rule, or by others, gets today's normal form.
    emails = frozenset(key for said in contacts.get((urn, "EMAIL"), ()) if (key := email_key(said)))
    if row is None:
        return KnownMember(urn=MemberUrn(urn), email_keys=emails, phone_keys=phones)
    return KnownMember(
        urn=MemberUrn(urn),
        first_name=row["first_name"],
        last_name=row["last_name"],
        profile_url=row["public_profile_url"],
        email_keys=emails,
        phone_keys=phones,
        positions=[(one["title"], one["companyName"]) for one in orjson.loads(row["positions"])],
        location=row["location"],
        is_closed=row["is_closed"],
    )
