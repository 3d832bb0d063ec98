-- $1 = ['019ba181-d498-7908-bd33-91fea8c7b7de', '019f029b-ae68-7c67-86d5-8c171c4b9063']
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = ['01a03c4a-1478-72f3-9572-a4f30f6fdc7d']
-- $4 = ['li:person', 'candidate', 'job', 'li:person', 'candidate', 'li:person']
-- $5 = ['urn:li:person:m0001', '019ba181-d498-7908-bd33-91fea8c7b7de', '01a03c4a-1478-72f3-9572-a4f30f6fdc7d', 'urn:li:person:m0002', '019f029b-ae68-7c67-86d5-8c171c4b9063', 'urn:li:person:closed']
with b2 as materialized (
  select t1.id::text as c0, '{"__typename":"Candidate","externalId":' ||
      coalesce(to_json(t1.external_id)::text, chr(2)) || ',"member":null}' as c1
  from candidate t1
  where t1.company_id = $2::uuid and t1.id = any($1::uuid[])
), a3 as materialized (
  select b2.c0 as k, b2.c1 as j
  from b2
), b5 as materialized (
  select t4.id::text as c0
  from job t4
  where t4.company_id = $2::uuid and t4.id = any($3::uuid[])
), a6 as materialized (
  select b5.c0 as k, '{"__typename":"Job"}' as j
  from b5
)
select convert_to('{"data":{"nodes":' || (
  select '[' || coalesce(string_agg(coalesce(a3.j, a6.j, 'null'), ',' order by u.ord), '') || ']'
  from unnest($4::text[], $5::text[]) with ordinality u(kind, id, ord)
  left join a3 on a3.k = u.id and u.kind = 'candidate'
  left join a6 on a6.k = u.id and u.kind = 'job'
) || '}}', 'UTF8')
