-- $1 = ['RECRUITER']
select convert_to('{"data":{"viewer":' || coalesce((
  select '{"roles":' || coalesce(to_json($1::text[])::text, chr(2)) || '}'
  from (
    select 1 as one
  ) t1
  limit 1
), 'null') ||
    ',"candidates":null,"candidate":null,"node":null,"unifiedSearch":null,"auditTrail":null,"clients":null}}',
    'UTF8')
