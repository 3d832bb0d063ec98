-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = '0186b5ef-3c00-7929-959e-27fbd561d6d5'
select convert_to('{"data":{"integration":' || coalesce((
  select '{"contracts":' || (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select concat('{"id":', coalesce(to_json(t3.urn)::text, chr(2)), ',"activated":',
          coalesce(to_json(t3.activated)::text, chr(2)), ',"inMails":', chr(1) || '0:[' ||
          to_json(t3.id)::text || ']' || chr(1), '}') as v0
      from contract t3
      where t3.company_id = $1::uuid and ((false or t3.id = $2::uuid)) and t3.company_id = t1.company_id
      order by t3.name asc, t3.id asc
    ) x
  ) || '}'
  from integration t1
  where t1.company_id = $1::uuid and (t1.state <> 'ERASED')
  limit 1
), 'null') || '}}', 'UTF8')
