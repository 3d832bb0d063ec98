-- Why: what is joined. LinkedIn members belong to no company; everything from the ATS and everything
-- that recruiters wrote belongs to one. An ATS record is known by (company, partner, the ATS's own id).

-- The mirror of LinkedIn's members. Lists inside are JSON, checked for what the schema calls non-null.
create table member (
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
  search_text text generated always as (
    lower(first_name || ' ' || last_name || ' ' || coalesce(headline, '') || ' ' || coalesce(location, ''))
  ) stored
);
create index member_by_profile_url on member (public_profile_url);
create index member_search on member using gin (search_text gin_trgm_ops);

create table candidate (
  company_id uuid not null references company,
  id uuid not null,
  partner_name text not null references partner,
  external_id text not null check (external_id <> '' and length(external_id) <= 300),
  first_name text not null check (first_name <> ''),
  last_name text,
  middle_initial text,
  prefix text,
  suffix text,
  email_addresses text[] not null default '{}' check (array_position(email_addresses, null) is null),
  phone_numbers jsonb not null default '[]' check (
    jsonb_typeof(phone_numbers) = 'array' and not jsonb_path_exists(
      phone_numbers, '$[*] ? (!(@.number.type() == "string"))')),
  addresses jsonb not null default '[]' check (
    jsonb_typeof(addresses) = 'array' and not jsonb_path_exists(addresses, '$[*] ? (@.type() != "object")')),
  current_company_name text,
  current_job_title text,
  source text,
  ats_profile_url text,
  linkedin_profile_url text,
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  is_private boolean not null default false,
  -- What the ATS says of the person itself; do_not_contact adds what the tags say (see the triggers).
  own_do_not_contact boolean not null default false,
  do_not_contact boolean not null default false,
  match_state text not null default 'UNMATCHED' check (match_state in (
    'UNMATCHED', 'MATCHED', 'AMBIGUOUS', 'MANUAL', 'UNLINKED')),
  match_member_urn text,
  match_confidence double precision check (match_confidence between 0 and 1),
  match_evidence jsonb not null default '[]' check (
    jsonb_typeof(match_evidence) = 'array' and not jsonb_path_exists(
      match_evidence, '$[*] ? (!(@.method.type() == "string" && @.detail.type() == "string"))')),
  match_linked_by uuid,
  match_linked_at timestamptz,
  created_at timestamptz not null,
  last_modified_at timestamptz not null,
  synced_at timestamptz not null,
  full_name_key text not null generated always as (
    lower(first_name || ' ' || coalesce(last_name, ''))) stored,
  last_name_key text not null generated always as (lower(coalesce(last_name, ''))) stored,
  match_review_rank smallint not null generated always as (
    case match_state when 'AMBIGUOUS' then 0 when 'UNMATCHED' then 1 else 2 end) stored,
  primary key (company_id, id),
  unique (company_id, partner_name, external_id),
  foreign key (company_id, match_linked_by) references seat,
  check (last_modified_at >= created_at),
  check ((match_state in ('MATCHED', 'MANUAL')) = (match_member_urn is not null))
);
create index candidate_by_created on candidate (company_id, created_at, id);
create index candidate_by_modified on candidate (company_id, last_modified_at, id);
create index candidate_by_last_name on candidate (company_id, last_name_key collate "C", id);
create index candidate_of_member on candidate (company_id, match_member_urn);
create index candidate_by_external_id on candidate (company_id, external_id);
create index candidate_to_review on candidate (company_id, match_review_rank, created_at, id);
create index candidate_linked_by on candidate (company_id, match_linked_by);
create index candidate_do_not_contact on candidate (company_id, created_at, id) where do_not_contact;

-- Where a match is AMBIGUOUS: who it may be, strongest first.
create table candidate_alternative (
  company_id uuid not null,
  candidate_id uuid not null,
  member_urn text not null,
  rank integer not null,
  confidence double precision not null check (confidence between 0 and 1),
  evidence jsonb not null,
  primary key (company_id, candidate_id, member_urn),
  foreign key (company_id, candidate_id) references candidate on delete cascade
);

create table tag (
  company_id uuid not null references company,
  id uuid not null,
  name text not null check (name <> '' and length(name) <= 200),
  is_do_not_contact boolean not null default false,
  primary key (company_id, id),
  unique (company_id, name)
);

create table candidate_tag (
  company_id uuid not null,
  candidate_id uuid not null,
  tag_id uuid not null,
  primary key (company_id, candidate_id, tag_id),
  foreign key (company_id, candidate_id) references candidate on delete cascade,
  foreign key (company_id, tag_id) references tag
);
create index candidate_of_tag on candidate_tag (company_id, tag_id, candidate_id);

-- Do not contact is one decision: the candidate's own flag, or any tag that says so.
create function tagged_do_not_contact(of_company uuid, of_candidate uuid) returns boolean
language sql stable
as $$
  select exists (
    select from candidate_tag c
    join tag t on t.company_id = c.company_id and t.id = c.tag_id
    where c.company_id = of_company and c.candidate_id = of_candidate and t.is_do_not_contact)
$$;
create function candidate_decides_do_not_contact() returns trigger
language plpgsql
as $$
begin
  new.do_not_contact := new.own_do_not_contact or tagged_do_not_contact(new.company_id, new.id);
  return new;
end
$$;
create trigger do_not_contact before insert or update on candidate
  for each row execute function candidate_decides_do_not_contact();
create function tagging_decides_do_not_contact() returns trigger
language plpgsql
as $$
begin
  if tg_op <> 'INSERT' then
    update candidate set own_do_not_contact = own_do_not_contact
    where company_id = old.company_id and id = old.candidate_id;
  else
    update candidate set own_do_not_contact = own_do_not_contact
    where company_id = new.company_id and id = new.candidate_id and not do_not_contact
      and tagged_do_not_contact(company_id, id);
  end if;
  return null;
end
$$;
create trigger do_not_contact after insert or delete on candidate_tag
  for each row execute function tagging_decides_do_not_contact();
create function tag_decides_do_not_contact() returns trigger
language plpgsql
as $$
begin
  update candidate c set own_do_not_contact = c.own_do_not_contact
  from candidate_tag ct
  where ct.company_id = new.company_id and ct.tag_id = new.id
    and c.company_id = ct.company_id and c.id = ct.candidate_id;
  return null;
end
$$;
create trigger do_not_contact after update of is_do_not_contact on tag
  for each row when (old.is_do_not_contact <> new.is_do_not_contact)
  execute function tag_decides_do_not_contact();

create table job (
  company_id uuid not null references company,
  id uuid not null,
  partner_name text not null references partner,
  external_id text not null check (external_id <> '' and length(external_id) <= 300),
  requisition_code text,
  title text not null check (title <> '' and length(title) <= 200),
  description text,
  location text,
  department text,
  state text not null check (state in ('LISTED', 'CLOSED')),
  availability text not null check (availability in ('PUBLIC', 'PRIVATE_TO_ATS_INTEGRATION')),
  posted_through_rsc boolean not null default false,
  apply_url text,
  listed_at timestamptz,
  expires_at timestamptz,
  closed_at timestamptz,
  hiring_team jsonb not null default '[]' check (
    jsonb_typeof(hiring_team) = 'array' and not jsonb_path_exists(
      hiring_team, '$[*] ? (!(@.name.type() == "string" && @.role.type() == "string"))')),
  created_at timestamptz not null,
  last_modified_at timestamptz not null,
  synced_at timestamptz not null,
  -- A cursor needs an order without nulls: a job that was never listed stands where it was created.
  listed_order_at timestamptz not null generated always as (coalesce(listed_at, created_at)) stored,
  title_key text not null generated always as (lower(title)) stored,
  primary key (company_id, id),
  unique (company_id, partner_name, external_id),
  check (last_modified_at >= created_at)
);
create index job_by_listed on job (company_id, listed_order_at, id);
create index job_by_title on job (company_id, title_key collate "C", id);
create index job_by_external_id on job (company_id, external_id);
create index job_open_posted on job (company_id, listed_order_at, id)
  where posted_through_rsc and state = 'LISTED';

create table application (
  company_id uuid not null references company,
  id uuid not null,
  partner_name text not null references partner,
  external_id text not null check (external_id <> '' and length(external_id) <= 300),
  -- What the ATS names stays, so that a candidate or job that arrives later is joined then.
  candidate_external_id text,
  candidate_id uuid,
  job_external_id text,
  job_id uuid,
  job_name text,
  candidate_email text,
  source text,
  applied_at timestamptz not null,
  rejected_at timestamptz,
  status text not null check (status in ('ACTIVE', 'REJECTED', 'HIRED', 'WITHDRAWN')),
  disposition_reason text,
  stage text check (stage not in ('', 'Not Available')),
  last_modified_at timestamptz not null,
  synced_at timestamptz not null,
  primary key (company_id, id),
  unique (company_id, partner_name, external_id),
  foreign key (company_id, candidate_id) references candidate,
  foreign key (company_id, job_id) references job
);
create index application_of_candidate on application (company_id, candidate_id, applied_at desc, id desc);
create index application_of_job on application (company_id, job_id, applied_at desc, id desc);
create index application_by_external_id on application (company_id, external_id);
create index application_waiting_for_candidate on application (company_id, partner_name, candidate_external_id)
  where candidate_id is null;
create index application_waiting_for_job on application (company_id, partner_name, job_external_id)
  where job_id is null;

create table application_stage (
  company_id uuid not null,
  id uuid not null,
  application_id uuid not null,
  external_id text not null,
  name text not null check (name not in ('', 'Not Available')),
  entered_at timestamptz not null,
  rank integer not null default 0,
  primary key (company_id, id),
  unique (company_id, application_id, external_id),
  foreign key (company_id, application_id) references application on delete cascade
);
create index application_stage_by_time on application_stage (company_id, application_id, entered_at, rank, id);

create table note (
  company_id uuid not null,
  id uuid not null,
  candidate_id uuid,
  application_id uuid,
  external_id text not null,
  body text not null,
  author_name text,
  is_private boolean not null default false,
  created_at timestamptz not null,
  last_modified_at timestamptz not null,
  synced_at timestamptz not null,
  primary key (company_id, id),
  foreign key (company_id, candidate_id) references candidate on delete cascade,
  foreign key (company_id, application_id) references application on delete cascade,
  check ((candidate_id is null) <> (application_id is null))
);
create unique index note_of_candidate_external on note (company_id, candidate_id, external_id);
create unique index note_of_application_external on note (company_id, application_id, external_id);
create index note_of_candidate on note (company_id, candidate_id, created_at desc, id desc);
create index note_of_application on note (company_id, application_id, created_at desc, id desc);

create table interview_feedback (
  company_id uuid not null,
  id uuid not null,
  application_id uuid not null,
  external_id text not null,
  interviewer_name text,
  feedback text,
  evaluations jsonb not null default '[]' check (
    jsonb_typeof(evaluations) = 'array' and not jsonb_path_exists(
      evaluations, '$[*] ? (!(@.attribute.type() == "string" && @.result.type() == "string"))')),
  created_at timestamptz not null,
  primary key (company_id, id),
  unique (company_id, application_id, external_id),
  foreign key (company_id, application_id) references application on delete cascade
);
create index interview_feedback_by_time on interview_feedback (company_id, application_id, created_at desc, id desc);
