-- Why: an integration has a life: two consents, disabling on both sides, a new company id with a re-sync, and an
-- erasure that leaves a receipt, and tombstones that keep late records of what was erased out.

-- A company's consents count up: what was erased belongs to a generation that is over.
alter table integration
  add column generation integer not null default 1 check (generation > 0),
  -- The partner has stopped calling after the integration was disabled.
  add column acknowledged_at timestamptz,
  -- The company's id was changed: the next sync is of everything, and features wait for it.
  add column resync_due boolean not null default false,
  add column erased_at timestamptz,
  add check (acknowledged_at is null or state in ('DISABLED', 'ERASED'));
update integration i
set generation = numbered.generation
from (
  select company_id, id, row_number() over (partition by company_id order by requested_at, id) as generation
  from integration
) as numbered
where i.company_id = numbered.company_id and i.id = numbered.id and numbered.generation > 1;

-- Who agreed to what: it is kept after an erasure, as the ground on which data had been held.
create table consent (
  company_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  generation integer not null check (generation > 0),
  side text not null check (side in ('ATS', 'RECRUITER')),
  -- The subject of the token, or its keyed hash where that is an e-mail address.
  given_by text not null,
  given_at timestamptz not null,
  covers text[] not null,
  primary key (company_id, id),
  foreign key (company_id, integration_id) references integration
);
create index consent_of_integration on consent (company_id, integration_id, given_at, id);

create table erasure_receipt (
  company_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  generation integer not null check (generation > 0),
  requested_at timestamptz not null,
  finished_at timestamptz,
  counts jsonb not null default '[]' check (
    jsonb_typeof(counts) = 'array' and not jsonb_path_exists(
      counts, '$[*] ? (!(@.entity.type() == "string" && @.erased.type() == "number"))')),
  remark text not null,
  signature text not null,
  primary key (company_id, id),
  unique (company_id, integration_id),
  foreign key (company_id, integration_id) references integration
);
create function erasure_receipt_stays() returns trigger
language plpgsql
as $$
begin
  raise exception 'a finished receipt is not changed' using errcode = 'restrict_violation';
end
$$;
create trigger stays before update on erasure_receipt
  for each row when (old.finished_at is not null) execute function erasure_receipt_stays();

-- That something of this kind and id was erased; which, only the company's own secret tells.
create table tombstone (
  company_id uuid not null references company,
  entity text not null check (entity in ('candidate', 'application', 'job')),
  -- keyed_hash of the partner's name, chr(31) and the ATS's id.
  key_hash text not null,
  generation integer not null check (generation > 0),
  primary key (company_id, entity, key_hash, generation)
);

do $$
declare
  granted record;
  moment record;
begin
  for granted in
    select * from (values
      ('consent', 'select, insert'),
      ('erasure_receipt', 'select, insert, update'),
      ('tombstone', 'select, insert')) as t (name, rights)
  loop
    execute format('alter table %I enable row level security', granted.name);
    execute format(
      'create policy of_bound_company on %I to rsc_service
         using (company_id = (select bound_company()))
         with check (company_id = (select bound_company()))', granted.name);
    execute format('grant %s on %I to rsc_service', granted.rights, granted.name);
  end loop;
  for moment in
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'timestamp with time zone'
      and (table_name, column_name) in (
        ('integration', 'acknowledged_at'), ('integration', 'erased_at'), ('consent', 'given_at'),
        ('erasure_receipt', 'requested_at'), ('erasure_receipt', 'finished_at'))
  loop
    execute format(
      'alter table %I add constraint %I check (%I >= ''1900-01-01 00:00:00Z'' and %I < ''10000-01-01 00:00:00Z'')',
      moment.table_name, moment.table_name || '_' || moment.column_name || '_sayable',
      moment.column_name, moment.column_name);
  end loop;
end
$$;

-- An organization URN names one company for ever: old tokens and links must not come to mean another one.
create function organization_urn_is_taken(organization_urn text, by_other_than uuid) returns boolean
language sql stable security definer set search_path = public
as $$
  select exists (select from company c where c.urn = organization_urn and c.company_id <> by_other_than)
    or exists (select from company_urn u where u.urn = organization_urn and u.company_id <> by_other_than)
$$;
revoke execute on function organization_urn_is_taken(text, uuid) from public;
grant execute on function organization_urn_is_taken(text, uuid) to rsc_service;

-- Erasures that a worker has to take up, of all companies: asked before a company is bound.
create function unfinished_erasures() returns table (company_id uuid, receipt_id uuid)
language sql stable security definer set search_path = public
as $$ select r.company_id, r.id from erasure_receipt r where r.finished_at is null $$;
revoke execute on function unfinished_erasures() from public;
grant execute on function unfinished_erasures() to rsc_service;
