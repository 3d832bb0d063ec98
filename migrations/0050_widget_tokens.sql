-- Why: what an ATS hands to a widget is good for one exchange, whichever worker is asked; and the page's own token acts
-- for the seat that its ATS user is connected to, which therefore is one of the facts that access is decided from.

create table widget_token_exchange (
  company_id uuid not null references company,
  token_id text not null check (token_id <> '' and length(token_id) <= 200),
  expires_at timestamptz not null,
  primary key (company_id, token_id)
);
create index widget_token_exchange_by_end on widget_token_exchange (company_id, expires_at);

alter table widget_token_exchange enable row level security;
create policy of_bound_company on widget_token_exchange to rsc_service
  using (company_id = bound_company())
  with check (company_id = bound_company());
grant select, insert, update, delete on widget_token_exchange to rsc_service;
alter table widget_token_exchange add constraint widget_token_exchange_expires_at_sayable
  check (expires_at >= '1900-01-01 00:00:00Z' and expires_at < '10000-01-01 00:00:00Z');

create trigger facts_changed after insert or update or delete on seat_connection
  for each statement execute function facts_changed();
