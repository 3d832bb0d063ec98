-- $1 = 'cand-0002'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = 'job-003'
select convert_to('{"data":{"candidate":' || coalesce((
  select coalesce(('{"emailAddresses":' || to_json(t1.email_addresses)::text || ',"phoneNumbers":[' ||
      coalesce((
    select string_agg('{"number":' || (e3.v -> 'number')::text || ',"extension":' ||
        coalesce((e3.v -> 'extension')::text, 'null') || '}', ',')
    from jsonb_array_elements(t1.phone_numbers) e3(v)
  ), '')) || ('],"addresses":[' || coalesce((
    select string_agg('{"__typename":"Address","city":' || coalesce((e4.v -> 'city')::text, 'null') ||
        ',"line1":' || coalesce((e4.v -> 'line1')::text, 'null') || ',"country":' ||
        coalesce((e4.v -> 'country')::text, 'null') || '}', ',')
    from jsonb_array_elements(t1.addresses) e4(v)
  ), '') || '],"member":' || case when t5.urn is null then 'null' else '{"positions":[' || coalesce((
    select string_agg(('{"title":' || (e6.v -> 'title')::text || ',"companyName":' ||
        (e6.v -> 'companyName')::text) || (',"startDate":' || coalesce((e6.v -> 'startDate')::text, 'null') ||
        ',"endDate":' || coalesce((e6.v -> 'endDate')::text, 'null') || '}'), ',')
    from jsonb_array_elements(t5.positions) e6(v)
  ), '') || '],"education":[' || coalesce((
    select string_agg('{"schoolName":' || (e7.v -> 'schoolName')::text || ',"startYear":' ||
        coalesce((e7.v -> 'startYear')::text, 'null') || '}', ',')
    from jsonb_array_elements(t5.education) e7(v)
  ), '') || '],"skills":[' || coalesce((
    select string_agg('{"name":' || (e8.v -> 'name')::text || ',"endorsementCount":' ||
        (e8.v -> 'endorsementCount')::text || '}', ',')
    from jsonb_array_elements(t5.skills) e8(v)
  ), '') || ']}' end || '}'), chr(2))
  from candidate t1
  left join member t5 on (not t5.is_closed) and t5.urn = t1.match_member_urn
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || ',"job":' || coalesce((
  select coalesce('{"hiringTeam":[' || coalesce((
    select string_agg('{"role":' || (e11.v -> 'role')::text || ',"name":' || (e11.v -> 'name')::text || '}',
        ',')
    from jsonb_array_elements(t9.hiring_team) e11(v)
  ), '') || ']}', chr(2))
  from job t9
  where t9.company_id = $3::uuid and (t9.external_id = $4::text and t9.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
