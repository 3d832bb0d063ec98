-- $1 = 'Zoë Marchetti'
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = None
-- $4 = None
-- $5 = None
-- $6 = None
-- $7 = None
-- $8 = None
-- $9 = 'ALL'
-- $10 = 'urn:li:person:m2985'
-- $11 = 'engineer'
-- $12 = None
-- $13 = None
-- $14 = True
-- $15 = True
-- $16 = None
-- $17 = 'Offer'
with s3 as materialized (
  select *
  from ( with asked as materialized ( select word, row_number() over (order by length(word) desc,
      word) as place from ( select distinct word from (
    select word
    from unnest(string_to_array(search_words(left($1::text, 200)), ' ')) as cut (word)
    where length(word) between 1 and 100
  ) as heard where word <> all (array['a', 'an', 'and', 'at', 'for', 'from', 'in', 'of', 'on', 'or', 'the',
      'to', 'with']) ) as spoken order by length(word) desc, word limit 8 ),
      heard as materialized ( select place, word, search_slips(word) as slips,
      array( select known.word from member_word known where length(asked.word) >= 4 and
      known.word <> asked.word and known.word not like '#%' and
      (known.slips && search_slips(asked.word) or length(asked.word) >= 7 and known.word % asked.word and
      similarity(known.word, asked.word) >= 0.5) order by similarity(known.word, asked.word) desc,
      known.word limit 20 ) as alike,
      array( select known.word from member_word known where length(asked.word) >= 3 and
      known.word > asked.word and known.word < asked.word || chr(1114111) order by length(known.word),
      known.word limit 50 ) as begun from asked ), side as materialized ( select false as of_candidates,
      '' as p union all select true, search_prefix($2::uuid) where true ),
      word_query as materialized ( select side.of_candidates, heard.place, format('''@%s%s''', p,
      word) as in_name, format('''$%s%s''', p, word) as in_title, format('''&%s%s''', p, word) as in_company,
      format('''~%s%s''', p, word) as in_place, format('''%s%s''', p, word) as anywhere,
      case when length(word) >= 3 then format('''@%s%s'':*', p, word) end as name_begins,
      case when length(word) >= 3 then format('''$%s%s'':*', p, word) end as title_begins, (
    select string_agg(format('''%s%s''', p, longer), '|')
    from unnest(begun) as longer
  ) as begins, ( select string_agg(format('''%s%s%s''', mark, p, slip), '|') from ( select '@',
      unnest(alike) union all select '%', unnest(heard.slips) where side.of_candidates and
      length(word) >= 4 ) as near_name (mark, slip) ) as name_slips, (
    select string_agg(format('''$%s%s''', p, slip), '|')
    from unnest(alike) as slip
  ) as title_slips, (
    select string_agg(format('''%s%s''', p, slip), '|')
    from unnest(alike) as slip
  ) as slips from heard cross join side ), narrowed as materialized ( select side.of_candidates,
      concat( ( select string_agg(format('&''~%s%s'':*', p, word), '') from (
    select word
    from unnest(string_to_array(search_words(left($3::text, 200)), ' ')) as cut (word)
    where length(word) between 1 and 100
  ) as named ), ( select string_agg(format('&''$%s%s'':*', p, word), '') from (
    select word
    from unnest(string_to_array(search_words(left($4::text, 200)), ' ')) as cut (word)
    where length(word) between 1 and 100
  ) as named ), case $5::boolean when true then format('&''=%sopen''',
      p) when false then format('&''=%ssettled''', p) end) as further from side ),
      whole_query as materialized ( select of_candidates, format('(%s)&%s', string_agg(in_name, '|'),
      string_agg(anywhere, '&')) as named, string_agg(format('(%s|%s|%s|%s)', in_name, in_title, in_company,
      in_place), '&') as standing, string_agg(anywhere, '&') as all_words, format('(%s)&',
      string_agg(concat_ws('|', in_name, name_begins, name_slips), '|')) || string_agg(format('(%s)', near),
      '&') as near_name, string_agg(format('(%s)', near),
      '&') as near_words from word_query cross join lateral concat_ws('|', anywhere, name_begins, begins,
      name_slips, slips) as near group by of_candidates ), tier as materialized ( select of_candidates, place,
      (format('(%s)', wanted) || further)::tsquery as wanted,
      unwanted::tsquery as unwanted from whole_query join narrowed using (of_candidates) cross join lateral ( values (1,
      named, '''='''), (2, standing, named), (3, all_words, format('%s|%s', named, standing)), (4, near_name,
      all_words), (5, near_words, format('%s|%s', all_words, near_name)) ) as step (place, wanted,
      unwanted) order by of_candidates, place ),
      found as materialized ( ( -- A tier is read only if those before it have not filled the limit. select false as of_candidates,
      hit.urn as member_urn, null::uuid as candidate_id,
      hit.document from tier cross join lateral ( select member.urn,
      member.document from member_search member where member.document @@ tier.wanted and
      not member.document @@ tier.unwanted and
      (not true or not exists ( select from candidate_search known where known.company_id = $2::uuid and
      known.member_urn = member.urn offset 0)) -- looked up for each hit,
      whatever the planner expects limit 2000 ) as hit where not tier.of_candidates and
      $6::boolean is not true and $7::text is null and $8::text is null limit 2000 ) union all ( select true,
      hit.member_urn, hit.candidate_id, hit.document from tier cross join lateral search_candidates($2::uuid,
      tier.wanted, tier.unwanted, $7::text, $8::text, 2000, $9::text,
      $10::text) as hit where tier.of_candidates and $6::boolean is not false limit 2000 ) ),
      evidence as materialized ( select of_candidates, in_name::tsquery as in_name,
      in_title::tsquery as in_title, in_company::tsquery as in_company, in_place::tsquery as in_place,
      name_begins::tsquery as name_begins, title_begins::tsquery as title_begins,
      name_slips::tsquery as name_slips, title_slips::tsquery as title_slips, anywhere::tsquery as anywhere,
      begins::tsquery as begins,
      slips::tsquery as slips from word_query ) select coalesce(f.candidate_id::text, f.member_urn) as id,
      f.member_urn, f.candidate_id, scored.score,
      scored.lines from found f cross join lateral ( select round(avg((array[1.0, 0.9, 0.8, 0.8, 0.8, 0.7,
      0.7, 0.6, 0.6, 0.5, 0.4])[line]), 4)::double precision as score,
      bit_or(1 << line) as lines from ( select case when f.document @@ e.in_name then 1 when f.document @@ e.in_title then 2 when f.document @@ e.in_company then 3 when f.document @@ e.in_place then 4 when f.document @@ e.name_begins then 5 when f.document @@ e.title_begins then 6 when f.document @@ e.name_slips then 7 when f.document @@ e.title_slips then 8 when f.document @@ e.anywhere then 9 when f.document @@ e.begins then 10 when f.document @@ e.slips then 11 end as line from evidence e where e.of_candidates = f.of_candidates offset 0 -- keeps the planner from working a line out once for every use of it ) as each_word ) as scored ) t1
), b2 as materialized (
  select t5.id as c0, concat('{"score":', coalesce(to_json(t1.score)::text, chr(2)), ',"matchedOn":',
      coalesce(to_json(array_remove(array[case when t1.lines & 162 > 0 then 'name' end,
      case when t1.lines & 324 > 0 then 'jobTitle' end, case when t1.lines & 8 > 0 then 'companyName' end,
      case when t1.lines & 16 > 0 then 'location' end, case when t1.lines & 3584 > 0 then 'profile' end],
      null))::text, chr(2)), ',"member":', case when t4.urn is null then 'null' else concat('{"firstName":',
      coalesce(to_json(t4.first_name)::text, chr(2)), ',"lastName":', coalesce(to_json(t4.last_name)::text,
      chr(2)), ',"headline":', coalesce(to_json(t4.headline)::text, 'null'), '}') end, ',"candidate":') as c1,
      t5.id is null as c2, '{"externalId":' || coalesce(to_json(t5.external_id)::text, chr(2)) ||
      ',"tags":[' as c3, row_number() over (order by t1.score desc, t1.id desc) as rn
  from (
    select t1.*
    from s3 t1
    where true
    order by t1.score desc, t1.id desc
    limit 3
  ) t1
  left join member t4 on (not t4.is_closed) and t4.urn = t1.member_urn
  left join candidate t5 on t5.company_id = $2::uuid and t5.id = t1.candidate_id
  order by t1.score desc, t1.id desc
  limit 3
), a8 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select tagging.candidate_id as k, '{"name":' || coalesce(to_json(t6.name)::text, chr(2)) || '}' as v0
    from candidate_tag tagging
    join tag t6 on t6.company_id = tagging.company_id and t6.id = tagging.tag_id
    where t6.company_id = $2::uuid and (tagging.company_id = $2::uuid) and tagging.candidate_id = any(array(
      select b2.c0
      from b2
    ))
    order by tagging.candidate_id, t6.name asc, t6.id asc
  ) x
  group by x.k
), s13 as materialized (
  select *
  from ( with asked as materialized ( select word, row_number() over (order by length(word) desc,
      word) as place from ( select distinct word from (
    select word
    from unnest(string_to_array(search_words(left($11::text, 200)), ' ')) as cut (word)
    where length(word) between 1 and 100
  ) as heard where word <> all (array['a', 'an', 'and', 'at', 'for', 'from', 'in', 'of', 'on', 'or', 'the',
      'to', 'with']) ) as spoken order by length(word) desc, word limit 8 ),
      heard as materialized ( select place, word, search_slips(word) as slips,
      array( select known.word from member_word known where length(asked.word) >= 4 and
      known.word <> asked.word and known.word not like '#%' and
      (known.slips && search_slips(asked.word) or length(asked.word) >= 7 and known.word % asked.word and
      similarity(known.word, asked.word) >= 0.5) order by similarity(known.word, asked.word) desc,
      known.word limit 20 ) as alike,
      array( select known.word from member_word known where length(asked.word) >= 3 and
      known.word > asked.word and known.word < asked.word || chr(1114111) order by length(known.word),
      known.word limit 50 ) as begun from asked ), side as materialized ( select false as of_candidates,
      '' as p union all select true, search_prefix($2::uuid) where true ),
      word_query as materialized ( select side.of_candidates, heard.place, format('''@%s%s''', p,
      word) as in_name, format('''$%s%s''', p, word) as in_title, format('''&%s%s''', p, word) as in_company,
      format('''~%s%s''', p, word) as in_place, format('''%s%s''', p, word) as anywhere,
      case when length(word) >= 3 then format('''@%s%s'':*', p, word) end as name_begins,
      case when length(word) >= 3 then format('''$%s%s'':*', p, word) end as title_begins, (
    select string_agg(format('''%s%s''', p, longer), '|')
    from unnest(begun) as longer
  ) as begins, ( select string_agg(format('''%s%s%s''', mark, p, slip), '|') from ( select '@',
      unnest(alike) union all select '%', unnest(heard.slips) where side.of_candidates and
      length(word) >= 4 ) as near_name (mark, slip) ) as name_slips, (
    select string_agg(format('''$%s%s''', p, slip), '|')
    from unnest(alike) as slip
  ) as title_slips, (
    select string_agg(format('''%s%s''', p, slip), '|')
    from unnest(alike) as slip
  ) as slips from heard cross join side ), narrowed as materialized ( select side.of_candidates,
      concat( ( select string_agg(format('&''~%s%s'':*', p, word), '') from (
    select word
    from unnest(string_to_array(search_words(left($12::text, 200)), ' ')) as cut (word)
    where length(word) between 1 and 100
  ) as named ), ( select string_agg(format('&''$%s%s'':*', p, word), '') from (
    select word
    from unnest(string_to_array(search_words(left($13::text, 200)), ' ')) as cut (word)
    where length(word) between 1 and 100
  ) as named ), case $14::boolean when true then format('&''=%sopen''',
      p) when false then format('&''=%ssettled''', p) end) as further from side ),
      whole_query as materialized ( select of_candidates, format('(%s)&%s', string_agg(in_name, '|'),
      string_agg(anywhere, '&')) as named, string_agg(format('(%s|%s|%s|%s)', in_name, in_title, in_company,
      in_place), '&') as standing, string_agg(anywhere, '&') as all_words, format('(%s)&',
      string_agg(concat_ws('|', in_name, name_begins, name_slips), '|')) || string_agg(format('(%s)', near),
      '&') as near_name, string_agg(format('(%s)', near),
      '&') as near_words from word_query cross join lateral concat_ws('|', anywhere, name_begins, begins,
      name_slips, slips) as near group by of_candidates ), tier as materialized ( select of_candidates, place,
      (format('(%s)', wanted) || further)::tsquery as wanted,
      unwanted::tsquery as unwanted from whole_query join narrowed using (of_candidates) cross join lateral ( values (1,
      named, '''='''), (2, standing, named), (3, all_words, format('%s|%s', named, standing)), (4, near_name,
      all_words), (5, near_words, format('%s|%s', all_words, near_name)) ) as step (place, wanted,
      unwanted) order by of_candidates, place ),
      found as materialized ( ( -- A tier is read only if those before it have not filled the limit. select false as of_candidates,
      hit.urn as member_urn, null::uuid as candidate_id,
      hit.document from tier cross join lateral ( select member.urn,
      member.document from member_search member where member.document @@ tier.wanted and
      not member.document @@ tier.unwanted and
      (not true or not exists ( select from candidate_search known where known.company_id = $2::uuid and
      known.member_urn = member.urn offset 0)) -- looked up for each hit,
      whatever the planner expects limit 2000 ) as hit where not tier.of_candidates and
      $15::boolean is not true and $16::text is null and
      $17::text is null limit 2000 ) union all ( select true, hit.member_urn, hit.candidate_id,
      hit.document from tier cross join lateral search_candidates($2::uuid, tier.wanted, tier.unwanted,
      $16::text, $17::text, 2000, $9::text, $10::text) as hit where tier.of_candidates and
      $15::boolean is not false limit 2000 ) ), evidence as materialized ( select of_candidates,
      in_name::tsquery as in_name, in_title::tsquery as in_title, in_company::tsquery as in_company,
      in_place::tsquery as in_place, name_begins::tsquery as name_begins,
      title_begins::tsquery as title_begins, name_slips::tsquery as name_slips,
      title_slips::tsquery as title_slips, anywhere::tsquery as anywhere, begins::tsquery as begins,
      slips::tsquery as slips from word_query ) select coalesce(f.candidate_id::text, f.member_urn) as id,
      f.member_urn, f.candidate_id, scored.score,
      scored.lines from found f cross join lateral ( select round(avg((array[1.0, 0.9, 0.8, 0.8, 0.8, 0.7,
      0.7, 0.6, 0.6, 0.5, 0.4])[line]), 4)::double precision as score,
      bit_or(1 << line) as lines from ( select case when f.document @@ e.in_name then 1 when f.document @@ e.in_title then 2 when f.document @@ e.in_company then 3 when f.document @@ e.in_place then 4 when f.document @@ e.name_begins then 5 when f.document @@ e.title_begins then 6 when f.document @@ e.name_slips then 7 when f.document @@ e.title_slips then 8 when f.document @@ e.anywhere then 9 when f.document @@ e.begins then 10 when f.document @@ e.slips then 11 end as line from evidence e where e.of_candidates = f.of_candidates offset 0 -- keeps the planner from working a line out once for every use of it ) as each_word ) as scored ) t11
)
select convert_to(concat('{"data":{"unifiedSearch":', (
  select concat('{"totalCount":' || (
    select count(*)::text
    from (
      select
      from s3 t1
      where true
      limit 4000
    ) counted
  ) || ',"pageInfo":{"hasNextPage":', case when count(*) > 2 then 'true' else 'false' end, '},"edges":[',
      coalesce(string_agg(b2.c1 || case when b2.c2 then 'null' else b2.c3 || coalesce(a8.o0, '') ||
      ']}' end || '}', ',' order by b2.rn) filter (where b2.rn <= 2), ''), '],"facets":[' || coalesce((
    select string_agg(concat('{"name":', coalesce((e9.v -> 'name')::text, chr(2)), ',"values":[', coalesce((
      select string_agg(concat('{"value":', coalesce((e10.v -> 'value')::text, chr(2)), ',"count":',
          coalesce((e10.v -> 'count')::text, chr(2)), '}'), ',')
      from jsonb_array_elements(e9.v -> 'values') e10(v)
    ), ''), ']}'), ',')
    from jsonb_array_elements(coalesce(( with hit as materialized ( select found.candidate_id,
        coalesce(m.location, c.addresses -> 0 ->> 'city') as location, coalesce(m.positions -> 0 ->> 'title',
        c.current_job_title) as job_title, m.open_to_work from (
      select t1.member_urn, t1.candidate_id
      from s3 t1
      where true
      order by t1.score desc, t1.id desc
      limit 1000
    ) as found left join member m on m.urn = found.member_urn and
        not m.is_closed left join candidate c on c.company_id = $2::uuid and c.id = found.candidate_id ),
        said as ( select 1 as place, 'location' as name, location as value from hit union all select 2,
        'jobTitle', job_title from hit union all select 3, 'inAts',
        (candidate_id is not null)::text from hit where true union all select 4, 'openToWork',
        open_to_work::text from hit union all select 5, 'tag',
        tagged.name from hit join candidate_tag tagging on tagging.company_id = $2::uuid and
        tagging.candidate_id = hit.candidate_id join tag tagged on tagged.company_id = $2::uuid and
        tagged.id = tagging.tag_id union all select 6, 'stage',
        applied.stage from hit join application applied on applied.company_id = $2::uuid and
        applied.candidate_id = hit.candidate_id and true group by hit.candidate_id, applied.stage ),
        counted as ( select place, name, value, count(*) as n,
        row_number() over (partition by place order by count(*) desc,
        value) as rank from said where value <> '' group by place, name,
        value ) select coalesce(jsonb_agg(jsonb_build_object('name', name, 'values', entries) order by place),
        '[]') from ( select place, name, jsonb_agg(jsonb_build_object('value', value, 'count',
        n) order by rank) as entries from counted where rank <= 10 group by place, name ) as summed ),
        '[]'::jsonb)) e9(v)
  ), '') || ']}')
  from b2
  left join a8 on a8.k = b2.c0
), ',"filtered":', (
  select concat('{"totalCount":', (
    select count(*)::text
    from (
      select
      from s13 t11
      where true
      limit 4000
    ) counted
  ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
  from (
    select concat('{"score":', coalesce(to_json(t11.score)::text, chr(2)), ',"member":',
        case when t14.urn is null then 'null' else concat('{"openToWork":',
        coalesce(to_json(t14.open_to_work)::text, chr(2)), ',"location":',
        coalesce(to_json(t14.location)::text, 'null'), '}') end, ',"candidate":',
        case when t15.id is null then 'null' else '{"currentJobTitle":' ||
        coalesce(to_json(t15.current_job_title)::text, 'null') || '}' end, '}') as v0
    from (
      select t11.*
      from s13 t11
      where true
      order by t11.score desc, t11.id desc
      limit 2
    ) t11
    left join member t14 on (not t14.is_closed) and t14.urn = t11.member_urn
    left join candidate t15 on t15.company_id = $2::uuid and t15.id = t11.candidate_id
    order by t11.score desc, t11.id desc
    limit 2
  ) x
), '}}'), 'UTF8')
