-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $3 = ['0186b5ef-3c00-7c55-80c3-452a385e12d0']
-- $4 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
-- $5 = 2026-10-20 00:00:00+00:00
-- $6 = 2026-10-21 00:00:00+00:00
-- $7 = '0186b5ef-3c00-70ff-bb29-0832ca0fe403'
with b2 as materialized (
  select t1.company_id as c0
  from integration t1
  where t1.company_id = $1::uuid and (t1.state <> 'ERASED')
  limit 1
), b4 as materialized (
  select case when t3.id = any($3::uuid[]) then t3.id end as c0, concat('{"id":',
      coalesce(to_json(t3.urn)::text, chr(2)), ',"activated":', coalesce(to_json(t3.activated)::text, chr(2)),
      ',"inMails":') as c1, t3.id = any($3::uuid[]) as c2, chr(1) || '0:[' || to_json(t3.id)::text || ']' ||
      chr(1) as c3, row_number() over (order by t3.name asc, t3.id asc) as rn
  from contract t3
  where t3.company_id = $1::uuid and ((true or t3.id = $2::uuid)) and t3.company_id = (
    select b2.c0
    from b2
  )
  order by t3.name asc, t3.id asc
), n7 as materialized (
  select t5.contract_id as k, count(*) as n
  from inmail t5
  where t5.company_id = $1::uuid and (t5.contract_id = any(array[$4::uuid])) and
      (t5.sent_at >= $5::timestamptz) and (t5.sent_at < $6::timestamptz) and t5.contract_id = any(array(
    select b4.c0
    from b4
  ))
  group by t5.contract_id
), a9 as materialized (
  select d.k, y.*
  from (
    select distinct b4.c0 as k
    from b4
    where b4.c0 is not null
  ) d
  cross join lateral (
    select coalesce(string_agg(x.v0, ','), '') as o0
    from (
      select concat('{"node":{"sentAt":', coalesce(to_json(t5.sent_at)::text, chr(2)), ',"bodyWithheld":',
          coalesce(to_json((not (false or coalesce(t5.seat_id = $7::uuid, false))))::text, chr(2)),
          ',"member":', case when t8.urn is null then 'null' else '{"firstName":' ||
          coalesce(to_json(t8.first_name)::text, chr(2)) || '}' end, '}}') as v0
      from inmail t5
      left join member t8 on (not t8.is_closed) and t8.urn = t5.member_urn
      where t5.company_id = $1::uuid and (t5.contract_id = any(array[$4::uuid])) and
          (t5.sent_at >= $5::timestamptz) and (t5.sent_at < $6::timestamptz) and t5.contract_id = d.k
      order by t5.sent_at asc, t5.id asc
      limit 2
    ) x
  ) y
), a10 as materialized (
  select coalesce(string_agg(b4.c1 || case when b4.c2 then concat('{"totalCount":', coalesce(n7.n, 0)::text,
      ',"edges":[', coalesce(a9.o0, ''), ']}') else b4.c3 end || '}', ',' order by b4.rn), '') as o0
  from b4
  left join n7 on n7.k = b4.c0
  left join a9 on a9.k = b4.c0
)
select convert_to('{"data":{"integration":' || coalesce((
  select '{"contracts":[' || coalesce(a10.o0, '') || ']}'
  from b2
  cross join a10
), 'null') || '}}', 'UTF8')
