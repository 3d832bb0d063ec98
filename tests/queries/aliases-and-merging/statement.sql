-- $1 = 'cand-0001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = ['REJECTED']
-- $5 = 'cand-0002'
select convert_to(concat('{"data":{"b":', coalesce((
  select concat('{"last":', coalesce(to_json(t1.last_name)::text, 'null'), ',"applications":', (
    select concat('{"totalCount":', (
      select count(*)::text
      from application t3
      where t3.company_id = $3::uuid and t3.candidate_id = t1.id
    ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"node":{"job":', case when t5.id is null then 'null' else concat('{"title":',
          coalesce(to_json(t5.title)::text, chr(2)), ',"externalId":', coalesce(to_json(t5.external_id)::text,
          chr(2)), '}') end, ',"externalId":', coalesce(to_json(t3.external_id)::text, chr(2)), '}}') as v0
      from application t3
      left join job t5 on t5.company_id = $3::uuid and t5.id = t3.job_id
      where t3.company_id = $3::uuid and t3.candidate_id = t1.id
      order by t3.applied_at desc, t3.id desc
      limit 1
    ) x
  ), ',"rejected":', (
    select '{"totalCount":' || (
      select count(*)::text
      from application t6
      where t6.company_id = $3::uuid and (t6.status = any($4::text[])) and t6.candidate_id = t1.id
    ) || '}'
    from (
      select count(*)
      from (
        select 1 as one
        from application t6
        where t6.company_id = $3::uuid and (t6.status = any($4::text[])) and t6.candidate_id = t1.id
        order by t6.applied_at desc, t6.id desc
        limit 1
      ) page
    ) x
  ), ',"firstName":', coalesce(to_json(t1.first_name)::text, chr(2)), ',"source":',
      coalesce(to_json(t1.source)::text, 'null'), '}')
  from candidate t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null'), ',"a":', coalesce((
  select '{"firstName":' || coalesce(to_json(t8.first_name)::text, chr(2)) || '}'
  from candidate t8
  where t8.company_id = $3::uuid and (t8.external_id = $5::text and t8.partner_name = $2::text)
  limit 1
), 'null'), '}}'), 'UTF8')
