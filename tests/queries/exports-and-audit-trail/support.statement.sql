-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'FAILED'
select convert_to(concat('{"data":{"exports":', (
  select concat('{"totalCount":', (
    select count(*)::text
    from export t1
    where t1.company_id = $1::uuid and (t1.state = $2::text)
  ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
  from (
    select concat('{"node":{"state":"', coalesce((t1.state)::text, chr(2)), '","attempts":',
        coalesce((t1.attempts)::text, chr(2)), ',"lastError":', coalesce(to_json(t1.last_error)::text,
        'null'), ',"requestedAt":', coalesce(to_json(t1.requested_at)::text, chr(2)),
        ',"member":null,"job":null,"candidate":null,"seat":',
        case when t3.id is null then 'null' else '{"lastName":' || coalesce(to_json(t3.last_name)::text,
        chr(2)) || '}' end, '}}') as v0
    from export t1
    left join seat t3 on t3.company_id = $1::uuid and t3.id = t1.seat_id
    where t1.company_id = $1::uuid and (t1.state = $2::text)
    order by t1.requested_at desc, t1.id desc
    limit 1
  ) x
), ',"auditTrail":', (
  select '{"edges":[' || coalesce(string_agg(x.v0, ','), '') || ']}'
  from (
    select concat('{"node":{"at":', coalesce(to_json(t4.at)::text, chr(2)), ',"actor":',
        coalesce(to_json(t4.actor)::text, chr(2)), ',"action":', coalesce(to_json(t4.action)::text, chr(2)),
        ',"detail":', coalesce(to_json(t4.detail)::text, 'null'), '}}') as v0
    from audit_entry t4
    where t4.company_id = $1::uuid
    order by t4.at desc, t4.id desc
    limit 2
  ) x
), '}}'), 'UTF8')
