"""The members who are looked at for a job: those to whom the search index leads with the job's own words.

Every skill and every word of the job's title is looked up in the index; a member's points are the weights of
what led to them, those of the job's place and of being open to work added. The members with the most points
make the list. What it costs depends on how frequent the words are, not on how many jobs or skills there are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.database.pool import Pool
from app.ids import CompanyId, JobId, MemberUrn
from app.matching.titles import spellings, work_words

SHORTLIST_MAX: Final = 1_000
"""Members of whom one by one is decided how well they fit."""
SKILL_WORDS_MAX: Final = 4
SHORT_SKILL_MAX: Final = 2
"""Skills of so few letters (Go, C, R) count only where the job spells them as a name."""
DESCRIPTION_MAX: Final = 10_000

_TOKEN: Final = re.compile(r"[\w+#]+")

_SHORTLIST: Final = """
with feature as materialized (
  select query::tsquery, points, is_core
  from unnest($3::text[], $4::float8[], $5::boolean[]) as f (query, points, is_core)
),
excluded as materialized (
  select c.match_member_urn as urn
  from candidate c
  join application a on a.company_id = c.company_id and a.candidate_id = c.id
  where a.company_id = $1 and a.job_id = $2 and c.match_member_urn is not null
  union
  select match_member_urn from candidate
  where company_id = $1 and do_not_contact and match_member_urn is not null
  union
  select member_urn from recommended_match_decision
  where company_id = $1 and job_id = $2 and decision = 'NOT_INTERESTED'
),
listed as materialized (
  select found.urn
  from feature
  cross join lateral (
    select s.urn from member_search s where s.document @@ feature.query
  ) as found
  group by found.urn
  having bool_or(feature.is_core) and found.urn not in (select urn from excluded)
  order by sum(feature.points) desc, found.urn desc
  limit $7
)
select m.urn, m.location, m.open_to_work, m.positions -> 0 ->> 'title' as title,
  m.positions -> 0 ->> 'endDate' is null as is_current,
  coalesce(search_words(split_part(m.location, ',', 1)) = nullif($8, ''), false) as is_there,
  array(
    select key from unnest($6::text[]) as key where s.document @@ ('''#' || key || '''')::tsquery
  ) as skills
from listed
join member_search s using (urn)
join member m using (urn)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What of a job members are compared with. `skills` are names by key, `work` the title's words of the
    work, `place` the words of the city; `due_at` is when it was to be ranked, as it was read."""

    id: JobId
    title: str
    work: tuple[str, ...]
    skills: Mapping[str, str]
    place: tuple[str, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlisted:
    """A member as far as jobs are concerned. `skills` are the keys of the opening's skills; the title is the
    latest one, that of the present work or not."""

    urn: MemberUrn
    skills: tuple[str, ...]
    title: str | None
    is_current: bool
    location: str | None
    is_there: bool
    open_to_work: bool


async def openings(pool: Pool, company: CompanyId, jobs: Sequence[JobId] | None) -> list[Opening]:
    """These jobs of the company (None: all that are LISTED), in the order of their ids."""
    rows = await pool.fetch(
        company,
        """
        select j.id, j.title, left(j.description, $3) as description, r.due_at,
          search_words(concat_ws(' ', j.title, left(j.description, $3))) as words,
          search_words(j.title) as title_words,
          search_words(split_part(j.location, ',', 1)) as place
        from job j
        left join job_ranking r on r.company_id = j.company_id and r.job_id = j.id
        where j.company_id = $1
          and case when $2::uuid[] is null then j.state = 'LISTED' else j.id = any($2) end
        order by j.id
        """,
        [company, jobs, DESCRIPTION_MAX],
    )
    return [
        Opening(
            id=JobId(row["id"]),
            title=row["title"],
            work=work_words(row["title_words"]),
            skills=await _skills_named(
                pool, company, row["words"].split(), f"{row['title']} {row['description'] or ''}"
            ),
            place=tuple((row["place"] or "").split()),
            due_at=row["due_at"],
        )
        for row in rows
    ]


async def _skills_named(pool: Pool, company: CompanyId, said: Sequence[str], text: str) -> dict[str, str]:
    """The skills of any member that are among these words, by key, each as it is usually spelled."""
    tokens = frozenset(_TOKEN.findall(text))
    keys = {
        key
        for key in _runs(said)
        if len(key) > SHORT_SKILL_MAX or key.upper() in tokens or key.capitalize() in tokens
    }
    rows = await pool.fetch(
        company,
        """
        select known.key, coalesce((
          select skill ->> 'name'
          from (
            select urn from member_search s where s.document @@ ('''#' || known.key || '''')::tsquery limit 20
          ) as having_it
          -- One by one, or a planner may spell out the skills of all members before it looks who has it.
          cross join lateral (select skills from member m where m.urn = having_it.urn offset 0) as known_as
          cross join lateral jsonb_array_elements(known_as.skills) as skill
          where replace(search_words(skill ->> 'name'), ' ', '_') = known.key
          group by skill ->> 'name'
          order by count(*) desc, skill ->> 'name'
          limit 1), known.key) as name
        -- As a range, or PostgreSQL 15 looks each of the words up by trigrams and not by the key.
        from unnest($1::text[]) as asked (word)
        cross join lateral (
          select substr(word, 2) as key from member_word where word >= asked.word and word <= asked.word
        ) as known
        order by known.key
        """,
        [sorted(f"#{key}" for key in keys)],
    )
    found = {row["key"]: row["name"] for row in rows}
    # Whoever asks for web accessibility does not ask for accessibility a second time.
    return {
        key: name
        for key, name in found.items()
        if not any(f"_{key}_" in f"_{one}_" for one in found if one != key)
    }


def _runs(said: Sequence[str]) -> Iterator[str]:
    """Every run of up to `SKILL_WORDS_MAX` words, as the key that a skill of these words has."""
    for length in range(1, SKILL_WORDS_MAX + 1):
        for start in range(len(said) - length + 1):
            yield "_".join(said[start : start + length])


async def shortlist(
    pool: Pool, company: CompanyId, opening: Opening, weights: Mapping[str, float]
) -> list[Shortlisted]:
    """At most `SHORTLIST_MAX` members, those with the most points; in no particular order.

    Left out are members who are in the job, who are not to be contacted, and in whom a recruiter was not
    interested for it. `weights` are those of skills, title, location and open.
    """
    features = list(_features(opening, weights))
    rows = await pool.fetch(
        company,
        _SHORTLIST,
        [
            company,
            opening.id,
            [query for query, _, _ in features],
            [points for _, points, _ in features],
            [is_core for _, _, is_core in features],
            sorted(opening.skills),
            SHORTLIST_MAX,
            " ".join(opening.place),
        ],
    )
    return [
        Shortlisted(
            urn=MemberUrn(row["urn"]),
            skills=tuple(row["skills"]),
            title=row["title"],
            is_current=row["is_current"],
            location=row["location"],
            is_there=row["is_there"],
            open_to_work=row["open_to_work"],
        )
        for row in rows
    ]


def _features(opening: Opening, weights: Mapping[str, float]) -> Iterator[tuple[str, float, bool]]:
    """What is looked up: a tsquery over the marks of migration 0016, its points, and whether it is enough by
    itself. Keys and words have neither quote nor backslash."""
    for key in opening.skills:
        yield f"'#{key}'", weights["skills"] / len(opening.skills), True
    for word in opening.work:
        yield "|".join(f"'${one}'" for one in spellings(word)), weights["title"] / len(opening.work), True
    if opening.place:
        yield "&".join(f"'~{word}'" for word in opening.place), weights["location"], False
    yield "'=open'", weights["open"], False
