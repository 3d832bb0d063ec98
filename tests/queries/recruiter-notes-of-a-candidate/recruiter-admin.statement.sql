-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $5 = '0186b5ef-3c00-70ff-bb29-0832ca0fe403'
select convert_to('{"data":{"candidate":' || coalesce((
  select '{"recruiterNotes":' || (
    select concat('{"totalCount":', (
      select count(*)::text
      from recruiter_note t3
      where t3.company_id = $3::uuid and (t3.contract_id = any(array[$4::uuid]) and
          (t3.visibility = 'SHARED' or t3.seat_id = $5::uuid)) and t3.member_urn = t1.match_member_urn
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"visibility":"', coalesce((t3.visibility)::text, chr(2)), '","createdAt":',
          coalesce(to_json(t3.created_at)::text, chr(2)), ',"isDeleted":',
          coalesce(to_json(t3.is_deleted)::text, chr(2)), ',"body":', coalesce(to_json(t3.body)::text,
          'null'), ',"seat":', case when t5.id is null then 'null' else '{"id":' ||
          coalesce(to_json(t5.urn)::text, chr(2)) || '}' end, '}}') as v0
      from recruiter_note t3
      left join seat t5 on t5.company_id = $3::uuid and t5.id = t3.seat_id
      where t3.company_id = $3::uuid and (t3.contract_id = any(array[$4::uuid]) and
          (t3.visibility = 'SHARED' or t3.seat_id = $5::uuid)) and t3.member_urn = t1.match_member_urn
      order by t3.created_at desc, t3.id desc
      limit 20
    ) x
  ) || '}'
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
