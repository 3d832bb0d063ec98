"""Recommended matches: members whom sourcing proposes for a job, with a score and reasons.

The score is a weighted sum (`WEIGHTS`), each part from 0 to 1:

- skills: the share of the job's skills that the member has. The job's skills are those of any member's
  skills that its title or description names.
- title: how near the member's current title comes to the job's, word by word.
- location: 1 where the member lives in the job's place, by the first part of both ("Berlin, Germany").
- open: 1 for a member who is open to work.

A member with neither a skill of the job nor a near title is not proposed, whatever else holds. Never
proposed: closed members, members who are in the job already, and people not to be contacted.
"""

import heapq
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson
from asyncpg import Connection, Record
from rapidfuzz import fuzz

from app.database.pool import Pool
from app.ids import CompanyId, JobId, MemberUrn
from app.matching.keys import words

WEIGHTS: Final[Mapping[str, float]] = {"skills": 0.5, "title": 0.3, "location": 0.1, "open": 0.1}
TITLE_NEAR_MIN: Final = 0.6
"""Titles that are less alike than this count as different."""
REASON_SKILLS_MAX: Final = 5
"""Skills that a reason names; more are counted."""
SHORT_SKILL_MAX: Final = 2
MEMBERS_A_READ: Final = 5_000
JOBS_A_WRITE: Final = 50

