"""The search over LinkedIn's members and the company's candidates, as one row source.

**Who is found.** The query is cut into words as migration 0016 cuts every text (no case, no accents, no
punctuation); words that say nothing (`UNSPOKEN`) are left out, and of the rest the `WORDS_MAX` longest count.
A person is found if each word is near a word of theirs: the same; one that begins with it, from
`BEGINNING_MIN` letters on; or, from `SLIP_MIN` letters on, one that differs by a slip of the finger: a letter
that is wrong, missing or too many, two that changed places, and in words of `ALIKE_MIN` letters or more
whatever pg_trgm's `similarity` puts at 0.5 or higher. A slip is forgiven in every word that any member has,
and in the names of the company's own candidates. What is known of a person: names, the current title and
company, the place, and of members also the headline, industry, skills and earlier positions. A candidate and
the member that it is matched to are one person with the words of both.

**How a person is scored.** Each word of the query counts as the best line of `WORTH` that holds for it says;
the score is the mean over the words, from 0 to 1 in steps of 0.0001. Equals stand in the order of their ids.

**How much is looked at.** At most `HITS_MAX` members who are no candidates, and as many candidates, are
scored. They are taken in tiers, so that a common word does not crowd out the best: first where a word is the
person's name; then where every word stands in name, title, company or place; then where every word stands
anywhere; then likewise with beginnings and slips. The filters hold before anybody is taken.

Candidates take part only for a viewer who may read them. `search_candidates` answers for no other company
than the connection is bound to.
"""

from typing import Final

from app.engine.mapping import Table

TEXT_MAX: Final = 200
WORD_MAX: Final = 100
"""Letters that are read of a query and of a filter, and of one word in them."""
WORDS_MAX: Final = 8
UNSPOKEN: Final = ("a", "an", "and", "at", "for", "from", "in", "of", "on", "or", "the", "to", "with")
BEGINNING_MIN: Final = 3
SLIP_MIN: Final = 4
ALIKE_MIN: Final = 7
SLIPS_MAX: Final = 20
"""Words that one word of the query is taken for, beside itself; the most similar ones."""
BEGUN_MAX: Final = 50
"""Words that one word of the query is taken for the beginning of, the shortest ones; and of all names."""

HITS_MAX: Final = 2_000
HITS_COUNTED_MAX: Final = 2 * HITS_MAX
FACET_HITS_MAX: Final = 1_000
FACET_VALUES_MAX: Final = 10

WORTH: Final = (
    ("in_name", "name", 1.0),
    ("in_title", "jobTitle", 0.9),
    ("in_company", "companyName", 0.8),
    ("in_place", "location", 0.8),
    ("name_begins", "name", 0.8),
    ("title_begins", "jobTitle", 0.7),
    ("name_slips", "name", 0.7),
    ("title_slips", "jobTitle", 0.6),
    ("anywhere", "profile", 0.6),
    ("begins", "profile", 0.5),
    ("slips", "profile", 0.4),
)
"""How a word is found (a column of `evidence`), what `matchedOn` says of it, and what it is worth; the first
line that holds counts."""


def _words(argument: str) -> str:
    """An argument's words, as an item of a FROM clause. A lexeme may have 2 kB, so what is longer than any
    word stays out."""
    text = f"left({{arg.{argument}:text}}, {TEXT_MAX})"
    return (
        f"(select word from unnest(string_to_array(search_words({text}), ' ')) as cut (word) "
        f"where length(word) between 1 and {WORD_MAX})"
    )


