-- $1 = 'job-001'
-- $2 = 'Demo ATS'
-- $3 = '0186b5ef-3c00-7791-89e2-e695c5101a57'
-- $4 = '0.84'
-- $5 = 'urn:li:person:m0710'
select convert_to('{"data":{"job":' || coalesce((
  select concat('{"title":', coalesce(to_json(t1.title)::text, chr(2)), ',"recommendedMatches":', (
    select concat('{"totalCount":', (
      select count(*)::text
      from recommended_match t3
      where t3.company_id = $3::uuid and (exists (
        select
        from member fit
        where fit.urn = t3.member_urn and not fit.is_closed
      ) and not exists (
        select
        from recommended_match_decision decided
        where decided.company_id = $3::uuid and decided.job_id = t3.job_id and
            decided.member_urn = t3.member_urn and decided.decision = 'NOT_INTERESTED'
      ) and not exists (
        select
        from candidate known
        where known.company_id = $3::uuid and known.match_member_urn = t3.member_urn and
            (known.do_not_contact or exists (
          select
          from application applied
          where applied.company_id = $3::uuid and applied.candidate_id = known.id and
              applied.job_id = t3.job_id
        ))
      )) and t3.job_id = t1.id
    ), ',"pageInfo":{"hasNextPage":', case when count(*) > 2 then 'true' else 'false' end, ',"endCursor":',
        case when least(2, count(*)) > 0 then '"' ||
        translate(encode(convert_to(json_build_array('3224235d'::text,
        (array_agg(x.e0) filter (where x.rn <= 2))[least(2, count(*))],
        (array_agg(x.e1) filter (where x.rn <= 2))[least(2, count(*))])::text, 'UTF8'), 'base64'), E'+/=\n',
        '-_') || '"' else 'null' end, '},"edges":[', coalesce(string_agg(x.v2, ',') filter (where x.rn <= 2),
        ''), ']}')
    from (
      select concat('{"score":', coalesce(to_json(t3.score)::text, chr(2)), ',"reasons":',
          coalesce(to_json(t3.reasons)::text, chr(2)), ',"node":{"id":', coalesce(to_json(t5.urn)::text,
          chr(2)), ',"firstName":', coalesce(to_json(t5.first_name)::text, chr(2)), '}}') as v2,
          t3.score as e0, t3.member_urn as e1, row_number() over (order by t3.score desc,
          t3.member_urn desc) as rn
      from recommended_match t3
      left join member t5 on (not t5.is_closed) and t5.urn = t3.member_urn
      where t3.company_id = $3::uuid and (exists (
        select
        from member fit
        where fit.urn = t3.member_urn and not fit.is_closed
      ) and not exists (
        select
        from recommended_match_decision decided
        where decided.company_id = $3::uuid and decided.job_id = t3.job_id and
            decided.member_urn = t3.member_urn and decided.decision = 'NOT_INTERESTED'
      ) and not exists (
        select
        from candidate known
        where known.company_id = $3::uuid and known.match_member_urn = t3.member_urn and
            (known.do_not_contact or exists (
          select
          from application applied
          where applied.company_id = $3::uuid and applied.candidate_id = known.id and
              applied.job_id = t3.job_id
        ))
      )) and t3.job_id = t1.id
      order by t3.score desc, t3.member_urn desc
      limit 3
    ) x
  ), ',"next":', (
    select concat('{"totalCount":', (
      select count(*)::text
      from recommended_match t6
      where t6.company_id = $3::uuid and (exists (
        select
        from member fit
        where fit.urn = t6.member_urn and not fit.is_closed
      ) and not exists (
        select
        from recommended_match_decision decided
        where decided.company_id = $3::uuid and decided.job_id = t6.job_id and
            decided.member_urn = t6.member_urn and decided.decision = 'NOT_INTERESTED'
      ) and not exists (
        select
        from candidate known
        where known.company_id = $3::uuid and known.match_member_urn = t6.member_urn and
            (known.do_not_contact or exists (
          select
          from application applied
          where applied.company_id = $3::uuid and applied.candidate_id = known.id and
              applied.job_id = t6.job_id
        ))
      )) and t6.job_id = t1.id
    ), ',"pageInfo":{"hasPreviousPage":true},"edges":[', coalesce(string_agg(x.v0, ','), ''), ']}')
    from (
      select concat('{"score":', coalesce(to_json(t6.score)::text, chr(2)), ',"node":{"id":',
          coalesce(to_json(t8.urn)::text, chr(2)), ',"inAts":{"applicationCount":', coalesce(((
        select count(*)
        from candidate matched
        join application applied on applied.company_id = matched.company_id and
            applied.candidate_id = matched.id
        where matched.company_id = $3::uuid and applied.company_id = $3::uuid and
            matched.match_member_urn = t8.urn and true
      ))::text, chr(2)), '}}}') as v0
      from recommended_match t6
      left join member t8 on (not t8.is_closed) and t8.urn = t6.member_urn
      where t6.company_id = $3::uuid and (exists (
        select
        from member fit
        where fit.urn = t6.member_urn and not fit.is_closed
      ) and not exists (
        select
        from recommended_match_decision decided
        where decided.company_id = $3::uuid and decided.job_id = t6.job_id and
            decided.member_urn = t6.member_urn and decided.decision = 'NOT_INTERESTED'
      ) and not exists (
        select
        from candidate known
        where known.company_id = $3::uuid and known.match_member_urn = t6.member_urn and
            (known.do_not_contact or exists (
          select
          from application applied
          where applied.company_id = $3::uuid and applied.candidate_id = known.id and
              applied.job_id = t6.job_id
        ))
      )) and t6.job_id = t1.id and (t6.score, t6.member_urn) < ($4::double precision, $5::text)
      order by t6.score desc, t6.member_urn desc
      limit 1
    ) x
  ), '}')
  from job t1
  where t1.company_id = $3::uuid and (t1.external_id = $1::text and t1.partner_name = $2::text)
  limit 1
), 'null') || '}}', 'UTF8')
