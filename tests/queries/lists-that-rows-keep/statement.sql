-- $1 = 'cand-0002'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = 'job-003'
select convert_to(concat('{"data":{"candidate":', coalesce((
  select concat('{"emailAddresses":', coalesce(to_json(t1.email_addresses)::text, chr(2)),
      ',"phoneNumbers":[', coalesce((
    select string_agg(concat('{"number":', coalesce((e3.v -> 'number')::text, chr(2)), ',"extension":',
        coalesce((e3.v -> 'extension')::text, 'null'), '}'), ',')
    from jsonb_array_elements(t1.phone_numbers) e3(v)
  ), ''), '],"addresses":[', coalesce((
    select string_agg(concat('{"__typename":"Address","city":', coalesce((e4.v -> 'city')::text, 'null'),
        ',"line1":', coalesce((e4.v -> 'line1')::text, 'null'), ',"country":',
        coalesce((e4.v -> 'country')::text, 'null'), '}'), ',')
    from jsonb_array_elements(t1.addresses) e4(v)
  ), ''), '],"member":', case when t5.urn is null then 'null' else concat('{"positions":[', coalesce((
    select string_agg(concat('{"title":', coalesce((e6.v -> 'title')::text, chr(2)), ',"companyName":',
        coalesce((e6.v -> 'companyName')::text, chr(2)), ',"startDate":',
        coalesce((e6.v -> 'startDate')::text, 'null'), ',"endDate":', coalesce((e6.v -> 'endDate')::text,
        'null'), '}'), ',')
    from jsonb_array_elements(t5.positions) e6(v)
  ), ''), '],"education":[', coalesce((
    select string_agg(concat('{"schoolName":', coalesce((e7.v -> 'schoolName')::text, chr(2)),
        ',"startYear":', coalesce((e7.v -> 'startYear')::text, 'null'), '}'), ',')
    from jsonb_array_elements(t5.education) e7(v)
  ), ''), '],"skills":[', coalesce((
    select string_agg(concat('{"name":', coalesce((e8.v -> 'name')::text, chr(2)), ',"endorsementCount":',
        coalesce((e8.v -> 'endorsementCount')::text, chr(2)), '}'), ',')
    from jsonb_array_elements(t5.skills) e8(v)
  ), ''), ']}') end, '}')
  from candidate t1
  left join member t5 on (not t5.is_closed) and t5.urn = t1.match_member_urn
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null'), ',"job":', coalesce((
  select '{"hiringTeam":[' || coalesce((
    select string_agg(concat('{"role":', coalesce((e11.v -> 'role')::text, chr(2)), ',"name":',
        coalesce((e11.v -> 'name')::text, chr(2)), '}'), ',')
    from jsonb_array_elements(t9.hiring_team) e11(v)
  ), '') || ']}'
  from job t9
  where t9.company_id = $3::uuid and (t9.external_id = $4::text and t9.partner_name = $2::text)
  limit 1
), 'null'), '}}'), 'UTF8')
