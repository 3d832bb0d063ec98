-- Why: an ATS may say which recruiters see a job or an application. A list is a group or role of the ATS; it holds
-- entities and persons, both by the ids that the ATS uses, so that either may be told before the other.

create table entity_acl (
  company_id uuid not null references company,
  partner_name text not null references partner,
  entity_type text not null check (entity_type in ('JOB_POSTING', 'APPLICATION')),
  -- The ATS's id of the job or application, which may not have arrived.
  entity_id text not null check (entity_id <> '' and length(entity_id) <= 300),
  acl_id text not null check (acl_id <> '' and length(acl_id) <= 300),
  primary key (company_id, partner_name, entity_type, entity_id, acl_id)
);
create index entity_acl_of_list on entity_acl (company_id, partner_name, entity_type, acl_id, entity_id);

-- A list of one kind of entity is another list than that of the other kind, even if they have one name.
create table entity_acl_assignee (
  company_id uuid not null references company,
  partner_name text not null references partner,
  entity_type text not null check (entity_type in ('JOB_POSTING', 'APPLICATION')),
  acl_id text not null check (acl_id <> '' and length(acl_id) <= 300),
  member_urn text not null check (member_urn ~ '^urn:li:person:[A-Za-z0-9_-]{1,100}$'),
  primary key (company_id, partner_name, entity_type, acl_id, member_urn)
);
create index entity_acl_of_member on entity_acl_assignee (company_id, member_urn, partner_name, entity_type, acl_id);

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array['entity_acl', 'entity_acl_assignee'] loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format(
      'create policy of_bound_company on %I to rsc_service
         using (company_id = (select bound_company()))
         with check (company_id = (select bound_company()))', tenant_table);
    execute format('grant select, insert, update, delete on %I to rsc_service', tenant_table);
  end loop;
end
$$;

-- Until now everybody saw everything. Who is here keeps that until the ATS says otherwise; for whoever comes, the
-- ATS decides.
update integration set job_posting_viewers = 'ALL_PRODUCT_USERS', application_viewers = 'ALL_PRODUCT_USERS'
where state <> 'ERASED';

-- Whether a company has any list of a kind decides which statement a recruiter's operation becomes, so workers
-- remember it with the other facts. Only the first entry and the last one move the counter: the entries between
-- are read by the statement itself. Whoever writes lists holds the company's row, so nobody counts beside it.
create function acls_begin() returns trigger
language plpgsql security definer set search_path = public
as $$
begin
  if exists (
    select from (select distinct company_id, entity_type from new_acl) n
    where not exists (
      select from entity_acl known
      where known.company_id = n.company_id and known.entity_type = n.entity_type
        and not exists (
          select from new_acl same
          where same.company_id = known.company_id and same.partner_name = known.partner_name
            and same.entity_type = known.entity_type and same.entity_id = known.entity_id
            and same.acl_id = known.acl_id))
  ) then
    update facts_version set version = version + 1;
  end if;
  return null;
end
$$;
create trigger facts_changed_by_first after insert on entity_acl
  referencing new table as new_acl
  for each statement execute function acls_begin();
create function acls_end() returns trigger
language plpgsql security definer set search_path = public
as $$
begin
  if exists (
    select from (select distinct company_id, entity_type from old_acl) o
    where not exists (
      select from entity_acl known
      where known.company_id = o.company_id and known.entity_type = o.entity_type)
  ) then
    update facts_version set version = version + 1;
  end if;
  return null;
end
$$;
create trigger facts_changed_by_last after delete on entity_acl
  referencing old table as old_acl
  for each statement execute function acls_end();

-- The rule for one job or application: whether a viewer sees it. `sight` is how far the viewer sees (ALL, UNLISTED:
-- what is on no list, and what the viewer's lists have; LISTED: what the viewer's lists have). An application that
-- is on no list of its own stays behind its job's; `job_entity_id` is null where the application names no job.
-- Lists count while their partner is the one that the company uses; what an earlier one's lists hid stays hidden.
create function is_on_acl_of(of_company uuid, of_partner text, kind text, entity text, viewer text) returns boolean
language sql stable
as $$
  select exists (
    select from entity_acl listed
    where listed.company_id = of_company and listed.partner_name = of_partner and listed.entity_type = kind
      and listed.entity_id = entity
      and exists (
        select from integration used
        where used.company_id = of_company and used.partner_name = of_partner and used.state <> 'ERASED')
      and (listed.acl_id = 'ALL_PRODUCT_USERS' or exists (
        select from entity_acl_assignee assigned
        where assigned.company_id = of_company and assigned.partner_name = of_partner
          and assigned.entity_type = kind and assigned.acl_id = listed.acl_id and assigned.member_urn = viewer)))
$$;
create function is_on_any_acl(of_company uuid, of_partner text, kind text, entity text) returns boolean
language sql stable
as $$
  select exists (
    select from entity_acl listed
    where listed.company_id = of_company and listed.partner_name = of_partner and listed.entity_type = kind
      and listed.entity_id = entity)
$$;
create function job_is_seen(of_company uuid, of_partner text, job_entity_id text, sight text, viewer text)
returns boolean
language sql stable
as $$
  select case
    when sight = 'ALL' then true
    when is_on_acl_of(of_company, of_partner, 'JOB_POSTING', job_entity_id, viewer) then true
    else sight = 'UNLISTED' and not is_on_any_acl(of_company, of_partner, 'JOB_POSTING', job_entity_id)
  end
$$;
create function application_is_seen(
  of_company uuid, of_partner text, entity text, job_entity_id text, sight text, viewer text
) returns boolean
language sql stable
as $$
  select case
    when sight = 'ALL' then true
    when is_on_acl_of(of_company, of_partner, 'APPLICATION', entity, viewer) then true
    else sight = 'UNLISTED' and not is_on_any_acl(of_company, of_partner, 'APPLICATION', entity)
      and job_is_seen(of_company, of_partner, job_entity_id, 'UNLISTED', viewer)
  end
$$;

-- As before, with the viewer's sight of applications: a stage that is not seen is not searched for either.
drop function search_candidates(uuid, tsquery, tsquery, text, text, integer);
create function search_candidates(
  of_company uuid, wanted tsquery, unwanted tsquery, tag_name text, stage_name text, at_most integer,
  sight text default 'LISTED', viewer text default null
) returns table (candidate_id uuid, member_urn text, document tsvector)
language plpgsql stable rows 1000 security definer
set search_path = public
as $$
begin
  if of_company is distinct from bound_company() then
    return;
  end if;
  return query
    select s.candidate_id, s.member_urn, s.document
    from candidate_search s
    where s.company_id = of_company and s.document @@ wanted and not s.document @@ unwanted
      and (tag_name is null or exists (
        select from candidate_tag tagging
        join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
        where tagging.company_id = s.company_id and tagging.candidate_id = s.candidate_id
          and tagged.name = tag_name
        offset 0))
      and (stage_name is null or exists (
        select from application applied
        where applied.company_id = s.company_id and applied.candidate_id = s.candidate_id
          and applied.stage = stage_name
          and application_is_seen(applied.company_id, applied.partner_name, applied.external_id,
            applied.job_external_id, sight, viewer)
        offset 0))
    limit at_most;
end
$$;
revoke execute on function search_candidates from public;
grant execute on function search_candidates to rsc_service;
