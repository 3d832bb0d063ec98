-- $1 = 'job-001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to('{"data":{"job":' || coalesce((
  select '{"title":' || coalesce(to_json(t1.title)::text, chr(2)) || ',"recommendedMatches":null,"next":null}'
  from job t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
