"""Recommended matches: members whom sourcing proposes for a job, with a score and reasons.

The score is a weighted sum (`WEIGHTS`), each part from 0 to 1:

- skills: the share of the job's skills that the member has. The job's skills are those of any member's
  skills that its title or description names.
- title: how near the member's latest title comes to the job's, word by word and without what says the level
  (`titles`); 0 below `TITLE_NEAR_MIN`.
- seniority: where the title is near, 1 for the job's own level, 0.5 one level beside it.
- location: 1 where the member lives in the job's place, by the first part of both ("Berlin, Germany").
- open: 1 for a member who is open to work.

A member with neither a skill of the job nor a near title is not proposed, whatever else holds. Never
proposed: closed members, members who are in the job already, people not to be contacted, and those in whom
a recruiter was not interested for this job. Whoever becomes one of these is left out when matches are read.

Ranking a job takes two steps: `shortlist` finds by the search index who comes into question, and those are
scored one by one. Matches are stored, so that reading them is reading a page of an index. A job is ranked
when it is new or says something else, and once a day (`app.matching.ranking`).
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import orjson
from asyncpg import Connection
from rapidfuzz import fuzz

from app.database.pool import Pool
from app.ids import CompanyId, JobId, MemberUrn
from app.matching.keys import words
from app.matching.shortlist import Opening, Shortlisted, openings, shortlist
from app.matching.titles import LEVELS, level_of, work_words

WEIGHTS: Final[Mapping[str, float]] = {
    "skills": 0.45,
    "title": 0.25,
    "seniority": 0.1,
    "location": 0.1,
    "open": 0.1,
}
TITLE_NEAR_MIN: Final = 0.6
"""Titles that are less alike than this count as different."""
REASON_SKILLS_MAX: Final = 5
"""Skills that a reason names; more are counted."""
MATCHES_MAX: Final = 100
"""Members kept of each job."""
RANKED_ANEW_AFTER: Final = timedelta(days=1)
"""Members change too, without the job's knowing."""


@dataclass(frozen=True, slots=True, order=True)
class Recommendation:
    """A member proposed for a job; ordered by score, then by member, so that the best is the greatest."""

    score: float
    member: MemberUrn
    reasons: tuple[str, ...]


async def rank_matches(
    pool: Pool,
    company: CompanyId,
    job_ids: Sequence[JobId] | None = None,
    limit: int = MATCHES_MAX,
) -> int:
    """Rank members for these jobs (None: all that are LISTED) and keep the best `limit` of each.

    Replaces what was kept for these jobs; answers how many are kept now. Each job is read, ranked and
    written by itself: about half a second with 200,000 members.
    """
    kept = 0
    for opening in await openings(pool, company, job_ids):
        listed = await shortlist(pool, company, opening, WEIGHTS)
        fitting = (_recommendation(opening, member) for member in listed)
        best = heapq.nlargest(limit, (one for one in fitting if one is not None))
        async with pool.transaction(company) as connection:
            await _store(connection, company, opening.id, best)
            await _put_off(connection, company, opening, datetime.now(UTC) + RANKED_ANEW_AFTER)
        kept += len(best)
    return kept


def _recommendation(opening: Opening, member: Shortlisted) -> Recommendation | None:
    """The member's score for the job with its reasons; None for one who has nothing to do with the job."""
    near = _nearness(opening.work, work_words(member.title or ""))
    if not member.skills and not near:
        return None
    levels_apart = abs(level_of(opening.title) - level_of(member.title or ""))
    parts = {
        "skills": len(member.skills) / len(opening.skills) if member.skills else 0.0,
        "title": near,
        "seniority": max(0.0, 1 - levels_apart / 2) if near else 0.0,
        "location": float(member.is_there),
        "open": float(member.open_to_work),
    }
    reasons = {
        "skills": _skills_reason(opening, member),
        "title": f"{'Works' if member.is_current else 'Last worked'} as {member.title}",
        # A level beside the job's is no reason, and the usual one has no name.
        "seniority": "" if levels_apart else _level_reason(opening.title),
        "location": f"Lives where the job is: {member.location}",
        "open": "Is open to work",
    }
    weighed = {part: WEIGHTS[part] * value for part, value in parts.items() if value}
    strongest_first = sorted(weighed, key=weighed.__getitem__, reverse=True)
    return Recommendation(
        round(min(sum(weighed.values()), 1.0), 4),
        member.urn,
        tuple(reasons[part] for part in strongest_first if reasons[part]),
    )


@lru_cache(maxsize=20_000)
def _nearness(wanted: tuple[str, ...], work: tuple[str, ...]) -> float:
    """From `TITLE_NEAR_MIN` to 1 for titles of nearly the same work, else 0."""
    alike = fuzz.token_sort_ratio(" ".join(wanted), " ".join(work)) / 100
    return alike if work and alike >= TITLE_NEAR_MIN else 0.0


def _skills_reason(opening: Opening, member: Shortlisted) -> str:
    names = sorted(opening.skills[key] for key in member.skills)
    more = f" and {len(names) - REASON_SKILLS_MAX} more" if len(names) > REASON_SKILLS_MAX else ""
    listed = ", ".join(names[:REASON_SKILLS_MAX])
    return f"Has {len(names)} of the job's {len(opening.skills)} skills: {listed}{more}"


def _level_reason(title: str) -> str:
    named = next((word for word in words(title) if word in LEVELS[level_of(title)]), None)
    return f"Has the job's level: {named}" if named else ""


async def _store(
    connection: Connection, company: CompanyId, job: JobId, best: Iterable[Recommendation]
) -> None:
    rows = [{"member_urn": one.member, "score": one.score, "reasons": one.reasons} for one in best]
    await connection.execute(
        """
        with ranked as materialized (
          select *
          from jsonb_to_recordset($3::jsonb) as r(member_urn text, score double precision, reasons text[])
        ),
        gone as (
          delete from recommended_match m
          where m.company_id = $1 and m.job_id = $2
            and m.member_urn not in (select r.member_urn from ranked r)
        )
        insert into recommended_match as m (company_id, job_id, member_urn, score, reasons)
        select $1, $2, member_urn, score, reasons
        from ranked
        on conflict (company_id, job_id, member_urn) do update
        set score = excluded.score, reasons = excluded.reasons
        where (m.score, m.reasons) is distinct from (excluded.score, excluded.reasons)
        """,
        company,
        job,
        orjson.dumps(rows).decode(),
    )


async def _put_off(connection: Connection, company: CompanyId, opening: Opening, until: datetime) -> None:
    """The job is not due before that moment; one that became due since it was read still is."""
    await connection.execute(
        "update job_ranking set due_at = $4 where company_id = $1 and job_id = $2 and due_at = $3",
        company,
        opening.id,
        opening.due_at,
        until,
    )
