-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $5 = '0186b5ef-3c00-70ff-bb29-0832ca0fe403'
select convert_to('{"data":{"candidate":' || coalesce((
  select '{"inMails":' || (
    select concat('{"totalCount":', (
      select count(*)::text
      from inmail t3
      where t3.company_id = $3::uuid and (t3.contract_id = any(array[$4::uuid])) and
          t3.member_urn = t1.match_member_urn
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"sentAt":', coalesce(to_json(t3.sent_at)::text, chr(2)), ',"direction":"',
          coalesce((t3.direction)::text, chr(2)), '","state":"', coalesce((t3.state)::text, chr(2)),
          '","subject":', coalesce(to_json(case when (false or coalesce(t3.seat_id = $5::uuid,
          false)) then t3.subject end)::text, 'null'), ',"body":',
          coalesce(to_json(case when (false or coalesce(t3.seat_id = $5::uuid,
          false)) then t3.body end)::text, 'null'), ',"bodyWithheld":',
          coalesce(to_json((not (false or coalesce(t3.seat_id = $5::uuid, false))))::text, chr(2)),
          ',"seat":', case when t5.id is null then 'null' else '{"id":' || coalesce(to_json(t5.urn)::text,
          chr(2)) || '}' end, ',"contract":{"id":', coalesce(to_json(t6.urn)::text, chr(2)), '}}}') as v0
      from inmail t3
      left join seat t5 on t5.company_id = $3::uuid and t5.id = t3.seat_id
      left join contract t6 on t6.company_id = $3::uuid and t6.id = t3.contract_id
      where t3.company_id = $3::uuid and (t3.contract_id = any(array[$4::uuid])) and
          t3.member_urn = t1.match_member_urn
      order by t3.sent_at desc, t3.id desc
      limit 5
    ) x
  ) || '}'
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
