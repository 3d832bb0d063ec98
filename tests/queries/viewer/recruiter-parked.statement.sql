-- $1 = 'demo:recruiter-parked'
-- $2 = ['RECRUITER']
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $5 = '0186b5ef-3c00-7ff9-9f28-577eb250e383'
select convert_to('{"data":{"viewer":' || coalesce((
  select coalesce(('{"subject":' || to_json($1::text)::text || ',"roles":' || to_json($2::text[])::text ||
      ',"company":' || case when t3.company_id is null then 'null' else '{"name":' ||
      to_json(t3.name)::text || '}' end || ',"contract":') ||
      (case when t4.id is null then 'null' else '{"name":' || to_json(t4.name)::text || ',"productTier":"' ||
      (t4.product_tier)::text || '"}' end || ',"seat":' ||
      case when t5.id is null then 'null' else '{"id":' || to_json(t5.urn)::text || ',"state":"' ||
      (t5.state)::text || '"}' end || ',"can":' || chr(1) || '0:[' || '' || ']' || chr(1) || ',"features":' ||
      chr(1) || '1:[' || '' || ']' || chr(1) || '}'), chr(2))
  from (
    select 1 as one
  ) t1
  left join company t3 on t3.company_id = $3::uuid and t3.company_id = $3::uuid
  left join contract t4 on t4.company_id = $3::uuid and t4.id = $4::uuid
  left join seat t5 on t5.company_id = $3::uuid and t5.id = $5::uuid
  limit 1
), 'null') || '}}', 'UTF8')
