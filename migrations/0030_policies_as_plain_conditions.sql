-- Why: a policy's sub-select is one more plan node for each scan of a statement, run at each request. As a
-- plain condition, beside the company that every statement names itself, the planner makes of it one
-- comparison of two constants before the scan (measured: 15 µs less for a statement of nine scans).
do $$
declare
  tenant_table text;
begin
  for tenant_table in
    select tablename from pg_policies where schemaname = 'public' and policyname = 'of_bound_company'
  loop
    execute format(
      'alter policy of_bound_company on %I
         using (company_id = bound_company())
         with check (company_id = bound_company())', tenant_table);
  end loop;
end
$$;
