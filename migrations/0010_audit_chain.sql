-- Why: an entry of the audit trail that was changed, taken out or slipped in afterwards must show. Each has a
-- number and a hash over itself and the hash before it; whatever is about a person is kept as a keyed hash only.

-- A company's own secret for hashes of what must be recognised again and not be read. The service's role has
-- no right to it: it asks keyed_hash().
create table company_key (
  company_id uuid primary key references company,
  inner_key bytea not null check (length(inner_key) = 64),
  outer_key bytea not null check (length(outer_key) = 64)
);
alter table company_key enable row level security;
create policy of_bound_company on company_key to rsc_service
  using (company_id = (select bound_company()))
  with check (company_id = (select bound_company()));

create function random_key() returns bytea
language sql volatile
as $$
  select string_agg(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), '')
  from generate_series(1, 2)
$$;

-- What is said, as 32 hexadecimal digits that only this company's secret leads to. The construction is that
-- of HMAC with two secrets of a block each in place of one that is masked twice (there is no pgcrypto here).
create function keyed_hash(of_company uuid, said text) returns text
language plpgsql volatile security definer set search_path = public
as $$
declare
  secret company_key;
begin
  if current_setting('role', true) = 'rsc_service' and of_company is distinct from bound_company() then
    raise exception 'keyed_hash was asked for another company' using errcode = 'insufficient_privilege';
  end if;
  select * into secret from company_key k where k.company_id = of_company;
  if not found then
    insert into company_key values (of_company, random_key(), random_key()) on conflict do nothing;
    select * into strict secret from company_key k where k.company_id = of_company;
  end if;
  return left(
    encode(sha256(secret.outer_key || sha256(secret.inner_key || convert_to(said, 'UTF8'))), 'hex'), 32);
end
$$;
revoke execute on function keyed_hash(uuid, text) from public;
grant execute on function keyed_hash(uuid, text) to rsc_service;

-- The last number and hash of each company's trail: entries that were cut off at the end are missed too.
create table audit_head (
  company_id uuid primary key references company,
  sequence bigint not null check (sequence >= 0),
  hash bytea not null
);
alter table audit_head enable row level security;
create policy of_bound_company on audit_head to rsc_service
  using (company_id = (select bound_company()))
  with check (company_id = (select bound_company()));
grant select on audit_head to rsc_service;

alter table audit_entry add column sequence bigint, add column hash bytea;

create function audit_hash(previous bytea, entry audit_entry) returns bytea
language sql stable
as $$
  select sha256(previous || convert_to(
    jsonb_build_array(
      entry.company_id, entry.sequence, entry.id, (extract(epoch from entry.at) * 1000000)::bigint,
      entry.actor, entry.action, entry.subject, entry.detail)::text, 'UTF8'))
$$;

-- In the clear: who acts as the issuer names them, and the URNs of what recruiting is set up with. Ids of people
-- and of what the ATS sent, and whatever holds an e-mail address, are hashed.
create function without_person(of_company uuid, said text) returns text
language plpgsql volatile
as $$
begin
  if said like '%@%' then
    return 'hashed:' || keyed_hash(of_company, said);
  end if;
  if said ~ '^urn:' and said !~
    '^urn:(li:(organization|contract|seat)|rsc:(integration|sync-run|erasure-receipt)):[^:]*$' then
    return substring(said from '^urn:[^:]*:[^:]*') || ':hashed:' || keyed_hash(of_company, said);
  end if;
  return said;
end
$$;

-- Whoever writes an entry, its place in the chain is decided here. The head is taken last by everybody (only
-- the trail itself uses it), so waiting for it cannot end in a deadlock.
create function audit_entry_is_chained() returns trigger
language plpgsql security definer set search_path = public
as $$
declare
  head audit_head;
begin
  new.actor := without_person(new.company_id, new.actor);
  new.subject := without_person(new.company_id, new.subject);
  new.detail := without_person(new.company_id, new.detail);
  insert into audit_head values (new.company_id, 0, '') on conflict do nothing;
  select * into strict head from audit_head h where h.company_id = new.company_id for update;
  new.sequence := head.sequence + 1;
  new.hash := audit_hash(head.hash, new);
  update audit_head h set sequence = new.sequence, hash = new.hash where h.company_id = new.company_id;
  return new;
end
$$;

do $$
declare
  known audit_entry;
  head audit_head;
begin
  for known in select * from audit_entry order by company_id, at, id loop
    known.actor := without_person(known.company_id, known.actor);
    known.subject := without_person(known.company_id, known.subject);
    known.detail := without_person(known.company_id, known.detail);
    insert into audit_head values (known.company_id, 0, '') on conflict do nothing;
    select * into strict head from audit_head h where h.company_id = known.company_id;
    known.sequence := head.sequence + 1;
    known.hash := audit_hash(head.hash, known);
    update audit_entry e
    set actor = known.actor, subject = known.subject, detail = known.detail,
      sequence = known.sequence, hash = known.hash
    where e.company_id = known.company_id and e.id = known.id;
    update audit_head h set sequence = known.sequence, hash = known.hash
    where h.company_id = known.company_id;
  end loop;
end
$$;

alter table audit_entry
  alter column sequence set not null,
  alter column hash set not null,
  add unique (company_id, sequence);
create trigger chained before insert on audit_entry
  for each row execute function audit_entry_is_chained();
