-- Why: who a candidate is must be asked again whenever the candidate or a member changes, aside from every request, by
-- any number of workers, and with the same answer whatever came first.

-- ---- clues: by what candidates and members find each other (app/matching/people.py makes them)

create table member_clue (
  clue text collate "C" not null check (clue <> ''),
  member_urn text not null,
  primary key (clue, member_urn)
);
create index member_clue_of_member on member_clue (member_urn);
grant select, insert, delete on member_clue to rsc_service;

create table candidate_clue (
  company_id uuid not null,
  candidate_id uuid not null,
  clues text[] collate "C" not null,
  primary key (company_id, candidate_id),
  foreign key (company_id, candidate_id) references candidate on delete cascade
);
-- A member belongs to no company, so its change is held against the candidates of all: one look at this index, through
-- the function below only. Additions go in at once, because a list of them would be read at each look.
create index candidate_clue_by_clue on candidate_clue using gin (clues) with (fastupdate = off);

-- ---- the queues. Rows are added and taken away, never changed by who adds: nobody waits for a worker, and what comes
-- while a worker looks at the same candidate is a row of its own, which the worker leaves.

create table member_to_match (
  id bigint generated always as identity primary key,
  member_urn text not null,
  -- Until then it is a worker's; null for nobody's.
  leased_until timestamptz
);
create index member_to_match_of_member on member_to_match (member_urn);
grant select, insert, update, delete on member_to_match to rsc_service;

