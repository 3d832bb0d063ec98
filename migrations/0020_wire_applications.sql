-- Why: an ATS that speaks RSC comes with client credentials: its partner's own application, which makes one for each
-- customer. What these name (integrations, postings) and how much they may send is kept here.

-- The partner's own are those without a parent. These are asked for before a company is known, so they are the
-- service's own table; which company a customer's application acts for is a fact about it.
create table provisioned_application (
  id uuid primary key,
  client_id text not null unique check (client_id ~ '^[a-z0-9]{10,40}$'),
  -- SHA-256 of a secret of 256 bits: nothing shorter could be guessed from it.
  secret_hash bytea not null check (length(secret_hash) = 32),
  -- With our signing key it makes the secret anew, for the partner that asks for it once more.
  secret_salt bytea not null check (length(secret_salt) = 16),
  -- Counts up when the secret is changed: tokens say by which one they were had.
  credential integer not null default 1 check (credential > 0),
  partner_name text not null references partner,
  parent_id uuid references provisioned_application,
  unique_foreign_id text check (unique_foreign_id <> '' and length(unique_foreign_id) <= 300),
  for_company uuid references company,
  name text not null check (name <> '' and length(name) <= 300),
  description text check (length(description) <= 2000),
  callback_urls text[] not null default '{}',
  js_sdk_domains text[] not null default '{}',
  created_at timestamptz not null,
  revoked_at timestamptz,
  check ((parent_id is null) = (unique_foreign_id is null)),
  check (parent_id is not null or for_company is null)
);
-- A customer has one application of a partner's at a time; a revoked one leaves its name free.
create unique index provisioned_application_of_customer
  on provisioned_application (parent_id, unique_foreign_id) where revoked_at is null;
create index provisioned_application_of_company on provisioned_application (for_company);
create index provisioned_application_of_partner on provisioned_application (partner_name) where parent_id is null;
create trigger facts_changed after insert or update or delete on provisioned_application
  for each statement execute function facts_changed();
grant select, insert, update on provisioned_application to rsc_service;

-- The names under which a partner shows an integration's parts to its customer.
create table ats_integration (
  company_id uuid not null,
  integration_id uuid not null,
  integration_type text not null check (integration_type ~ '^[A-Z_]{1,60}$'),
  -- An organization's or a contract's URN, as it was when the name was given.
  context text not null check (context ~ '^urn:li:(organization|contract):[A-Za-z0-9_-]{1,100}$'),
  tenant_type text not null check (tenant_type ~ '^[A-Z_]{1,60}$'),
  name text check (name <> '' and length(name) <= 300),
  named_at timestamptz not null,
  primary key (company_id, integration_id, integration_type, context),
  foreign key (company_id, integration_id) references integration
);

-- How each posting of a job went: the answer to a posting names its task, and the partner asks for that.
create table job_posting_task (
  company_id uuid not null references company,
  id uuid not null,
  partner_name text not null references partner,
  external_job_posting_id text not null check (length(external_job_posting_id) <= 300),
  status text not null check (status in ('SUCCEEDED', 'FAILED')),
  error_message text,
  job_id uuid,
  created_at timestamptz not null,
  primary key (company_id, id)
);
create index job_posting_task_by_time on job_posting_task (company_id, created_at);

-- What a company's applications have sent in a minute or a day, where limits are set.
create table wire_usage (
  company_id uuid not null references company,
  kind text not null check (kind in ('records', 'requests')),
  since timestamptz not null,
  used bigint not null check (used >= 0),
  primary key (company_id, kind, since)
);

do $$
declare
  tenant_table text;
  moment record;
begin
  foreach tenant_table in array array['ats_integration', 'job_posting_task', 'wire_usage'] loop
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
      and table_name in ('provisioned_application', 'ats_integration', 'job_posting_task', 'wire_usage')
  loop
    execute format(
      'alter table %I add constraint %I check (%I >= ''1900-01-01 00:00:00Z'' and %I < ''10000-01-01 00:00:00Z'')',
      moment.table_name, moment.table_name || '_' || moment.column_name || '_sayable',
      moment.column_name, moment.column_name);
  end loop;
end
$$;

-- The company that a context names, if it has asked for this partner: asked by an application that acts for none yet.
create function company_to_tie(context text, with_partner text) returns uuid
language sql stable security definer set search_path = public
as $$
  select case when count(*) = 1 then (array_agg(found.company_id))[1] end
  from (
    select c.company_id
    from company c
    where c.urn = context
    union
    select k.company_id
    from contract k
    where k.urn = context
  ) as found
  where exists (
    select from integration i
    where i.company_id = found.company_id and i.state <> 'ERASED' and i.partner_name = with_partner)
$$;
revoke execute on function company_to_tie(text, text) from public;
grant execute on function company_to_tie(text, text) to rsc_service;
