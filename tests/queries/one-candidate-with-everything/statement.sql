-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = False
-- $5 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
with b2 as materialized (
  select t1.id as c0, ('{"id":"urn:rsc:candidate:' || (t1.id)::text || '","firstName":' ||
      to_json(t1.first_name)::text || ',"lastName":' || coalesce(to_json(t1.last_name)::text, 'null') ||
      ',"emailAddresses":' || to_json(t1.email_addresses)::text) || ((',"doNotContact":' ||
      to_json(t1.do_not_contact)::text || ',"createdAt":' || to_json(t1.created_at)::text) || (',"tags":' || (
    select '[' || coalesce(string_agg(coalesce(x.v0, chr(2)), ','), '') || ']'
    from (
      select '{"name":' || to_json(t3.name)::text || ',"isDoNotContact":' ||
          to_json(t3.is_do_not_contact)::text || '}' as v0
      from candidate_tag tagging
      join tag t3 on t3.company_id = tagging.company_id and t3.id = tagging.tag_id
      where t3.company_id = $3::uuid and (tagging.company_id = $3::uuid) and tagging.candidate_id = t1.id
      order by t3.name asc, t3.id asc
    ) x
  ) || ',"applications":{"totalCount":' || (
    select count(*)::text
    from application t5
    where t5.company_id = $3::uuid and t5.candidate_id = t1.id
  ) || ',"edges":[')) as c1, (']},"notes":' || (
    select '{"totalCount":' || (
      select count(*)::text
      from note t12
      where t12.company_id = $3::uuid and ((not t12.is_private or $4::boolean)) and t12.candidate_id = t1.id
    ) || ',"edges":[' || coalesce(string_agg(coalesce(x.v0, chr(2)), ','), '') || ']}'
    from (
      select '{"node":{"body":' || to_json(t12.body)::text || ',"authorName":' ||
          coalesce(to_json(t12.author_name)::text, 'null') || '}}' as v0
      from note t12
      where t12.company_id = $3::uuid and ((not t12.is_private or $4::boolean)) and t12.candidate_id = t1.id
      order by t12.created_at desc, t12.id desc
      limit 1
    ) x
  ) || ',"match":{"state":"' || (t1.match_state)::text || '","memberId":' ||
      coalesce(to_json(t1.match_member_urn)::text, 'null') || ',"confidence":' ||
      coalesce(to_json(t1.match_confidence)::text, 'null')) || ((',"evidence":[' || coalesce((
    select string_agg('{"method":' || (e14.v -> 'method')::text || ',"detail":' ||
        (e14.v -> 'detail')::text || '}', ',')
    from jsonb_array_elements(t1.match_evidence) e14(v)
  ), '') || '],"linkedBy":' || case when t15.id is null then 'null' else '{"firstName":' ||
      to_json(t15.first_name)::text || '}' end) || ('},"member":' ||
      case when t16.urn is null then 'null' else ('{"id":' || to_json(t16.urn)::text || ',"headline":' ||
      coalesce(to_json(t16.headline)::text, 'null') || ',"openToWork":' || to_json(t16.open_to_work)::text) ||
      (',"connectionCount":' || coalesce((t16.connection_count)::text, 'null') ||
      ',"inAts":{"applicationCount":' || ((
    select count(*)
    from candidate matched
    join application applied on applied.company_id = matched.company_id and applied.candidate_id = matched.id
    where matched.company_id = $3::uuid and applied.company_id = $3::uuid and
        matched.match_member_urn = t16.urn
  ))::text || ',"doNotContact":' || to_json(exists (
    select
    from candidate matched
    where matched.company_id = $3::uuid and matched.match_member_urn = t16.urn and matched.do_not_contact
  ))::text || '}}') end || ',"stubProfile":' || case when t17.id is null then 'null' else '{"companyName":' ||
      coalesce(to_json(t17.company_name)::text, 'null') || ',"emailAddress":' ||
      coalesce(to_json(t17.email_address)::text, 'null') || ',"phoneNumber":' ||
      coalesce(to_json(t17.phone_number)::text, 'null') || '}' end || '}')) as c2
  from candidate t1
  left join seat t15 on t15.company_id = $3::uuid and t15.id = t1.match_linked_by
  left join member t16 on (not t16.is_closed) and t16.urn = t1.match_member_urn
  left join stub_profile t17 on t17.company_id = $3::uuid and (t17.contract_id = any($5::uuid[])) and
      t17.id = (
    select newest.id
    from stub_profile newest
    where newest.company_id = $3::uuid and newest.member_urn = t1.match_member_urn and
        newest.contract_id = any($5::uuid[])
    order by newest.created_at desc, newest.id desc
    limit 1
  )
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), b6 as materialized (
  select t5.id as c0, ('{"node":{"externalId":' || to_json(t5.external_id)::text || ',"appliedAt":' ||
      to_json(t5.applied_at)::text || ',"status":"') || ((t5.status)::text || '","stage":' ||
      coalesce(to_json(t5.stage)::text, 'null') || ',"job":' ||
      case when t7.id is null then 'null' else '{"title":' || to_json(t7.title)::text || ',"state":"' ||
      (t7.state)::text || '"}' end || ',"stages":[') as c1, row_number() over (order by t5.applied_at desc,
      t5.id desc) as rn
  from application t5
  left join job t7 on t7.company_id = $3::uuid and t7.id = t5.job_id
  where t5.company_id = $3::uuid and t5.candidate_id = (
    select b2.c0
    from b2
  )
  order by t5.applied_at desc, t5.id desc
  limit 2
), a10 as materialized (
  select x.k as k, coalesce(string_agg(coalesce(x.v0, chr(2)), ','), '') as o0
  from (
    select t8.application_id as k, '{"name":' || to_json(t8.name)::text || ',"enteredAt":' ||
        to_json(t8.entered_at)::text || '}' as v0
    from application_stage t8
    where t8.company_id = $3::uuid and t8.application_id = any(array(
      select b6.c0
      from b6
    ))
    order by t8.application_id, t8.entered_at asc, t8.rank asc, t8.id asc
  ) x
  group by x.k
), a11 as materialized (
  select coalesce(string_agg(coalesce(b6.c1 || coalesce(a10.o0, '') || ']}}', chr(2)), ',' order by b6.rn),
      '') as o0
  from b6
  left join a10 on a10.k = b6.c0
)
select convert_to('{"data":{"candidate":' || coalesce((
  select coalesce(b2.c1 || coalesce(a11.o0, '') || b2.c2, chr(2))
  from b2
  cross join a11
), 'null') || '}}', 'UTF8')
