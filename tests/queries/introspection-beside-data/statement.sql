-- $1 = 'demo:staff'
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = 2026-10-30 00:00:00+00:00
select convert_to(concat('{"data":{"before":', coalesce((
  select '{"subject":' || coalesce(to_json($1::text)::text, chr(2)) || '}'
  from (
    select 1 as one
  ) t1
  limit 1
), 'null'), ',"__type":null,"__schema":null,"integration":', coalesce((
  select '{"state":"' || coalesce((t3.state)::text, chr(2)) || '"}'
  from integration t3
  where t3.company_id = $2::uuid and (t3.state <> 'ERASED')
  limit 1
), 'null'), ',"after":', (
  select '{"totalCount":' || (
    select count(*)::text
    from audit_entry t5
    where t5.company_id = $2::uuid and (t5.at >= $3::timestamptz)
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from audit_entry t5
      where t5.company_id = $2::uuid and (t5.at >= $3::timestamptz)
      order by t5.at desc, t5.id desc
      limit 20
    ) page
  ) x
), '}}'), 'UTF8')
