-- $1 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
select convert_to('{"data":{"matchReview":' || (
  select concat('{"totalCount":', (
    select count(*)::text
    from candidate t1
    where t1.company_id = $1::uuid and (t1.match_review_rank < 2)
  ), ',"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
  from (
    select concat('{"node":{"externalId":', coalesce(to_json(t1.external_id)::text, chr(2)),
        ',"match":{"state":"', coalesce((t1.match_state)::text, chr(2)), '","memberId":',
        coalesce(to_json(t1.match_member_urn)::text, 'null'), ',"confidence":',
        coalesce(to_json(t1.match_confidence)::text, 'null'), ',"evidence":[', coalesce((
      select string_agg('{"method":' || coalesce((e3.v -> 'method')::text, chr(2)) || '}', ',')
      from jsonb_array_elements(t1.match_evidence) e3(v)
    ), ''), '],"alternatives":null}}}') as v0
    from candidate t1
    where t1.company_id = $1::uuid and (t1.match_review_rank < 2)
    order by t1.match_review_rank asc, t1.created_at asc, t1.id asc
    limit 2
  ) x
) || '}}', 'UTF8')
