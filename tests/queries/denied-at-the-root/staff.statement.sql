-- $1 = ['STAFF']
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to(concat('{"data":{"viewer":', coalesce((
  select '{"roles":' || coalesce(to_json($1::text[])::text, chr(2)) || '}'
  from (
    select 1 as one
  ) t1
  limit 1
), 'null'), ',"candidates":null,"candidate":null,"node":null,"unifiedSearch":null,"auditTrail":', (
  select '{"edges":[' || coalesce(string_agg(x.v0, ','), '') || ']}'
  from (
    select '{"node":{"action":' || coalesce(to_json(t3.action)::text, chr(2)) || '}}' as v0
    from audit_entry t3
    where t3.company_id = $2::uuid
    order by t3.at desc, t3.id desc
    limit 1
  ) x
), ',"clients":', chr(1) || '0:[' || '' || ']' || chr(1), '}}'), 'UTF8')
