-- $1 = ['cand-0001', 'cand-none']
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = 'Demo ATS'
-- $4 = ['Candidate.externalId', 'li:person', 'Candidate.externalId', 'li:person']
-- $5 = ['cand-0001', 'urn:li:person:m0001', 'cand-none', 'urn:li:person:m0002']
with b2 as materialized (
  select t1.external_id::text as c0, '{"externalId":' || coalesce(to_json(t1.external_id)::text, chr(2)) ||
      ',"member":null}' as c1
  from candidate t1
  where t1.company_id = $2::uuid and t1.external_id = any($1::text[]) and (t1.partner_name = $3::text)
), a3 as materialized (
  select b2.c0 as k, b2.c1 as j
  from b2
)
select convert_to('{"data":{"_entities":' || (
  select '[' || coalesce(string_agg(coalesce(a3.j, 'null'), ',' order by u.ord), '') || ']'
  from unnest($4::text[], $5::text[]) with ordinality u(kind, id, ord)
  left join a3 on a3.k = u.id and u.kind = 'Candidate.externalId'
) || '}}', 'UTF8')
