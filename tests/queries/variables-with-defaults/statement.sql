-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'CLOSED'
-- $3 = 'CLOSED'
select convert_to(concat('{"data":{"byDefault":', (
  select concat('{"totalCount":', (
    select count(*)::text
    from job t1
    where t1.company_id = $1::uuid and (t1.state = $2::text)
  ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
  from (
    select '{"node":{"state":"' || coalesce((t1.state)::text, chr(2)) || '"}}' as v0
    from job t1
    where t1.company_id = $1::uuid and (t1.state = $2::text)
    order by t1.listed_order_at desc, t1.id desc
    limit 2
  ) x
), ',"inside":', (
  select '{"totalCount":' || (
    select count(*)::text
    from job t3
    where t3.company_id = $1::uuid and (t3.state = $3::text)
  ) || '}'
  from (
    select count(*)
    from (
      select 1 as one
      from job t3
      where t3.company_id = $1::uuid and (t3.state = $3::text)
      order by t3.listed_order_at desc, t3.id desc
      limit 2
    ) page
  ) x
), ',"nullIsTwentyOfAll":', (
  select concat('{"totalCount":', (
    select count(*)::text
    from job t5
    where t5.company_id = $1::uuid
  ), ',"pageInfo":{"hasNextPage":', case when count(*) > 20 then 'true' else 'false' end, '},"edges":[',
      coalesce(string_agg(x.v1, ',') filter (where x.rn <= 20), ''), ']}')
  from (
    select '{"node":{"externalId":' || coalesce(to_json(t5.external_id)::text, chr(2)) || '}}' as v1,
        row_number() over (order by t5.listed_order_at desc, t5.id desc) as rn
    from job t5
    where t5.company_id = $1::uuid
    order by t5.listed_order_at desc, t5.id desc
    limit 21
  ) x
), '}}'), 'UTF8')
