-- Why: what the ATS deletes stays deleted whatever arrives late, what belongs to a record that has not arrived waits for
-- it, a request that is repeated gets the answer of its first time, and a sync that nobody ends is ended.

-- Many keyed hashes with one look at the secret: each record that comes in asks whether it was deleted.
create function keyed_hashes(of_company uuid, said text[]) returns text[]
language plpgsql volatile security definer set search_path = public
as $$
declare
  secret company_key;
begin
  if current_setting('role', true) = 'rsc_service' and of_company is distinct from bound_company() then
    raise exception 'keyed_hashes was asked for another company' using errcode = 'insufficient_privilege';
  end if;
  select * into secret from company_key k where k.company_id = of_company;
  if not found then
    insert into company_key values (of_company, random_key(), random_key()) on conflict do nothing;
    select * into strict secret from company_key k where k.company_id = of_company;
  end if;
  return array(
    select left(
      encode(sha256(secret.outer_key || sha256(secret.inner_key || convert_to(one, 'UTF8'))), 'hex'), 32)
    from unnest(said) with ordinality as s (one, place)
    order by place);
end
$$;
revoke execute on function keyed_hashes(uuid, text[]) from public;
grant execute on function keyed_hashes(uuid, text[]) to rsc_service;

-- That a record was deleted, and when: what is not later than that does not come in again. Never what it was.
create table deleted_record (
  company_id uuid not null references company,
  -- keyed_hash of the partner, the kind, the parent's kind and id, and the ATS's id, with chr(31) in between.
  key_hash text not null,
  deleted_at timestamptz not null,
  primary key (company_id, key_hash)
);

-- A stage, note or feedback whose application or candidate has not arrived. It is taken when that arrives.
create table waiting_record (
  company_id uuid not null references company,
  partner_name text not null references partner,
  parent_entity text not null check (parent_entity in ('candidate', 'application')),
  parent_external_id text not null,
  entity text not null check (entity in ('stage', 'note', 'interviewFeedback')),
  external_id text not null,
  -- The record's fields as JSON; text, because nothing is looked for in it.
  said text not null,
  -- Null for what never says when it was modified: there the last that came counts.
  last_modified_at timestamptz,
  primary key (company_id, partner_name, parent_entity, parent_external_id, entity, external_id)
);

-- The answer to a request that came with an Idempotency-Key, written in the transaction of its work.
create table idempotent_answer (
  company_id uuid not null references company,
  -- SHA-256 of the caller and the key, and of the request.
  key_hash bytea not null check (length(key_hash) = 32),
  request_hash bytea not null check (length(request_hash) = 32),
  status integer not null check (status between 100 and 599),
  headers jsonb not null default '{}' check (jsonb_typeof(headers) = 'object'),
  body bytea not null,
  answered_at timestamptz not null,
  primary key (company_id, key_hash)
);
create index idempotent_answer_by_time on idempotent_answer (company_id, answered_at);

alter table sync_run
  -- When the last record was added.
  add column last_record_at timestamptz,
  -- Nobody says when it is over: it ends when nothing has come for a while.
  add column ends_by_itself boolean not null default false,
  -- How many records of which entity had which outcome.
  add column counts jsonb not null default '[]' check (
    jsonb_typeof(counts) = 'array' and not jsonb_path_exists(
      counts, 'strict $[*] ? (@.type() != "object")', '{}', true) and not jsonb_path_exists(
      counts, '$[*] ? (!(@.entity.type() == "string" && @.outcome.type() == "string" && @.count.type() == "number"))')),
  -- Whether record_result may have rows of it: they are kept for a time only.
  add column has_results boolean not null default true;
create index sync_run_open on sync_run (company_id, ends_by_itself, last_record_at) where finished_at is null;
create index sync_run_with_results on sync_run (company_id, finished_at) where has_results;

do $$
declare
  tenant_table text;
  moment record;
