-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = '%mar%'
with b2 as materialized (
  select t1.id as c0, concat('{"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)),
      ',"profile":null,"match":{"state":"', coalesce((t1.match_state)::text, chr(2)),
      '","alternatives":null},"applications":{"edges":[') as c1,
      row_number() over (order by t1.created_at desc, t1.id desc) as rn
  from candidate t1
  where t1.company_id = $1::uuid and (t1.full_name_key like lower($2::text))
  order by t1.created_at desc, t1.id desc
  limit 2
), a6 as materialized (
  select d.k, y.*
  from (
    select b2.c0 as k
    from b2
  ) d
  cross join lateral (
    select coalesce(string_agg(x.v0, ','), '') as o0
    from (
      select concat('{"node":{"externalId":', coalesce(to_json(t3.external_id)::text, chr(2)),
          ',"candidate":', case when t5.id is null then 'null' else '{"member":null}' end, '}}') as v0
      from application t3
      left join candidate t5 on t5.company_id = $1::uuid and t5.id = t3.candidate_id
      where t3.company_id = $1::uuid and t3.candidate_id = d.k
      order by t3.applied_at desc, t3.id desc
      limit 2
    ) x
  ) y
)
select convert_to('{"data":{"candidates":' || (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t1
    where t1.company_id = $1::uuid and (t1.full_name_key like lower($2::text))
  ) || ',"edges":[' || coalesce(string_agg(b2.c1 || coalesce(a6.o0, '') || ']}}}', ',' order by b2.rn), '') ||
      ']}'
  from b2
  left join a6 on a6.k = b2.c0
) || '}}', 'UTF8')
