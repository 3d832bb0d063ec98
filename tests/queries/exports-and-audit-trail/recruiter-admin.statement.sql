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
        'null'), ',"requestedAt":', coalesce(to_json(t1.requested_at)::text, chr(2)), ',"member":',
        case when t3.urn is null then 'null' else '{"firstName":' || coalesce(to_json(t3.first_name)::text,
        chr(2)) || '}' end, ',"job":', case when t4.id is null then 'null' else '{"title":' ||
        coalesce(to_json(t4.title)::text, chr(2)) || '}' end, ',"candidate":',
        case when t5.id is null then 'null' else '{"id":"urn:rsc:candidate:' || coalesce((t5.id)::text,
        chr(2)) || '"}' end, ',"seat":', case when t6.id is null then 'null' else '{"lastName":' ||
        coalesce(to_json(t6.last_name)::text, chr(2)) || '}' end, '}}') as v0
    from export t1
    left join member t3 on (not t3.is_closed) and t3.urn = t1.member_urn
    left join job t4 on t4.company_id = $1::uuid and t4.id = t1.job_id
    left join candidate t5 on t5.company_id = $1::uuid and t5.id = t1.candidate_id
    left join seat t6 on t6.company_id = $1::uuid and t6.id = t1.seat_id
    where t1.company_id = $1::uuid and (t1.state = $2::text)
    order by t1.requested_at desc, t1.id desc
    limit 1
  ) x
), ',"auditTrail":', (
  select '{"edges":[' || coalesce(string_agg(x.v0, ','), '') || ']}'
  from (
    select concat('{"node":{"at":', coalesce(to_json(t7.at)::text, chr(2)), ',"actor":',
        coalesce(to_json(t7.actor)::text, chr(2)), ',"action":', coalesce(to_json(t7.action)::text, chr(2)),
        ',"detail":', coalesce(to_json(t7.detail)::text, 'null'), '}}') as v0
    from audit_entry t7
    where t7.company_id = $1::uuid
    order by t7.at desc, t7.id desc
    limit 2
  ) x
), '}}'), 'UTF8')
