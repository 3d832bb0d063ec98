-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = None
-- $3 = 'REFUSED'
with b2 as materialized (
  select t1.company_id as c0, t1.id as c1, concat('{"state":"', coalesce((t1.state)::text, chr(2)),
      '","companyWideAccess":', coalesce(to_json(t1.company_wide_access)::text, chr(2)),
      ',"oneClickExportCompanyWide":', coalesce(to_json(t1.one_click_export_company_wide)::text, chr(2)),
      ',"enabledAt":', coalesce(to_json(t1.enabled_at)::text, 'null'), ',"disabledAt":',
      coalesce(to_json(t1.disabled_at)::text, 'null'), ',"partner":{"name":', coalesce(to_json(t3.name)::text,
      chr(2)), ',"mustBeAskedFirst":', coalesce(to_json(t3.must_be_asked_first)::text, chr(2)),
      ',"supportedFeatures":', coalesce(to_json(array(
    select known.name
    from unnest(array['IN_ATS_INDICATOR', 'PROFILE_WIDGET', 'ONE_CLICK_EXPORT', 'INMAIL_HISTORY',
        'NOTES_HISTORY', 'INMAIL_STUB_PROFILE', 'RECOMMENDED_MATCHES',
        'UNIFIED_SEARCH']) with ordinality as known (name, place)
    where known.name = any(t3.supported_features)
    order by known.place
  ))::text, chr(2)), '},"resync":', case when t4.id is null then 'null' else '{"id":"urn:rsc:sync-run:' ||
      coalesce((t4.id)::text, chr(2)) || '"}' end, ',"contracts":[') as c2, '],"syncRuns":{"totalCount":' || (
    select count(*)::text
    from sync_run t12
    where t12.company_id = $1::uuid and t12.integration_id = t1.id
  ) || ',"edges":[' as c3
  from integration t1
  left join partner t3 on t3.name = t1.partner_name
  left join sync_run t4 on t4.company_id = $1::uuid and t4.id = t1.resync_run_id
  where t1.company_id = $1::uuid and (t1.state <> 'ERASED')
  limit 1
), b6 as materialized (
  select t5.id as c0, concat('{"name":', coalesce(to_json(t5.name)::text, chr(2)), ',"productTier":"',
      coalesce((t5.product_tier)::text, chr(2)), '","seats":{"totalCount":') as c1,
      row_number() over (order by t5.name asc, t5.id asc) as rn
  from contract t5
  where t5.company_id = $1::uuid and ((true or t5.id = $2::uuid)) and t5.company_id = (
    select b2.c0
    from b2
  )
  order by t5.name asc, t5.id asc
), n9 as materialized (
  select t7.contract_id as k, count(*) as n
  from seat t7
  where t7.company_id = $1::uuid and t7.contract_id = any(array(
    select b6.c0
    from b6
  ))
  group by t7.contract_id
), a10 as materialized (
  select d.k, y.*
  from (
    select distinct b6.c0 as k
    from b6
    where b6.c0 is not null
  ) d
  cross join lateral (
    select coalesce(string_agg(x.v0, ','), '') as o0
    from (
      select concat('{"node":{"id":', coalesce(to_json(t7.urn)::text, chr(2)), ',"state":"',
          coalesce((t7.state)::text, chr(2)), '","isAdmin":', coalesce(to_json(t7.is_admin)::text, chr(2)),
          '}}') as v0
      from seat t7
      where t7.company_id = $1::uuid and t7.contract_id = d.k
      order by t7.created_at desc, t7.id desc
      limit 1
    ) x
  ) y
), a11 as materialized (
  select coalesce(string_agg(concat(b6.c1, coalesce(n9.n, 0)::text, ',"edges":[', coalesce(a10.o0, ''),
      ']}}'), ',' order by b6.rn), '') as o0
  from b6
  left join n9 on n9.k = b6.c0
  left join a10 on a10.k = b6.c0
), b13 as materialized (
  select t12.id as c0, concat('{"node":{"id":"urn:rsc:sync-run:', coalesce((t12.id)::text, chr(2)),
      '","startedAt":', coalesce(to_json(t12.started_at)::text, chr(2)), ',"finishedAt":',
      coalesce(to_json(t12.finished_at)::text, 'null'), ',"expected":', coalesce((t12.expected)::text,
      'null'), ',"done":', coalesce((t12.done)::text, chr(2)), ',"refused":', coalesce((t12.refused)::text,
      chr(2)), ',"outcomes":{"totalCount":') as c1, row_number() over (order by t12.started_at desc,
      t12.id desc) as rn
  from sync_run t12
  where t12.company_id = $1::uuid and t12.integration_id = (
    select b2.c1
    from b2
  )
  order by t12.started_at desc, t12.id desc
  limit 2
), n16 as materialized (
  select t14.sync_run_id as k, count(*) as n
  from record_result t14
  where t14.company_id = $1::uuid and (t14.outcome = $3::text) and t14.sync_run_id = any(array(
    select b13.c0
    from b13
  ))
  group by t14.sync_run_id
), a17 as materialized (
  select d.k, y.*
  from (
    select distinct b13.c0 as k
    from b13
    where b13.c0 is not null
  ) d
  cross join lateral (
    select coalesce(string_agg(x.v0, ','), '') as o0
    from (
      select '{"node":{"outcome":"' || coalesce((t14.outcome)::text, chr(2)) || '"}}' as v0
      from record_result t14
      where t14.company_id = $1::uuid and (t14.outcome = $3::text) and t14.sync_run_id = d.k
      order by t14.id desc
      limit 1
    ) x
  ) y
), a18 as materialized (
  select coalesce(string_agg(concat(b13.c1, coalesce(n16.n, 0)::text, ',"edges":[', coalesce(a17.o0, ''),
      ']}}}'), ',' order by b13.rn), '') as o0
  from b13
  left join n16 on n16.k = b13.c0
  left join a17 on a17.k = b13.c0
)
select convert_to('{"data":{"integration":' || coalesce((
  select concat(b2.c2, coalesce(a11.o0, ''), b2.c3, coalesce(a18.o0, ''), ']},"openPostedJobs":null}')
  from b2
  cross join a11
  cross join a18
), 'null') || '}}', 'UTF8')