_WORD_QUERIES: Final = f"""
  asked as materialized (
    select word, row_number() over (order by length(word) desc, word) as place
    from (
      select distinct word
      from {_words("query")} as heard
      where word <> all (array[{", ".join(f"'{word}'" for word in UNSPOKEN)}])
    ) as spoken
    order by length(word) desc, word
    limit {WORDS_MAX}
  ),
  heard as materialized (
    select place, word, search_slips(word) as slips,
      array(
        select known.word
        from member_word known
        where length(asked.word) >= {SLIP_MIN} and known.word <> asked.word and known.word not like '#%'
          and (known.slips && search_slips(asked.word)
            or length(asked.word) >= {ALIKE_MIN} and known.word % asked.word
              and similarity(known.word, asked.word) >= 0.5)
        order by similarity(known.word, asked.word) desc, known.word
        limit {SLIPS_MAX}
      ) as alike,
      array(
        select known.word
        from member_word known
        where length(asked.word) >= {BEGINNING_MIN}
          and known.word > asked.word and known.word < asked.word || chr(1114111)
        order by length(known.word), known.word
        limit {BEGUN_MAX}
      ) as begun
    from asked
  ),
  side as materialized (
    select false as of_candidates, '' as p
    union all
    select true, search_prefix({{company}}) where {{reads_ats_records}}
  ),
  word_query as materialized (
    select side.of_candidates, heard.place,
      format('''@%s%s''', p, word) as in_name,
      format('''$%s%s''', p, word) as in_title,
      format('''&%s%s''', p, word) as in_company,
      format('''~%s%s''', p, word) as in_place,
      format('''%s%s''', p, word) as anywhere,
      case when length(word) >= {BEGINNING_MIN} then format('''@%s%s'':*', p, word) end as name_begins,
      case when length(word) >= {BEGINNING_MIN} then format('''$%s%s'':*', p, word) end as title_begins,
      (select string_agg(format('''%s%s''', p, longer), '|') from unnest(begun) as longer) as begins,
      (
        select string_agg(format('''%s%s%s''', mark, p, slip), '|')
        from (
          select '@', unnest(alike)
          union all
          select '%', unnest(heard.slips) where side.of_candidates and length(word) >= {SLIP_MIN}
        ) as near_name (mark, slip)
      ) as name_slips,
      (select string_agg(format('''$%s%s''', p, slip), '|') from unnest(alike) as slip) as title_slips,
      (select string_agg(format('''%s%s''', p, slip), '|') from unnest(alike) as slip) as slips
    from heard cross join side
  )"""
"""For each word and side, the tsqueries that `WORTH` speaks of, as text. The words of `search_words` and
`search_slips` have neither quote nor backslash, so they can stand between quotes."""

_TIERS: Final = f"""
  narrowed as materialized (
    select side.of_candidates,
      concat(
        (
          select string_agg(format('&''~%s%s'':*', p, word), '')
          from {_words("filter.location")} as named
        ),
        (
          select string_agg(format('&''$%s%s'':*', p, word), '')
          from {_words("filter.jobTitle")} as named
        ),
        case {{arg.filter.openToWork:boolean}}
          when true then format('&''=%sopen''', p)
          when false then format('&''=%ssettled''', p)
        end) as further
    from side
  ),
  whole_query as materialized (
    select of_candidates,
      format('(%s)&%s', string_agg(in_name, '|'), string_agg(anywhere, '&')) as named,
      string_agg(format('(%s|%s|%s|%s)', in_name, in_title, in_company, in_place), '&') as standing,
      string_agg(anywhere, '&') as all_words,
      format('(%s)&', string_agg(concat_ws('|', in_name, name_begins, name_slips), '|'))
        || string_agg(format('(%s)', near), '&') as near_name,
      string_agg(format('(%s)', near), '&') as near_words
    from word_query
    cross join lateral concat_ws('|', anywhere, name_begins, begins, name_slips, slips) as near
    group by of_candidates
  ),
  tier as materialized (
    select of_candidates, place, (format('(%s)', wanted) || further)::tsquery as wanted,
      unwanted::tsquery as unwanted
    from whole_query
    join narrowed using (of_candidates)
    cross join lateral (
      values (1, named, '''='''), (2, standing, named), (3, all_words, format('%s|%s', named, standing)),
        (4, near_name, all_words), (5, near_words, format('%s|%s', all_words, near_name))
    ) as step (place, wanted, unwanted)
    order by of_candidates, place
  )"""

