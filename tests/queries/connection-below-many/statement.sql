-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = '%mar%'
with b2 as materialized (
  select t1.id as c0, concat('{"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)),
      ',"firstName":', coalesce(to_json(t1.first_name)::text, chr(2)), ',"lastName":',
      coalesce(to_json(t1.last_name)::text, 'null'), ',"applications":{"totalCount":') as c1,
      row_number() over (order by t1.created_at desc, t1.id desc) as rn
  from candidate t1
  where t1.company_id = $1::uuid and (t1.full_name_key like lower($2::text))
  order by t1.created_at desc, t1.id desc
  limit 4
), n5 as materialized (
  select t3.candidate_id as k, count(*) as n
  from application t3
  where t3.company_id = $1::uuid and t3.candidate_id = any(array(
    select b2.c0
    from b2
  ))
  group by t3.candidate_id
), a6 as materialized (
  select d.k, y.*
  from (
    select b2.c0 as k
    from b2
  ) d
  cross join lateral (
    select case when count(*) > 1 then 'true' else 'false' end as o0, case when least(1,
        count(*)) > 0 then '"' || translate(encode(convert_to(json_build_array('8de1988f'::text,
        (array_agg(x.e0) filter (where x.rn <= 1))[1], (array_agg(x.e1) filter (where x.rn <= 1))[1])::text,
        'UTF8'), 'base64'), E'+/=\n', '-_') || '"' else 'null' end as o1, case when least(1,
        count(*)) > 0 then '"' || translate(encode(convert_to(json_build_array('8de1988f'::text,
        (array_agg(x.e0) filter (where x.rn <= 1))[least(1, count(*))],
        (array_agg(x.e1) filter (where x.rn <= 1))[least(1, count(*))])::text, 'UTF8'), 'base64'), E'+/=\n',
        '-_') || '"' else 'null' end as o2, coalesce(string_agg(x.v3, ',') filter (where x.rn <= 1), '') as o3
    from (
      select '{"node":{"appliedAt":' || coalesce(to_json(t3.applied_at)::text, chr(2)) || '}}' as v3,
          t3.applied_at as e0, t3.id as e1, row_number() over (order by t3.applied_at desc, t3.id desc) as rn
      from application t3
      where t3.company_id = $1::uuid and t3.candidate_id = d.k
      order by t3.applied_at desc, t3.id desc
      limit 2
    ) x
  ) y
), n9 as materialized (
  select t7.candidate_id as k, count(*) as n
  from note t7
  where t7.company_id = $1::uuid and ((not t7.is_private or true)) and t7.candidate_id = any(array(
    select b2.c0
    from b2
  ))
  group by t7.candidate_id
), a10 as materialized (
  select d.k, y.*
  from (
    select b2.c0 as k
    from b2
  ) d
  cross join lateral (
    select case when count(*) > 0 then 'true' else 'false' end as o0, case when least(0,
        count(*)) > 0 then '"' || translate(encode(convert_to(json_build_array('a814391e'::text,
        (array_agg(x.e0) filter (where x.rn <= 0))[1], (array_agg(x.e1) filter (where x.rn <= 0))[1])::text,
        'UTF8'), 'base64'), E'+/=\n', '-_') || '"' else 'null' end as o1, coalesce(string_agg(x.v2,
        ',') filter (where x.rn <= 0), '') as o2
    from (
      select '{"cursor":' || '"' || translate(encode(convert_to(json_build_array('a814391e'::text,
          t7.created_at, t7.id)::text, 'UTF8'), 'base64'), E'+/=\n', '-_') || '"' || '}' as v2,
          t7.created_at as e0, t7.id as e1, row_number() over (order by t7.created_at desc, t7.id desc) as rn
      from note t7
      where t7.company_id = $1::uuid and ((not t7.is_private or true)) and t7.candidate_id = d.k
      order by t7.created_at desc, t7.id desc
      limit 1
    ) x
  ) y
)
select convert_to('{"data":{"candidates":' || (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t1
    where t1.company_id = $1::uuid and (t1.full_name_key like lower($2::text))
  ) || ',"edges":[' || coalesce(string_agg(concat(b2.c1, coalesce(n5.n, 0)::text,
      ',"pageInfo":{"hasNextPage":', coalesce(a6.o0, 'false'), ',"startCursor":', coalesce(a6.o1, 'null'),
      ',"endCursor":', coalesce(a6.o2, 'null'), '},"edges":[', coalesce(a6.o3, ''),
      ']},"notes":{"totalCount":', coalesce(n9.n, 0)::text, ',"pageInfo":{"hasNextPage":', coalesce(a10.o0,
      'false'), ',"hasPreviousPage":false,"startCursor":', coalesce(a10.o1, 'null'), '},"edges":[',
      coalesce(a10.o2, ''), ']}}}'), ',' order by b2.rn), '') || ']}'
  from b2
  left join n5 on n5.k = b2.c0
  left join a6 on a6.k = b2.c0
  left join n9 on n9.k = b2.c0
  left join a10 on a10.k = b2.c0
) || '}}', 'UTF8')
