-- $1 = 'demo:recruiter-lite'
-- $2 = ['RECRUITER']
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0186b5ef-3c00-7929-959e-27fbd561d6d5'
-- $5 = '0186b5ef-3c00-7742-9cac-1db75f6998bc'
select convert_to('{"data":{"viewer":' || coalesce((
  select concat('{"subject":', coalesce(to_json($1::text)::text, chr(2)), ',"roles":',
      coalesce(to_json($2::text[])::text, chr(2)), ',"company":',
      case when t3.company_id is null then 'null' else '{"name":' || coalesce(to_json(t3.name)::text,
      chr(2)) || '}' end, ',"contract":', case when t4.id is null then 'null' else concat('{"name":',
      coalesce(to_json(t4.name)::text, chr(2)), ',"productTier":"', coalesce((t4.product_tier)::text, chr(2)),
      '"}') end, ',"seat":', case when t5.id is null then 'null' else concat('{"id":',
      coalesce(to_json(t5.urn)::text, chr(2)), ',"state":"', coalesce((t5.state)::text, chr(2)), '"}') end,
      ',"can":', chr(1) || '0:[' || '' || ']' || chr(1), ',"features":', chr(1) || '1:[' || '' || ']' ||
      chr(1), '}')
  from (
    select 1 as one
  ) t1
  left join company t3 on t3.company_id = $3::uuid and t3.company_id = $3::uuid
  left join contract t4 on t4.company_id = $3::uuid and t4.id = $4::uuid
  left join seat t5 on t5.company_id = $3::uuid and t5.id = $5::uuid
  limit 1
), 'null') || '}}', 'UTF8')