-- It does not refer to the candidate, so that deleting one does not wait either; workers take such rows away.
create table candidate_to_match (
  company_id uuid not null references company,
  id bigint generated always as identity,
  candidate_id uuid not null,
  leased_until timestamptz
    constraint candidate_to_match_leased_until_sayable
    check (leased_until >= '1900-01-01 00:00:00Z' and leased_until < '10000-01-01 00:00:00Z'),
  primary key (company_id, id)
);
create index candidate_to_match_of_candidate on candidate_to_match (company_id, candidate_id);

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array['candidate_clue', 'candidate_to_match'] loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format(
      'create policy of_bound_company on %I to rsc_service
         using (company_id = (select bound_company()))
         with check (company_id = (select bound_company()))', tenant_table);
    execute format('grant select, insert, update, delete on %I to rsc_service', tenant_table);
  end loop;
end
$$;

-- ---- what fills them

create function candidate_wants_matching() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    insert into candidate_to_match (company_id, candidate_id) select company_id, id from new_candidate;
  else
    -- What a person decided is not asked again; that it is decided no longer is.
    insert into candidate_to_match (company_id, candidate_id)
    select n.company_id, n.id
    from new_candidate n
    join old_candidate o on o.company_id = n.company_id and o.id = n.id
    where n.match_state not in ('MANUAL', 'UNLINKED')
      and (o.match_state in ('MANUAL', 'UNLINKED')
        or (n.first_name, n.last_name, n.middle_initial, n.suffix, n.email_addresses, n.phone_numbers, n.addresses,
            n.current_company_name, n.current_job_title, n.linkedin_profile_url)
          is distinct from
          (o.first_name, o.last_name, o.middle_initial, o.suffix, o.email_addresses, o.phone_numbers, o.addresses,
            o.current_company_name, o.current_job_title, o.linkedin_profile_url));
  end if;
  return null;
end
$$;
create trigger matched_when_added after insert on candidate
  referencing new table as new_candidate
  for each statement execute function candidate_wants_matching();
create trigger matched_when_changed after update on candidate
  referencing old table as old_candidate new table as new_candidate
  for each statement execute function candidate_wants_matching();

create function member_wants_matching() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    insert into member_to_match (member_urn) select urn from new_member;
  elsif tg_op = 'DELETE' then
    insert into member_to_match (member_urn) select urn from old_member;
  else
    insert into member_to_match (member_urn)
    select urn
    from new_member n
    full join old_member o using (urn)
    where (n.first_name, n.last_name, n.public_profile_url, n.positions, n.location, n.is_closed)
      is distinct from
      (o.first_name, o.last_name, o.public_profile_url, o.positions, o.location, o.is_closed);
  end if;
  return null;
end
$$;
create trigger matched_when_added after insert on member
  referencing new table as new_member
  for each statement execute function member_wants_matching();
create trigger matched_when_changed after update on member
  referencing old table as old_member new table as new_member
  for each statement execute function member_wants_matching();
create trigger matched_when_deleted after delete on member
  referencing old table as old_member
  for each statement execute function member_wants_matching();

create function contact_wants_matching() returns trigger
language plpgsql
as $$
begin
  if tg_op <> 'DELETE' then
    insert into member_to_match (member_urn) select distinct member_urn from new_contact;
  end if;
  if tg_op <> 'INSERT' then
    insert into member_to_match (member_urn) select distinct member_urn from old_contact;
  end if;
  return null;
end
$$;
create trigger matched_when_added after insert on member_contact
  referencing new table as new_contact
  for each statement execute function contact_wants_matching();
create trigger matched_when_changed after update on member_contact
  referencing old table as old_contact new table as new_contact
  for each statement execute function contact_wants_matching();
create trigger matched_when_deleted after delete on member_contact
  referencing old table as old_contact
  for each statement execute function contact_wants_matching();

create function refusal_wants_matching() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    insert into candidate_to_match (company_id, candidate_id) values (new.company_id, new.candidate_id);
  else
    insert into candidate_to_match (company_id, candidate_id) values (old.company_id, old.candidate_id);
  end if;
  return null;
end
$$;
create trigger matched_when_refused after insert or delete on refused_match
  for each row execute function refusal_wants_matching();

-- ---- what workers ask

-- Whose candidates wait, of companies whose data are in use. Whoever asks is not bound to a company yet. From company
-- to company along the key, so that it costs nothing where nothing waits.
create function companies_to_match(at_most integer) returns setof uuid
language sql volatile security definer
set search_path = public
as $$
  with recursive waiting (company_id) as (
    (select q.company_id from candidate_to_match q order by q.company_id limit 1)
    union all
    select (
      select q.company_id from candidate_to_match q
      where q.company_id > w.company_id
      order by q.company_id
      limit 1)
    from waiting w
    where w.company_id is not null
  )
  select w.company_id
  from waiting w
  where exists (
      select from candidate_to_match q
      where q.company_id = w.company_id and (q.leased_until is null or q.leased_until < now()))
    and exists (
      select from integration i where i.company_id = w.company_id and i.state in ('SYNCING', 'LIVE'))
  order by random()  -- so that no company waits behind the others for ever
  limit at_most
$$;
revoke execute on function companies_to_match from public;
grant execute on function companies_to_match to rsc_service;

-- Has every candidate looked at again that shares a clue with one of these members. It answers how many: nothing of
-- any company.
create function match_again_with(urns text[]) returns bigint
language sql volatile security definer
set search_path = public
set enable_seqscan = off
as $$
  with asked as materialized (
    select distinct clue from member_clue where member_urn = any(urns)
  ),
  added as (
    insert into candidate_to_match (company_id, candidate_id)
    select distinct sharing.company_id, sharing.candidate_id
    from asked
    cross join lateral (
      select c.company_id, c.candidate_id from candidate_clue c where c.clues @> array[asked.clue] offset 0
    ) as sharing
    returning 1
  )
  select count(*) from added
$$;
revoke execute on function match_again_with from public;
grant execute on function match_again_with to rsc_service;

-- ---- the first keys of names knew neither other alphabets nor other orders

drop index member_by_name;
drop function member_name_key(text, text);
drop function name_words(text);

-- ---- what is there already

insert into member_to_match (member_urn)
select urn from member union select member_urn from member_contact;
insert into candidate_to_match (company_id, candidate_id)
select company_id, id from candidate where match_state not in ('MANUAL', 'UNLINKED');
