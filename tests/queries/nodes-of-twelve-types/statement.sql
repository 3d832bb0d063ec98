-- $1 = ['01a15bc8-f110-792b-8214-2533823ecfb7']
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = ['019ba181-d498-7908-bd33-91fea8c7b7de']
-- $4 = ['01a15a17-e998-7496-8c95-706fdf68e37c']
-- $5 = ['01a103c5-3fc8-7acc-9a0a-1bd3a843bccd']
-- $6 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $7 = None
-- $8 = ['01a12f62-1700-7335-bf7d-cdc187776f8d']
-- $9 = ['01a03c4a-1478-72f3-9572-a4f30f6fdc7d']
-- $10 = ['urn:li:contract:5001']
-- $11 = None
-- $12 = ['urn:li:organization:1001']
-- $13 = ['urn:li:seat:7001']
-- $14 = ['01a159e9-76f8-7625-8b9c-8e1ea88063a0']
-- $15 = ['019fdbc2-5570-7250-afb2-271c36972ae8']
-- $16 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $17 = ['01a100c3-9888-7148-9f06-de1948f977a4']
-- $18 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $19 = ['stub-profile', 'li:organization', 'li:seat', 'li:contract', 'integration', 'candidate', 'job', 'application', 'note', 'inmail', 'recruiter-note', 'export']
-- $20 = ['01a100c3-9888-7148-9f06-de1948f977a4', 'urn:li:organization:1001', 'urn:li:seat:7001', 'urn:li:contract:5001', '01a12f62-1700-7335-bf7d-cdc187776f8d', '019ba181-d498-7908-bd33-91fea8c7b7de', '01a03c4a-1478-72f3-9572-a4f30f6fdc7d', '01a15bc8-f110-792b-8214-2533823ecfb7', '01a159e9-76f8-7625-8b9c-8e1ea88063a0', '01a103c5-3fc8-7acc-9a0a-1bd3a843bccd', '019fdbc2-5570-7250-afb2-271c36972ae8', '01a15a17-e998-7496-8c95-706fdf68e37c']
with b2 as materialized (
  select t1.id::text as c0, '{"__typename":"Application","appliedAt":' ||
      coalesce(to_json(t1.applied_at)::text, chr(2)) || '}' as c1
  from application t1
  where t1.company_id = $2::uuid and t1.id = any($1::uuid[])
), a3 as materialized (
  select b2.c0 as k, b2.c1 as j
  from b2
), b5 as materialized (
  select t4.id as c0, t4.id::text as c1, '{"__typename":"Candidate","firstName":' ||
      coalesce(to_json(t4.first_name)::text, chr(2)) || ',"tags":[' as c2
  from candidate t4
  where t4.company_id = $2::uuid and t4.id = any($3::uuid[])
), a9 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select tagging.candidate_id as k, '{"name":' || coalesce(to_json(t7.name)::text, chr(2)) || '}' as v0
    from candidate_tag tagging
    join tag t7 on t7.company_id = tagging.company_id and t7.id = tagging.tag_id
    where t7.company_id = $2::uuid and (tagging.company_id = $2::uuid) and tagging.candidate_id = any(array(
      select b5.c0
      from b5
    ))
    order by tagging.candidate_id, t7.name asc, t7.id asc
  ) x
  group by x.k
), a6 as materialized (
  select b5.c1 as k, b5.c2 || coalesce(a9.o0, '') || ']}' as j
  from b5
  left join a9 on a9.k = b5.c0
), b11 as materialized (
  select t10.id::text as c0, concat('{"__typename":"Export","progress":"', coalesce((t10.state)::text,
      chr(2)), '","job":', case when t13.id is null then 'null' else '{"title":' ||
      coalesce(to_json(t13.title)::text, chr(2)) || '}' end, '}') as c1
  from export t10
  left join job t13 on t13.company_id = $2::uuid and t13.id = t10.job_id
  where t10.company_id = $2::uuid and t10.id = any($4::uuid[])
), a12 as materialized (
  select b11.c0 as k, b11.c1 as j
  from b11
), b15 as materialized (
  select t14.id::text as c0, '{"__typename":"InMail","body":' ||
      coalesce(to_json(case when (true or coalesce(t14.seat_id = $7::uuid, false)) then t14.body end)::text,
      'null') || '}' as c1
  from inmail t14
  where t14.company_id = $2::uuid and (t14.contract_id = any($6::uuid[])) and t14.id = any($5::uuid[])
), a16 as materialized (
  select b15.c0 as k, b15.c1 as j
  from b15
), b18 as materialized (
  select t17.id::text as c0, '{"__typename":"Integration","state":"' || coalesce((t17.state)::text, chr(2)) ||
      '"}' as c1
  from integration t17
  where t17.company_id = $2::uuid and (t17.state <> 'ERASED') and t17.id = any($8::uuid[])
), a19 as materialized (
  select b18.c0 as k, b18.c1 as j
  from b18
), b21 as materialized (
  select t20.id::text as c0, '{"__typename":"Job","title":' || coalesce(to_json(t20.title)::text, chr(2)) ||
      '}' as c1
  from job t20
  where t20.company_id = $2::uuid and t20.id = any($9::uuid[])
), a22 as materialized (
  select b21.c0 as k, b21.c1 as j
  from b21
), b24 as materialized (
  select t23.id as c0, t23.urn::text as c1, '{"__typename":"Contract","productTier":"' ||
      coalesce((t23.product_tier)::text, chr(2)) || '","seats":{"totalCount":' as c2
  from contract t23
  where t23.company_id = $2::uuid and ((true or t23.id = $11::uuid)) and t23.urn = any($10::text[])
), n28 as materialized (
  select t26.contract_id as k, count(*) as n
  from seat t26
  where t26.company_id = $2::uuid and t26.contract_id = any(array(
    select b24.c0
    from b24
  ))
  group by t26.contract_id
), a29 as materialized (
  select d.k, y.*
  from (
    select distinct b24.c0 as k
    from b24
    where b24.c0 is not null
  ) d
  cross join lateral (
    select count(*) as n
    from (
      select 1 as one
      from seat t26
      where t26.company_id = $2::uuid and t26.contract_id = d.k
      order by t26.created_at desc, t26.id desc
      limit 1
    ) x
  ) y
), a25 as materialized (
  select b24.c1 as k, b24.c2 || coalesce(n28.n, 0)::text || '}}' as j
  from b24
  left join n28 on n28.k = b24.c0
  left join a29 on a29.k = b24.c0
), b31 as materialized (
  select t30.urn::text as c0, '{"__typename":"Company","name":' || coalesce(to_json(t30.name)::text,
      chr(2)) || '}' as c1
  from company t30
  where t30.company_id = $2::uuid and t30.urn = any($12::text[])
), a32 as materialized (
  select b31.c0 as k, b31.c1 as j
  from b31
), b34 as materialized (
  select t33.urn::text as c0, concat('{"__typename":"Seat","lastName":',
      coalesce(to_json(t33.last_name)::text, chr(2)), ',"contract":{"id":', coalesce(to_json(t36.urn)::text,
      chr(2)), '}}') as c1
  from seat t33
  left join contract t36 on t36.company_id = $2::uuid and t36.id = t33.contract_id
  where t33.company_id = $2::uuid and ((true or t33.contract_id = $11::uuid)) and t33.urn = any($13::text[])
), a35 as materialized (
  select b34.c0 as k, b34.c1 as j
  from b34
), b38 as materialized (
  select t37.id::text as c0, '{"__typename":"Note","authorName":' || coalesce(to_json(t37.author_name)::text,
      'null') || '}' as c1
  from note t37
  where t37.company_id = $2::uuid and ((not t37.is_private or true)) and t37.id = any($14::uuid[])
), a39 as materialized (
  select b38.c0 as k, b38.c1 as j
  from b38
), b41 as materialized (
  select t40.id::text as c0, '{"__typename":"RecruiterNote","visibility":"' ||
      coalesce((t40.visibility)::text, chr(2)) || '"}' as c1
  from recruiter_note t40
  where t40.company_id = $2::uuid and (t40.contract_id = any($16::uuid[]) and
      (t40.visibility = 'SHARED' or t40.seat_id = $7::uuid)) and t40.id = any($15::uuid[])
), a42 as materialized (
  select b41.c0 as k, b41.c1 as j
  from b41
), b44 as materialized (
  select t43.id::text as c0, '{"__typename":"StubProfile","companyName":' ||
      coalesce(to_json(t43.company_name)::text, 'null') || '}' as c1
  from stub_profile t43
  where t43.company_id = $2::uuid and (t43.contract_id = any($18::uuid[])) and t43.id = any($17::uuid[])
), a45 as materialized (
  select b44.c0 as k, b44.c1 as j
  from b44
)
select convert_to('{"data":{"nodes":' || (
  select '[' || coalesce(string_agg(coalesce(a3.j, a6.j, a12.j, a16.j, a19.j, a22.j, a25.j, a32.j, a35.j,
      a39.j, a42.j, a45.j, 'null'), ',' order by u.ord), '') || ']'
  from unnest($19::text[], $20::text[]) with ordinality u(kind, id, ord)
  left join a3 on a3.k = u.id and u.kind = 'application'
  left join a6 on a6.k = u.id and u.kind = 'candidate'
  left join a12 on a12.k = u.id and u.kind = 'export'
  left join a16 on a16.k = u.id and u.kind = 'inmail'
  left join a19 on a19.k = u.id and u.kind = 'integration'
  left join a22 on a22.k = u.id and u.kind = 'job'
  left join a25 on a25.k = u.id and u.kind = 'li:contract'
  left join a32 on a32.k = u.id and u.kind = 'li:organization'
  left join a35 on a35.k = u.id and u.kind = 'li:seat'
  left join a39 on a39.k = u.id and u.kind = 'note'
  left join a42 on a42.k = u.id and u.kind = 'recruiter-note'
  left join a45 on a45.k = u.id and u.kind = 'stub-profile'
) || '}}', 'UTF8')
