-- Why: whoever runs the service must see that calls to an ATS or the matching fall behind, over all companies, without
-- seeing anything of any of them.

-- Known from now on; what waits already counts from this migration. The queues are short, so this is, too.
alter table candidate_to_match add column queued_at timestamptz not null default now()
  constraint candidate_to_match_queued_at_sayable
  check (queued_at >= '1900-01-01 00:00:00Z' and queued_at < '10000-01-01 00:00:00Z');
alter table member_to_match add column queued_at timestamptz not null default now()
  constraint member_to_match_queued_at_sayable
  check (queued_at >= '1900-01-01 00:00:00Z' and queued_at < '10000-01-01 00:00:00Z');

create index outbox_dead on outbox (company_id) where state = 'DEAD';

-- Numbers and ages only. A backlog is counted up to 100,000 rows: more of them say nothing more, and cost.
create function backlog_figures(
  out outbox_pending bigint, out outbox_oldest_ms bigint, out outbox_dead bigint,
  out matching_queue bigint, out matching_oldest_ms bigint)
language sql volatile security definer
set search_path = public
as $$
  with pending as (
    select count(*) as n, min(created_at) as since
    from (select created_at from outbox where state = 'PENDING' limit 100000) as counted
  ),
  dead as (
    select count(*) as n from (select from outbox where state = 'DEAD' limit 100000) as counted
  ),
  candidates as (
    select count(*) as n, min(queued_at) as since
    from (select queued_at from candidate_to_match limit 100000) as counted
  ),
  members as (
    select count(*) as n, min(queued_at) as since
    from (select queued_at from member_to_match limit 100000) as counted
  )
  select
    pending.n,
    (coalesce(extract(epoch from now() - pending.since), 0) * 1000)::bigint,
    dead.n,
    candidates.n + members.n,
    (coalesce(extract(epoch from now() - least(candidates.since, members.since)), 0) * 1000)::bigint
  from pending, dead, candidates, members
$$;
revoke execute on function backlog_figures from public;
grant execute on function backlog_figures to rsc_service;
