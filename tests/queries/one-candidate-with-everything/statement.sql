-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
with b2 as materialized (
  select t1.id as c0, concat('{"id":"urn:rsc:candidate:', coalesce((t1.id)::text, chr(2)), '","firstName":',
      coalesce(to_json(t1.first_name)::text, chr(2)), ',"lastName":', coalesce(to_json(t1.last_name)::text,
      'null'), ',"emailAddresses":', coalesce(to_json(t1.email_addresses)::text, chr(2)), ',"doNotContact":',
      coalesce(to_json(t1.do_not_contact)::text, chr(2)), ',"createdAt":',
      coalesce(to_json(t1.created_at)::text, chr(2)), ',"tags":', (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select concat('{"name":', coalesce(to_json(t3.name)::text, chr(2)), ',"isDoNotContact":',
          coalesce(to_json(t3.is_do_not_contact)::text, chr(2)), '}') as v0
      from candidate_tag tagging
      join tag t3 on t3.company_id = tagging.company_id and t3.id = tagging.tag_id
      where t3.company_id = $3::uuid and (tagging.company_id = $3::uuid) and tagging.candidate_id = t1.id
      order by t3.name asc, t3.id asc
    ) x
  ), ',"applications":{"totalCount":', (
    select count(*)::text
    from application t5
    where t5.company_id = $3::uuid and t5.candidate_id = t1.id
  ), ',"edges":[') as c1, concat(']},"notes":', (
    select concat('{"totalCount":', (
      select count(*)::text
      from note t12
      where t12.company_id = $3::uuid and ((not t12.is_private or false)) and t12.candidate_id = t1.id
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"body":', coalesce(to_json(t12.body)::text, chr(2)), ',"authorName":',
          coalesce(to_json(t12.author_name)::text, 'null'), '}}') as v0
      from note t12
      where t12.company_id = $3::uuid and ((not t12.is_private or false)) and t12.candidate_id = t1.id
      order by t12.created_at desc, t12.id desc
      limit 1
    ) x
  ), ',"match":{"state":"', coalesce((t1.match_state)::text, chr(2)), '","memberId":',
      coalesce(to_json(t1.match_member_urn)::text, 'null'), ',"confidence":',
      coalesce(to_json(t1.match_confidence)::text, 'null'), ',"evidence":[', coalesce((
    select string_agg(concat('{"method":', coalesce((e14.v -> 'method')::text, chr(2)), ',"detail":',
        coalesce((e14.v -> 'detail')::text, chr(2)), '}'), ',')
    from jsonb_array_elements(t1.match_evidence) e14(v)
  ), ''), '],"linkedBy":', case when t15.id is null then 'null' else '{"firstName":' ||
      coalesce(to_json(t15.first_name)::text, chr(2)) || '}' end, '},"member":',
      case when t16.urn is null then 'null' else concat('{"id":', coalesce(to_json(t16.urn)::text, chr(2)),
      ',"headline":', coalesce(to_json(t16.headline)::text, 'null'), ',"openToWork":',
      coalesce(to_json(t16.open_to_work)::text, chr(2)), ',"connectionCount":',
      coalesce((t16.connection_count)::text, 'null'), ',"inAts":{"applicationCount":', coalesce(((
    select count(*)
    from candidate matched
    join application applied on applied.company_id = matched.company_id and applied.candidate_id = matched.id
    where matched.company_id = $3::uuid and applied.company_id = $3::uuid and
        matched.match_member_urn = t16.urn and true
  ))::text, chr(2)), ',"doNotContact":', coalesce(to_json(exists (
    select
    from candidate matched
    where matched.company_id = $3::uuid and matched.match_member_urn = t16.urn and matched.do_not_contact
  ))::text, chr(2)), '}}') end, ',"stubProfile":',
      case when t17.id is null then 'null' else concat('{"companyName":',
      coalesce(to_json(t17.company_name)::text, 'null'), ',"emailAddress":',
      coalesce(to_json(t17.email_address)::text, 'null'), ',"phoneNumber":',
      coalesce(to_json(t17.phone_number)::text, 'null'), '}') end, '}') as c2
  from candidate t1
  left join seat t15 on t15.company_id = $3::uuid and t15.id = t1.match_linked_by
  left join member t16 on (not t16.is_closed) and t16.urn = t1.match_member_urn
  left join stub_profile t17 on t17.company_id = $3::uuid and (t17.contract_id = any(array[$4::uuid])) and
      t17.id = (
    select newest.id
    from stub_profile newest
    where newest.company_id = $3::uuid and newest.member_urn = t1.match_member_urn and
        newest.contract_id = any(array[$4::uuid])
    order by newest.created_at desc, newest.id desc
    limit 1
  )
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), b6 as materialized (
  select t5.id as c0, concat('{"node":{"externalId":', coalesce(to_json(t5.external_id)::text, chr(2)),
      ',"appliedAt":', coalesce(to_json(t5.applied_at)::text, chr(2)), ',"status":"',
      coalesce((t5.status)::text, chr(2)), '","stage":', coalesce(to_json(t5.stage)::text, 'null'), ',"job":',
      case when t7.id is null then 'null' else concat('{"title":', coalesce(to_json(t7.title)::text, chr(2)),
      ',"state":"', coalesce((t7.state)::text, chr(2)), '"}') end, ',"stages":[') as c1,
      row_number() over (order by t5.applied_at desc, t5.id desc) as rn
  from application t5
  left join job t7 on t7.company_id = $3::uuid and t7.id = t5.job_id
  where t5.company_id = $3::uuid and t5.candidate_id = (
    select b2.c0
    from b2
  )
  order by t5.applied_at desc, t5.id desc
  limit 2
), a10 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select t8.application_id as k, concat('{"name":', coalesce(to_json(t8.name)::text, chr(2)),
        ',"enteredAt":', coalesce(to_json(t8.entered_at)::text, chr(2)), '}') as v0
    from application_stage t8
    where t8.company_id = $3::uuid and t8.application_id = any(array(
      select b6.c0
      from b6
    ))
    order by t8.application_id, t8.entered_at asc, t8.rank asc, t8.id asc
  ) x
  group by x.k
), a11 as materialized (
  select coalesce(string_agg(b6.c1 || coalesce(a10.o0, '') || ']}}', ',' order by b6.rn), '') as o0
  from b6
  left join a10 on a10.k = b6.c0
)
select convert_to('{"data":{"candidate":' || coalesce((
  select b2.c1 || coalesce(a11.o0, '') || b2.c2
  from b2
  cross join a11
), 'null') || '}}', 'UTF8')
