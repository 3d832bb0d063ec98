"""The search over LinkedIn's members and the company's candidates, as one row source.

How a hit is scored: the query is cut into words, of which the eight longest count. A person is a hit if
every word resembles a part of the person's text (name, headline, current title and company, location) at
`WORD_MIN` or more, measured by pg_trgm's `word_similarity`, so that one slip of the finger in a word of
seven letters or more does not hide anybody. The score is the mean of those similarities over the words,
from 0 to 1 in steps of 0.0001: a cursor must find the very value again.

How hits are found: members by an index over name, headline and location, with the rarest of the words that
is there at all, at `SURE_MIN`; candidates by the longest word.

A candidate and the member that it is matched to are one hit, whichever of the two was found; the text of
both counts. Candidates take part only for a viewer who may read them. Every scan of a company's table is
bound to that company.
"""

from typing import Final

from app.engine.mapping import Table

WORD_MIN: Final = 0.5
SURE_MIN: Final = 0.6
"""pg_trgm's default for `<%`, by which an index is used."""
RARITY_COUNTED_MAX: Final = 500
"""Words are compared by how many members have them up to this many: beyond, all count as frequent."""

HITS_COUNTED_MAX: Final = 10_000
FACET_HITS_MAX: Final = 1_000
FACET_VALUES_MAX: Final = 10

_SOURCE: Final = f"""(
  with asked as materialized (
    select array_agg(word) as words, (array_agg(word order by length(word) desc, word))[1] as longest
    from (
      select word
      from regexp_split_to_table(lower(left({{arg.query:text}}, 200)), '[\\s,;]+') as cut (word)
      where word <> ''
      group by word
      order by length(word) desc, word
      limit 8
    ) as wanted
  ),
  open_member as not materialized (
    select urn, search_text, first_name, last_name, headline, location, open_to_work,
      positions -> 0 ->> 'title' as job_title, positions -> 0 ->> 'companyName' as company_name
    from member
    where not is_closed
  ),
  rarest as materialized (
    select each_word.word
    from asked, unnest(asked.words) as each_word (word)
    cross join lateral (
      select count(*) as members
      from (
        select from open_member m where each_word.word <% m.search_text limit {RARITY_COUNTED_MAX}
      ) as bounded
    ) as seen
    where seen.members > 0
    order by seen.members, length(each_word.word) desc, each_word.word
    limit 1
  ),
  own_candidate as not materialized (
    select id, match_member_urn, first_name, last_name, current_job_title, current_company_name,
      addresses -> 0 ->> 'city' as city,
      lower(concat_ws(' ', first_name, last_name, current_job_title, current_company_name,
        addresses -> 0 ->> 'city')) as search_text
    from candidate
    where company_id = {{company}} and {{reads_ats_records}}
  ),
  found as (
    select m.urn as member_urn, c.id as candidate_id
    from open_member m
    left join own_candidate c on c.match_member_urn = m.urn
    where (select word from rarest) <% m.search_text
    union
    select m.urn, c.id
    from own_candidate c
    left join open_member m on m.urn = c.match_member_urn
    where word_similarity((select longest from asked), c.search_text) >= {WORD_MIN}
  ),
  person as materialized (
    select f.member_urn, f.candidate_id, m.headline, m.open_to_work,
      concat_ws(' ', coalesce(m.first_name, c.first_name), coalesce(m.last_name, c.last_name)) as name,
      coalesce(m.job_title, c.current_job_title) as job_title,
      coalesce(m.company_name, c.current_company_name) as company_name,
      coalesce(m.location, c.city) as location,
      concat_ws(' ', m.search_text, lower(m.job_title), lower(m.company_name), c.search_text) as search_text
    from found f
    left join open_member m on m.urn = f.member_urn
    left join own_candidate c on c.id = f.candidate_id
  )
  select coalesce(person.candidate_id::text, person.member_urn) as id, person.*, likeness.score,
    (
      select coalesce(array_agg(part.name order by part.place), array[]::text[])
      from (values (1, 'name', person.name), (2, 'jobTitle', person.job_title),
        (3, 'companyName', person.company_name), (4, 'headline', person.headline),
        (5, 'location', person.location)) as part (place, name, said)
      where exists (
        select from asked, unnest(asked.words) as each_word (word)
        where word_similarity(word, lower(part.said)) >= {SURE_MIN})
    ) as matched_on
  from person
  cross join lateral (
    select round(avg(alike)::numeric, 4)::double precision as score, min(alike) as weakest
    from (
      select word_similarity(word, person.search_text) as alike
      from unnest((select words from asked)) as each_word (word)
      offset 0  -- keeps the planner from working each likeness out once for every use of it
    ) as compared
  ) as likeness
  where likeness.weakest >= {WORD_MIN}
) {{t}}"""

SEARCH_HIT: Final = Table(name="search_hit", source=_SOURCE, key_type="text", tenant=False)
"""One row a person: `id`, `member_urn`, `candidate_id`, `score`, `matched_on` and what filters look at."""

HIT_IS_TAGGED: Final = """exists (
  select from candidate_tag tagging
  join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
  where tagging.company_id = {company} and tagging.candidate_id = {t}.candidate_id and tagged.name = {v:text}
)"""
HIT_IS_AT_STAGE: Final = """exists (
  select from application applied
  where applied.company_id = {company} and applied.candidate_id = {t}.candidate_id
    and applied.stage = {v:text}
)"""

FACET_COLUMNS: Final = "{t}.candidate_id, {t}.location, {t}.job_title, {t}.open_to_work"
FACETS: Final = f"""(
  with hit as materialized (select * from {{found}} as found),
  said as (
    select 1 as place, 'location' as name, location as value from hit
    union all
    select 2, 'jobTitle', job_title from hit
    union all
    select 3, 'inAts', (candidate_id is not null)::text from hit where {{reads_ats_records}}
    union all
    select 4, 'openToWork', open_to_work::text from hit
    union all
    select 5, 'tag', tagged.name
    from hit
    join candidate_tag tagging on tagging.company_id = {{company}} and tagging.candidate_id = hit.candidate_id
    join tag tagged on tagged.company_id = {{company}} and tagged.id = tagging.tag_id
    union all
    select 6, 'stage', applied.stage
    from hit
    join application applied on applied.company_id = {{company}} and applied.candidate_id = hit.candidate_id
    group by hit.candidate_id, applied.stage
  ),
  counted as (
    select place, name, value, count(*) as n,
      row_number() over (partition by place order by count(*) desc, value) as rank
    from said
    where value <> ''
    group by place, name, value
  )
  select coalesce(jsonb_agg(jsonb_build_object('name', name, 'values', entries) order by place), '[]')
  from (
    select place, name, jsonb_agg(jsonb_build_object('value', value, 'count', n) order by rank) as entries
    from counted
    where rank <= {FACET_VALUES_MAX}
    group by place, name
  ) as summed
)"""
"""`[{"name", "values": [{"value", "count"}]}]` over what was found, the most frequent values first."""
