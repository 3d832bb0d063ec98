-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to('{"data":{"candidate":' || coalesce((
  select concat('{"firstName":', coalesce(to_json(t1.first_name)::text, chr(2)), ',"doNotContact":',
      coalesce(to_json(t1.do_not_contact)::text, chr(2)), ',"tags":', (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select '{"name":' || coalesce(to_json(t3.name)::text, chr(2)) || '}' as v0
      from candidate_tag tagging
      join tag t3 on t3.company_id = tagging.company_id and t3.id = tagging.tag_id
      where t3.company_id = $3::uuid and (tagging.company_id = $3::uuid) and tagging.candidate_id = t1.id
      order by t3.name asc, t3.id asc
    ) x
  ), '}')
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
