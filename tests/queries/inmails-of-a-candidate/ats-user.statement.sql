-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $5 = False
-- $6 = None
select convert_to('{"data":{"candidate":' || coalesce((
  select coalesce('{"inMails":' || (
    select '{"totalCount":' || (
      select count(*)::text
      from inmail t3
      where t3.company_id = $3::uuid and (t3.contract_id = any($4::uuid[])) and
          t3.member_urn = t1.match_member_urn
    ) || ',"edges":[' || coalesce(string_agg(coalesce(x.v0, chr(2)), ','), '') || ']}'
    from (
      select ('{"node":{"sentAt":' || to_json(t3.sent_at)::text || ',"direction":"' || (t3.direction)::text ||
          '","state":"' || (t3.state)::text || '","subject":' ||
          coalesce(to_json(case when ($5::boolean or coalesce(t3.seat_id = $6::uuid,
          false)) then t3.subject end)::text, 'null')) || ((',"body":' ||
          coalesce(to_json(case when ($5::boolean or coalesce(t3.seat_id = $6::uuid,
          false)) then t3.body end)::text, 'null') || ',"bodyWithheld":' ||
          to_json((not ($5::boolean or coalesce(t3.seat_id = $6::uuid, false))))::text) || (',"seat":' ||
          case when t5.id is null then 'null' else '{"id":' || to_json(t5.urn)::text || '}' end ||
          ',"contract":{"id":' || to_json(t6.urn)::text || '}}}')) as v0
      from inmail t3
      left join seat t5 on t5.company_id = $3::uuid and t5.id = t3.seat_id
      left join contract t6 on t6.company_id = $3::uuid and t6.id = t3.contract_id
      where t3.company_id = $3::uuid and (t3.contract_id = any($4::uuid[])) and
          t3.member_urn = t1.match_member_urn
      order by t3.sent_at desc, t3.id desc
      limit 5
    ) x
  ) || '}', chr(2))
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
