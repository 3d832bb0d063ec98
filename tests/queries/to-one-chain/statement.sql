-- $1 = 'app-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
select convert_to('{"data":{"application":' || coalesce((
  select concat('{"job":', case when t3.id is null then 'null' else '{"title":' ||
      coalesce(to_json(t3.title)::text, chr(2)) || '}' end, ',"candidate":',
      case when t4.id is null then 'null' else concat('{"externalId":',
      coalesce(to_json(t4.external_id)::text, chr(2)), ',"match":{"linkedBy":',
      case when t5.id is null then 'null' else concat('{"lastName":', coalesce(to_json(t5.last_name)::text,
      chr(2)), ',"contract":{"name":', coalesce(to_json(t6.name)::text, chr(2)), '}}') end, '},"member":',
      case when t7.urn is null then 'null' else concat('{"firstName":', coalesce(to_json(t7.first_name)::text,
      chr(2)), ',"inAts":{"lastAppliedAt":', coalesce(to_json((
    select max(applied.applied_at)
    from candidate matched
    join application applied on applied.company_id = matched.company_id and applied.candidate_id = matched.id
    where matched.company_id = $3::uuid and applied.company_id = $3::uuid and
        matched.match_member_urn = t7.urn and true
  ))::text, 'null'), ',"candidates":', (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select concat('{"externalId":', coalesce(to_json(t8.external_id)::text, chr(2)), ',"createdAt":',
          coalesce(to_json(t8.created_at)::text, chr(2)), '}') as v0
      from candidate t8
      where t8.company_id = $3::uuid and t8.match_member_urn = t7.urn
      order by t8.created_at desc, t8.id desc
    ) x
  ), ',"tags":', (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select '{"name":' || coalesce(to_json(t10.name)::text, chr(2)) || '}' as v0
      from (
        select distinct matched.match_member_urn as member_urn, tagging.tag_id
        from candidate matched
        join candidate_tag tagging on tagging.company_id = matched.company_id and
            tagging.candidate_id = matched.id
        where matched.company_id = $3::uuid and tagging.company_id = $3::uuid and
            matched.match_member_urn is not null
      ) tagged
      join tag t10 on t10.company_id = $3::uuid and t10.id = tagged.tag_id
      where t10.company_id = $3::uuid and tagged.member_urn = t7.urn
      order by t10.name asc, t10.id asc
    ) x
  ), '}}') end, ',"stubProfile":', case when t12.id is null then 'null' else '{"seat":' ||
      case when t13.id is null then 'null' else concat('{"id":', coalesce(to_json(t13.urn)::text, chr(2)),
      ',"contract":{"id":', coalesce(to_json(t14.urn)::text, chr(2)), '}}') end || '}' end, '}') end, '}')
  from application t1
  left join job t3 on t3.company_id = $3::uuid and t3.id = t1.job_id
  left join candidate t4 on t4.company_id = $3::uuid and t4.id = t1.candidate_id
  left join seat t5 on t5.company_id = $3::uuid and t5.id = t4.match_linked_by
  left join contract t6 on t6.company_id = $3::uuid and t6.id = t5.contract_id
  left join member t7 on (not t7.is_closed) and t7.urn = t4.match_member_urn
  left join stub_profile t12 on t12.company_id = $3::uuid and (t12.contract_id = any(array[$4::uuid])) and
      t12.id = (
    select newest.id
    from stub_profile newest
    where newest.company_id = $3::uuid and newest.member_urn = t4.match_member_urn and
        newest.contract_id = any(array[$4::uuid])
    order by newest.created_at desc, newest.id desc
    limit 1
  )
  left join seat t13 on t13.company_id = $3::uuid and t13.id = t12.seat_id
  left join contract t14 on t14.company_id = $3::uuid and t14.id = t13.contract_id
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
