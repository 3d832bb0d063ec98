-- $1 = '019ba181-d498-7908-bd33-91fea8c7b7de'
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = 'urn:li:seat:7001'
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
select convert_to(concat('{"data":{"candidate":', coalesce((
  select concat('{"__typename":"Candidate","id":"urn:rsc:candidate:', coalesce((t1.id)::text, chr(2)),
      '","firstName":', coalesce(to_json(t1.first_name)::text, chr(2)), ',"familyName":',
      coalesce(to_json(t1.last_name)::text, 'null'), ',"member":',
      case when t3.urn is null then 'null' else concat('{"id":', coalesce(to_json(t3.urn)::text, chr(2)),
      ',"headline":', coalesce(to_json(t3.headline)::text, 'null'), '}') end, '}')
  from candidate t1
  left join member t3 on (not t3.is_closed) and t3.urn = t1.match_member_urn
  where t1.company_id = $2::uuid and t1.id = $1::uuid
  limit 1
), 'null'), ',"seat":', coalesce((
  select concat('{"__typename":"Seat","id":', coalesce(to_json(t4.urn)::text, chr(2)), ',"firstName":',
      coalesce(to_json(t4.first_name)::text, chr(2)), ',"lastName":', coalesce(to_json(t4.last_name)::text,
      chr(2)), ',"state":"', coalesce((t4.state)::text, chr(2)), '"}')
  from seat t4
  where t4.company_id = $2::uuid and ((false or t4.contract_id = $4::uuid)) and t4.urn = $3::text
  limit 1
), 'null'), '}}'), 'UTF8')
