-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'FAILED'
select convert_to('{"data":{"exports":' || (
  select '{"totalCount":' || (
    select count(*)::text
    from export t1
    where t1.company_id = $1::uuid and (t1.state = $2::text)
  ) || ',"edges":[' || coalesce(string_agg(coalesce(x.v0, chr(2)), ','), '') || ']}'
  from (
    select ('{"node":{"state":"' || (t1.state)::text || '","attempts":' || (t1.attempts)::text ||
        ',"lastError":') || (coalesce(to_json(t1.last_error)::text, 'null') || ',"requestedAt":' ||
        to_json(t1.requested_at)::text || ',"member":null,"job":null,"candidate":null,"seat":' ||
        case when t3.id is null then 'null' else '{"lastName":' || to_json(t3.last_name)::text || '}' end ||
        '}}') as v0
    from export t1
    left join seat t3 on t3.company_id = $1::uuid and t3.id = t1.seat_id
    where t1.company_id = $1::uuid and (t1.state = $2::text)
    order by t1.requested_at desc, t1.id desc
    limit 1
  ) x
) || ',"auditTrail":' || (
  select '{"edges":[' || coalesce(string_agg(coalesce(x.v0, chr(2)), ','), '') || ']}'
  from (
    select ('{"node":{"at":' || to_json(t4.at)::text || ',"actor":' || to_json(t4.actor)::text) ||
        (',"action":' || to_json(t4.action)::text || ',"detail":' || coalesce(to_json(t4.detail)::text,
        'null') || '}}') as v0
    from audit_entry t4
    where t4.company_id = $1::uuid
    order by t4.at desc, t4.id desc
    limit 2
  ) x
) || '}}', 'UTF8')
