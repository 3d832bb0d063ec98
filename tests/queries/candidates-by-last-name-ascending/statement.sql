-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = 'ackermann'
-- $3 = '019a7b97-8940-712b-a8cb-8c6de0caaa02'
select convert_to(concat('{"data":{"first":', (
  select concat('{"pageInfo":{"endCursor":', case when least(3, count(*)) > 0 then '"' ||
      translate(encode(convert_to(json_build_array('520726f2'::text, (array_agg(x.e0))[least(3, count(*))],
      (array_agg(x.e1))[least(3, count(*))])::text, 'UTF8'), 'base64'), E'+/=\n', '-_') ||
      '"' else 'null' end, '},"edges":[', coalesce(string_agg(x.v1, ','), ''), ']}')
  from (
    select concat('{"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)), ',"lastName":',
        coalesce(to_json(t1.last_name)::text, 'null'), '}}') as v1, t1.last_name_key collate "C" as e0,
        t1.id as e1
    from candidate t1
    where t1.company_id = $1::uuid
    order by t1.last_name_key collate "C" asc, t1.id asc
    limit 3
  ) x
), ',"second":', (
  select concat('{"pageInfo":{"hasPreviousPage":true,"hasNextPage":',
      case when count(*) > 3 then 'true' else 'false' end, '},"edges":[', coalesce(string_agg(x.v1,
      ',') filter (where x.rn <= 3), ''), ']}')
  from (
    select concat('{"node":{"externalId":', coalesce(to_json(t3.external_id)::text, chr(2)), ',"lastName":',
        coalesce(to_json(t3.last_name)::text, 'null'), '}}') as v1,
        row_number() over (order by t3.last_name_key collate "C" asc, t3.id asc) as rn
    from candidate t3
    where t3.company_id = $1::uuid and (t3.last_name_key collate "C", t3.id) > ($2::text, $3::uuid)
    order by t3.last_name_key collate "C" asc, t3.id asc
    limit 4
  ) x
), '}}'), 'UTF8')
