"""Matching candidates to members: whatever is due, or whoever is asked for, some at a time.

A candidate is due when it is new, when something changes by which people are told apart, and when a member
changes that shares a clue with it, before or after. The database's triggers write that into a queue in the
transaction of the change, so nothing that was acknowledged is forgotten. When the queue is empty, who
everybody is depends on the candidates, the members and what people decided, not on what came first.

Any number of workers may work at once. Each takes rows of the queue for the length of a lease. A decision is
written only while the worker's own row is still there: whoever was overtaken by another, who had seen
everything that it had, writes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId
from app.matching.candidates import (
    Looked,
    MatchCounts,
    decide_all,
    hold_matches,
    read_candidates,
    save_clues,
    store_decisions,
)
from app.matching.members import LEASE, look_at_members

CHUNK: Final = 250
"""Candidates of one round."""
AT_ONCE: Final = 2
"""Rounds of one company at the same time: one decides while the database writes for the other."""
HELD_BY_OTHERS_PAUSE: Final = timedelta(milliseconds=200)
"""When a candidate is due again that somebody else was writing at the time."""

Progress = Callable[[MatchCounts], object]
"""Called after each round with the counts of that round."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """Candidates that were taken from the queue. `own` are this worker's rows of it; `known` are all that
    were there of these candidates before they were looked at."""

    own: dict[int, CandidateId]
    known: dict[int, CandidateId]
    looked: list[Looked]


async def match_due(
    pool: Pool,
    company: CompanyId | None = None,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    chunk: int = CHUNK,
) -> MatchCounts:
    """Match until nothing is due: of one company, whatever the state of its integration, or of all in use.

    What other workers have taken meanwhile is theirs. `now` is written as the time of new matches.
    """

    async def drain(one: CompanyId) -> MatchCounts:
        done = MatchCounts()
        while (counts := await match_some(pool, one, now=now, limit=chunk)) is not None:
            done += counts
            if progress is not None:
                progress(counts)
        return done

    total = MatchCounts()
    while True:
        while await look_at_members(pool):
            pass
        companies = [company] if company is not None else await companies_due(pool)
        done = MatchCounts()
        for one in companies:
            results = await asyncio.gather(*(drain(one) for _ in range(AT_ONCE)), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result
                done += result
        total += done
        if not done.total:
            return total


async def companies_due(pool: Pool, at_most: int = 20) -> list[CompanyId]:
    """Some companies with candidates that are due, in random order."""
    rows = await pool.fetch(None, "select companies_to_match($1) as id", [at_most])
    return [CompanyId(row["id"]) for row in rows]


async def match_some(
    pool: Pool, company: CompanyId, *, now: datetime | None = None, limit: int = CHUNK
) -> MatchCounts | None:
    """One round: match at most `limit` candidates that are due; None if there were none to take."""
    async with pool.transaction(company) as connection:
        own = await connection.fetch(
            """
            update candidate_to_match q
            set leased_until = now() + $2
            from (
              select id from candidate_to_match
              where company_id = $1 and (leased_until is null or leased_until < now())
              order by id
              limit $3
              for update skip locked
            ) as due
            where q.company_id = $1 and q.id = due.id
            returning q.id, q.candidate_id
            """,
            company,
            LEASE,
            limit,
        )
        if not own:
            return None
        claim = await _look(connection, company, own)
    return await _finish(pool, company, claim, now)


async def match_candidates(
    pool: Pool,
    company: CompanyId,
    candidates: Sequence[CandidateId] | None = None,
    *,
    now: datetime | None = None,
) -> MatchCounts:
    """Look again who these candidates are (None: all of the company), whether they are due or not.

    Candidates that somebody else is writing at the time stay due.
    """
    while await look_at_members(pool):
        pass
    if candidates is None:
        rows = await pool.fetch(
            company, "select id from candidate where company_id = $1 order by id", [company]
        )
        candidates = [CandidateId(row["id"]) for row in rows]
    total = MatchCounts()
    for start in range(0, len(candidates), CHUNK):
        async with pool.transaction(company) as connection:
            own = await connection.fetch(
                """
                insert into candidate_to_match (company_id, candidate_id, leased_until)
                select company_id, id, now() + $3
                from candidate
                where company_id = $1 and id = any($2::uuid[])
                returning id, candidate_id
                """,
                company,
                candidates[start : start + CHUNK],
                LEASE,
            )
            claim = await _look(connection, company, own)
        total += await _finish(pool, company, claim, now)
    return total


async def match_within(
    connection: Connection,
    company: CompanyId,
    candidates: Sequence[CandidateId],
    *,
    now: datetime | None = None,
) -> MatchCounts:
    """The same for one chunk in a transaction of the caller's, such as one that is undone afterwards.

    The candidates stay due, because members that others add meanwhile are not seen here.
    """
    there = await read_candidates(connection, company, candidates)
    looked = await save_clues(connection, company, there)
    decisions = await decide_all(connection, company, looked)
    held = await hold_matches(connection, company, [one.id for one in looked])
    return await store_decisions(connection, company, held, decisions, now or datetime.now(UTC))


async def _look(connection: Connection, company: CompanyId, own: Sequence[Record]) -> _Claim:
    """Read what was taken, and commit its clues before any member is looked for."""
    mine = {row["id"]: CandidateId(row["candidate_id"]) for row in own}
    ids = sorted(set(mine.values()))
    known = await connection.fetch(
        """
        select id, candidate_id from candidate_to_match
        where company_id = $1 and candidate_id = any($2::uuid[])
        """,
        company,
        ids,
    )
    there = await read_candidates(connection, company, ids)
    looked = await save_clues(connection, company, there)
    # Whose clues could not be kept is left alone until the lease is over.
    left_out = {one.id for one in there} - {one.id for one in looked}
    return _Claim(
        {row: candidate for row, candidate in mine.items() if candidate not in left_out},
        {row["id"]: one for row in known if (one := CandidateId(row["candidate_id"])) not in left_out},
        looked,
    )


async def _finish(pool: Pool, company: CompanyId, claim: _Claim, now: datetime | None) -> MatchCounts:
    async with pool.acquire(company) as connection:
        decisions = await decide_all(connection, company, claim.looked)
    async with pool.transaction(company) as connection:
        held = await hold_matches(connection, company, list(decisions))
        # A statement of its own after the candidates are held: nobody takes these rows away from here on.
        left = await connection.fetch(
            "select id from candidate_to_match where company_id = $1 and id = any($2::bigint[])",
            company,
            sorted(claim.own),
        )
        not_overtaken = {claim.own[row["id"]] for row in left}
        to_write = {candidate: row for candidate, row in held.items() if candidate in not_overtaken}
        counts = await store_decisions(connection, company, to_write, decisions, now or datetime.now(UTC))
        await _settle(connection, company, claim, done=not_overtaken - (decisions.keys() - held.keys()))
    return counts


async def _settle(
    connection: Connection, company: CompanyId, claim: _Claim, *, done: set[CandidateId]
) -> None:
    """Take away what is done, and give back what could not be written now."""
    await connection.execute(
        "delete from candidate_to_match where company_id = $1 and id = any($2::bigint[])",
        company,
        sorted(row for row, candidate in claim.known.items() if candidate in done),
    )
    put_off = sorted(row for row, candidate in claim.own.items() if candidate not in done)
    if put_off:
        await connection.execute(
            """
            update candidate_to_match set leased_until = now() + $3
            where company_id = $1 and id = any($2::bigint[])
            """,
            company,
            put_off,
            HELD_BY_OTHERS_PAUSE,
        )
