-- $1 = 'urn:li:contract:5001'
-- $2 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $3 = None
-- $4 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $5 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $6 = 2026-10-12 00:00:00+00:00
-- $7 = 2026-10-26 00:00:00+00:00
-- $8 = 2026-10-12 00:00:00+00:00
-- $9 = 2026-10-26 00:00:00+00:00
-- $10 = 'urn:li:seat:7001'
-- $11 = None
-- $12 = 2026-10-12 00:00:00+00:00
-- $13 = 'urn:li:seat:7101'
-- $14 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $15 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $16 = 2026-10-12 00:00:00+00:00
-- $17 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $18 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $19 = 2026-10-12 00:00:00+00:00
select convert_to('{"data":{"contract":' || coalesce((
  select concat('{"name":', coalesce(to_json(t1.name)::text, chr(2)), ',"inMails":',
      case when t1.id = any($4::uuid[]) then (
    select concat('{"totalCount":', (
      select count(*)::text
      from inmail t3
      where t3.company_id = $2::uuid and (t3.contract_id = any($5::uuid[])) and
          (t3.sent_at >= $6::timestamptz) and (t3.sent_at < $7::timestamptz) and t3.contract_id = t1.id
    ), ',"pageInfo":{"hasNextPage":', case when count(*) > 2 then 'true' else 'false' end, ',"endCursor":',
        case when least(2, count(*)) > 0 then '"' ||
        translate(encode(convert_to(json_build_array('74b1b100'::text,
        (array_agg(x.e0) filter (where x.rn <= 2))[least(2, count(*))],
        (array_agg(x.e1) filter (where x.rn <= 2))[least(2, count(*))])::text, 'UTF8'), 'base64'), E'+/=\n',
        '-_') || '"' else 'null' end, '},"edges":[', coalesce(string_agg(x.v2, ',') filter (where x.rn <= 2),
        ''), ']}')
    from (
      select concat('{"node":{"sentAt":', coalesce(to_json(t3.sent_at)::text, chr(2)), ',"direction":"',
          coalesce((t3.direction)::text, chr(2)), '"}}') as v2, t3.sent_at as e0, t3.id as e1,
          row_number() over (order by t3.sent_at asc, t3.id asc) as rn
      from inmail t3
      where t3.company_id = $2::uuid and (t3.contract_id = any($5::uuid[])) and
          (t3.sent_at >= $6::timestamptz) and (t3.sent_at < $7::timestamptz) and t3.contract_id = t1.id
      order by t3.sent_at asc, t3.id asc
      limit 3
    ) x
  ) else chr(1) || '0:[' || to_json(t1.id)::text || ']' || chr(1) end, ',"ofOneSeat":',
      case when t1.id = any($4::uuid[]) then (
    select concat('{"totalCount":', (
      select count(*)::text
      from inmail t5
      where t5.company_id = $2::uuid and (t5.contract_id = any($5::uuid[])) and
          (t5.sent_at >= $8::timestamptz) and (t5.sent_at < $9::timestamptz) and (t5.seat_id = (
        select named.id
        from seat named
        where named.company_id = $2::uuid and named.urn = $10::text
      )) and t5.contract_id = t1.id
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"sentAt":', coalesce(to_json(t5.sent_at)::text, chr(2)), ',"seat":',
          case when t7.id is null then 'null' else '{"id":' || coalesce(to_json(t7.urn)::text, chr(2)) ||
          '}' end, ',"body":', coalesce(to_json(case when (true or coalesce(t5.seat_id = $11::uuid,
          false)) then t5.body end)::text, 'null'), '}}') as v0
      from inmail t5
      left join seat t7 on t7.company_id = $2::uuid and t7.id = t5.seat_id
      where t5.company_id = $2::uuid and (t5.contract_id = any($5::uuid[])) and
          (t5.sent_at >= $8::timestamptz) and (t5.sent_at < $9::timestamptz) and (t5.seat_id = (
        select named.id
        from seat named
        where named.company_id = $2::uuid and named.urn = $10::text
      )) and t5.contract_id = t1.id
      order by t5.sent_at asc, t5.id asc
      limit 1
    ) x
  ) else chr(1) || '1:[' || to_json(t1.id)::text || ']' || chr(1) end, ',"ofNobody":',
      case when t1.id = any($4::uuid[]) then (
    select '{"totalCount":' || (
      select count(*)::text
      from inmail t8
      where t8.company_id = $2::uuid and (t8.contract_id = any($5::uuid[])) and
          (t8.sent_at >= $12::timestamptz) and (t8.seat_id = (
        select named.id
        from seat named
        where named.company_id = $2::uuid and named.urn = $13::text
      )) and t8.contract_id = t1.id
    ) || '}'
    from (
      select count(*)
      from (
        select 1 as one
        from inmail t8
        where t8.company_id = $2::uuid and (t8.contract_id = any($5::uuid[])) and
            (t8.sent_at >= $12::timestamptz) and (t8.seat_id = (
          select named.id
          from seat named
          where named.company_id = $2::uuid and named.urn = $13::text
        )) and t8.contract_id = t1.id
        order by t8.sent_at asc, t8.id asc
        limit 20
      ) page
    ) x
  ) else chr(1) || '2:[' || to_json(t1.id)::text || ']' || chr(1) end, ',"recruiterNotes":',
      case when t1.id = any($14::uuid[]) then (
    select concat('{"totalCount":', (
      select count(*)::text
      from recruiter_note t10
      where t10.company_id = $2::uuid and (t10.contract_id = any($15::uuid[]) and
          (t10.visibility = 'SHARED' or t10.seat_id = $11::uuid)) and
          (t10.last_modified_at >= $16::timestamptz) and t10.contract_id = t1.id
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"lastModifiedAt":', coalesce(to_json(t10.last_modified_at)::text, chr(2)),
          ',"isDeleted":', coalesce(to_json(t10.is_deleted)::text, chr(2)), ',"visibility":"',
          coalesce((t10.visibility)::text, chr(2)), '"}}') as v0
      from recruiter_note t10
      where t10.company_id = $2::uuid and (t10.contract_id = any($15::uuid[]) and
          (t10.visibility = 'SHARED' or t10.seat_id = $11::uuid)) and
          (t10.last_modified_at >= $16::timestamptz) and t10.contract_id = t1.id
      order by t10.last_modified_at asc, t10.id asc
      limit 2
    ) x
  ) else chr(1) || '3:[' || to_json(t1.id)::text || ']' || chr(1) end, ',"stubProfiles":',
      case when t1.id = any($17::uuid[]) then (
    select concat('{"totalCount":', (
      select count(*)::text
      from stub_profile t12
      where t12.company_id = $2::uuid and (t12.contract_id = any($18::uuid[])) and
          (t12.created_at >= $19::timestamptz) and t12.contract_id = t1.id
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"createdAt":', coalesce(to_json(t12.created_at)::text, chr(2)), ',"firstName":',
          coalesce(to_json(t12.first_name)::text, chr(2)), ',"emailAddress":',
          coalesce(to_json(t12.email_address)::text, 'null'), ',"phoneNumber":',
          coalesce(to_json(t12.phone_number)::text, 'null'), '}}') as v0
      from stub_profile t12
      where t12.company_id = $2::uuid and (t12.contract_id = any($18::uuid[])) and
          (t12.created_at >= $19::timestamptz) and t12.contract_id = t1.id
      order by t12.created_at asc, t12.id asc
      limit 1
    ) x
  ) else chr(1) || '4:[' || to_json(t1.id)::text || ']' || chr(1) end, '}')
  from contract t1
  where t1.company_id = $2::uuid and ((true or t1.id = $3::uuid)) and (t1.urn = $1::text)
  limit 1
), 'null') || '}}', 'UTF8')
