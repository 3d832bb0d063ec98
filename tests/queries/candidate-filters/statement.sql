-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'Alumni'
-- $3 = True
-- $4 = ['AMBIGUOUS', 'MANUAL']
-- $5 = '01a03c4a-1478-72f3-9572-a4f30f6fdc7d'
-- $6 = None
-- $7 = '%ZOË m%'
-- $8 = '%\\%%'
-- $9 = 2026-10-25 00:00:00+00:00
-- $10 = 'Alumni'
-- $11 = False
-- $12 = ['MATCHED']
-- $13 = '%a%'
-- $14 = 2026-06-01 00:00:00+00:00
with b20 as materialized (
  select t19.id as c0, concat('{"node":{"firstName":', coalesce(to_json(t19.first_name)::text, chr(2)),
      ',"lastName":', coalesce(to_json(t19.last_name)::text, 'null'), ',"lastModifiedAt":',
      coalesce(to_json(t19.last_modified_at)::text, chr(2)), ',"doNotContact":',
      coalesce(to_json(t19.do_not_contact)::text, chr(2)), ',"match":{"state":"',
      coalesce((t19.match_state)::text, chr(2)), '"},"tags":[') as c1,
      row_number() over (order by t19.created_at desc, t19.id desc) as rn
  from candidate t19
  where t19.company_id = $1::uuid and (exists (
    select
    from candidate_tag tagging
    join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
    where tagging.company_id = $1::uuid and tagged.company_id = $1::uuid and tagging.candidate_id = t19.id and
        tagged.name = $10::text
  )) and (t19.do_not_contact = $11::boolean) and (t19.match_state = any($12::text[])) and
      (t19.full_name_key like lower($13::text)) and (t19.last_modified_at >= $14::timestamptz)
  order by t19.created_at desc, t19.id desc
  limit 2
), a23 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select tagging.candidate_id as k, '{"name":' || coalesce(to_json(t21.name)::text, chr(2)) || '}' as v0
    from candidate_tag tagging
    join tag t21 on t21.company_id = tagging.company_id and t21.id = tagging.tag_id
    where t21.company_id = $1::uuid and (tagging.company_id = $1::uuid) and tagging.candidate_id = any(array(
      select b20.c0
      from b20
    ))
    order by tagging.candidate_id, t21.name asc, t21.id asc
  ) x
  group by x.k
)
select convert_to(concat('{"data":{"all":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t1
    where t1.company_id = $1::uuid
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t1
      where t1.company_id = $1::uuid
      order by t1.created_at desc, t1.id desc
      limit 20
    ) page
  ) x
), ',"tag":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t3
    where t3.company_id = $1::uuid and (exists (
      select
      from candidate_tag tagging
      join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
      where tagging.company_id = $1::uuid and tagged.company_id = $1::uuid and
          tagging.candidate_id = t3.id and tagged.name = $2::text
    ))
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t3
      where t3.company_id = $1::uuid and (exists (
        select
        from candidate_tag tagging
        join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
        where tagging.company_id = $1::uuid and tagged.company_id = $1::uuid and
            tagging.candidate_id = t3.id and tagged.name = $2::text
      ))
      order by t3.created_at desc, t3.id desc
      limit 20
    ) page
  ) x
), ',"doNotContact":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t5
    where t5.company_id = $1::uuid and (t5.do_not_contact = $3::boolean)
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t5
      where t5.company_id = $1::uuid and (t5.do_not_contact = $3::boolean)
      order by t5.created_at desc, t5.id desc
      limit 20
    ) page
  ) x
), ',"matchState":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t7
    where t7.company_id = $1::uuid and (t7.match_state = any($4::text[]))
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t7
      where t7.company_id = $1::uuid and (t7.match_state = any($4::text[]))
      order by t7.created_at desc, t7.id desc
      limit 20
    ) page
  ) x
), ',"jobId":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t9
    where t9.company_id = $1::uuid and (exists (
      select
      from application applied
      where applied.company_id = $1::uuid and applied.candidate_id = t9.id and applied.job_id = $5::uuid and
          true and true
    ))
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t9
      where t9.company_id = $1::uuid and (exists (
        select
        from application applied
        where applied.company_id = $1::uuid and applied.candidate_id = t9.id and applied.job_id = $5::uuid and
            true and true
      ))
      order by t9.created_at desc, t9.id desc
      limit 20
    ) page
  ) x
), ',"unknownJob":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t11
    where t11.company_id = $1::uuid and (exists (
      select
      from application applied
      where applied.company_id = $1::uuid and applied.candidate_id = t11.id and applied.job_id = $6::uuid and
          true and true
    ))
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t11
      where t11.company_id = $1::uuid and (exists (
        select
        from application applied
        where applied.company_id = $1::uuid and applied.candidate_id = t11.id and
            applied.job_id = $6::uuid and true and true
      ))
      order by t11.created_at desc, t11.id desc
      limit 20
    ) page
  ) x
), ',"nameContains":', (
  select concat('{"totalCount":', (
    select count(*)::text
    from candidate t13
    where t13.company_id = $1::uuid and (t13.full_name_key like lower($7::text))
  ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
  from (
    select concat('{"node":{"firstName":', coalesce(to_json(t13.first_name)::text, chr(2)), ',"lastName":',
        coalesce(to_json(t13.last_name)::text, 'null'), '}}') as v0
    from candidate t13
    where t13.company_id = $1::uuid and (t13.full_name_key like lower($7::text))
    order by t13.created_at desc, t13.id desc
    limit 2
  ) x
), ',"wildcardsAreLetters":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t15
    where t15.company_id = $1::uuid and (t15.full_name_key like lower($8::text))
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t15
      where t15.company_id = $1::uuid and (t15.full_name_key like lower($8::text))
      order by t15.created_at desc, t15.id desc
      limit 20
    ) page
  ) x
), ',"modifiedSince":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t17
    where t17.company_id = $1::uuid and (t17.last_modified_at >= $9::timestamptz)
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t17
      where t17.company_id = $1::uuid and (t17.last_modified_at >= $9::timestamptz)
      order by t17.created_at desc, t17.id desc
      limit 20
    ) page
  ) x
), ',"together":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t19
    where t19.company_id = $1::uuid and (exists (
      select
      from candidate_tag tagging
      join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
      where tagging.company_id = $1::uuid and tagged.company_id = $1::uuid and
          tagging.candidate_id = t19.id and tagged.name = $10::text
    )) and (t19.do_not_contact = $11::boolean) and (t19.match_state = any($12::text[])) and
        (t19.full_name_key like lower($13::text)) and (t19.last_modified_at >= $14::timestamptz)
  ) || ',"edges":[' || coalesce(string_agg(b20.c1 || coalesce(a23.o0, '') || ']}}', ',' order by b20.rn),
      '') || ']}'
  from b20
  left join a23 on a23.k = b20.c0
), '}}'), 'UTF8')
