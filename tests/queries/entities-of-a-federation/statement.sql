-- $1 = ['cand-0003']
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = 'Demo ATS'
-- $4 = ['019ba181-d498-7908-bd33-91fea8c7b7de']
-- $5 = ['01a03c4a-1478-72f3-9572-a4f30f6fdc7d']
-- $6 = ['urn:li:person:m0001']
-- $7 = ['candidate', 'li:person', 'Candidate.externalId', '', 'job', '', '']
-- $8 = ['019ba181-d498-7908-bd33-91fea8c7b7de', 'urn:li:person:m0001', 'cand-0003', '', '01a03c4a-1478-72f3-9572-a4f30f6fdc7d', '', '']
with b2 as materialized (
  select t1.external_id::text as c0, concat('{"__typename":"Candidate","externalId":',
      coalesce(to_json(t1.external_id)::text, chr(2)), ',"firstName":', coalesce(to_json(t1.first_name)::text,
      chr(2)), ',"member":', case when t4.urn is null then 'null' else '{"firstName":' ||
      coalesce(to_json(t4.first_name)::text, chr(2)) || '}' end, '}') as c1
  from candidate t1
  left join member t4 on (not t4.is_closed) and t4.urn = t1.match_member_urn
  where t1.company_id = $2::uuid and t1.external_id = any($1::text[]) and (t1.partner_name = $3::text)
), a3 as materialized (
  select b2.c0 as k, b2.c1 as j
  from b2
), b6 as materialized (
  select t5.id::text as c0, concat('{"__typename":"Candidate","externalId":',
      coalesce(to_json(t5.external_id)::text, chr(2)), ',"firstName":', coalesce(to_json(t5.first_name)::text,
      chr(2)), ',"member":', case when t8.urn is null then 'null' else '{"firstName":' ||
      coalesce(to_json(t8.first_name)::text, chr(2)) || '}' end, '}') as c1
  from candidate t5
  left join member t8 on (not t8.is_closed) and t8.urn = t5.match_member_urn
  where t5.company_id = $2::uuid and t5.id = any($4::uuid[])
), a7 as materialized (
  select b6.c0 as k, b6.c1 as j
  from b6
), b10 as materialized (
  select t9.id::text as c0, concat('{"__typename":"Job","externalId":',
      coalesce(to_json(t9.external_id)::text, chr(2)), ',"title":', coalesce(to_json(t9.title)::text, chr(2)),
      '}') as c1
  from job t9
  where t9.company_id = $2::uuid and t9.id = any($5::uuid[])
), a11 as materialized (
  select b10.c0 as k, b10.c1 as j
  from b10
), b13 as materialized (
  select t12.urn::text as c0, concat('{"__typename":"Member","id":', coalesce(to_json(t12.urn)::text, chr(2)),
      ',"firstName":', coalesce(to_json(t12.first_name)::text, chr(2)), '}') as c1
  from member t12
  where (not t12.is_closed) and t12.urn = any($6::text[])
), a14 as materialized (
  select b13.c0 as k, b13.c1 as j
  from b13
)
select convert_to('{"data":{"_entities":' || (
  select '[' || coalesce(string_agg(coalesce(a3.j, a7.j, a11.j, a14.j, 'null'), ',' order by u.ord), '') ||
      ']'
  from unnest($7::text[], $8::text[]) with ordinality u(kind, id, ord)
  left join a3 on a3.k = u.id and u.kind = 'Candidate.externalId'
  left join a7 on a7.k = u.id and u.kind = 'candidate'
  left join a11 on a11.k = u.id and u.kind = 'job'
  left join a14 on a14.k = u.id and u.kind = 'li:person'
) || '}}', 'UTF8')
