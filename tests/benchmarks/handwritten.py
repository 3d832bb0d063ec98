"""The two operations as a careful person writes them in SQL: the limit that the engine is held against.

Text concatenation, one materialized page, one common table expression for each list below it (the forms that
measured fastest), the company in every scan, and the very same answers.
"""

from typing import Final

_CURSOR: Final = (
    "translate(encode(convert_to(json_build_array($4::text, c.created_at, c.id)::text, 'UTF8'), 'base64'), "
    "E'+/=\\n', '-_')"
)

SINGLE: Final = """
select convert_to('{"data":{"candidate":' || coalesce((
  select '{"id":"urn:rsc:candidate:' || c.id || '","externalId":' || to_json(c.external_id)
    || ',"firstName":' || to_json(c.first_name)
    || ',"lastName":' || coalesce(to_json(c.last_name)::text, 'null')
    || ',"emailAddresses":' || to_json(c.email_addresses)
    || ',"currentCompanyName":' || coalesce(to_json(c.current_company_name)::text, 'null')
    || ',"currentJobTitle":' || coalesce(to_json(c.current_job_title)::text, 'null')
    || ',"doNotContact":' || to_json(c.do_not_contact)
    || ',"createdAt":' || to_json(c.created_at)
    || ',"lastModifiedAt":' || to_json(c.last_modified_at)
    || ',"syncedAt":' || to_json(c.synced_at)
    || ',"phoneNumbers":[' || coalesce((
      select string_agg('{"number":' || (p -> 'number')::text
        || ',"extension":' || coalesce((p -> 'extension')::text, 'null') || '}', ',')
      from jsonb_array_elements(c.phone_numbers) p), '')
    || '],"tags":[' || coalesce((
      select string_agg(j, ',') from (
        select '{"id":"urn:rsc:tag:' || t.id || '","name":' || to_json(t.name)
          || ',"isDoNotContact":' || to_json(t.is_do_not_contact) || '}' as j
        from candidate_tag ct
        join tag t on t.company_id = ct.company_id and t.id = ct.tag_id
        where ct.company_id = $1 and ct.candidate_id = c.id
        order by t.name, t.id) one), '')
    || '],"match":{"state":"' || c.match_state
    || '","memberId":' || coalesce(to_json(c.match_member_urn)::text, 'null')
    || ',"confidence":' || coalesce(to_json(c.match_confidence)::text, 'null')
    || ',"evidence":[' || coalesce((
      select string_agg('{"method":' || (e -> 'method')::text
        || ',"detail":' || (e -> 'detail')::text || '}', ',')
      from jsonb_array_elements(c.match_evidence) e), '')
    || ']},"member":' || case when m.urn is null then 'null' else
      '{"id":' || to_json(m.urn) || ',"firstName":' || to_json(m.first_name)
      || ',"lastName":' || to_json(m.last_name)
      || ',"headline":' || coalesce(to_json(m.headline)::text, 'null')
      || ',"location":' || coalesce(to_json(m.location)::text, 'null')
      || ',"industry":' || coalesce(to_json(m.industry)::text, 'null')
      || ',"publicProfileUrl":' || coalesce(to_json(m.public_profile_url)::text, 'null')
      || ',"openToWork":' || to_json(m.open_to_work)
      || ',"positions":[' || coalesce((
        select string_agg('{"title":' || (p -> 'title')::text
          || ',"companyName":' || (p -> 'companyName')::text
          || ',"startDate":' || coalesce((p -> 'startDate')::text, 'null')
          || ',"endDate":' || coalesce((p -> 'endDate')::text, 'null') || '}', ',')
        from jsonb_array_elements(m.positions) p), '')
      || '],"education":[' || coalesce((
        select string_agg('{"schoolName":' || (e -> 'schoolName')::text
          || ',"degree":' || coalesce((e -> 'degree')::text, 'null') || '}', ',')
        from jsonb_array_elements(m.education) e), '')
      || '],"skills":[' || coalesce((
        select string_agg('{"name":' || (s -> 'name')::text
          || ',"endorsementCount":' || (s -> 'endorsementCount')::text || '}', ',')
        from jsonb_array_elements(m.skills) s), '')
      || ']}' end
    || ',"applications":{"totalCount":' || (
      select count(*) from application a where a.company_id = $1 and a.candidate_id = c.id)
    || ',"edges":[' || coalesce((
      select string_agg(j, ',') from (
        select '{"node":{"id":"urn:rsc:application:' || a.id || '","appliedAt":' || to_json(a.applied_at)
          || ',"status":"' || a.status || '","stage":' || coalesce(to_json(a.stage)::text, 'null')
          || ',"job":' || case when b.id is null then 'null' else
            '{"id":"urn:rsc:job:' || b.id || '","title":' || to_json(b.title)
            || ',"location":' || coalesce(to_json(b.location)::text, 'null') || '}' end || '}}' as j
        from application a
        left join job b on b.company_id = $1 and b.id = a.job_id
        where a.company_id = $1 and a.candidate_id = c.id
        order by a.applied_at desc, a.id desc limit 5) one), '')
    || ']},"notes":{"edges":[' || coalesce((
      select string_agg(j, ',') from (
        select '{"node":{"id":"urn:rsc:note:' || n.id || '","body":' || to_json(n.body)
          || ',"authorName":' || coalesce(to_json(n.author_name)::text, 'null')
          || ',"createdAt":' || to_json(n.created_at) || '}}' as j
        from note n
        where n.company_id = $1 and n.candidate_id = c.id
        order by n.created_at desc, n.id desc limit 5) one), '')
    || ']},"inMails":{"edges":[' || coalesce((
      select string_agg(j, ',') from (
        select '{"node":{"id":"urn:rsc:inmail:' || i.id || '","sentAt":' || to_json(i.sent_at)
          || ',"direction":"' || i.direction || '","state":"' || i.state
          || '","subject":' || coalesce(case when i.seat_id = $3 then to_json(i.subject)::text end, 'null')
          || ',"bodyWithheld":' || to_json(i.seat_id is distinct from $3) || '}}' as j
        from inmail i
        where i.company_id = $1 and i.member_urn = c.match_member_urn and i.contract_id = $4
        order by i.sent_at desc, i.id desc limit 5) one), '')
    || ']},"recruiterNotes":{"edges":[' || coalesce((
      select string_agg(j, ',') from (
        select '{"node":{"id":"urn:rsc:recruiter-note:' || r.id
          || '","body":' || coalesce(to_json(r.body)::text, 'null')
          || ',"visibility":"' || r.visibility || '","createdAt":' || to_json(r.created_at) || '}}' as j
        from recruiter_note r
        where r.company_id = $1 and r.member_urn = c.match_member_urn and r.contract_id = $4
          and (r.visibility = 'SHARED' or r.seat_id = $3)
        order by r.created_at desc, r.id desc limit 5) one), '')
    || ']}}'
  from candidate c
  left join member m on m.urn = c.match_member_urn and not m.is_closed
  where c.company_id = $1 and c.id = $2), 'null') || '}}', 'UTF8')
"""
"""Parameters: company, candidate, the viewer's seat, its contract."""

