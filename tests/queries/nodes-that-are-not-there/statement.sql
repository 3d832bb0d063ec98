-- $1 = ['019ba181-d498-7908-bd33-91fea8c7b7de', '019ba181-d498-7908-bd33-91fea8c7b7de']
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = ['urn:li:organization:2002']
-- $4 = ['urn:li:person:m1940', 'urn:li:person:m0001']
-- $5 = ['urn:li:seat:7101', 'urn:li:seat:7003']
-- $6 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $7 = ['019fb701-d738-7c98-bccf-a00a6109252e']
-- $8 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $9 = '0186b5ef-3c00-7c86-a859-82a22688e52c'
-- $10 = ['candidate', '', '', 'li:organization', 'li:seat', 'li:seat', 'li:person', 'li:person', 'recruiter-note', 'unicorn', 'candidate']
-- $11 = ['019ba181-d498-7908-bd33-91fea8c7b7de', '', '', 'urn:li:organization:2002', 'urn:li:seat:7101', 'urn:li:seat:7003', 'urn:li:person:m1940', 'urn:li:person:m0001', '019fb701-d738-7c98-bccf-a00a6109252e', '019ba181-d498-7908-bd33-91fea8c7b7de', '019ba181-d498-7908-bd33-91fea8c7b7de']
-- $12 = '00000000-0000-7000-8000-000000000000'
-- $13 = 'urn:li:contract:5002'
-- $14 = 'cand-9001'
-- $15 = 'Demo ATS'
-- $16 = None
with b2 as materialized (
  select t1.id::text as c0, concat('{"id":"urn:rsc:candidate:', coalesce((t1.id)::text, chr(2)),
      '","firstName":', coalesce(to_json(t1.first_name)::text, chr(2)), '}') as c1
  from candidate t1
  where t1.company_id = $2::uuid and t1.id = any($1::uuid[])
), a3 as materialized (
  select b2.c0 as k, b2.c1 as j
  from b2
), b5 as materialized (
  select t4.urn::text as c0, '{"id":' || coalesce(to_json(t4.urn)::text, chr(2)) || '}' as c1
  from company t4
  where t4.company_id = $2::uuid and t4.urn = any($3::text[])
), a6 as materialized (
  select b5.c0 as k, b5.c1 as j
  from b5
), b8 as materialized (
  select t7.urn::text as c0, '{"id":' || coalesce(to_json(t7.urn)::text, chr(2)) || '}' as c1
  from member t7
  where (not t7.is_closed) and t7.urn = any($4::text[])
), a9 as materialized (
  select b8.c0 as k, b8.c1 as j
  from b8
), b11 as materialized (
  select t10.urn::text as c0, '{"id":' || coalesce(to_json(t10.urn)::text, chr(2)) || '}' as c1
  from seat t10
  where t10.company_id = $2::uuid and ((false or t10.contract_id = $6::uuid)) and t10.urn = any($5::text[])
), a12 as materialized (
  select b11.c0 as k, b11.c1 as j
  from b11
), b14 as materialized (
  select t13.id::text as c0, '{"id":"urn:rsc:recruiter-note:' || coalesce((t13.id)::text, chr(2)) ||
      '"}' as c1
  from recruiter_note t13
  where t13.company_id = $2::uuid and (t13.contract_id = any(array[$8::uuid]) and
      (t13.visibility = 'SHARED' or t13.seat_id = $9::uuid)) and t13.id = any($7::uuid[])
), a15 as materialized (
  select b14.c0 as k, b14.c1 as j
  from b14
)
select convert_to(concat('{"data":{"nodes":', (
  select '[' || coalesce(string_agg(coalesce(a3.j, a6.j, a9.j, a12.j, a15.j, 'null'), ',' order by u.ord),
      '') || ']'
  from unnest($10::text[], $11::text[]) with ordinality u(kind, id, ord)
  left join a3 on a3.k = u.id and u.kind = 'candidate'
  left join a6 on a6.k = u.id and u.kind = 'li:organization'
  left join a9 on a9.k = u.id and u.kind = 'li:person'
  left join a12 on a12.k = u.id and u.kind = 'li:seat'
  left join a15 on a15.k = u.id and u.kind = 'recruiter-note'
), ',"nothing":null,"othersCandidate":', coalesce((
  select '{"id":"urn:rsc:candidate:' || coalesce((t16.id)::text, chr(2)) || '"}'
  from candidate t16
  where t16.company_id = $2::uuid and t16.id = $12::uuid
  limit 1
), 'null'), ',"othersContract":', coalesce((
  select '{"name":' || coalesce(to_json(t18.name)::text, chr(2)) || '}'
  from contract t18
  where t18.company_id = $2::uuid and ((false or t18.id = $6::uuid)) and (t18.urn = $13::text)
  limit 1
), 'null'), ',"candidate":', coalesce((
  select '{"id":"urn:rsc:candidate:' || coalesce((t20.id)::text, chr(2)) || '"}'
  from candidate t20
  where t20.company_id = $2::uuid and (t20.external_id = $14::text and t20.partner_name = $15::text)
  limit 1
), 'null'), ',"application":', coalesce((
  select '{"id":"urn:rsc:application:' || coalesce((t22.id)::text, chr(2)) || '"}'
  from application t22
  where t22.company_id = $2::uuid and (t22.id = $16::uuid)
  limit 1
), 'null'), '}}'), 'UTF8')
