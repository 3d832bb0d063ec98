-- Why: a second wall. The service's role owns nothing, and on every table that has a company_id it sees
-- and writes only the rows of the company that its connection is bound to.

-- Times that JSON or a client's calendar cannot say are refused where they would be stored.
do $$
declare
  moment record;
begin
  for moment in
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'timestamp with time zone' and is_generated = 'NEVER'
      and table_name <> 'rsc_migration'
  loop
    execute format(
      'alter table %I add constraint %I check (%I >= ''1900-01-01 00:00:00Z'' and %I < ''10000-01-01 00:00:00Z'')',
      moment.table_name, moment.table_name || '_' || moment.column_name || '_sayable',
      moment.column_name, moment.column_name);
  end loop;
end
$$;

do $$
declare
  tenant_table text;
begin
  for tenant_table in
    select c.table_name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and c.column_name = 'company_id' and t.table_type = 'BASE TABLE'
  loop
    execute format('alter table %I enable row level security', tenant_table);
    -- The sub-select makes the setting one look-up a statement instead of one a row.
    execute format(
      'create policy of_bound_company on %I to rsc_service
         using (company_id = (select bound_company()))
         with check (company_id = (select bound_company()))', tenant_table);
    execute format('grant select, insert, update, delete on %I to rsc_service', tenant_table);
  end loop;
end
$$;

grant usage on schema public to rsc_service;
-- What was audited stays as it was written.
revoke update, delete on audit_entry from rsc_service;
grant select, insert, update, delete on member to rsc_service;
grant select, insert on partner, client, trusted_operation to rsc_service;
grant select, insert, delete on token_revocation to rsc_service;
grant select on facts_version to rsc_service;
