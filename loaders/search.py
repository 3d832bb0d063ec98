"""The search over LinkedIn's members and the company's candidates, as one row source.

How a hit is found and scored: the query is cut into words, of which the eight longest count. A person is
a hit if every word resembles a part of the person's text (name, headline, current title and company,
location) at `WORD_MIN` or more, measured by pg_trgm's `word_similarity`, so that a slip of the finger does
not hide anybody. The score is the mean of those similarities over the words, from 0 to 1 in steps of
0.0001: a cursor must find the very value again.

A candidate and the member that it is matched to are one hit, whichever of the two was found; the text of
both counts. Candidates take part only for a viewer who may read them. Every scan of a company's table is
bound to that company.
"""

from typing import Final

from app.engine.mapping import Table

WORD_MIN: Final = 0.5
FOUND_BY_INDEX_MIN: Final = 0.6
"""pg_trgm's default for `<%`: the longest word must reach it, since an index then finds the members."""

HITS_COUNTED_MAX: Final = 10_000
FACET_HITS_MAX: Final = 1_000
FACET_VALUES_MAX: Final = 10

_SOURCE: Final = f"""(
  with asked as materialized (
    select array_agg(word) as words, (array_agg(word order by length(word) desc, word))[1] as longest
    from (
      select distinct word
      from regexp_split_to_table(lower(left({{arg.query:text}}, 200)), '[\\s,;]+') as cut (word)
      where word <> ''
      order by word
      limit 8
    ) as wanted
  ),
  open_member as not materialized (
    select urn, search_text, first_name, last_name, headline, location, open_to_work,
      positions -> 0 ->> 'title' as job_title, positions -> 0 ->> 'companyName' as company_name
    from member
    where not is_closed
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
    where (select longest from asked) <% m.search_text
    union
    select m.urn, c.id
    from own_candidate c
    left join open_member m on m.urn = c.match_member_urn
    where word_similarity((select longest from asked), c.search_text) >= {FOUND_BY_INDEX_MIN}
  ),
  person as (
    select f.member_urn, f.candidate_id, m.headline, m.open_to_work,
      concat_ws(' ', m.search_text, lower(m.job_title), lower(m.company_name)) as member_text,
      c.search_text as candidate_text,
      lower(concat_ws(' ', coalesce(m.first_name, c.first_name), coalesce(m.last_name, c.last_name))) as name,
      coalesce(m.job_title, c.current_job_title) as job_title,
      coalesce(m.company_name, c.current_company_name) as company_name,
      coalesce(m.location, c.city) as location
    from found f
    left join open_member m on m.urn = f.member_urn
    left join own_candidate c on c.id = f.candidate_id
  )
  select coalesce(person.candidate_id::text, person.member_urn) as id, person.*, likeness.score,
    array_remove(array[
      case when likeness.of_name >= {FOUND_BY_INDEX_MIN} then 'name' end,
      case when likeness.of_title >= {FOUND_BY_INDEX_MIN} then 'jobTitle' end,
      case when likeness.of_company >= {FOUND_BY_INDEX_MIN} then 'companyName' end,
      case when likeness.of_headline >= {FOUND_BY_INDEX_MIN} then 'headline' end,
      case when likeness.of_location >= {FOUND_BY_INDEX_MIN} then 'location' end
    ], null) as matched_on
  from person
  cross join lateral (
    select round(avg(alike)::numeric, 4)::double precision as score, min(alike) as weakest,
      max(word_similarity(word, person.name)) as of_name,
      max(word_similarity(word, lower(person.job_title))) as of_title,
      max(word_similarity(word, lower(person.company_name))) as of_company,
      max(word_similarity(word, lower(person.headline))) as of_headline,
      max(word_similarity(word, lower(person.location))) as of_location
    from (
      select word, greatest(
        word_similarity(word, person.member_text), word_similarity(word, person.candidate_text)) as alike
      from asked, unnest(asked.words) as each_word (word)
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
"""`[{{"name", "values": [{{"value", "count"}}]}}]` over what was found, the most frequent values first."""
