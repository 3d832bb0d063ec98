-- Why: browsers of a customer's own pages call /graphql; these are the origins that it has registered.

create table registered_origin (
  company_id uuid not null references company,
  -- As a browser sends it (RFC 6454, 6.2): lower case, no path, no port that the scheme has anyway.
  origin text not null check (
    length(origin) <= 300 and origin ~ '^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$'),
  primary key (company_id, origin)
);

alter table registered_origin enable row level security;
create policy of_bound_company on registered_origin to rsc_service
  using (company_id = (select bound_company()))
  with check (company_id = (select bound_company()));
grant select, insert, update, delete on registered_origin to rsc_service;

create trigger facts_changed after insert or update or delete on registered_origin
  for each statement execute function facts_changed();

-- A preflight carries no token, so it is asked before a company is bound. Origins are no secret.
create function all_registered_origins() returns table (company_id uuid, origin text)
language sql stable security definer set search_path = public
as $$ select r.company_id, r.origin from registered_origin r $$;
revoke execute on function all_registered_origins() from public;
grant execute on function all_registered_origins() to rsc_service;