LIST: Final = f"""
with page as materialized (
  select c.id, c.external_id, c.first_name, c.last_name, c.current_job_title, c.do_not_contact,
    c.last_modified_at, c.match_member_urn, c.created_at, row_number() over (
      order by c.created_at desc, c.id desc) as rn
  from candidate c
  where c.company_id = $1 and (c.created_at, c.id) < ($2, $3)
  order by c.created_at desc, c.id desc
  limit 51
),
tags as (
  select k, string_agg(j, ',') as j
  from (
    select ct.candidate_id as k,
      '{{"name":' || to_json(t.name) || ',"isDoNotContact":' || to_json(t.is_do_not_contact) || '}}' as j
    from candidate_tag ct
    join tag t on t.company_id = ct.company_id and t.id = ct.tag_id
    where ct.company_id = $1 and ct.candidate_id = any(array(select id from page))
    order by ct.candidate_id, t.name, t.id) one
  group by k
),
applications as (
  select d.id as k, y.j
  from page d
  cross join lateral (
  select string_agg(x.j, ',') as j from (
    select '{{"node":{{"id":"urn:rsc:application:' || a.id || '","appliedAt":' || to_json(a.applied_at)
        || ',"status":"' || a.status || '","stage":' || coalesce(to_json(a.stage)::text, 'null')
        || ',"job":' || case when b.id is null then 'null' else
          '{{"title":' || to_json(b.title) || '}}' end || '}}}}' as j
    from application a
    left join job b on b.company_id = $1 and b.id = a.job_id
    where a.company_id = $1 and a.candidate_id = d.id
    order by a.applied_at desc, a.id desc limit 3) x) y
)
select convert_to('{{"data":{{"candidates":{{"pageInfo":{{"hasNextPage":'
  || case when count(*) > 50 then 'true' else 'false' end
  || ',"endCursor":' || coalesce((
    select '"' || {_CURSOR} || '"' from page c where c.rn <= 50 order by c.rn desc limit 1), 'null')
  || '}},"edges":[' || coalesce(string_agg(
    '{{"node":{{"id":"urn:rsc:candidate:' || page.id || '","externalId":' || to_json(page.external_id)
    || ',"firstName":' || to_json(page.first_name)
    || ',"lastName":' || coalesce(to_json(page.last_name)::text, 'null')
    || ',"currentJobTitle":' || coalesce(to_json(page.current_job_title)::text, 'null')
    || ',"doNotContact":' || to_json(page.do_not_contact)
    || ',"lastModifiedAt":' || to_json(page.last_modified_at)
    || ',"tags":[' || coalesce(tags.j, '')
    || '],"member":' || case when m.urn is null then 'null' else
      '{{"id":' || to_json(m.urn) || ',"headline":' || coalesce(to_json(m.headline)::text, 'null')
      || ',"location":' || coalesce(to_json(m.location)::text, 'null')
      || ',"openToWork":' || to_json(m.open_to_work) || '}}' end
    || ',"applications":{{"edges":[' || coalesce(applications.j, '') || ']}}}}}}', ','
    order by page.rn) filter (where page.rn <= 50), '') || ']}}}}}}', 'UTF8')
from page
left join member m on m.urn = page.match_member_urn and not m.is_closed
left join tags on tags.k = page.id
left join applications on applications.k = page.id
"""
"""Parameters: company, created_at and id of the cursor, the cursor's mark."""
