-- Why: who recruits (companies, contracts, seats), with which partner, and what is switched on.
-- Tables that belong to a company begin every key with company_id: references across companies cannot
-- exist, and the tables can be spread by company unchanged. Tables without it are the service's own.

create extension if not exists pg_trgm;

do $$
begin
  if not exists (select from pg_roles where rolname = 'rsc_service') then
    create role rsc_service nologin nobypassrls;
  end if;
exception when duplicate_object or unique_violation then
  null; -- another database of this cluster was migrated at the same moment
end
$$;
do $$
begin
  execute format('grant rsc_service to %I', current_user);
end
$$;

-- The company that this connection is bound to. A connection that is bound to none sees no tenant row.
create function bound_company() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('rsc.company', true), '')::uuid $$;

create table partner (
  name text primary key check (name <> '' and length(name) <= 100),
  supported_features text[] not null,
  optional_fields text[] not null,
  must_be_asked_first boolean not null
);

create table company (
  company_id uuid primary key,
  urn text not null unique check (urn ~ '^urn:li:organization:[A-Za-z0-9_-]{1,100}$'),
  name text not null check (name <> '' and length(name) <= 300)
);

-- The organization URN is an attribute with a history (a merger changes it), never a key.
create table company_urn (
  company_id uuid not null references company,
  urn text not null,
  since timestamptz not null,
  until timestamptz,
  primary key (company_id, urn, since)
);

create table contract (
  company_id uuid not null references company,
  id uuid not null,
  urn text not null check (urn ~ '^urn:li:contract:[A-Za-z0-9_-]{1,100}$'),
  name text not null check (name <> '' and length(name) <= 300),
  product_tier text not null check (product_tier in (
    'RECRUITER_CORPORATE', 'RECRUITER_SMB', 'RECRUITER_PROFESSIONAL_SERVICES', 'RECRUITER_LITE')),
  activated boolean not null default false,
  primary key (company_id, id),
  unique (company_id, urn)
);

create table seat (
  company_id uuid not null,
  id uuid not null,
  contract_id uuid not null,
  urn text not null check (urn ~ '^urn:li:seat:[A-Za-z0-9_-]{1,100}$'),
  first_name text not null,
  last_name text not null,
  state text not null check (state in ('ACTIVE', 'INACTIVE', 'INVITED', 'PARKED')),
  is_admin boolean not null default false,
  member_urn text,
  created_at timestamptz not null,
  primary key (company_id, id),
  unique (company_id, urn),
  foreign key (company_id, contract_id) references contract
);
create index seat_of_contract on seat (company_id, contract_id, created_at, id);

create table integration (
  company_id uuid not null references company,
  id uuid not null,
  partner_name text not null references partner,
  state text not null check (state in (
    'REQUESTED', 'PARTNER_READY', 'SYNCING', 'LIVE', 'DISABLED', 'ERASED')),
  company_wide_access boolean not null default false,
  one_click_export_company_wide boolean not null default false,
  job_posting_viewers text check (job_posting_viewers = 'ALL_PRODUCT_USERS'),
  application_viewers text check (application_viewers = 'ALL_PRODUCT_USERS'),
  requested_at timestamptz not null,
  enabled_at timestamptz,
  disabled_at timestamptz,
  resync_run_id uuid,
  primary key (company_id, id)
);
create unique index integration_one_not_erased on integration (company_id) where state <> 'ERASED';

create table sync_run (
  company_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  kind text not null check (kind in ('FIRST', 'RESYNC', 'IMPORT', 'CALL')),
  entities text[] not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  expected integer check (expected >= 0),
  done integer not null default 0 check (done >= 0),
  refused integer not null default 0 check (refused >= 0),
  primary key (company_id, id),
  foreign key (company_id, integration_id) references integration
);
create index sync_run_of_integration on sync_run (company_id, integration_id, started_at desc, id desc);
alter table integration
  add foreign key (company_id, resync_run_id) references sync_run;
create index integration_resync on integration (company_id, resync_run_id);

create table record_result (
  company_id uuid not null,
  sync_run_id uuid not null,
  id uuid not null,
  external_id text not null,
  entity text not null check (entity in (
    'candidate', 'application', 'job', 'note', 'stage', 'interviewFeedback', 'tag')),
  outcome text not null check (outcome in (
    'CREATED', 'UPDATED', 'UNCHANGED', 'STALE', 'WAITING', 'REFUSED', 'DELETED')),
  message text,
  path text[],
  primary key (company_id, sync_run_id, id),
  foreign key (company_id, sync_run_id) references sync_run
);
create index record_result_by_outcome on record_result (company_id, sync_run_id, outcome, id);

create table audit_entry (
  company_id uuid not null references company,
  id uuid not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail text,
  primary key (company_id, id)
);
create index audit_entry_by_time on audit_entry (company_id, at desc, id desc);

-- The service's own tables.

create table client (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9.-]{0,99}$')
);

create table trusted_operation (
  client_name text not null references client,
  document_id text not null check (document_id ~ '^[0-9a-f]{64}$'),
  name text not null,
  document text not null check (length(document) <= 100000),
  added_at timestamptz not null,
  primary key (client_name, document_id)
);
create index trusted_operation_by_document on trusted_operation (document_id);

create table token_revocation (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('jti', 'subject')),
  value text not null check (value <> '' and length(value) <= 500),
  revoked_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index token_revocation_expiry on token_revocation (expires_at);

-- One counter that grows with each change of what access is decided from. Workers read it twice a
-- second and throw away what they remember of contracts, seats and integrations when it has moved.
create table facts_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into facts_version (version) values (1);

create function facts_changed() returns trigger
language plpgsql security definer set search_path = public
as $$
begin
  update facts_version set version = version + 1;
  return null;
end
$$;
do $$
declare
  facts_table text;
begin
  foreach facts_table in array array['partner', 'company', 'contract', 'seat', 'integration'] loop
    execute format(
      'create trigger facts_changed after insert or update or delete on %I
         for each statement execute function facts_changed()', facts_table);
  end loop;
end
$$;
-- A run's progress changes often and decides access only when it ends.
create trigger facts_changed after update of finished_at on sync_run
  for each row when (old.finished_at is distinct from new.finished_at) execute function facts_changed();

-- The one question that is asked before a company is bound: which company does this URN name?
create function company_of(organization_urn text) returns uuid
language sql stable security definer set search_path = public
as $$ select company_id from company where urn = organization_urn $$;
revoke execute on function company_of(text) from public;
grant execute on function company_of(text) to rsc_service;
