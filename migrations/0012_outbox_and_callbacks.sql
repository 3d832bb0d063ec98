-- Why: what the ATS must be told (an export, a change of the integration) is written in the transaction in
-- which it happened, and told afterwards by whichever worker comes first, until the ATS has taken it.

-- Where a partner is called for one company, and the secret that the calls are signed with.
create table callback (
  company_id uuid not null references company,
  partner_name text not null references partner,
  url text not null check (url ~ '^https?://' and length(url) <= 2000),
  -- Standard Webhooks' spelling: whsec_ and base64.
  secret text not null check (secret ~ '^whsec_[A-Za-z0-9+/]{32,}={0,2}$'),
  -- After a change of the secret, calls are signed with both for a while, so that no receiver is cut off.
  previous_secret text check (previous_secret ~ '^whsec_[A-Za-z0-9+/]{32,}={0,2}$'),
  previous_until timestamptz,
  set_at timestamptz not null,
  primary key (company_id, partner_name),
  check ((previous_secret is null) = (previous_until is null))
);

create table outbox (
  company_id uuid not null references company,
  -- Also the event's id towards the receiver, which tells a repetition by it. An export's event has the
  -- export's own id.
  id uuid not null,
  partner_name text not null references partner,
  type text not null check (type in ('EXPORT_CANDIDATE_PROFILE', 'INTEGRATION_STATUS_CHANGE')),
  -- What is sent: ids, names of states and numbers, and nothing of any person.
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  state text not null default 'PENDING' check (state in ('PENDING', 'DELIVERED', 'DEAD')),
  attempts integer not null default 0 check (attempts >= 0),
  -- Those made before it was last queued: waits begin short again then.
  earlier_attempts integer not null default 0 check (earlier_attempts between 0 and attempts),
  created_at timestamptz not null,
  -- While a worker tries, this is when its lease ends: if the worker dies, the row is due again by itself.
  next_attempt_at timestamptz not null,
  give_up_at timestamptz not null,
  delivered_at timestamptz,
  last_error text,
  primary key (company_id, id),
  check ((state = 'DELIVERED') = (delivered_at is not null))
);
create index outbox_due on outbox (company_id, next_attempt_at, id) where state = 'PENDING';
create index outbox_delivered on outbox (company_id, delivered_at) where state = 'DELIVERED';

do $$
declare
  tenant_table text;
  moment record;
begin
  foreach tenant_table in array array['callback', 'outbox'] loop
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
      and table_name in ('callback', 'outbox')
  loop
    execute format(
      'alter table %I add constraint %I check (%I >= ''1900-01-01 00:00:00Z'' and %I < ''10000-01-01 00:00:00Z'')',
      moment.table_name, moment.table_name || '_' || moment.column_name || '_sayable',
      moment.column_name, moment.column_name);
  end loop;
end
$$;

-- A worker delivers for all companies, so it takes what is due before a company is bound. Rows that another
-- worker takes at the same moment are skipped. No company gets more than its part of a batch, and which
-- company comes first is left to chance: a long backlog of one holds up nobody else.
create function claim_outbox(lease_s integer, batch integer, batch_of_company integer, busy_companies uuid[])
returns setof outbox
language sql volatile security definer set search_path = public
as $$
  with recursive waiting (company_id) as (
    -- From company to company along the index, however many rows each of them has.
    (select o.company_id from outbox o where o.state = 'PENDING' order by o.company_id limit 1)
    union all
    select (
      select o.company_id
      from outbox o
      where o.state = 'PENDING' and o.company_id > w.company_id
      order by o.company_id
      limit 1)
    from waiting w
    where w.company_id is not null
  ),
  due as materialized (
    select one.company_id, one.id
    from (
      select w.company_id
      from waiting w
      where w.company_id <> all(busy_companies)
      order by random()
    ) as w
    cross join lateral (
      select o.company_id, o.id
      from outbox o
      where o.company_id = w.company_id and o.state = 'PENDING' and o.next_attempt_at <= now()
      order by o.next_attempt_at, o.id
      limit batch_of_company
      for update skip locked
    ) as one
    limit batch
  )
  update outbox o
  set
    attempts = o.attempts + 1,
    next_attempt_at = now() + make_interval(secs => lease_s)
  from due
  where o.company_id = due.company_id and o.id = due.id
  returning o.*
$$;
revoke execute on function claim_outbox(integer, integer, integer, uuid[]) from public;
grant execute on function claim_outbox(integer, integer, integer, uuid[]) to rsc_service;
