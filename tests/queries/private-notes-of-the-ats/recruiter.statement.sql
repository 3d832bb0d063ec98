-- $1 = 'cand-0014'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to('{"data":{"candidate":' || coalesce((
  select '{"notes":' || (
    select concat('{"totalCount":', (
      select count(*)::text
      from note t3
      where t3.company_id = $3::uuid and ((not t3.is_private or false)) and t3.candidate_id = t1.id
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"body":', coalesce(to_json(t3.body)::text, chr(2)), ',"createdAt":',
          coalesce(to_json(t3.created_at)::text, chr(2)), '}}') as v0
      from note t3
      where t3.company_id = $3::uuid and ((not t3.is_private or false)) and t3.candidate_id = t1.id
      order by t3.created_at desc, t3.id desc
      limit 20
    ) x
  ) || '}'
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
