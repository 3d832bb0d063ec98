-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $2 = '0186b5ef-3c00-7c55-80c3-452a385e12d0'
with b4 as materialized (
  select t3.id as c0,
      '{"__typename":"CandidateEdge","node":{"__typename":"Candidate","match":{"__typename":"CandidateMatch","evidence":[' ||
      coalesce((
    select string_agg('{"__typename":"MatchEvidence"}', ',')
    from jsonb_array_elements(t3.match_evidence) e5(v)
  ), '') || ']},"tags":[' as c1, '],"inMails":' || (
    select '{"__typename":"InMailConnection"}'
    from (
      select count(*)
      from (
        select 1 as one
        from inmail t9
        where t9.company_id = $1::uuid and (t9.contract_id = any(array[$2::uuid])) and
            t9.member_urn = t3.match_member_urn
        order by t9.sent_at desc, t9.id desc
        limit 20
      ) page
    ) x
  ) || '}}' as c2, row_number() over (order by t3.created_at desc, t3.id desc) as rn
  from candidate t3
  where t3.company_id = $1::uuid
  order by t3.created_at desc, t3.id desc
  limit 1
), a8 as materialized (
  select x.k as k, coalesce(string_agg(x.v0, ','), '') as o0
  from (
    select tagging.candidate_id as k, '{"__typename":"Tag"}' as v0
    from candidate_tag tagging
    join tag t6 on t6.company_id = tagging.company_id and t6.id = tagging.tag_id
    where t6.company_id = $1::uuid and (tagging.company_id = $1::uuid) and tagging.candidate_id = any(array(
      select b4.c0
      from b4
    ))
    order by tagging.candidate_id, t6.name asc, t6.id asc
  ) x
  group by x.k
)
select convert_to(concat('{"data":{"__typename":"Query","viewer":', coalesce((
  select '{"__typename":"Viewer","features":' || chr(1) || '0:[' || '' || ']' || chr(1) || '}'
  from (
    select 1 as one
  ) t1
  limit 1
), 'null'), ',"candidates":', (
  select '{"__typename":"CandidateConnection","pageInfo":{"__typename":"PageInfo"},"edges":[' ||
      coalesce(string_agg(b4.c1 || coalesce(a8.o0, '') || b4.c2, ',' order by b4.rn), '') || ']}'
  from b4
  left join a8 on a8.k = b4.c0
), ',"integration":', coalesce((
  select '{"kind":"Integration"}'
  from integration t11
  where t11.company_id = $1::uuid and (t11.state <> 'ERASED')
  limit 1
), 'null'), '}}'), 'UTF8')
