-- $1 = ['019ba181-d498-7908-bd33-91fea8c7b7de']
-- $2 = '0186b5ef-3c00-7f29-b40b-fabe78afc572'
-- $3 = ['01a103c5-3fc8-7acc-9a0a-1bd3a843bccd']
-- $4 = '0186b5ef-3c00-7310-9fb8-a7a01ac3631f'
-- $5 = ['01a12f62-1700-7335-bf7d-cdc187776f8d']
-- $6 = ['01a03c4a-1478-72f3-9572-a4f30f6fdc7d']
-- $7 = 'Demo ATS'
-- $8 = 'urn:li:person:m2998'
-- $9 = ['urn:li:contract:5001']
-- $10 = '0186b5ef-3c00-7310-9fb8-a7a01ac3631f'
-- $11 = ['urn:li:organization:1001', 'urn:li:organization:2002']
-- $12 = ['urn:li:person:m0001']
-- $13 = ['urn:li:seat:7001']
-- $14 = ['candidate', 'li:organization', 'li:seat', 'li:contract', 'integration', 'job', 'inmail', 'li:person', 'li:organization']
-- $15 = ['019ba181-d498-7908-bd33-91fea8c7b7de', 'urn:li:organization:1001', 'urn:li:seat:7001', 'urn:li:contract:5001', '01a12f62-1700-7335-bf7d-cdc187776f8d', '01a03c4a-1478-72f3-9572-a4f30f6fdc7d', '01a103c5-3fc8-7acc-9a0a-1bd3a843bccd', 'urn:li:person:m0001', 'urn:li:organization:2002']
-- $16 = 'cand-0001'
-- $17 = 'urn:li:contract:5001'
-- $18 = '01a03c4a-1478-72f3-9572-a4f30f6fdc7d'
-- $19 = 'urn:li:person:m0001'
with b2 as materialized (
  select t1.id::text as c0, '{"__typename":"Candidate","id":"urn:rsc:candidate:' || coalesce((t1.id)::text,
      chr(2)) || '"}' as c1
  from candidate t1
  where t1.company_id = $2::uuid and t1.id = any($1::uuid[])
), a3 as materialized (
  select b2.c0 as k, b2.c1 as j
  from b2
), b5 as materialized (
  select t4.id::text as c0, '{"__typename":"InMail","id":"urn:rsc:inmail:' || coalesce((t4.id)::text,
      chr(2)) || '"}' as c1
  from inmail t4
  where t4.company_id = $2::uuid and (t4.contract_id = any(array[$4::uuid])) and t4.id = any($3::uuid[])
), a6 as materialized (
  select b5.c0 as k, b5.c1 as j
  from b5
), b8 as materialized (
  select t7.id::text as c0, '{"__typename":"Integration","id":"urn:rsc:integration:' ||
      coalesce((t7.id)::text, chr(2)) || '"}' as c1
  from integration t7
  where t7.company_id = $2::uuid and (t7.state <> 'ERASED') and t7.id = any($5::uuid[])
), a9 as materialized (
  select b8.c0 as k, b8.c1 as j
  from b8
), b11 as materialized (
  select t10.id::text as c0, '{"__typename":"Job","id":"urn:rsc:job:' || coalesce((t10.id)::text, chr(2)) ||
      '"}' as c1
  from job t10
  where t10.company_id = $2::uuid and ((not exists (
    select
    from entity_acl listed
    where listed.company_id = $2::uuid and listed.partner_name = t10.partner_name and
        listed.entity_type = 'JOB_POSTING' and listed.entity_id = t10.external_id offset 0
  ) or exists (
    select
    from entity_acl listed
    where listed.company_id = $2::uuid and listed.partner_name = t10.partner_name and
        listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
        listed.entity_id = t10.external_id and listed.acl_id = any(array(
      select assigned.acl_id
      from entity_acl_assignee assigned
      where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
          assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
      union all
      select 'ALL_PRODUCT_USERS'
    )) offset 0
  ))) and t10.id = any($6::uuid[])
), a12 as materialized (
  select b11.c0 as k, b11.c1 as j
  from b11
), b14 as materialized (
  select t13.urn::text as c0, '{"__typename":"Contract","id":' || coalesce(to_json(t13.urn)::text, chr(2)) ||
      '}' as c1
  from contract t13
  where t13.company_id = $2::uuid and ((false or t13.id = $10::uuid)) and t13.urn = any($9::text[])
), a15 as materialized (
  select b14.c0 as k, b14.c1 as j
  from b14
), b17 as materialized (
  select t16.urn::text as c0, '{"__typename":"Company","id":' || coalesce(to_json(t16.urn)::text, chr(2)) ||
      '}' as c1
  from company t16
  where t16.company_id = $2::uuid and t16.urn = any($11::text[])
), a18 as materialized (
  select b17.c0 as k, b17.c1 as j
  from b17
), b20 as materialized (
  select t19.urn::text as c0, '{"__typename":"Member","id":' || coalesce(to_json(t19.urn)::text, chr(2)) ||
      '}' as c1
  from member t19
  where (not t19.is_closed) and t19.urn = any($12::text[])
), a21 as materialized (
  select b20.c0 as k, b20.c1 as j
  from b20
), b23 as materialized (
  select t22.urn::text as c0, '{"__typename":"Seat","id":' || coalesce(to_json(t22.urn)::text, chr(2)) ||
      '}' as c1
  from seat t22
  where t22.company_id = $2::uuid and ((false or t22.contract_id = $10::uuid)) and t22.urn = any($13::text[])
), a24 as materialized (
  select b23.c0 as k, b23.c1 as j
  from b23
)
select convert_to(concat('{"data":{"nodes":', (
  select '[' || coalesce(string_agg(coalesce(a3.j, a6.j, a9.j, a12.j, a15.j, a18.j, a21.j, a24.j, 'null'),
      ',' order by u.ord), '') || ']'
  from unnest($14::text[], $15::text[]) with ordinality u(kind, id, ord)
  left join a3 on a3.k = u.id and u.kind = 'candidate'
  left join a6 on a6.k = u.id and u.kind = 'inmail'
  left join a9 on a9.k = u.id and u.kind = 'integration'
  left join a12 on a12.k = u.id and u.kind = 'job'
  left join a15 on a15.k = u.id and u.kind = 'li:contract'
  left join a18 on a18.k = u.id and u.kind = 'li:organization'
  left join a21 on a21.k = u.id and u.kind = 'li:person'
  left join a24 on a24.k = u.id and u.kind = 'li:seat'
), ',"candidate":', coalesce((
  select '{"id":"urn:rsc:candidate:' || coalesce((t25.id)::text, chr(2)) || '"}'
  from candidate t25
  where t25.company_id = $2::uuid and (t25.external_id = $16::text and t25.partner_name = $7::text)
  limit 1
), 'null'), ',"contract":', coalesce((
  select '{"name":' || coalesce(to_json(t27.name)::text, chr(2)) || '}'
  from contract t27
  where t27.company_id = $2::uuid and ((false or t27.id = $10::uuid)) and (t27.urn = $17::text)
  limit 1
), 'null'), ',"candidates":', (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t29
    where t29.company_id = $2::uuid and (exists (
      select
      from application applied
      where applied.company_id = $2::uuid and applied.candidate_id = t29.id and applied.job_id = $18::uuid and
          case when exists (
        select
        from entity_acl listed
        where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
            listed.entity_type = 'APPLICATION' and listed.entity_id = applied.external_id offset 0
      ) then exists (
        select
        from entity_acl listed
        where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
            listed.partner_name = $7::text and listed.entity_type = 'APPLICATION' and
            listed.entity_id = applied.external_id and listed.acl_id = any(array(
          select assigned.acl_id
          from entity_acl_assignee assigned
          where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
              assigned.partner_name = $7::text and assigned.entity_type = 'APPLICATION'
          union all
          select 'ALL_PRODUCT_USERS'
        )) offset 0
      ) else (not exists (
        select
        from entity_acl listed
        where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
            listed.entity_type = 'JOB_POSTING' and listed.entity_id = applied.job_external_id offset 0
      ) or exists (
        select
        from entity_acl listed
        where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
            listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
            listed.entity_id = applied.job_external_id and listed.acl_id = any(array(
          select assigned.acl_id
          from entity_acl_assignee assigned
          where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
              assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
          union all
          select 'ALL_PRODUCT_USERS'
        )) offset 0
      )) end and (not exists (
        select
        from entity_acl listed
        where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
            listed.entity_type = 'JOB_POSTING' and listed.entity_id = applied.job_external_id offset 0
      ) or exists (
        select
        from entity_acl listed
        where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
            listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
            listed.entity_id = applied.job_external_id and listed.acl_id = any(array(
          select assigned.acl_id
          from entity_acl_assignee assigned
          where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
              assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
          union all
          select 'ALL_PRODUCT_USERS'
        )) offset 0
      ))
    ))
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from candidate t29
      where t29.company_id = $2::uuid and (exists (
        select
        from application applied
        where applied.company_id = $2::uuid and applied.candidate_id = t29.id and
            applied.job_id = $18::uuid and case when exists (
          select
          from entity_acl listed
          where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
              listed.entity_type = 'APPLICATION' and listed.entity_id = applied.external_id offset 0
        ) then exists (
          select
          from entity_acl listed
          where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
              listed.partner_name = $7::text and listed.entity_type = 'APPLICATION' and
              listed.entity_id = applied.external_id and listed.acl_id = any(array(
            select assigned.acl_id
            from entity_acl_assignee assigned
            where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
                assigned.partner_name = $7::text and assigned.entity_type = 'APPLICATION'
            union all
            select 'ALL_PRODUCT_USERS'
          )) offset 0
        ) else (not exists (
          select
          from entity_acl listed
          where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
              listed.entity_type = 'JOB_POSTING' and listed.entity_id = applied.job_external_id offset 0
        ) or exists (
          select
          from entity_acl listed
          where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
              listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
              listed.entity_id = applied.job_external_id and listed.acl_id = any(array(
            select assigned.acl_id
            from entity_acl_assignee assigned
            where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
                assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
            union all
            select 'ALL_PRODUCT_USERS'
          )) offset 0
        )) end and (not exists (
          select
          from entity_acl listed
          where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
              listed.entity_type = 'JOB_POSTING' and listed.entity_id = applied.job_external_id offset 0
        ) or exists (
          select
          from entity_acl listed
          where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
              listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
              listed.entity_id = applied.job_external_id and listed.acl_id = any(array(
            select assigned.acl_id
            from entity_acl_assignee assigned
            where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
                assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
            union all
            select 'ALL_PRODUCT_USERS'
          )) offset 0
        ))
      ))
      order by t29.created_at desc, t29.id desc
      limit 20
    ) page
  ) x
), ',"member":', coalesce((
  select concat('{"lastName":', coalesce(to_json(t31.last_name)::text, chr(2)),
      ',"inAts":{"applicationCount":', coalesce(((
    select count(*)
    from candidate matched
    join application applied on applied.company_id = matched.company_id and applied.candidate_id = matched.id
    where matched.company_id = $2::uuid and applied.company_id = $2::uuid and
        matched.match_member_urn = t31.urn and case when exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.entity_type = 'APPLICATION' and listed.entity_id = applied.external_id offset 0
    ) then exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.partner_name = $7::text and listed.entity_type = 'APPLICATION' and
          listed.entity_id = applied.external_id and listed.acl_id = any(array(
        select assigned.acl_id
        from entity_acl_assignee assigned
        where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
            assigned.partner_name = $7::text and assigned.entity_type = 'APPLICATION'
        union all
        select 'ALL_PRODUCT_USERS'
      )) offset 0
    ) else (not exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.entity_type = 'JOB_POSTING' and listed.entity_id = applied.job_external_id offset 0
    ) or exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
          listed.entity_id = applied.job_external_id and listed.acl_id = any(array(
        select assigned.acl_id
        from entity_acl_assignee assigned
        where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
            assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
        union all
        select 'ALL_PRODUCT_USERS'
      )) offset 0
    )) end
  ))::text, chr(2)), ',"lastAppliedAt":', coalesce(to_json((
    select max(applied.applied_at)
    from candidate matched
    join application applied on applied.company_id = matched.company_id and applied.candidate_id = matched.id
    where matched.company_id = $2::uuid and applied.company_id = $2::uuid and
        matched.match_member_urn = t31.urn and case when exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.entity_type = 'APPLICATION' and listed.entity_id = applied.external_id offset 0
    ) then exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.partner_name = $7::text and listed.entity_type = 'APPLICATION' and
          listed.entity_id = applied.external_id and listed.acl_id = any(array(
        select assigned.acl_id
        from entity_acl_assignee assigned
        where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
            assigned.partner_name = $7::text and assigned.entity_type = 'APPLICATION'
        union all
        select 'ALL_PRODUCT_USERS'
      )) offset 0
    ) else (not exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.entity_type = 'JOB_POSTING' and listed.entity_id = applied.job_external_id offset 0
    ) or exists (
      select
      from entity_acl listed
      where listed.company_id = $2::uuid and listed.partner_name = applied.partner_name and
          listed.partner_name = $7::text and listed.entity_type = 'JOB_POSTING' and
          listed.entity_id = applied.job_external_id and listed.acl_id = any(array(
        select assigned.acl_id
        from entity_acl_assignee assigned
        where assigned.company_id = $2::uuid and assigned.member_urn = $8::text and
            assigned.partner_name = $7::text and assigned.entity_type = 'JOB_POSTING'
        union all
        select 'ALL_PRODUCT_USERS'
      )) offset 0
    )) end
  ))::text, 'null'), ',"doNotContact":', coalesce(to_json(exists (
    select
    from candidate matched
    where matched.company_id = $2::uuid and matched.match_member_urn = t31.urn and matched.do_not_contact
  ))::text, chr(2)), ',"candidates":', (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select '{"externalId":' || coalesce(to_json(t33.external_id)::text, chr(2)) || '}' as v0
      from candidate t33
      where t33.company_id = $2::uuid and t33.match_member_urn = t31.urn
      order by t33.created_at desc, t33.id desc
    ) x
  ), ',"tags":', (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select '{"name":' || coalesce(to_json(t35.name)::text, chr(2)) || '}' as v0
      from (
        select distinct matched.match_member_urn as member_urn, tagging.tag_id
        from candidate matched
        join candidate_tag tagging on tagging.company_id = matched.company_id and
            tagging.candidate_id = matched.id
        where matched.company_id = $2::uuid and tagging.company_id = $2::uuid and
            matched.match_member_urn is not null
      ) tagged
      join tag t35 on t35.company_id = $2::uuid and t35.id = tagged.tag_id
      where t35.company_id = $2::uuid and tagged.member_urn = t31.urn
      order by t35.name asc, t35.id asc
    ) x
  ), '}}')
  from member t31
  where (not t31.is_closed) and (t31.urn = $19::text)
  limit 1
), 'null'), ',"integration":', coalesce((
  select '{"contracts":' || (
    select '[' || coalesce(string_agg(x.v0, ','), '') || ']'
    from (
      select '{"id":' || coalesce(to_json(t39.urn)::text, chr(2)) || '}' as v0
      from contract t39
      where t39.company_id = $2::uuid and ((false or t39.id = $10::uuid)) and t39.company_id = t37.company_id
      order by t39.name asc, t39.id asc
    ) x
  ) || '}'
  from integration t37
  where t37.company_id = $2::uuid and (t37.state <> 'ERASED')
  limit 1
), 'null'), '}}'), 'UTF8')
