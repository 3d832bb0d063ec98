-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to('{"data":{"jobs":' || (
  select concat('{"totalCount":', (
    select count(*)::text
    from job t1
    where t1.company_id = $1::uuid
  ), ',"pageInfo":{"hasNextPage":', case when count(*) > 3 then 'true' else 'false' end,
      ',"hasPreviousPage":false,"startCursor":', case when least(3, count(*)) > 0 then '"' ||
      translate(encode(convert_to(json_build_array('6b0170c8'::text,
      (array_agg(x.e0) filter (where x.rn <= 3))[1], (array_agg(x.e1) filter (where x.rn <= 3))[1])::text,
      'UTF8'), 'base64'), E'+/=\n', '-_') || '"' else 'null' end, ',"endCursor":', case when least(3,
      count(*)) > 0 then '"' || translate(encode(convert_to(json_build_array('6b0170c8'::text,
      (array_agg(x.e0) filter (where x.rn <= 3))[least(3, count(*))],
      (array_agg(x.e1) filter (where x.rn <= 3))[least(3, count(*))])::text, 'UTF8'), 'base64'), E'+/=\n',
      '-_') || '"' else 'null' end, '},"edges":[', coalesce(string_agg(x.v3, ',') filter (where x.rn <= 3),
      ''), ']}')
  from (
    select concat('{"cursor":', '"' || translate(encode(convert_to(json_build_array('6b0170c8'::text,
        t1.listed_order_at, t1.id)::text, 'UTF8'), 'base64'), E'+/=\n', '-_') || '"',
        ',"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)), ',"title":',
        coalesce(to_json(t1.title)::text, chr(2)), ',"listedAt":', coalesce(to_json(t1.listed_at)::text,
        'null'), '}}') as v3, t1.listed_order_at as e0, t1.id as e1,
        row_number() over (order by t1.listed_order_at desc, t1.id desc) as rn
    from job t1
    where t1.company_id = $1::uuid
    order by t1.listed_order_at desc, t1.id desc
    limit 4
  ) x
) || '}}', 'UTF8')
