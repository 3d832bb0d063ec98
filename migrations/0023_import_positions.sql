-- Why: a bulk load that was broken off goes on where it was. The position moves in the transaction that takes a batch,
-- so neither a record is left out nor one taken twice, wherever the load was killed.

-- A file of a load that is not over. Gone when the load is.
create table import_position (
  company_id uuid not null,
  -- SHA-256 of the partner, of how the file is to be read, and of all its bytes; not of its name.
  content_hash bytea not null check (length(content_hash) = 32),
  sync_run_id uuid not null,
  -- RECORDS: read for the first time. FEEDS: read again for activity feeds, whose owners are known by then.
  step text not null check (step in ('RECORDS', 'FEEDS', 'DONE')),
  -- Where reading goes on: a byte of the file, and how many lines or elements stand before it.
  bytes_read bigint not null default 0 check (bytes_read >= 0),
  number_read bigint not null default 0 check (number_read >= 0),
  has_feeds boolean not null default false,
  -- Where the load writes what it refuses, and how much of that file is certain.
  refused_file text,
  refused_bytes bigint not null default 0 check (refused_bytes >= 0),
  primary key (company_id, content_hash),
  foreign key (company_id, sync_run_id) references sync_run
);
create index import_position_of_run on import_position (company_id, sync_run_id);

alter table import_position enable row level security;
create policy of_bound_company on import_position to rsc_service
  using (company_id = (select bound_company()))
  with check (company_id = (select bound_company()));
grant select, insert, update, delete on import_position to rsc_service;
