-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'Offer'
with b2 as materialized (
  select t1.id as c0, '{"node":{"externalId":' || coalesce(to_json(t1.external_id)::text, chr(2)) ||
      ',"applications":{"edges":[' as c1, row_number() over (order by t1.listed_order_at desc,
      t1.id desc) as rn
  from job t1
  where t1.company_id = $1::uuid
  order by t1.listed_order_at desc, t1.id desc
  limit 2
), b4 as materialized (
  select d.k, y.*
  from (
    select b2.c0 as k
    from b2
  ) d
  cross join lateral (
    select t5.id as c0, t3.id as c1, '{"node":{"externalId":' || coalesce(to_json(t3.external_id)::text,
        chr(2)) || ',"candidate":' as c2, t5.id is null as c3, '{"externalId":' ||
        coalesce(to_json(t5.external_id)::text, chr(2)) || ',"tags":[' as c4,
        row_number() over (order by t3.applied_at desc, t3.id desc) as rn
    from application t3
    left join candidate t5 on t5.company_id = $1::uuid and t5.id = t3.candidate_id
    where t3.company_id = $1::uuid and (t3.stage = $2::text) and t3.job_id = d.k
    order by t3.applied_at desc, t3.id desc
    limit 2
  ) y
), a8 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select tagging.candidate_id as k, '{"name":' || coalesce(to_json(t6.name)::text, chr(2)) || '}' as v0
    from candidate_tag tagging
    join tag t6 on t6.company_id = tagging.company_id and t6.id = tagging.tag_id
    where t6.company_id = $1::uuid and (tagging.company_id = $1::uuid) and tagging.candidate_id = any(array(
      select b4.c0
      from b4
    ))
    order by tagging.candidate_id, t6.name asc, t6.id asc
  ) x
  group by x.k
), a11 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select t9.application_id as k, '{"name":' || coalesce(to_json(t9.name)::text, chr(2)) || '}' as v0
    from application_stage t9
    where t9.company_id = $1::uuid and t9.application_id = any(array(
      select b4.c1
      from b4
    ))
    order by t9.application_id, t9.entered_at asc, t9.rank asc, t9.id asc
  ) x
  group by x.k
), a15 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select t12.application_id as k, concat('{"interviewerName":',
        coalesce(to_json(t12.interviewer_name)::text, 'null'), ',"evaluations":[', coalesce((
      select string_agg(concat('{"attribute":', coalesce((e14.v -> 'attribute')::text, chr(2)), ',"result":',
          coalesce((e14.v -> 'result')::text, chr(2)), '}'), ',')
      from jsonb_array_elements(t12.evaluations) e14(v)
    ), ''), ']}') as v0
    from interview_feedback t12
    where t12.company_id = $1::uuid and t12.application_id = any(array(
      select b4.c1
      from b4
    ))
    order by t12.application_id, t12.created_at desc, t12.id desc
  ) x
  group by x.k
), a18 as materialized (
  select d.k, y.*
  from (
    select distinct b4.c1 as k
    from b4
    where b4.c1 is not null
  ) d
  cross join lateral (
    select coalesce(string_agg(x.v0, ','), '') as o0
    from (
      select '{"node":{"createdAt":' || coalesce(to_json(t16.created_at)::text, chr(2)) || '}}' as v0
      from note t16
      where t16.company_id = $1::uuid and ((not t16.is_private or true)) and t16.application_id = d.k
      order by t16.created_at desc, t16.id desc
      limit 1
    ) x
  ) y
), a19 as materialized (
  select b4.k as k, coalesce(string_agg(concat(b4.c2, case when b4.c3 then 'null' else b4.c4 ||
      coalesce(a8.o0, '') || ']}' end, ',"stages":[', coalesce(a11.o0, ''), '],"interviewFeedback":[',
      coalesce(a15.o0, ''), '],"notes":{"edges":[', coalesce(a18.o0, ''), ']}}}'), ',' order by b4.rn),
      '') as o0
  from b4
  left join a8 on a8.k = b4.c0
  left join a11 on a11.k = b4.c1
  left join a15 on a15.k = b4.c1
  left join a18 on a18.k = b4.c1
  group by b4.k
)
select convert_to('{"data":{"jobs":' || (
  select '{"edges":[' || coalesce(string_agg(b2.c1 || coalesce(a19.o0, '') || ']}}}', ',' order by b2.rn),
      '') || ']}'
  from b2
  left join a19 on a19.k = b2.c0
) || '}}', 'UTF8')
