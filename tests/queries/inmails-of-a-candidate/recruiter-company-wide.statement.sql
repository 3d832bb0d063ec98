-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to('{"data":{"candidate":' || coalesce((
  select '{"inMails":null}'
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
