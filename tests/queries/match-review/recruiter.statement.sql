-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
with b2 as materialized (
  select t1.id as c0, concat('{"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)),
      ',"match":{"state":"', coalesce((t1.match_state)::text, chr(2)), '","memberId":',
      coalesce(to_json(t1.match_member_urn)::text, 'null'), ',"confidence":',
      coalesce(to_json(t1.match_confidence)::text, 'null'), ',"evidence":[', coalesce((
    select string_agg('{"method":' || coalesce((e3.v -> 'method')::text, chr(2)) || '}', ',')
    from jsonb_array_elements(t1.match_evidence) e3(v)
  ), ''), '],"alternatives":[') as c1, row_number() over (order by t1.match_review_rank asc,
      t1.created_at asc, t1.id asc) as rn
  from candidate t1
  where t1.company_id = $1::uuid and (t1.match_review_rank < 2)
  order by t1.match_review_rank asc, t1.created_at asc, t1.id asc
  limit 2
), a6 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select possible.candidate_id as k, concat('{"id":', coalesce(to_json(t4.urn)::text, chr(2)),
        ',"lastName":', coalesce(to_json(t4.last_name)::text, chr(2)), '}') as v0
    from candidate_alternative possible
    join member t4 on t4.urn = possible.member_urn
    where (not t4.is_closed) and (possible.company_id = $1::uuid) and possible.candidate_id = any(array(
      select b2.c0
      from b2
    ))
    order by possible.candidate_id, possible.rank asc, possible.member_urn asc
  ) x
  group by x.k
)
select convert_to('{"data":{"matchReview":' || (
  select '{"totalCount":' || (
    select count(*)::text
    from candidate t1
    where t1.company_id = $1::uuid and (t1.match_review_rank < 2)
  ) || ',"edges":[' || coalesce(string_agg(b2.c1 || coalesce(a6.o0, '') || ']}}}', ',' order by b2.rn), '') ||
      ']}'
  from b2
  left join a6 on a6.k = b2.c0
) || '}}', 'UTF8')