_FOUND: Final = f"""
  found as materialized (
    (
      -- A tier is read only if those before it have not filled the limit.
      select false as of_candidates, hit.urn as member_urn, null::uuid as candidate_id, hit.document
      from tier
      cross join lateral (
        select member.urn, member.document
        from member_search member
        where member.document @@ tier.wanted and not member.document @@ tier.unwanted
          and (not {{reads_ats_records}} or not exists (
            select from candidate_search known
            where known.company_id = {{company}} and known.member_urn = member.urn
            offset 0))  -- looked up for each hit, whatever the planner expects
        limit {HITS_MAX}
      ) as hit
      where not tier.of_candidates and {{arg.filter.inAts:boolean}} is not true
        and {{arg.filter.tag:text}} is null and {{arg.filter.stage:text}} is null
      limit {HITS_MAX}
    )
    union all
    (
      select true, hit.member_urn, hit.candidate_id, hit.document
      from tier
      cross join lateral search_candidates({{company}}, tier.wanted, tier.unwanted,
        {{arg.filter.tag:text}}, {{arg.filter.stage:text}}, {HITS_MAX},
        {{sight_of_applications}}, {{member_urn}}) as hit
      where tier.of_candidates and {{arg.filter.inAts:boolean}} is not false
      limit {HITS_MAX}
    )
  )"""

_EVIDENCE: Final = f"""
  evidence as materialized (
    select of_candidates, {", ".join(f"{column}::tsquery as {column}" for column, _, _ in WORTH)}
    from word_query
  )"""
_HOLDS: Final = (f"when f.document @@ e.{column} then {n}" for n, (column, _, _) in enumerate(WORTH, 1))
_LINE: Final = f"case {' '.join(_HOLDS)} end"

_SOURCE: Final = f"""(
  with {_WORD_QUERIES}, {_TIERS}, {_FOUND}, {_EVIDENCE}
  select coalesce(f.candidate_id::text, f.member_urn) as id, f.member_urn, f.candidate_id,
    scored.score, scored.lines
  from found f
  cross join lateral (
    select round(avg((array[{", ".join(str(worth) for _, _, worth in WORTH)}])[line]), 4)::double precision
        as score,
      bit_or(1 << line) as lines
    from (
      select {_LINE} as line
      from evidence e
      where e.of_candidates = f.of_candidates
      offset 0  -- keeps the planner from working a line out once for every use of it
    ) as each_word
  ) as scored
) {{t}}"""

SEARCH_HIT: Final = Table(name="search_hit", source=_SOURCE, key_type="text", tenant=False)
"""One row a person: `id`, `member_urn`, `candidate_id`, `score`, and as bits the `lines` of `WORTH`."""

PLACES: Final = tuple(dict.fromkeys(place for _, place, _ in WORTH))
_BITS: Final = {
    place: sum(1 << n for n, (_, of_line, _) in enumerate(WORTH, 1) if of_line == place) for place in PLACES
}
MATCHED_ON: Final = (
    "array_remove(array["
    + ", ".join(f"case when {{t}}.lines & {bits} > 0 then '{place}' end" for place, bits in _BITS.items())
    + "], null)"
)

FACET_COLUMNS: Final = "{t}.member_urn, {t}.candidate_id"
FACETS: Final = f"""(
  with hit as materialized (
    select found.candidate_id, coalesce(m.location, c.addresses -> 0 ->> 'city') as location,
      coalesce(m.positions -> 0 ->> 'title', c.current_job_title) as job_title, m.open_to_work
    from {{found}} as found
    left join member m on m.urn = found.member_urn and not m.is_closed
    left join candidate c on c.company_id = {{company}} and c.id = found.candidate_id
  ),
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
      and {{sees_application:applied}}
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
