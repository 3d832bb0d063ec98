-- $1 = 'job-003'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = 2026-03-22 04:44:20+00:00
-- $5 = '019d13db-b8a0-7bd7-9ef4-01b20d535ef4'
select convert_to('{"data":{"job":' || coalesce((
  select concat('{"title":', coalesce(to_json(t1.title)::text, chr(2)), ',"applications":', (
    select concat('{"totalCount":', (
      select count(*)::text
      from application t3
      where t3.company_id = $3::uuid and t3.job_id = t1.id
    ), ',"pageInfo":{"hasNextPage":', case when count(*) > 2 then 'true' else 'false' end,
        ',"hasPreviousPage":false,"endCursor":', case when least(2, count(*)) > 0 then '"' ||
        translate(encode(convert_to(json_build_array('8de1988f'::text,
        (array_agg(x.e0) filter (where x.rn <= 2))[least(2, count(*))],
        (array_agg(x.e1) filter (where x.rn <= 2))[least(2, count(*))])::text, 'UTF8'), 'base64'), E'+/=\n',
        '-_') || '"' else 'null' end, '},"edges":[', coalesce(string_agg(x.v2, ',') filter (where x.rn <= 2),
        ''), ']}')
    from (
      select concat('{"cursor":', '"' || translate(encode(convert_to(json_build_array('8de1988f'::text,
          t3.applied_at, t3.id)::text, 'UTF8'), 'base64'), E'+/=\n', '-_') || '"', ',"node":{"externalId":',
          coalesce(to_json(t3.external_id)::text, chr(2)), ',"appliedAt":',
          coalesce(to_json(t3.applied_at)::text, chr(2)), '}}') as v2, t3.applied_at as e0, t3.id as e1,
          row_number() over (order by t3.applied_at desc, t3.id desc) as rn
      from application t3
      where t3.company_id = $3::uuid and t3.job_id = t1.id
      order by t3.applied_at desc, t3.id desc
      limit 3
    ) x
  ), ',"rest":', (
    select concat('{"totalCount":', (
      select count(*)::text
      from application t5
      where t5.company_id = $3::uuid and t5.job_id = t1.id
    ), ',"pageInfo":{"hasNextPage":', case when count(*) > 3 then 'true' else 'false' end,
        ',"hasPreviousPage":true,"startCursor":', case when least(3, count(*)) > 0 then '"' ||
        translate(encode(convert_to(json_build_array('8de1988f'::text,
        (array_agg(x.e0) filter (where x.rn <= 3))[1], (array_agg(x.e1) filter (where x.rn <= 3))[1])::text,
        'UTF8'), 'base64'), E'+/=\n', '-_') || '"' else 'null' end, '},"edges":[', coalesce(string_agg(x.v2,
        ',') filter (where x.rn <= 3), ''), ']}')
    from (
      select concat('{"node":{"externalId":', coalesce(to_json(t5.external_id)::text, chr(2)),
          ',"appliedAt":', coalesce(to_json(t5.applied_at)::text, chr(2)), '}}') as v2, t5.applied_at as e0,
          t5.id as e1, row_number() over (order by t5.applied_at desc, t5.id desc) as rn
      from application t5
      where t5.company_id = $3::uuid and t5.job_id = t1.id and (t5.applied_at, t5.id) < ($4::timestamptz,
          $5::uuid)
      order by t5.applied_at desc, t5.id desc
      limit 4
    ) x
  ), '}')
  from job t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
