-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to(concat('{"data":{"jobs":', (
  select '{"edges":[' || coalesce(string_agg(x.v0, ','), '') || ']}'
  from (
    select concat('{"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)), ',"listedAt":',
        coalesce(to_json(t1.listed_at)::text, 'null'), '}}') as v0
    from job t1
    where t1.company_id = $1::uuid
    order by t1.listed_order_at asc, t1.id asc
    limit 3
  ) x
), ',"byTitle":', (
  select '{"edges":[' || coalesce(string_agg(x.v0, ','), '') || ']}'
  from (
    select '{"node":{"title":' || coalesce(to_json(t3.title)::text, chr(2)) || '}}' as v0
    from job t3
    where t3.company_id = $1::uuid
    order by t3.title_key collate "C" desc, t3.id desc
    limit 3
  ) x
), ',"candidates":', (
  select '{"edges":[' || coalesce(string_agg(x.v0, ','), '') || ']}'
  from (
    select concat('{"node":{"externalId":', coalesce(to_json(t5.external_id)::text, chr(2)),
        ',"lastModifiedAt":', coalesce(to_json(t5.last_modified_at)::text, chr(2)), '}}') as v0
    from candidate t5
    where t5.company_id = $1::uuid
    order by t5.last_modified_at desc, t5.id desc
    limit 2
  ) x
), '}}'), 'UTF8')
