-- Why: members may be LinkedIn's own to answer for. What it answered is kept for a while, so that a list of
-- candidates does not ask it each time; never longer than the retention that the operator sets.

-- The columns of `member`, without what the mirror's search and matching need. A closed account is a row
-- that says nothing but that it is closed.
create table member_cache (
  urn text primary key check (urn ~ '^urn:li:person:[A-Za-z0-9_-]{1,100}$'),
  first_name text not null,
  last_name text not null,
  headline text,
  location text,
  industry text,
  summary text,
  picture_url text,
  public_profile_url text,
  connection_count integer check (connection_count >= 0),
  open_to_work boolean not null default false,
  is_closed boolean not null default false,
  positions jsonb not null default '[]' check (
    jsonb_typeof(positions) = 'array' and not jsonb_path_exists(
      positions, '$[*] ? (!(@.title.type() == "string" && @.companyName.type() == "string"))')),
  education jsonb not null default '[]' check (
    jsonb_typeof(education) = 'array' and not jsonb_path_exists(
      education, '$[*] ? (!(@.schoolName.type() == "string"))')),
  skills jsonb not null default '[]' check (
    jsonb_typeof(skills) = 'array' and not jsonb_path_exists(
      skills, '$[*] ? (!(@.name.type() == "string" && @.endorsementCount.type() == "number"))')),
  -- When LinkedIn was asked; from when on it is to be asked again; from when on this may not be read any more.
  fetched_at timestamptz not null,
  fresh_until timestamptz not null,
  kept_until timestamptz not null,
  check (fresh_until between fetched_at and kept_until)
);
create index member_cache_by_end on member_cache (kept_until);
grant select, insert, update, delete on member_cache to rsc_service;

-- Members whose accounts are open, by either source: what LinkedIn answered lately counts before the mirror.
create view known_member with (security_invoker = true) as
select
  urn, first_name, last_name, headline, location, industry, summary, picture_url, public_profile_url,
  connection_count, open_to_work, is_closed, positions, education, skills
from member_cache
where kept_until > now() and not is_closed
union all
select
  urn, first_name, last_name, headline, location, industry, summary, picture_url, public_profile_url,
  connection_count, open_to_work, is_closed, positions, education, skills
from member
where not is_closed
  and not exists (select from member_cache c where c.urn = member.urn and c.kept_until > now());
grant select on known_member to rsc_service;
