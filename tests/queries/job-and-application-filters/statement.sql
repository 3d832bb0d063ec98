-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'LISTED'
-- $3 = '%ENGINEER%'
-- $4 = ['ACTIVE', 'HIRED']
-- $5 = 'Recruiter screen'
-- $6 = 2026-09-01 00:00:00+00:00
with b2 as materialized (
  select t1.id as c0, concat('{"node":{"title":', coalesce(to_json(t1.title)::text, chr(2)), ',"state":"',
      coalesce((t1.state)::text, chr(2)), '","some":{"totalCount":') as c1,
      row_number() over (order by t1.listed_order_at desc, t1.id desc) as rn
  from job t1
  where t1.company_id = $1::uuid and (t1.state = $2::text) and (t1.title_key like lower($3::text))
  order by t1.listed_order_at desc, t1.id desc
  limit 2
), n5 as materialized (
  select t3.job_id as k, count(*) as n
  from application t3
  where t3.company_id = $1::uuid and (t3.status = any($4::text[])) and (t3.stage = $5::text) and
      (t3.applied_at >= $6::timestamptz) and t3.job_id = any(array(
    select b2.c0
    from b2
  ))
  group by t3.job_id
), a6 as materialized (
  select d.k, y.*
  from (
    select b2.c0 as k
    from b2
  ) d
  cross join lateral (
    select coalesce(string_agg(x.v0, ','), '') as o0
    from (
      select concat('{"node":{"status":"', coalesce((t3.status)::text, chr(2)), '","stage":',
          coalesce(to_json(t3.stage)::text, 'null'), ',"appliedAt":', coalesce(to_json(t3.applied_at)::text,
          chr(2)), '}}') as v0
      from application t3
      where t3.company_id = $1::uuid and (t3.status = any($4::text[])) and (t3.stage = $5::text) and
          (t3.applied_at >= $6::timestamptz) and t3.job_id = d.k
      order by t3.applied_at desc, t3.id desc
      limit 2
    ) x
  ) y
), n9 as materialized (
  select t7.job_id as k, count(*) as n
  from application t7
  where t7.company_id = $1::uuid and t7.job_id = any(array(
    select b2.c0
    from b2
  ))
  group by t7.job_id
), a10 as materialized (
  select d.k, y.*
  from (
    select b2.c0 as k
    from b2
  ) d
  cross join lateral (
    select count(*) as n
    from (
      select 1 as one
      from application t7
      where t7.company_id = $1::uuid and t7.job_id = d.k
      order by t7.applied_at desc, t7.id desc
      limit 0
    ) x
  ) y
)
select convert_to('{"data":{"jobs":' || (
  select '{"totalCount":' || (
    select count(*)::text
    from job t1
    where t1.company_id = $1::uuid and (t1.state = $2::text) and (t1.title_key like lower($3::text))
  ) || ',"edges":[' || coalesce(string_agg(concat(b2.c1, coalesce(n5.n, 0)::text, ',"edges":[',
      coalesce(a6.o0, ''), ']},"all":{"totalCount":', coalesce(n9.n, 0)::text, '}}}'), ',' order by b2.rn),
      '') || ']}'
  from b2
  left join n5 on n5.k = b2.c0
  left join a6 on a6.k = b2.c0
  left join n9 on n9.k = b2.c0
  left join a10 on a10.k = b2.c0
) || '}}', 'UTF8')