_SKILL_WORD: Final = re.compile(r"[\w+#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    urn: MemberUrn
    skills: frozenset[str]
    title: str | None
    title_key: str
    place: tuple[str, ...]
    location: str | None
    open_to_work: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    id: JobId
    title: str
    title_key: str
    text: str
    """The words of title and description in the form of `_skill_key`, with a space at either end."""
    exact_text: str
    """The same words as they are spelled."""
    place: tuple[str, ...]
    excluded: frozenset[str]


@dataclass(frozen=True, slots=True, order=True)
class Recommendation:
    """A member proposed for a job; ordered by score, then by member, so that the best is the greatest."""

    score: float
    member: MemberUrn
    reasons: tuple[str, ...]


async def rank_matches(
    pool: Pool, company: CompanyId, job_ids: Sequence[JobId] | None = None, limit: int = 100
) -> int:
    """Rank members for these jobs (None: all that are LISTED) and keep the best `limit` of each.

    Replaces what was kept for these jobs; answers how many are kept now. Members are read
    `MEMBERS_A_READ` at a time and only the best are held, so memory does not grow with their number.
    """
    jobs = await _jobs(pool, company, job_ids)
    if not jobs:
        return 0
    vocabulary = await _vocabulary(pool, company)
    skills_of = {job.id: _skills_named(job, vocabulary) for job in jobs}
    best: dict[JobId, list[Recommendation]] = {job.id: [] for job in jobs}
    async for members in _members(pool, company):
        for job in jobs:
            found = _rank(job, skills_of[job.id], members)
            best[job.id] = heapq.nlargest(limit, (*best[job.id], *found))
    kept = 0
    for start in range(0, len(jobs), JOBS_A_WRITE):
        async with pool.transaction(company) as connection:
            some = {job.id: best[job.id] for job in jobs[start : start + JOBS_A_WRITE]}
            kept += await _store(connection, company, some)
    return kept


def _skills_named(job: _Job, vocabulary: Mapping[str, str]) -> dict[str, str]:
    """The skills that the job's text names, by key. Short ones (Go, C, R) must be spelled exactly so."""
    return {
        key: name
        for key, name in vocabulary.items()
        if (f" {name} " in job.exact_text if len(key) <= SHORT_SKILL_MAX else f" {key} " in job.text)
    }


def _rank(job: _Job, job_skills: Mapping[str, str], members: Iterable[_Member]) -> list[Recommendation]:
    nearness: dict[str, float] = {}
    found: list[Recommendation] = []
    for member in members:
        if member.urn in job.excluded:
            continue
        shared = member.skills & job_skills.keys()
        title = nearness.get(member.title_key)
        if title is None:
            alike = fuzz.token_sort_ratio(job.title_key, member.title_key) / 100 if member.title_key else 0.0
            title = nearness[member.title_key] = alike if alike >= TITLE_NEAR_MIN else 0.0
        if not shared and not title:
            continue
        is_near = bool(job.place) and job.place == member.place
        score = (
            WEIGHTS["skills"] * (len(shared) / len(job_skills) if job_skills else 0.0)
            + WEIGHTS["title"] * title
            + WEIGHTS["location"] * is_near
            + WEIGHTS["open"] * member.open_to_work
        )
        reasons = _reasons(job_skills, shared, member, has_title=bool(title), is_near=is_near)
        found.append(Recommendation(round(min(score, 1.0), 4), member.urn, reasons))
    return found


def _reasons(
    job_skills: Mapping[str, str], shared: Iterable[str], member: _Member, *, has_title: bool, is_near: bool
) -> tuple[str, ...]:
    """Why, in sentences that a recruiter understands, the weightiest first."""
    reasons = []
    if names := sorted(job_skills[key] for key in shared):
        more = f" and {len(names) - REASON_SKILLS_MAX} more" if len(names) > REASON_SKILLS_MAX else ""
        listed = ", ".join(names[:REASON_SKILLS_MAX])
        reasons.append(f"Has {len(names)} of the job's {len(job_skills)} skills: {listed}{more}")
    if has_title:
        reasons.append(f"Works as {member.title}")
    if is_near:
        reasons.append(f"Lives where the job is: {member.location}")
    if member.open_to_work:
        reasons.append("Is open to work")
    return tuple(reasons)


async def _jobs(pool: Pool, company: CompanyId, job_ids: Sequence[JobId] | None) -> list[_Job]:
    rows = await pool.fetch(
        company,
        """
        select j.id, j.title, j.description, j.location,
          array(
            select c.match_member_urn
            from application a
            join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
            where a.company_id = $1 and a.job_id = j.id and c.match_member_urn is not null) as members
        from job j
        where j.company_id = $1
          and case when $2::uuid[] is null then j.state = 'LISTED' else j.id = any($2) end
        order by j.id
        """,
        [company, job_ids],
    )
    silent = await pool.fetch(
        company,
        """
        select match_member_urn from candidate
        where company_id = $1 and do_not_contact and match_member_urn is not null
        """,
        [company],
    )
    not_to_be_contacted = frozenset(row["match_member_urn"] for row in silent)
    return [
        _Job(
            id=JobId(row["id"]),
            title=row["title"],
            title_key=" ".join(words(row["title"])),
            text=f" {' '.join(_SKILL_WORD.findall(text.casefold()))} ",
            exact_text=f" {' '.join(_SKILL_WORD.findall(text))} ",
            place=_place(row["location"]),
            excluded=not_to_be_contacted | frozenset(row["members"]),
        )
        for row in rows
        for text in (f"{row['title']} {row['description'] or ''}",)
    ]


async def _vocabulary(pool: Pool, company: CompanyId) -> dict[str, str]:
    """Every skill of any member by its key, in the spelling that comes first."""
    rows = await pool.fetch(
        company,
        """
        select distinct s.skill ->> 'name' as name
        from member m
        cross join lateral jsonb_array_elements(m.skills) as s(skill)
        where not m.is_closed
        order by name
        """,
    )
    return {key: row["name"] for row in reversed(rows) if (key := _skill_key(row["name"]))}


async def _members(pool: Pool, company: CompanyId) -> AsyncIterator[list[_Member]]:
    """The members that are not closed, `MEMBERS_A_READ` at a time."""
    after = ""
    while True:
        rows = await pool.fetch(
            company,
            """
            select urn, location, open_to_work, skills, positions
            from member
            where urn > $1 and not is_closed
            order by urn
            limit $2
            """,
            [after, MEMBERS_A_READ],
        )
        if not rows:
            return
        after = rows[-1]["urn"]
        yield [_member(row) for row in rows]


def _member(row: Record) -> _Member:
    positions = orjson.loads(row["positions"])
    current = next((one for one in positions if not one.get("endDate")), None)
    title = current["title"] if current else None
    return _Member(
        urn=MemberUrn(row["urn"]),
        skills=frozenset(_skill_key(skill["name"]) for skill in orjson.loads(row["skills"])),
        title=title,
        title_key=" ".join(words(title)),
        place=_place(row["location"]),
        location=row["location"],
        open_to_work=row["open_to_work"],
    )


async def _store(
    connection: Connection, company: CompanyId, best: Mapping[JobId, Sequence[Recommendation]]
) -> int:
    rows = [
        {"job_id": str(job), "member_urn": one.member, "score": one.score, "reasons": one.reasons}
        for job, found in best.items()
        for one in found
    ]
    await connection.execute(
        """
        with ranked as materialized (
          select *
          from jsonb_to_recordset($3::jsonb)
            as r(job_id uuid, member_urn text, score double precision, reasons text[])
        ),
        gone as (
          delete from recommended_match m
          where m.company_id = $1 and m.job_id = any($2::uuid[])
            -- `not in` hashes the new rows; how many they are, no join could estimate.
            and (m.job_id, m.member_urn) not in (select r.job_id, r.member_urn from ranked r)
        )
        insert into recommended_match as m (company_id, job_id, member_urn, score, reasons)
        select $1, job_id, member_urn, score, reasons
        from ranked
        on conflict (company_id, job_id, member_urn) do update
        set score = excluded.score, reasons = excluded.reasons
        where (m.score, m.reasons) is distinct from (excluded.score, excluded.reasons)
        """,
        company,
        list(best),
        orjson.dumps(rows).decode(),
    )
    return len(rows)


@lru_cache(maxsize=20_000)
def _skill_key(text: str) -> str:
    """Words in lower case with a space between; `+` and `#` stay, so that C, C++ and C# are three."""
    return " ".join(_SKILL_WORD.findall(text.casefold()))


@lru_cache(maxsize=20_000)
def _place(location: str | None) -> tuple[str, ...]:
    return words((location or "").split(",")[0])
