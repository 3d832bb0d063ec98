-- Why: what people decide beside the ATS's records must outlive the next sync and the next ranking: refused
-- matches, decisions on recommended matches, and which ATS user holds which seat.

-- A person said that this candidate is not this member: matching never links the pair again by itself.
create table refused_match (
  company_id uuid not null,
  candidate_id uuid not null,
  member_urn text not null check (member_urn ~ '^urn:li:person:[A-Za-z0-9_-]{1,100}$'),
  refused_by uuid,
  refused_at timestamptz not null,
  primary key (company_id, candidate_id, member_urn),
  foreign key (company_id, candidate_id) references candidate on delete cascade,
  foreign key (company_id, refused_by) references seat
);
create index refused_match_by_seat on refused_match (company_id, refused_by);

-- It stands apart from recommended_match, whose rows are replaced whenever members are ranked anew.
create table recommended_match_decision (
  company_id uuid not null,
  job_id uuid not null,
  member_urn text not null check (member_urn ~ '^urn:li:person:[A-Za-z0-9_-]{1,100}$'),
  decision text not null check (decision in ('SAVED', 'NOT_INTERESTED')),
  decided_by uuid,
  decided_at timestamptz not null,
  primary key (company_id, job_id, member_urn),
  foreign key (company_id, job_id) references job on delete cascade,
  foreign key (company_id, decided_by) references seat
);
create index recommended_match_decision_by_seat on recommended_match_decision (company_id, decided_by);

-- A seat is one ATS user of a partner, and an ATS user is one seat.
create table seat_connection (
  company_id uuid not null,
  partner_name text not null references partner,
  ats_user_id text not null check (ats_user_id <> '' and length(ats_user_id) <= 300),
  seat_id uuid not null,
  connected_at timestamptz not null,
  primary key (company_id, partner_name, ats_user_id),
  unique (company_id, partner_name, seat_id),
  foreign key (company_id, seat_id) references seat
);
create index seat_connection_of_seat on seat_connection (company_id, seat_id);

do $$
declare
  tenant_table text;
  moment record;
begin
  foreach tenant_table in array array['refused_match', 'recommended_match_decision', 'seat_connection'] loop
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
      and table_name in ('refused_match', 'recommended_match_decision', 'seat_connection')
  loop
    execute format(
      'alter table %I add constraint %I check (%I >= ''1900-01-01 00:00:00Z'' and %I < ''10000-01-01 00:00:00Z'')',
      moment.table_name, moment.table_name || '_' || moment.column_name || '_sayable',
      moment.column_name, moment.column_name);
  end loop;
end
$$;