begin
  foreach tenant_table in array array['deleted_record', 'waiting_record', 'idempotent_answer'] loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format(
      'create policy of_bound_company on %I to rsc_service
         using (company_id = (select bound_company()))
         with check (company_id = (select bound_company()))', tenant_table);
    execute format('grant select, insert, update, delete on %I to rsc_service', tenant_table);
  end loop;
  for moment in
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'timestamp with time zone'
      and (table_name, column_name) in (
        ('deleted_record', 'deleted_at'), ('waiting_record', 'last_modified_at'),
        ('idempotent_answer', 'answered_at'), ('sync_run', 'last_record_at'))
  loop
    execute format(
      'alter table %I add constraint %I check (%I >= ''1900-01-01 00:00:00Z'' and %I < ''10000-01-01 00:00:00Z'')',
      moment.table_name, moment.table_name || '_' || moment.column_name || '_sayable',
      moment.column_name, moment.column_name);
  end loop;
end
$$;

-- Companies with runs to end, and results and answers to forget: asked before a company is bound.
create function companies_with_sync_upkeep(
  quiet_since timestamptz, results_before timestamptz, answers_before timestamptz, at_most integer
) returns setof uuid
language sql stable security definer set search_path = public
as $$
  select c.company_id
  from company c
  where exists (
      select from sync_run r
      where r.company_id = c.company_id and r.ends_by_itself and r.finished_at is null
        and r.last_record_at < quiet_since)
    or exists (
      select from sync_run r
      where r.company_id = c.company_id and r.has_results and r.finished_at < results_before)
    or exists (
      select from idempotent_answer a
      where a.company_id = c.company_id and a.answered_at < answers_before)
  limit at_most
$$;
revoke execute on function companies_with_sync_upkeep(timestamptz, timestamptz, timestamptz, integer) from public;
grant execute on function companies_with_sync_upkeep(timestamptz, timestamptz, timestamptz, integer)
  to rsc_service;

-- The checks so far look into lists in lists, as jsonpath does unless it is strict: an empty list passed for an object.
do $$
declare
  listed record;
begin
  for listed in
    select * from (values
      ('member', 'positions'), ('member', 'education'), ('member', 'skills'),
      ('candidate', 'phone_numbers'), ('candidate', 'addresses'), ('candidate', 'match_evidence'),
      ('job', 'hiring_team'), ('interview_feedback', 'evaluations'), ('erasure_receipt', 'counts')
    ) as t (name, of_objects)
  loop
    execute format(
      'alter table %I add constraint %I check (not jsonb_path_exists(%I, ''strict $[*] ? (@.type() != "object")'', ''{}'', true))',
      listed.name, listed.name || '_' || listed.of_objects || '_has_objects', listed.of_objects);
  end loop;
end
$$;

-- As before, but candidate by candidate through the key: joined, each batch of a large first sync would read all
-- candidates of the company, until the table is analysed.
create or replace function refresh_candidate_search(of_company uuid, ids uuid[]) returns void
language sql security definer
set search_path = public
as $$
  insert into candidate_search as s (company_id, candidate_id, member_urn, document)
  select (person).company_id, (person).id, (person).match_member_urn, candidate_document(person, known)
  from unnest(ids) as asked (id)
  cross join lateral (
    select of_id from candidate of_id where of_id.company_id = of_company and of_id.id = asked.id offset 0
  ) as found (person)
  left join lateral (
    select of_urn from member of_urn
    where of_urn.urn = (found.person).match_member_urn and not of_urn.is_closed
    offset 0
  ) as joined (known) on true
  on conflict (company_id, candidate_id) do update
  set member_urn = excluded.member_urn, document = excluded.document
  where (s.member_urn, s.document) is distinct from (excluded.member_urn, excluded.document)
$$;

-- Few candidates were ever linked by a seat; and as long as a table has no statistics, an index that has nothing but
-- the company to offer must not look as good as the key.
drop index candidate_linked_by;
create index candidate_linked_by on candidate (company_id, match_linked_by) where match_linked_by is not null;

-- Statistics for tables that have grown fourfold since their last ones. A first sync fills empty tables within a
-- minute, and until statistics are gathered, statements that are prepared already read whole companies.
create function analyze_what_grew() returns void
language plpgsql security definer set search_path = public
as $$
declare
  grown record;
begin
  for grown in
    select c.relname
    from pg_class c
    where c.oid = any(array[
        'candidate'::regclass, 'application'::regclass, 'job'::regclass, 'application_stage'::regclass,
        'note'::regclass, 'interview_feedback'::regclass, 'waiting_record'::regclass,
        'deleted_record'::regclass, 'record_result'::regclass])
      and c.relpages < 1000
      and pg_relation_size(c.oid) > 4 * greatest(c.relpages, 8) * current_setting('block_size')::bigint
  loop
    execute format('analyze (skip_locked) %I', grown.relname);
  end loop;
end
$$;
revoke execute on function analyze_what_grew() from public;
grant execute on function analyze_what_grew() to rsc_service;
